/** Every parameter through a real engine, with the result's pixels read by sharp. */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createEngine, type Engine, type RemoveOptions, type Result } from 'bgcut';
import { at, type Pixels, rgba } from '../support/pixels.js';
import { onCpu, tinyModel } from '../support/project.js';
import { disc, idle, plain, rejection } from './support.js';

let engine: Engine;
// A white disc on black, 800 x 600: its box is 200, 150, 200 x 200, to the softness of its edge.
let picture: Buffer;
beforeAll(async () => {
  picture = await disc('png');
  engine = await createEngine({ ...onCpu, model: tinyModel, queue: 50 });
});
afterAll(() => engine.dispose());

function removed(options: RemoveOptions, input: Buffer = picture): Promise<Result> {
  return engine.removeBg(input, { size: 'full', ...options });
}

interface Edges {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** How far the first and last pixels with an alpha of at least 8 are from the edges of the picture. */
function empty({ data, width, height }: Pixels): Edges {
  const edges = { left: width, top: height, right: width, bottom: height };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[(y * width + x) * 4 + 3]! < 8) continue;
      edges.left = Math.min(edges.left, x);
      edges.top = Math.min(edges.top, y);
      edges.right = Math.min(edges.right, width - 1 - x);
      edges.bottom = Math.min(edges.bottom, height - 1 - y);
    }
  }
  return edges;
}

function alphaAt(pixels: Pixels, x: number, y: number): number {
  return at(pixels, x, y)[3]!;
}

describe('crop', () => {
  it('cuts to the subject, with margins exact to a pixel', async () => {
    const { foreground } = await removed({});
    const margins = { top: 11, right: 20, bottom: 33, left: 0 };
    for (const format of ['png', 'webp'] as const) {
      const cropMargin = '11px 20px 33px 0';
      const result = await removed({ format, crop: true, cropMargin });
      expect(result.foreground).toEqual(foreground);
      expect(result.width).toBe(foreground.width + 20);
      expect(result.height).toBe(foreground.height + 44);
      expect(empty(await rgba(result.data))).toEqual(margins);
    }
  });

  it('margins reach beyond the picture, in percent of the subject', async () => {
    const result = await removed({
      format: 'png',
      crop: true,
      cropMargin: '50%',
      roi: '0 0 300px 250px',
    });
    const { width, height } = result.foreground;
    expect([width, height].map((side) => Math.round(side / 10))).toEqual([10, 10]);
    const half = { left: Math.round(width / 2), top: Math.round(height / 2) };
    expect(empty(await rgba(result.data))).toEqual({
      ...half,
      right: half.left,
      bottom: half.top,
    });
  });

  it('keeps the pixels of the subject as they are', async () => {
    const whole = await removed({ format: 'png' });
    const { left, top, width, height } = whole.foreground;
    const expected = await sharp(whole.data).extract({ left, top, width, height }).raw().toBuffer();
    const cropped = await rgba((await removed({ format: 'png', crop: true })).data);
    expect(cropped.data.equals(expected)).toBe(true);
  });
});

describe('scale and position', () => {
  it('place the subject on the canvas of the picture', async () => {
    const result = await removed({ format: 'png', scale: '50%', position: '0% 100%' });
    expect([result.width, result.height]).toEqual([800, 600]);
    const edges = empty(await rgba(result.data));
    expect(edges).toMatchObject({ left: 0, bottom: 0 });
    expect(Math.abs(800 - edges.right - 300)).toBeLessThanOrEqual(1);
    expect(Math.abs(600 - edges.top - 300)).toBeLessThanOrEqual(1);
    expect(result.foreground).toEqual((await removed({})).foreground);
  });

  it('scale alone centres it', async () => {
    const edges = empty(await rgba((await removed({ format: 'png', scale: 20 })).data));
    expect(Math.abs(edges.left - edges.right)).toBeLessThanOrEqual(1);
    expect(Math.abs(edges.top - edges.bottom)).toBeLessThanOrEqual(1);
    expect(Math.abs(600 - 2 * edges.top - 120)).toBeLessThanOrEqual(2);
  });
});

describe('roi', () => {
  it('removes everything outside, on a canvas as large as the picture', async () => {
    const { data, foreground } = await removed({ format: 'png', roi: '0 0 300px 100%' });
    const pixels = await rgba(data);
    expect([pixels.width, pixels.height]).toEqual([800, 600]);
    expect(alphaAt(pixels, 290, 250)).toBe(255);
    expect(alphaAt(pixels, 300, 250)).toBe(0);
    expect(foreground.left + foreground.width).toBe(300);
  });

  it.each([
    ['500px 0 100% 100%', 'unknown_foreground'],
    ['0 0 801px 1px', 'roi_exceeds_bounds'],
    ['5% 0 5% 100%', 'roi_region_empty'],
  ])('%s is %s', async (roi, code) => {
    expect((await rejection(removed({ roi }))).code).toBe(code);
    await idle(engine);
  });
});

describe('a background', () => {
  it('of a colour fills what is transparent, and makes format auto a JPEG', async () => {
    const result = await removed({ bgColor: '#00f' });
    expect(result.format).toBe('jpg');
    const pixels = await rgba(result.data);
    const close = (x: number, y: number, colour: number[]) =>
      at(pixels, x, y).forEach((value, i) => expect(Math.abs(value - colour[i]!)).toBeLessThan(4));
    close(10, 10, [0, 0, 255, 255]);
    close(300, 250, [255, 255, 255, 255]);
  });

  it('that is translucent keeps its alpha, also in a zip', async () => {
    const png = await removed({ bgColor: '00ff0080' });
    expect(png.format).toBe('png');
    const pixels = await rgba(png.data);
    expect(at(pixels, 10, 10)).toEqual([0, 255, 0, 128]);
    expect(alphaAt(pixels, 300, 250)).toBe(255);
    const [color, alpha] = unzipped((await removed({ format: 'zip', bgColor: '00ff0080' })).data);
    expect(at(await rgba(alpha!), 10, 10)[0]).toBe(128);
    expect(at(await rgba(color!), 10, 10)[1]).toBeGreaterThan(250);
  });

  it('of a colour makes the alpha of a zip opaque', async () => {
    const [color, alpha] = unzipped((await removed({ format: 'zip', bgColor: 'red' })).data);
    const { min } = (await sharp(alpha).stats()).channels[0]!;
    expect(min).toBe(255);
    expect(at(await rgba(color!), 10, 10)[0]).toBeGreaterThan(250);
  });

  it('of exactly the size of the canvas is taken as it is', async () => {
    const noise = { type: 'gaussian', mean: 90, sigma: 40 } as const;
    const create = { width: 800, height: 600, channels: 3, background: '#000', noise } as const;
    const bgImageFile = await sharp({ create }).png().toBuffer();
    const pixels = await rgba((await removed({ format: 'png', bgImageFile })).data);
    const expected = await rgba(bgImageFile);
    for (const [x, y] of [
      [0, 0],
      [799, 599],
      [50, 400],
    ] as const) {
      expect(at(pixels, x, y)).toEqual(at(expected, x, y));
    }
    expect(at(pixels, 300, 250).every((value) => value > 250)).toBe(true);
  });

  it('of another size covers the cropped canvas, centred', async () => {
    // Red, green and blue columns: of a canvas that is narrower, the outer ones are cut off.
    const column = (background: string) =>
      ({ create: { width: 400, height: 100, channels: 3, background } }) as const;
    const bgImageFile = await sharp(column('#0f0'))
      .extend({ left: 400, background: '#f00' })
      .extend({ right: 400, background: '#00f' })
      .png()
      .toBuffer();
    const { data } = await removed({ format: 'png', crop: true, cropMargin: 20, bgImageFile });
    const { width, height, ...pixels } = await rgba(data);
    for (const [x, y] of [
      [2, 2],
      [width - 3, 2],
      [2, height - 3],
      [width - 3, height - 3],
    ] as const) {
      expect(at({ width, height, ...pixels }, x, y)).toEqual([0, 255, 0, 255]);
    }
  });

  it('may be overwritten as soon as the call has returned its promise', async () => {
    const bgImageFile = await plain('#123456');
    const call = removed({ format: 'png', bgImageFile });
    bgImageFile.fill(0);
    expect(at(await rgba((await call).data), 5, 5)).toEqual([0x12, 0x34, 0x56, 255]);
  });

  it.each([
    ['GIF89a', 'invalid_file_type', 'Background image: Expected jpg/png/webp'],
    ['', 'invalid_bg_image_file', 'The image source is empty (0 bytes).'],
  ])('that is no picture says so: %j', async (text, code, detail) => {
    const error = await rejection(removed({ bgImageFile: new Blob([text]) }));
    expect(error).toMatchObject({ code });
    expect(error.detail).toContain(detail);
    const missing = await rejection(removed({ bgImageFile: '/no/such/file.png' }));
    expect(missing.code).toBe('source_unreadable');
    expect(missing.detail).toMatch(/^Background image: /);
  });

  it('that may not be fetched fails without a reason', async () => {
    const error = await rejection(removed({ bgImageUrl: 'http://127.0.0.1:9/a.png' }));
    expect(error).toMatchObject({
      code: 'failed_bg_download',
      title: 'Failed to download background image from given image_url',
      detail: undefined,
    });
  });

  it("comes after the picture's own errors", async () => {
    const bad = engine.removeBg(Buffer.from('no picture'), { bgImageFile: Buffer.from('neither') });
    expect((await rejection(bad)).detail).not.toContain('Background');
  });
});

describe('a shadow', () => {
  it.each(['drop', '3D', 'car'] as const)(
    '%s is black, beside the subject, and in the alpha',
    async (shadowType) => {
      const plain = await removed({ format: 'png', type: 'person' });
      const result = await removed({
        format: 'png',
        type: 'person',
        shadowType,
        shadowOpacity: 100,
      });
      expect(result.foreground).toEqual(plain.foreground);
      const [before, after] = [await rgba(plain.data), await rgba(result.data)];
      let shaded = 0;
      let wrong = 0;
      for (let i = 0; i < after.data.length; i += 4) {
        const [red, green, blue, alpha] = after.data.subarray(i, i + 4);
        const without = before.data[i + 3]!;
        if (alpha! < without) wrong += 1;
        if (without !== 0 || alpha === 0) continue;
        shaded += 1;
        if (red! + green! + blue! > 0) wrong += 1;
      }
      expect(wrong).toBe(0);
      expect(shaded).toBeGreaterThan(1000);
    },
  );

  it('is that of the type, and none for a type that is not mentioned', async () => {
    const same = async (one: RemoveOptions, other: RemoveOptions) => {
      const [a, b] = await Promise.all([
        removed({ format: 'png', ...one }),
        removed({ format: 'png', ...other }),
      ]);
      return a.data.equals(b.data);
    };
    const shadowType = { person: 'drop' } as const;
    expect(await same({ type: 'person', shadowType }, { type: 'person' })).toBe(false);
    expect(await same({ type: 'animal', shadowType }, { type: 'animal' })).toBe(true);
    expect(await same({ type: 'car', addShadow: true }, { type: 'car', shadowType: 'auto' })).toBe(
      true,
    );
    expect(await same({ type: 'person', addShadow: true }, { type: 'person' })).toBe(true);
    const faint = { type: 'person', shadowType, shadowOpacity: 50 } as const;
    expect(await same({ type: 'person', shadowType }, faint)).toBe(true);
    expect(await same({ ...faint, shadowOpacity: 20 }, faint)).toBe(false);
  });
});

describe('channels alpha', () => {
  it.each(['png', 'jpg', 'webp', 'auto'] as const)(
    'as %s is cropped and placed like the picture',
    async (format) => {
      const placing = { crop: true, cropMargin: 30, scale: 40, position: '100% 0%' } as const;
      const mask = await removed({
        ...placing,
        format,
        channels: 'alpha',
        bgColor: 'red',
        shadowType: 'drop',
      });
      const { data } = await removed({ ...placing, format: 'png' });
      const [grey, whole] = [await rgba(mask.data), await rgba(data)];
      expect([grey.width, grey.height]).toEqual([whole.width, whole.height]);
      expect(mask.format).toBe(format === 'auto' ? 'png' : format);
      for (const [x, y] of [
        [2, 2],
        [whole.width >> 1, whole.height >> 1],
        [whole.width - 40, 40],
      ] as const) {
        expect(Math.abs(at(grey, x, y)[0]! - alphaAt(whole, x, y))).toBeLessThan(6);
      }
    },
  );
});

describe('the type', () => {
  it.each([
    ['transportation', '1', 'other'],
    ['transportation', '2', 'transportation'],
    ['graphic', 'latest', 'graphics'],
    ['graphics', undefined, 'other'],
    ['car', undefined, 'car'],
    ['car_part', '2', 'car'],
    ['person', 'none', undefined],
  ] as const)('%s at level %s is %s', async (type, typeLevel, told) => {
    expect((await removed({ type, typeLevel })).type).toBe(told);
  });
});

it('a side that the format can not have makes the result smaller', async () => {
  const create = { width: 70_000, height: 40, channels: 3, background: '#fff' } as const;
  const long = await sharp({ create, limitInputPixels: false }).png().toBuffer();
  for (const [format, width] of [
    ['webp', 16_383],
    ['jpg', 65_500],
    ['zip', 65_500],
    ['png', 70_000],
  ] as const) {
    expect((await removed({ format }, long)).width).toBe(width);
  }
});

/** The two entries of a zip, which are stored. */
function unzipped(zip: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let start = 0; zip.readUInt32LE(start) === 0x04034b50;) {
    const data = start + 30 + zip.readUInt16LE(start + 26);
    const end = data + zip.readUInt32LE(start + 18);
    parts.push(zip.subarray(data, end));
    start = end;
  }
  return parts;
}
