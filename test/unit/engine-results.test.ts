import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createEngine, type Engine } from 'bgcut';
import { disc, idle, plain, rejection, tiny } from './support.js';

let engine: Engine;
let jpg: Buffer;
let png: Buffer;
let webp: Buffer;

beforeAll(async () => {
  [jpg, png, webp] = await Promise.all([disc('jpeg'), disc('png'), disc('webp')]);
  engine = await createEngine({ model: tiny, device: 'cpu', threads: 1, queue: 30 });
});
afterAll(() => engine.dispose());

interface Box {
  top: number;
  left: number;
  width: number;
  height: number;
}

/** That a result of this width found the disc, to 10 pixels of the original. */
function expectDisc(foreground: Box, width: number): void {
  const disc = { left: 200, top: 150, width: 200, height: 200 };
  for (const side of ['left', 'top', 'width', 'height'] as const) {
    expect(Math.abs((foreground[side] * 800) / width - disc[side]), side).toBeLessThan(10);
  }
}

describe('a result', () => {
  it('is a cut-out with all that is said about it', async () => {
    const result = await engine.removeBg(jpg, { size: 'full', format: 'png' });
    expect(result).toMatchObject({
      format: 'png',
      contentType: 'image/png',
      width: 800,
      height: 600,
      maxWidth: 800,
      maxHeight: 600,
      provider: 'cpu',
      model: 'tiny',
    });
    expectDisc(result.foreground, 800);
    const { data, info } = await sharp(result.data).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 800, height: 600, channels: 4 });
    const pixel = (x: number, y: number) => [
      ...data.subarray((y * 800 + x) * 4, (y * 800 + x) * 4 + 4),
    ];
    expect(pixel(10, 10)).toEqual([0, 0, 0, 0]);
    expect(pixel(300, 250).map((value) => Math.round(value / 10))).toEqual([26, 26, 26, 26]);
  });

  it('names its stages, which add up to no more than the whole', async () => {
    const { timings } = await engine.removeBg(jpg, { format: 'zip' });
    expect(Object.keys(timings)).toEqual([
      'source',
      'queue',
      'decode',
      'tensor',
      'inference',
      'matte',
      'mask',
      'classify',
      'layout',
      'compose',
      'encode',
      'total',
      'container',
    ]);
    const { total, ...stages } = timings;
    const sum = Object.values(stages).reduce((all, one) => all + one, 0);
    for (const stage of Object.values(stages)) expect(stage).toBeGreaterThanOrEqual(0);
    expect(timings.inference).toBeGreaterThan(0);
    expect(sum).toBeLessThanOrEqual(total);
  });

  it('is a preview unless asked otherwise', async () => {
    const { width, height, maxWidth, maxHeight, format, foreground } = await engine.removeBg(jpg);
    expect([width, height, maxWidth, maxHeight, format]).toEqual([577, 433, 800, 600, 'png']);
    expectDisc(foreground, 577);
  });

  it.each([
    ['png', 'png', 4],
    ['jpg', 'jpeg', 3],
    ['webp', 'webp', 4],
    ['auto', 'png', 4],
  ] as const)('as %s is %s with %i channels', async (format, kind, channels) => {
    const { data } = await engine.removeBg(png, { size: 'full', format });
    expect(await sharp(data).metadata()).toMatchObject({
      format: kind,
      channels,
      width: 800,
      height: 600,
    });
  });

  it('as auto is a JPEG where nothing is transparent', async () => {
    const white = await plain('#fff');
    const result = await engine.removeBg(white, { format: 'auto' });
    expect(result).toMatchObject({ format: 'jpg', contentType: 'image/jpeg' });
    expect(await sharp(result.data).metadata()).toMatchObject({
      format: 'jpeg',
      width: 300,
      height: 200,
    });
  });

  it('of one channel is a grey mask', async () => {
    const { data } = await engine.removeBg(jpg, { size: 'full', channels: 'alpha' });
    expect(await sharp(data).metadata()).toMatchObject({
      format: 'png',
      channels: 1,
      depth: 'uchar',
    });
    const cutout = await engine.removeBg(jpg, { size: 'full', format: 'png' });
    const mask = await sharp(data).toColourspace('b-w').raw().toBuffer();
    expect(mask.equals(await sharp(cutout.data).extractChannel(3).raw().toBuffer())).toBe(true);
  });

  it('is the same for every format and every form of input', async () => {
    const masks = await Promise.all(
      [
        jpg,
        new Uint8Array(jpg),
        new Blob([jpg]),
        Readable.from([jpg.subarray(0, 999), jpg.subarray(999)]),
        { base64: jpg.toString('base64') },
      ].map(async (input) => (await engine.removeBg(input, { channels: 'alpha' })).data),
    );
    for (const mask of masks) expect(mask.equals(masks[0]!)).toBe(true);
    for (const picture of [png, webp]) {
      const { foreground } = await engine.removeBg(picture, { size: 'full' });
      expectDisc(foreground, 800);
    }
  });
});

describe('a bad picture is refused', () => {
  const header = (width: number, height: number) => {
    const changed = Buffer.from(png);
    changed.writeUInt32BE(width, 16);
    changed.writeUInt32BE(height, 20);
    changed.writeInt32BE(crc32(changed.subarray(12, 29)) | 0, 29);
    return changed;
  };
  it.each([
    [
      'a GIF',
      () => sharp(png).gif().toBuffer(),
      'invalid_file_type',
      'Expected jpg/png/webp, received gif',
    ],
    [
      'an SVG',
      () => Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
      'invalid_file_type',
      'Expected jpg/png/webp, received xml',
    ],
    ['text', () => Buffer.from('hello'), 'invalid_file_type', 'Expected jpg/png/webp'],
    ['nothing', () => Buffer.alloc(0), 'missing_source', 'The image source is empty (0 bytes).'],
    [
      'a claim of 60k x 60k',
      () => header(60_000, 60_000),
      'resolution_too_high',
      'Input image has 3600 megapixels, maximum supported input resolution is 50 megapixels',
    ],
    [
      'a claim just above the limit',
      () => header(50_001, 1000),
      'resolution_too_high',
      'Input image has 50.1 megapixels, maximum supported input resolution is 50 megapixels',
    ],
  ])('%s', async (_, make, code, detail) => {
    const error = await rejection(engine.removeBg(await make()));
    expect([error.code, error.detail]).toEqual([code, detail]);
  });

  it('a picture that is cut off', async () => {
    const error = await rejection(engine.removeBg(png.subarray(0, png.length / 2)));
    expect(error.code).toBe('failed_to_read_image');
  });

  it('a picture without a subject', async () => {
    const black = await plain('#000');
    expect((await rejection(engine.removeBg(black))).code).toBe('unknown_foreground');
  });

  it('and the engine goes on', async () => {
    await idle(engine);
    expectDisc((await engine.removeBg(jpg, { size: 'full' })).foreground, 800);
  });
});
