import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Background } from '#lib/background';
import { BgcutError } from '#lib/errors';
import { fitInto, type Size } from '#lib/geometry';
import { readCall } from '#lib/params/options';
import {
  type Box,
  makePlan,
  maxResultSize,
  type ModelSizes,
  type Plan,
  type PlanInput,
} from '#lib/plan';

const isnet = { default: 1024, preview: 512 };

function plan(
  options: object,
  width: number,
  height: number,
  more: Partial<Omit<PlanInput, 'parameters' | 'picture'>> = {},
): Plan {
  return makePlan({
    parameters: readCall(options),
    picture: { width, height },
    background: null,
    model: isnet,
    mattingModel: null,
    timeoutMs: 0,
    ...more,
  });
}

function sizeOf({ width, height }: Size): string {
  return `${width}x${height}`;
}

/** A background picture of which only its header counts. */
function photo(hasAlpha: boolean): Background {
  return { picture: { header: { format: 'png', width: 9, height: 9, hasAlpha } } };
}

describe('fitInto', () => {
  const side = Infinity;
  it.each([
    [6250, 4000, 250_000, '625x400'],
    [4000, 6250, 250_000, '400x625'],
    [8000, 6250, 50_000_000, '8000x6250'],
    [6250, 4000, 10_000_000, '3952x2530'],
    [500, 333, 250_000, '500x333'],
    [1000, 1000, 250_000, '500x500'],
    [1, 50_000_000, 250_000, '1x250000'],
    [50_000_000, 1, 250_000, '250000x1'],
  ])('%i x %i within %i pixels is %s', (width, height, pixels, expected) => {
    expect(sizeOf(fitInto({ width, height }, { pixels, side }))).toBe(expected);
  });

  it('keeps both sides within what the format can have', () => {
    const limit = { pixels: 25_000_000, side: 16_383 };
    expect(sizeOf(fitInto({ width: 32_766, height: 100 }, limit))).toBe('16383x50');
    expect(sizeOf(fitInto({ width: 100, height: 32_766 }, limit))).toBe('50x16383');
    expect(sizeOf(fitInto({ width: 70_000, height: 1 }, limit))).toBe('16383x1');
  });

  const length = fc.integer({ min: 1, max: 100_000 });
  const cap = fc.constantFrom(250_000, 1_500_000, 4_000_000, 10_000_000, 25_000_000, 50_000_000);
  const longest = fc.constantFrom(16_383, 65_500, Infinity);

  it('never exceeds the limit and never enlarges', () => {
    fc.assert(
      fc.property(length, length, cap, longest, (width, height, pixels, side) => {
        const fitted = fitInto({ width, height }, { pixels, side });
        expect(fitted.width * fitted.height).toBeLessThanOrEqual(pixels);
        expect(Math.max(fitted.width, fitted.height)).toBeLessThanOrEqual(side);
        expect(fitted.width).toBeLessThanOrEqual(width);
        expect(fitted.height).toBeLessThanOrEqual(height);
        expect(Math.min(fitted.width, fitted.height)).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves alone what fits', () => {
    fc.assert(
      fc.property(length, length, cap, (width, height, pixels) => {
        fc.pre(width * height <= pixels);
        expect(fitInto({ width, height }, { pixels, side })).toEqual({ width, height });
      }),
    );
  });

  it('is within 2 pixels of the exact size on either side', () => {
    const ordinary = fc.integer({ min: 400, max: 12_000 });
    fc.assert(
      fc.property(ordinary, ordinary, cap, (width, height, pixels) => {
        fc.pre(width * height > pixels && Math.max(width / height, height / width) < 2);
        const scale = Math.sqrt(pixels / (width * height));
        const fitted = fitInto({ width, height }, { pixels, side });
        expect(Math.abs(fitted.width - width * scale)).toBeLessThan(2);
        expect(Math.abs(fitted.height - height * scale)).toBeLessThan(2);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('size', () => {
  // A picture of 50 MP, so that every cap is reached: 8000 x 6250.
  it.each([
    ['preview', 'webp', 250_000],
    ['medium', 'webp', 1_500_000],
    ['hd', 'webp', 4_000_000],
    ['full', 'webp', 25_000_000],
    ['full', 'jpg', 25_000_000],
    ['full', 'zip', 25_000_000],
    ['full', 'png', 10_000_000],
    ['50MP', 'webp', 50_000_000],
    ['50MP', 'png', 10_000_000],
    ['auto', 'zip', 25_000_000],
    ['auto', 'png', 10_000_000],
    ['medium', 'png', 1_500_000],
  ])('%s as %s is capped at %i pixels', (size, format, pixels) => {
    const { frame, transparentFrame } = plan({ size, format }, 8000, 6250);
    expect(frame.width * frame.height).toBeLessThanOrEqual(pixels);
    expect(frame.width * frame.height).toBeGreaterThan(pixels * 0.998);
    expect(frame.width / frame.height).toBeCloseTo(8000 / 6250, 2);
    expect(transparentFrame).toBeNull();
  });

  it('only ever scales down', () => {
    for (const size of ['preview', 'full', '50MP', 'auto']) {
      expect(sizeOf(plan({ size }, 500, 333).frame)).toBe('500x333');
    }
  });

  it('keeps a side within what its format can have', () => {
    expect(sizeOf(plan({ size: 'full', format: 'webp' }, 20_000, 100).frame)).toBe('16383x82');
    expect(sizeOf(plan({ size: 'full', format: 'jpg' }, 70_000, 70).frame)).toBe('65500x66');
    expect(sizeOf(plan({ size: 'full', format: 'zip' }, 70_000, 70).frame)).toBe('65500x66');
    expect(sizeOf(plan({ size: 'full', format: 'png' }, 70_000, 70).frame)).toBe('70000x70');
  });

  it('maxWidth and maxHeight are what a zip at 50MP would have', () => {
    expect(sizeOf(maxResultSize({ width: 6000, height: 4000 }))).toBe('6000x4000');
    const side = fc.integer({ min: 1, max: 80_000 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        expect(maxResultSize({ width, height })).toEqual(
          plan({ size: '50MP', format: 'zip' }, width, height).frame,
        );
      }),
    );
  });
});

describe('format auto', () => {
  const large = (options: object, background?: Background) => {
    const { frame, transparentFrame } = plan({ size: 'full', ...options }, 8000, 6250, {
      background: background ?? null,
    });
    const megapixels = (size: Size) => Math.round((size.width * size.height) / 1e6);
    return [megapixels(frame), transparentFrame && megapixels(transparentFrame)];
  };

  it('is a JPEG of up to 25 MP, or a PNG of up to 10', () => {
    expect(large({})).toEqual([25, 10]);
    expect(plan({}, 8000, 6250).transparentFrame).toBeNull();
  });

  it('is a JPEG over what is opaque', () => {
    expect(large({}, { color: [1, 2, 3, 255] })).toEqual([25, null]);
    expect(large({}, photo(false))).toEqual([25, null]);
  });

  it('may still be a PNG over what is translucent', () => {
    expect(large({}, { color: [1, 2, 3, 254] })).toEqual([25, 10]);
    expect(large({}, photo(true))).toEqual([25, 10]);
  });

  it('is a PNG where it is a mask', () => {
    expect(large({ channels: 'alpha' })).toEqual([10, null]);
    expect(large({ channels: 'alpha', format: 'jpg' })).toEqual([25, null]);
  });
});

describe('the model input', () => {
  const segment = (options: object, model: ModelSizes = isnet) =>
    sizeOf(plan(options, 4000, 3000, { model }).segment);

  it('is the preview size for previews only', () => {
    expect(segment({ size: 'preview' })).toBe('512x512');
    expect(segment({ size: 'medium' })).toBe('1024x1024');
    expect(sizeOf(plan({ size: 'full' }, 500, 333).segment)).toBe('1024x1024');
    expect(sizeOf(plan({ size: 'auto' }, 500, 333).segment)).toBe('1024x1024');
  });

  it('is what the model has otherwise', () => {
    expect(segment({ size: 'preview' }, { default: 1024 })).toBe('1024x1024');
    expect(segment({ size: 'preview' }, { fixed: 320 })).toBe('320x320');
    expect(segment({ size: 'full' }, { fixed: 320 })).toBe('320x320');
  });

  it('is looked at again in full where a preview leaves doubt', () => {
    const again = (options: object, model: ModelSizes = isnet) =>
      plan(options, 4000, 3000, { model }).segmentAgain;
    expect(again({ size: 'preview' })).toEqual({ width: 1024, height: 1024 });
    expect(again({ size: 'medium' })).toBeNull();
    expect(again({ size: 'preview' }, { default: 1024 })).toBeNull();
    expect(again({ size: 'preview' }, { fixed: 320 })).toBeNull();
  });

  it('is the same for a region', () => {
    expect(segment({ size: 'full', roi: '0 0 10% 10%' })).toBe('1024x1024');
  });
});

describe('roi', () => {
  const roi = (text: string, width = 800, height = 600) => plan({ roi: text }, width, height).roi;
  const box = (left: number, top: number, width: number, height: number): Box => ({
    left,
    top,
    width,
    height,
  });

  it.each([
    ['10% 20% 30% 50%', box(80, 120, 160, 180)],
    ['100px 0 800px 600px', box(100, 0, 700, 600)],
    ['0 100px 50% 100%', box(0, 100, 400, 500)],
    ['50% 50% 0 0', box(0, 0, 400, 300)],
    ['300px 10px 100px 20px', box(100, 10, 200, 10)],
    ['33.3% 0 66.6% 1px', box(266, 0, 267, 1)],
  ])('%s of 800 x 600', (text, expected) => {
    expect(roi(text)).toEqual(expected);
  });

  it('that is the whole picture is none', () => {
    for (const text of ['', '0% 0% 100% 100%', '0 0 800px 600px', '100% 600px 0 0']) {
      expect(roi(text)).toBeNull();
    }
  });

  it.each([
    ['0 0 801px 10px', 'roi_exceeds_bounds'],
    ['0 0 10px 600.5px', 'roi_exceeds_bounds'],
    ['900px 0 950px 10px', 'roi_exceeds_bounds'],
    ['900px 0 900px 10px', 'roi_exceeds_bounds'],
    ['0 0 0 100%', 'roi_region_empty'],
    ['10% 10% 50% 10%', 'roi_region_empty'],
    ['80px 0 10% 100%', 'roi_region_empty'],
    ['800px 0 100% 5px', 'roi_region_empty'],
  ])('%s is %s', (text, code) => {
    let thrown: unknown;
    try {
      roi(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(BgcutError);
    expect((thrown as BgcutError).code).toBe(code);
    expect((thrown as BgcutError).detail).toMatch(/^The given roi parameter defines /);
  });

  it('has at least a pixel, lies in the picture, and is as near as whole pixels can be', () => {
    const side = fc.integer({ min: 1, max: 9000 });
    const part = fc.double({ min: 0, max: 100, noNaN: true }).map((value) => value.toFixed(4));
    fc.assert(
      fc.property(side, side, part, part, part, part, (width, height, x1, y1, x2, y2) => {
        fc.pre(x1 !== x2 && y1 !== y2);
        const found = roi(`${x1}% ${y1}% ${x2}% ${y2}%`, width, height) ?? box(0, 0, width, height);
        for (const [start, length, one, other, of] of [
          [found.left, found.width, x1, x2, width],
          [found.top, found.height, y1, y2, height],
        ] as const) {
          const edges = [(Number(one) * of) / 100, (Number(other) * of) / 100];
          expect(Number.isInteger(start) && Number.isInteger(length)).toBe(true);
          expect(start).toBeGreaterThanOrEqual(0);
          expect(length).toBeGreaterThanOrEqual(1);
          expect(start + length).toBeLessThanOrEqual(of);
          expect(Math.abs(start - Math.min(...edges))).toBeLessThanOrEqual(1);
          expect(Math.abs(start + length - Math.max(...edges))).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('matting', () => {
  const mattingModel = { default: 1024, multipleOf: 32 };

  it('is left out with quality fast alone', () => {
    expect(plan({ quality: 'fast' }, 900, 900, { mattingModel }).matting).toBeNull();
    expect(plan({}, 900, 900).matting).toMatchObject({ model: null });
    expect(plan({ quality: 'best' }, 900, 900).matting).toMatchObject({ model: null });
  });

  it.each([
    [4000, 3000, { width: 1184, height: 896 }],
    [3000, 4000, { width: 896, height: 1184 }],
    [640, 480, { width: 640, height: 480 }],
    [10, 3, { width: 32, height: 32 }],
  ])(
    'by a model keeps the aspect as far as its multiples allow: %i x %i',
    (width, height, size) => {
      expect(plan({}, width, height, { mattingModel }).matting?.model).toEqual(size);
    },
  );

  it('by a model sees the region of interest, or the only size that it takes', () => {
    const roi = '0 0 50% 100%';
    expect(plan({ roi }, 2000, 500, { mattingModel }).matting?.model).toEqual({
      width: 992,
      height: 512,
    });
    const fixed = { fixed: 512 };
    expect(plan({}, 2000, 500, { mattingModel: fixed }).matting?.model).toEqual({
      width: 512,
      height: 512,
    });
  });
});

describe('the type of the foreground', () => {
  const nothing = { typeLevel: 'none', semitransparency: false };
  it.each([
    [{}, true],
    [{ type: 'car' }, false],
    [{ type: 'person', shadowType: 'auto', typeLevel: '2' }, false],
    [nothing, false],
    [{ ...nothing, typeLevel: '2' }, true],
    [{ ...nothing, semitransparency: true }, true],
    [{ ...nothing, shadowType: 'auto' }, true],
    [{ ...nothing, shadowType: 'drop' }, true], // a car's is darker
    [{ ...nothing, shadowType: 'drop', shadowOpacity: 60 }, false],
    [{ ...nothing, shadowType: 'none', shadowOpacity: { car: 5 } }, false],
    [{ ...nothing, shadowType: { person: '3D' } }, true],
    [{ ...nothing, addShadow: true }, true],
    [{ ...nothing, addShadow: true, shadowType: 'none' }, false],
    [{ ...nothing, shadowType: 'auto', channels: 'alpha' }, false],
    [{ ...nothing, shadowType: 'auto', channels: 'alpha', format: 'zip' }, true],
  ])('for %j: %s', (options, classify) => {
    expect(plan(options, 800, 600).classify).toBe(classify);
  });
});

it('passes the time limit on', () => {
  expect(plan({}, 8, 8, { timeoutMs: 1234 }).timeoutMs).toBe(1234);
});
