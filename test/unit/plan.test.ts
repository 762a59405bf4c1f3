import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readOptions } from '#lib/params/parameter';
import { parameters } from '#lib/params/table';
import { fitArea, makePlan, maxResultSize, type Plan, type Size } from '#lib/plan';

const isnet = { default: 1024, preview: 512 };

function plan(
  options: object,
  width: number,
  height: number,
  model: { default: number; preview?: number } | { fixed: number } = isnet,
): Plan {
  return makePlan({
    parameters: readOptions(parameters, options),
    picture: { width, height },
    model,
    timeoutMs: 0,
  });
}

function sizeOf({ width, height }: Size): string {
  return `${width}x${height}`;
}

describe('fitArea', () => {
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
    expect(sizeOf(fitArea({ width, height }, pixels))).toBe(expected);
  });

  const side = fc.integer({ min: 1, max: 65_535 });
  const cap = fc.constantFrom(250_000, 1_500_000, 4_000_000, 10_000_000, 25_000_000, 50_000_000);

  it('never exceeds the cap and never enlarges', () => {
    fc.assert(
      fc.property(side, side, cap, (width, height, pixels) => {
        const fitted = fitArea({ width, height }, pixels);
        expect(fitted.width * fitted.height).toBeLessThanOrEqual(pixels);
        expect(fitted.width).toBeLessThanOrEqual(width);
        expect(fitted.height).toBeLessThanOrEqual(height);
        expect(Math.min(fitted.width, fitted.height)).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves alone what fits', () => {
    fc.assert(
      fc.property(side, side, cap, (width, height, pixels) => {
        fc.pre(width * height <= pixels);
        expect(fitArea({ width, height }, pixels)).toEqual({ width, height });
      }),
    );
  });

  it('is within 2 pixels of the exact size on either side', () => {
    const ordinary = fc.integer({ min: 400, max: 12_000 });
    fc.assert(
      fc.property(ordinary, ordinary, cap, (width, height, pixels) => {
        fc.pre(width * height > pixels && Math.max(width / height, height / width) < 2);
        const scale = Math.sqrt(pixels / (width * height));
        const fitted = fitArea({ width, height }, pixels);
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
    const { width, height } = plan({ size, format }, 8000, 6250).transparent;
    expect(width * height).toBeLessThanOrEqual(pixels);
    expect(width * height).toBeGreaterThan(pixels * 0.998);
    expect(width / height).toBeCloseTo(8000 / 6250, 2);
  });

  it('only ever scales down', () => {
    for (const size of ['preview', 'full', '50MP', 'auto']) {
      expect(sizeOf(plan({ size }, 500, 333).transparent)).toBe('500x333');
    }
  });

  it('maxWidth and maxHeight are what a zip at 50MP would have', () => {
    expect(sizeOf(maxResultSize({ width: 6000, height: 4000 }))).toBe('6000x4000');
    const side = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        expect(maxResultSize({ width, height })).toEqual({
          width: plan({ size: '50MP', format: 'zip' }, width, height).transparent.width,
          height: plan({ size: '50MP', format: 'zip' }, width, height).transparent.height,
        });
      }),
    );
  });
});

describe('format', () => {
  it('auto plans a PNG of up to 10 MP and a JPEG of up to 25', () => {
    const { transparent, opaque } = plan({ size: 'full', format: 'auto' }, 8000, 6250);
    expect(transparent.encoder.format).toBe('png');
    expect(transparent.width * transparent.height).toBeLessThanOrEqual(10_000_000);
    expect(opaque?.encoder.format).toBe('jpg');
    expect(opaque!.width * opaque!.height).toBeGreaterThan(24_900_000);
  });

  it.each(['png', 'jpg', 'webp', 'zip'] as const)('%s leaves no choice', (format) => {
    const { transparent, opaque } = plan({ format }, 800, 600);
    expect(transparent.encoder.format).toBe(format);
    expect(opaque).toBeNull();
  });

  it('of a mask is PNG for auto, and a zip stays an ordinary zip', () => {
    expect(plan({ channels: 'alpha' }, 800, 600)).toMatchObject({
      channels: 'alpha',
      opaque: null,
      transparent: { encoder: { format: 'png' } },
    });
    expect(plan({ channels: 'alpha', format: 'webp' }, 800, 600)).toMatchObject({
      channels: 'alpha',
      transparent: { encoder: { format: 'webp' } },
    });
    expect(plan({ channels: 'alpha', format: 'zip' }, 800, 600).channels).toBe('rgba');
  });
});

describe('the model input', () => {
  it('is the preview size for previews only', () => {
    expect(sizeOf(plan({ size: 'preview' }, 4000, 3000).segment)).toBe('512x512');
    expect(sizeOf(plan({ size: 'full' }, 500, 333).segment)).toBe('1024x1024');
    expect(sizeOf(plan({ size: 'medium' }, 4000, 3000).segment)).toBe('1024x1024');
    expect(sizeOf(plan({ size: 'auto' }, 500, 333).segment)).toBe('1024x1024');
  });

  it('is what the model has otherwise', () => {
    expect(sizeOf(plan({ size: 'preview' }, 4000, 3000, { default: 1024 }).segment)).toBe(
      '1024x1024',
    );
    expect(sizeOf(plan({ size: 'preview' }, 4000, 3000, { fixed: 320 }).segment)).toBe('320x320');
    expect(sizeOf(plan({ size: 'full' }, 4000, 3000, { fixed: 320 }).segment)).toBe('320x320');
  });
});

it('passes the time limit on', () => {
  const given = {
    parameters: readOptions(parameters, {}),
    picture: { width: 8, height: 8 },
    model: isnet,
  };
  expect(makePlan({ ...given, timeoutMs: 1234 }).timeoutMs).toBe(1234);
});
