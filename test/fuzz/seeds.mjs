// Makes what the native targets start from: `node test/fuzz/seeds.mjs`. For those that read pictures a photograph of the
// fixtures at a few pixels, in every way that its formats can store one, each under 4 kB; for the others numbers. They
// lie in git, so that the native tests need nothing to make them.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { randomFrom } from './mutate.mjs';

const root = resolve(import.meta.dirname, '../..');
const LARGEST = 4096;

/** Numbers that depend on the seed alone. @param {number} length @param {number} seed */
function numbers(length, seed) {
  const random = randomFrom(seed);
  return Buffer.from(Array.from({ length }, () => random(256)));
}

/** An empty folder of the corpus. @param {string} name */
async function empty(name) {
  const folder = join(import.meta.dirname, 'corpus', name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}

/** @param {number} width @param {number} height */
const photo = (width, height) =>
  sharp(join(root, 'test/fixtures/photos/astronaut.png')).resize(width, height);

/** The photograph with a round alpha. @param {number} width @param {number} height */
function cutout(width, height) {
  const mask = `<svg width="${width}" height="${height}"><ellipse cx="50%" cy="50%" rx="40%" ry="45%"/></svg>`;
  return photo(width, height).composite([{ input: Buffer.from(mask), blend: 'dest-in' }]);
}

/** Three frames below each other. */
async function frames() {
  const data = await photo(24, 54).removeAlpha().raw().toBuffer();
  return sharp(data, { raw: { width: 24, height: 54, channels: 3, pageHeight: 18 } });
}

/** @type {Record<string, () => import('sharp').Sharp | Promise<import('sharp').Sharp>>} */
const pictures = {
  'baseline.jpg': () => photo(40, 30).jpeg(),
  'progressive.jpg': () => photo(40, 30).jpeg({ progressive: true }),
  'full-chroma.jpg': () => photo(23, 17).jpeg({ chromaSubsampling: '4:4:4' }),
  'grey.jpg': () => photo(33, 20).greyscale().jpeg(),
  'cmyk.jpg': () => photo(24, 24).toColourspace('cmyk').jpeg(),
  'turned.jpg': () => photo(40, 24).jpeg().withMetadata({ orientation: 6 }),
  'mirrored.jpg': () => photo(24, 40).jpeg().withMetadata({ orientation: 5 }),
  'density.jpg': () => photo(20, 20).jpeg().withMetadata({ density: 300 }),
  'profile.jpg': () => photo(20, 20).withIccProfile('p3').jpeg(),
  'one-pixel.jpg': () => photo(1, 1).jpeg(),
  'tall.jpg': () => photo(2, 500).jpeg({ quality: 40 }),
  'rgb.png': () => photo(24, 18).removeAlpha().png(),
  'rgba.png': () => cutout(24, 18).png(),
  'interlaced.png': () => cutout(17, 13).png({ progressive: true }),
  'palette.png': () => cutout(24, 24).png({ palette: true, colours: 8 }),
  'grey.png': () => photo(24, 24).greyscale().toColourspace('b-w').png(),
  'deep.png': () => cutout(12, 12).toColourspace('rgb16').png(),
  'density.png': () => photo(12, 12).png().withMetadata({ density: 72, orientation: 3 }),
  'profile.png': () => photo(12, 12).withIccProfile('p3').png(),
  'one-pixel.png': () => photo(1, 1).png(),
  'wide.png': () => photo(600, 1).png(),
  'lossy.webp': () => photo(60, 40).removeAlpha().webp(),
  'alpha.webp': () => cutout(60, 40).webp(),
  'lossless.webp': () => cutout(32, 24).webp({ lossless: true }),
  'animated.webp': async () => (await frames()).webp({ loop: 0 }),
  'turned.webp': () => photo(40, 24).webp().withMetadata({ orientation: 8 }),
};

/** A PNG whose header claims another size. @param {number} width @param {number} height */
async function claiming(width, height) {
  const png = await photo(9, 9).png().toBuffer();
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

const forPictures = await empty('pictures');
for (const [index, [name, make]] of Object.entries(pictures).entries()) {
  const bytes = await (await make()).toBuffer();
  if (bytes.length > LARGEST) throw new Error(`${name} has ${bytes.length} bytes`);
  // Behind each: the targets read their options from the end (native/fuzz/input.h).
  await writeFile(join(forPictures, name), Buffer.concat([bytes, numbers(48, index)]));
}

await writeFile(join(forPictures, 'claims-51-megapixels.png'), await claiming(10_000, 5100));
await writeFile(join(forPictures, 'claims-2-gigapixels.png'), await claiming(50_000, 40_000));

const forOthers = await empty('numbers');
for (let seed = 0; seed < 40; seed++) {
  await writeFile(join(forOthers, String(seed)), numbers(200, seed));
}
