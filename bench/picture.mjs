// @ts-check
/**
 * The pictures that are measured on: one of the carried photographs, enlarged to what a phone takes. Made the same way
 * every time, kept in the temporary folder. An enlarged photograph alone is too smooth: it would compress, and so
 * encode, far better than a real one. Sharpening and seeded grain bring it to a phone's bytes per pixel.
 */
import { createCipheriv } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import sharp from 'sharp';

const photograph = fileURLToPath(new URL('../test/fixtures/photos/astronaut.png', import.meta.url));

/** Standard deviation of the grain in levels of 255, as on a phone by indoor light. */
const grainSigma = 7;

/**
 * The path of the test picture of that size: JPEG, quality 90, 4:2:0; it is made when it isn't there yet.
 *
 * @param {number} width pixels
 * @param {number} height pixels
 * @returns {Promise<string>}
 */
export async function testPicture(width, height) {
  const folder = join(tmpdir(), 'bgcut-bench');
  // The libraries' versions are part of the name, for the bytes depend on them.
  const file = join(folder, `v1-sharp-${sharp.versions.sharp}-${width}x${height}.jpg`);
  if (existsSync(file)) return file;
  await mkdir(folder, { recursive: true });
  const made = `${file}.${process.pid}`;
  const { data, info } = await sharp(photograph)
    .resize(width, height, { fit: 'cover', position: 'top', kernel: 'lanczos3' })
    .sharpen({ sigma: 2, m1: 1, m2: 3 })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  addGrain(data, await grain(width, height), grainSigma);
  await sharp(data, { raw: { width, height, channels: info.channels } })
    .jpeg({ quality: 90 })
    .toFile(made);
  await rename(made, file);
  return file;
}

/**
 * One byte per pixel around 128: noise, softened as a camera's own noise reduction leaves it.
 *
 * @param {number} width
 * @param {number} height
 */
export async function grain(width, height) {
  const pixels = width * height;
  // A stream cipher is a fast seeded generator.
  const random = createCipheriv('aes-128-ctr', 'bgcut test grain', Buffer.alloc(16)).update(
    Buffer.alloc(pixels * 2),
  );
  const white = Buffer.alloc(pixels);
  // The mean of two uniform bytes: a triangle, near enough to a bell.
  for (let i = 0; i < pixels; i++) {
    white[i] = (random.readUInt8(2 * i) + random.readUInt8(2 * i + 1)) / 2;
  }
  return sharp(white, { raw: { width, height, channels: 1 } })
    .blur(0.6)
    .extractChannel(0)
    .raw()
    .toBuffer();
}

/**
 * @param {Buffer} rgb changed in place
 * @param {Buffer} noise as grain() makes it
 * @param {number} sigma levels of 255
 */
export function addGrain(rgb, noise, sigma) {
  const sigmaOfNoise = deviation(noise);
  for (let i = 0; i < noise.length; i++) {
    const level = Math.round(((noise.readUInt8(i) - 127.5) * sigma) / sigmaOfNoise);
    for (let at = 3 * i; at < 3 * i + 3; at++) {
      rgb[at] = Math.min(255, Math.max(0, rgb.readUInt8(at) + level));
    }
  }
}

/** @param {Buffer} values */
function deviation(values) {
  let squares = 0;
  for (const value of values) squares += (value - 127.5) ** 2;
  return Math.sqrt(squares / values.length);
}
