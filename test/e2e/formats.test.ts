/** Every format of one photograph, as sharp and a reader of zip files see them. */
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createEngine, type Engine, type RemoveOptions, type Result } from 'bgcut';
import { channel, difference, type Pixels, rgba } from '../support/pixels.js';
import { onCpu, photos } from '../support/project.js';
import { readZip, type ZipEntry } from '../support/zip.js';

const photo = join(photos, 'coffee.png');
const firstFetch = 600_000;

let original: Pixels;
let engine: Engine;
const results = new Map<string, Result>();
const cut = (format: NonNullable<RemoveOptions['format']>) => results.get(format)!;
let png: Pixels;
let parts: ZipEntry[];
const part = (name: string) => parts.find((entry) => entry.name === name)!.data;

beforeAll(async () => {
  engine = await createEngine(onCpu);
  for (const format of ['png', 'jpg', 'webp', 'zip', 'auto'] as const) {
    // Has 0.24 megapixels: a preview of it is not scaled down.
    results.set(format, await engine.removeBg(photo, { size: 'preview', format }));
  }
  original = await rgba(photo);
  png = await rgba(cut('png').data);
  parts = readZip(cut('zip').data);
}, firstFetch);
afterAll(() => engine.dispose());

describe('the formats of one picture', () => {
  it('say what they are', () => {
    const said = [...results.values()].map(({ format, contentType }) => [format, contentType]);
    expect(said).toEqual([
      ['png', 'image/png'],
      ['jpg', 'image/jpeg'],
      ['webp', 'image/webp'],
      ['zip', 'application/zip'],
      ['png', 'image/png'],
    ]);
  });

  it('open in sharp, at the size that the result states', async () => {
    const files = [cut('png').data, cut('jpg').data, cut('webp').data, ...parts.map((p) => p.data)];
    const seen = await Promise.all(files.map((file) => sharp(file).metadata()));
    expect(seen.map(({ format, channels }) => `${format} ${channels}`)).toEqual([
      'png 4',
      'jpeg 3',
      'webp 4',
      'jpeg 3',
      'png 1',
    ]);
    for (const { width, height } of [...seen, ...results.values()]) {
      expect([width, height]).toEqual([600, 400]);
    }
  });

  it('share one alpha: PNG and zip pixel for pixel, WebP as well', async () => {
    const alpha = channel(png, 3);
    expect(channel(await rgba(part('alpha.png')), 0).equals(alpha)).toBe(true);
    expect(channel(await rgba(cut('webp').data), 3).equals(alpha)).toBe(true);
  });

  it('share their colours, as far as their compression lets them', async () => {
    const where = (pixel: number) => png.data[pixel * 4 + 3] === 255;
    const from = { where, channels: 3 };
    expect(difference(png, original, from)).toEqual({ mean: 0, max: 0 });
    // Measured: 2.4 (zip and jpg, quality 90, 4:2:0), 2.9 (WebP, quality 80).
    expect(difference(png, await rgba(part('color.jpg')), from).mean).toBeLessThan(3);
    expect(difference(png, await rgba(cut('jpg').data), from).mean).toBeLessThan(3);
    expect(difference(png, await rgba(cut('webp').data), from).mean).toBeLessThan(4.5);
  });

  it('give a subject and a ground', () => {
    const alpha = channel(png, 3);
    const share = (value: number) => alpha.filter((one) => one === value).length / alpha.length;
    expect(share(0)).toBeGreaterThan(0.3);
    expect(share(255)).toBeGreaterThan(0.3);
  });
});

describe('format png', () => {
  it('has colour 0,0,0 wherever alpha is 0', () => {
    let hidden = 0;
    for (let i = 0; i < png.data.length; i += 4) {
      if (png.data[i + 3] !== 0) continue;
      hidden += 1;
      if (png.data[i]! | png.data[i + 1]! | png.data[i + 2]!) expect.fail(`pixel ${i / 4}`);
    }
    expect(hidden).toBeGreaterThan(50_000);
  });

  it('is 8-bit RGBA, not interlaced', () => {
    // IHDR: bit depth, colour type, compression, filter, interlace
    expect([...cut('png').data.subarray(24, 29)]).toEqual([8, 6, 0, 0, 0]);
  });

  it('is what auto gives when something is transparent', () => {
    expect(cut('auto').data.equals(cut('png').data)).toBe(true);
  });
});

describe('format zip', () => {
  it('holds color.jpg, then alpha.png, stored, with nothing around them', () => {
    expect(parts.map(({ data: _, ...header }) => header)).toEqual([
      { name: 'color.jpg', method: 0, flags: 0x800, extraBytes: 0 },
      { name: 'alpha.png', method: 0, flags: 0x800, extraBytes: 0 },
    ]);
  });

  it('keeps the original where alpha is 0', async () => {
    const where = (pixel: number) => png.data[pixel * 4 + 3] === 0;
    const kept = difference(await rgba(part('color.jpg')), original, { where, channels: 3 });
    expect(kept.mean).toBeLessThan(4); // measured: 3.2, what JPEG does to wood grain
  });

  it('has a baseline color.jpg of quality 90 in 4:2:0', () => {
    const { frame, luma, sampling } = readJpeg(part('color.jpg'));
    expect(frame).toBe(0xc0);
    // The contract's: 3 2 2 3 5 8 10 12, in the order of rows.
    expect(luma.slice(0, 8)).toEqual([3, 2, 2, 3, 5, 8, 10, 12]);
    expect(sampling).toEqual(['2x2', '1x1', '1x1']);
  });

  it('has an alpha.png of 8-bit grey', () => {
    expect([...part('alpha.png').subarray(24, 29)]).toEqual([8, 0, 0, 0, 0]);
  });
});

describe('format jpg', () => {
  it('shows the picture over white', async () => {
    const expected: Pixels = { ...png, data: Buffer.alloc(png.data.length, 255) };
    for (let i = 0; i < png.data.length; i++) {
      if (i % 4 === 3) continue;
      const alpha = png.data[i - (i % 4) + 3]! / 255;
      expected.data[i] = Math.round(png.data[i]! * alpha + 255 * (1 - alpha));
    }
    const jpg = await rgba(cut('jpg').data);
    expect(difference(jpg, expected, { channels: 3 }).mean).toBeLessThan(2);
    const where = (pixel: number) => png.data[pixel * 4 + 3] === 0;
    expect(difference(jpg, expected, { where, channels: 3 }).mean).toBeLessThan(0.5);
  });
});

/** What the headers of a JPEG say: its start-of-frame marker, luma quantisation by rows, sampling of the components. */
function readJpeg(file: Buffer): { frame: number; luma: number[]; sampling: string[] } {
  const zigzagOfRow = [0, 1, 5, 6, 14, 15, 27, 28];
  let luma: number[] = [];
  for (let at = 2; ; at += 2 + file.readUInt16BE(at + 2)) {
    const marker = file[at + 1]!;
    const body = at + 4;
    if (marker === 0xdb && file[body] === 0) luma = zigzagOfRow.map((i) => file[body + 1 + i]!);
    if (marker >= 0xc0 && marker <= 0xc2) {
      const components = [...Array(file[body + 5]).keys()];
      const sampling = components
        .map((i) => file[body + 7 + i * 3]!)
        .map((factors) => `${factors >> 4}x${factors & 15}`);
      return { frame: marker, luma, sampling };
    }
  }
}
