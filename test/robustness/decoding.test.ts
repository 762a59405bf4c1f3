/** Every kind of JPEG, PNG and WebP comes out with the pixels that sharp reads from it. */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { createEngine, type Engine } from 'bgcut';
import { noise, plain, scene } from '../support/pictures.js';
import { at, channel, difference, rgba } from '../support/pixels.js';
import { png, pngChunk } from '../support/png.js';
import { everythingModel, onCpu, tinyModel } from '../support/project.js';

// Long enough for a machine that does other things as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let everything: Engine;
let tiny: Engine;
beforeAll(async () => {
  everything = await createEngine({ ...onCpu, model: everythingModel() });
  tiny = await createEngine({ ...onCpu, model: tinyModel });
});
afterAll(() => Promise.all([everything.dispose(), tiny.dispose()]));

const [width, height] = [123, 77];

/** A checkerboard, one bit a pixel: 1 is white. */
function bits(): Buffer {
  const rows = Array.from({ length: height }, (_, y) => {
    const row = Buffer.alloc(Math.ceil(width / 8));
    for (let x = 0; x < width; x++)
      if ((x >> 3) % 2 === (y >> 3) % 2) row[x >> 3]! |= 128 >> (x % 8);
    return row;
  });
  return png({ width, height, depth: 1, colour: 0 }, rows);
}

function transparentColour(): Buffer {
  const row = Buffer.from(
    Array.from({ length: width }, (_, x) => (x < 60 ? [9, 8, 7] : [200, 150, 100])).flat(),
  );
  const transparent = pngChunk('tRNS', Buffer.from([0, 9, 0, 8, 0, 7]));
  return png({ width, height, colour: 2 }, Array<Buffer>(height).fill(row), [transparent]);
}

const translucent = () => scene(width, height).ensureAlpha(0.6);
const grey = () => scene(width, height).toColourspace('b-w');

// Name, file, and how far a pixel may be from what sharp reads.
const kinds: [string, () => Buffer | Promise<Buffer>, number][] = [
  ['JPEG 4:2:0', () => scene(width, height).jpeg().toBuffer(), 0],
  ['JPEG 4:4:4', () => scene(width, height).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(), 0],
  ['JPEG progressive', () => scene(width, height).jpeg({ progressive: true }).toBuffer(), 0],
  ['JPEG grey', () => grey().jpeg().toBuffer(), 0],
  // Without a profile: both sides take libvips' own for CMYK.
  ['JPEG CMYK', () => scene(width, height).toColourspace('cmyk').jpeg().toBuffer(), 2],
  [
    'JPEG CMYK with a profile',
    () => scene(width, height).toColourspace('cmyk').keepIccProfile().jpeg().toBuffer(),
    2,
  ],
  ['PNG', () => scene(width, height).png().toBuffer(), 0],
  ['PNG RGBA', () => translucent().png().toBuffer(), 0],
  ['PNG grey', () => grey().png().toBuffer(), 0],
  ['PNG grey with alpha', () => grey().ensureAlpha(0.4).png().toBuffer(), 0],
  ['PNG palette', () => scene(width, height).png({ palette: true, colours: 40 }).toBuffer(), 0],
  ['PNG palette with alpha', () => translucent().png({ palette: true, colours: 40 }).toBuffer(), 0],
  ['PNG with a transparent colour', transparentColour, 0],
  ['PNG 16-bit', () => scene(width, height).toColourspace('rgb16').png().toBuffer(), 0],
  ['PNG 16-bit RGBA', () => translucent().toColourspace('rgb16').png().toBuffer(), 0],
  ['PNG 16-bit grey', () => scene(width, height).toColourspace('grey16').png().toBuffer(), 0],
  ['PNG 1-bit', bits, 0],
  ['PNG interlaced', () => scene(width, height).png({ progressive: true }).toBuffer(), 0],
  ['WebP', () => scene(width, height).webp().toBuffer(), 0],
  ['WebP lossless', () => scene(width, height).webp({ lossless: true }).toBuffer(), 0],
  ['WebP with alpha', () => translucent().webp().toBuffer(), 0],
];

describe('pixels and alpha are those that sharp reads of', () => {
  it.each(kinds)('%s', async (_, make, tolerance) => {
    const picture = await make();
    const result = await everything.removeBg(picture, { size: 'full', format: 'png' });
    const [seen, expected] = [await rgba(result.data), await rgba(picture)];
    for (let i = 0; i < expected.data.length; i += 4) {
      if (expected.data[i + 3] === 0) expected.data.fill(0, i, i + 3); // a PNG result has no colour there
    }
    expect(difference(seen, expected).max).toBeLessThanOrEqual(tolerance);
  });

  it('an animated WebP: its first frame', async () => {
    const frames = Buffer.concat([
      await plain(width, height, '#c02010').raw().toBuffer(),
      await plain(width, height, '#10c020').raw().toBuffer(),
    ]);
    const raw = { width, height: height * 2, channels: 3, pageHeight: height } as const;
    const picture = await sharp(frames, { raw }).webp({ lossless: true, loop: 0 }).toBuffer();
    expect((await sharp(picture).metadata()).pages).toBe(2);
    const result = await everything.removeBg(picture, { size: 'full', format: 'png' });
    expect([result.width, result.height]).toEqual([width, height]);
    const seen = await rgba(result.data);
    expect(
      difference(seen, await rgba(await plain(width, height, '#c02010').png().toBuffer())).max,
    ).toBe(0);
  });

  it('a picture of one pixel', async () => {
    const picture = await plain(1, 1, '#fedcba').png().toBuffer();
    const result = await everything.removeBg(picture, { format: 'png' });
    expect(at(await rgba(result.data), 0, 0)).toEqual([0xfe, 0xdc, 0xba, 255]);
  });

  it.each([
    [1, 3000],
    [3000, 1],
  ])('a picture of %i x %i', async (wide, high) => {
    const picture = await noise(wide, high).png().toBuffer();
    const result = await everything.removeBg(picture, { size: 'full', format: 'png' });
    expect(difference(await rgba(result.data), await rgba(picture)).max).toBe(0);
  });
});

describe('a picture that has alpha already', () => {
  // Bright everywhere, so that the model alone would keep it all; alpha from 0 at the left to 255 at the right.
  const ramp = () => {
    const data = Buffer.alloc(256 * 100 * 4, 240);
    for (let i = 0; i < 256 * 100; i++) data[i * 4 + 3] = i % 256;
    return sharp(data, { raw: { width: 256, height: 100, channels: 4 } });
  };

  it('is never made more opaque', async () => {
    const half = Buffer.from('<svg width="256" height="50"><rect width="256" height="50"/></svg>');
    const picture = await ramp()
      .composite([{ input: half, gravity: 'south', blend: 'atop' }])
      .png()
      .toBuffer();
    const before = channel(await rgba(picture), 3);
    const result = await tiny.removeBg(picture, { size: 'full', format: 'png' });
    const after = channel(await rgba(result.data), 3);
    expect(after.every((alpha, i) => alpha <= before[i]!)).toBe(true);
    // What the model keeps stays as it was; what it drops is gone. The model sees grey through what is transparent, so
    // only the right of the ramp is bright for it.
    const row = (alpha: Buffer, y: number) => [...alpha.subarray(y * 256 + 200, y * 256 + 256)];
    expect(row(after, 20)).toEqual(row(before, 20));
    expect(row(after, 85)).toEqual(Array<number>(56).fill(0));
  });

  it('keeps that alpha in every format that has one', async () => {
    const picture = await ramp().png().toBuffer();
    const before = channel(await rgba(picture), 3);
    for (const format of ['png', 'webp'] as const) {
      const result = await everything.removeBg(picture, { size: 'full', format });
      expect(channel(await rgba(result.data), 3).equals(before)).toBe(true);
    }
    const auto = await everything.removeBg(picture, { size: 'full', format: 'auto' });
    expect(auto.format).toBe('png');
  });

  it('leaks no hidden colour when it is scaled down', async () => {
    // A white square on transparent green.
    const green = { r: 0, g: 255, b: 0, alpha: 0 };
    const white = await plain(700, 500, '#fff').png().toBuffer();
    const ground = sharp({ create: { width: 1500, height: 1100, channels: 4, background: green } });
    const data = await ground.raw().toBuffer();
    const inner = await sharp(white).ensureAlpha().raw().toBuffer();
    for (let y = 0; y < 500; y++)
      inner.copy(data, ((y + 301) * 1500 + 403) * 4, y * 700 * 4, (y + 1) * 700 * 4);
    const picture = await sharp(data, { raw: { width: 1500, height: 1100, channels: 4 } })
      .png()
      .toBuffer();
    const result = await everything.removeBg(picture, { size: 'preview', format: 'png' });
    const seen = await rgba(result.data);
    let edge = 0;
    for (let i = 0; i < seen.data.length; i += 4) {
      const alpha = seen.data[i + 3]!;
      if (alpha < 8) continue;
      if (alpha < 250) edge += 1;
      for (const sample of seen.data.subarray(i, i + 3)) expect(sample).toBeGreaterThan(240);
    }
    expect(edge).toBeGreaterThan(100);
  });
});
