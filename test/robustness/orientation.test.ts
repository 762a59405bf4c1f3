/** All eight EXIF orientations, in every format that carries them. */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createEngine, type Engine } from 'bgcut';
import { scene } from '../support/pictures.js';
import { difference, rgba } from '../support/pixels.js';
import { everythingModel, onCpu, tinyModel } from '../support/project.js';

let everything: Engine;
let tiny: Engine;
beforeAll(async () => {
  everything = await createEngine({ ...onCpu, model: everythingModel() });
  tiny = await createEngine({ ...onCpu, model: tinyModel });
});
afterAll(() => Promise.all([everything.dispose(), tiny.dispose()]));

// Multiples of 16: however a JPEG is turned, its blocks hold the same pixels.
const width = 320;
const height = 192;

// What makes a picture that a reader who applies the orientation sees upright: mirrored left to right, then turned.
const turns: Record<number, { mirrored: boolean; clockwise: number }> = {
  1: { mirrored: false, clockwise: 0 },
  2: { mirrored: true, clockwise: 0 },
  3: { mirrored: false, clockwise: 180 },
  4: { mirrored: true, clockwise: 180 },
  5: { mirrored: true, clockwise: 270 },
  6: { mirrored: false, clockwise: 270 },
  7: { mirrored: true, clockwise: 90 },
  8: { mirrored: false, clockwise: 90 },
};

const formats = ['jpg', 'png', 'webp'] as const;
type Format = (typeof formats)[number];

async function turned(format: Format, orientation: number, scale = 1): Promise<Buffer> {
  const { mirrored, clockwise } = turns[orientation]!;
  const upright = scene(width * scale, height * scale);
  // Through bytes: sharp turns before it mirrors, whatever the order of the calls.
  const first = await upright.flop(mirrored).png().toBuffer();
  const lying = sharp(first)
    .rotate(clockwise)
    .withExif({ IFD0: { Copyright: 'somebody' } })
    .withMetadata({ orientation });
  const encoded = {
    jpg: () => lying.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
    png: () => lying.png(),
    webp: () => lying.webp({ lossless: true }),
  };
  return encoded[format]().toBuffer();
}

describe.each(formats)('a %s', (format) => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('of orientation %i comes out upright', async (orientation) => {
    const picture = await turned(format, orientation);
    expect((await sharp(picture).metadata()).orientation).toBe(orientation);
    const result = await everything.removeBg(picture, { size: 'full', format: 'png' });
    expect([result.width, result.height]).toEqual([width, height]);
    expect([result.maxWidth, result.maxHeight]).toEqual([width, height]);
    const pixels = await rgba(result.data);
    expect(difference(pixels, await rgba(picture)).max).toBe(0);
    const upright = await rgba(await scene(width, height).png().toBuffer());
    // The JPEG itself is .38 off.
    if (format === 'jpg') expect(difference(pixels, upright).mean).toBeLessThan(0.6);
    else expect(difference(pixels, upright).max).toBe(0);
    const { orientation: left, exif } = await sharp(result.data).metadata();
    expect([left, exif]).toEqual([undefined, undefined]);
  });
});

it.each([2, 3, 4, 5, 6, 7, 8])('scaled down, orientation %i still looks the same', async (turn) => {
  const options = { size: 'preview', format: 'png' } as const;
  const expected = await tiny.removeBg(await turned('jpg', 1, 6), options);
  const result = await tiny.removeBg(await turned('jpg', turn, 6), options);
  expect([result.width, result.height]).toEqual([expected.width, expected.height]);
  // Measured: up to .015, from samples that round the other way.
  expect(difference(await rgba(result.data), await rgba(expected.data)).mean).toBeLessThan(0.1);
  for (const side of ['left', 'top', 'width', 'height'] as const) {
    expect(Math.abs(result.foreground[side] - expected.foreground[side])).toBeLessThanOrEqual(2);
  }
});

it('drops EXIF, GPS, XMP and IPTC from every format', async () => {
  const picture = await scene(320, 200)
    .withExif({ IFD0: { Artist: 'somebody' }, IFD3: { GPSLatitude: '52/1 31/1 0/1' } })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><secret/></x:xmpmeta>')
    .jpeg()
    .toBuffer();
  for (const text of ['somebody', 'secret']) expect(picture.includes(text)).toBe(true);
  for (const format of ['png', 'jpg', 'webp', 'zip'] as const) {
    const { data } = await tiny.removeBg(picture, { format });
    for (const text of ['somebody', 'secret', 'Exif\0', 'eXIf', 'EXIF']) {
      expect(data.includes(text), `${text} in ${format}`).toBe(false);
    }
  }
});
