import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Background } from '#lib/background';
import { type Composed, compose, type Composition } from '#lib/compose';
import type { FineType } from '#lib/foreground/index';
import { readCall } from '#lib/params/options';
import type { Box, Size } from '#lib/plan';

interface Situation {
  frame?: Size;
  box?: Box;
  transparent?: boolean;
  boxTransparent?: boolean;
  type?: FineType;
  background?: Background;
}

const frame = { width: 800, height: 600 };
const box = { left: 100, top: 50, width: 200, height: 400 };

function composed(options: object, situation: Situation = {}): Composed {
  const { type = 'other', background = null, ...subject } = situation;
  return compose({
    parameters: readCall(options),
    subject: { frame, box, transparent: true, boxTransparent: true, ...subject },
    type,
    background,
  });
}

function composition(options: object, situation?: Situation): Composition {
  return composed(options, situation).composition;
}

/** left, top, width, height */
function edges({ left, top, width, height }: Box): number[] {
  return [left, top, width, height];
}

function sizeOf({ width, height }: Size): string {
  return `${width}x${height}`;
}

describe('without any of its parameters', () => {
  it.each([{}, { position: 'original' }, { scale: 'original', position: 'original' }])(
    'the picture stays as it is: %j',
    (options) => {
      const { canvas, source, target } = composition(options);
      expect(canvas).toEqual(frame);
      expect(edges(source)).toEqual([0, 0, 800, 600]);
      expect(target).toEqual(source);
    },
  );
});

describe('crop', () => {
  it('is the box of the subject', () => {
    const { canvas, source, target } = composition({ crop: true });
    expect(sizeOf(canvas)).toBe('200x400');
    expect(source).toEqual(box);
    expect(edges(target)).toEqual([0, 0, 200, 400]);
  });

  it.each([
    ['30px', '260x460', 30, 30],
    ['10%', '240x480', 20, 40],
    ['10% 30px', '260x480', 30, 40],
    ['1px 2px 3px 4px', '206x404', 4, 1],
    ['50% 0 0 500px', '700x600', 500, 200],
    ['0.4px 0.6px', '202x400', 1, 0],
  ])('with a margin of %s has %s', (cropMargin, size, left, top) => {
    const { canvas, target } = composition({ crop: true, cropMargin });
    expect(sizeOf(canvas)).toBe(size);
    expect(edges(target)).toEqual([left, top, 200, 400]);
  });

  it('a margin without crop does nothing', () => {
    expect(composition({ cropMargin: '30px' })).toEqual(composition({}));
  });
});

describe('scale and position', () => {
  it.each([
    [{ scale: '100%' }, [250, 0, 300, 600]],
    [{ scale: '50%' }, [325, 150, 150, 300]],
    [{ scale: '50%', position: '0%' }, [0, 0, 150, 300]],
    [{ scale: '50%', position: '100% 0%' }, [650, 0, 150, 300]],
    [{ scale: '50%', position: 'original' }, [125, 100, 150, 300]],
    [{ scale: '10%', position: 'original' }, [185, 220, 30, 60]],
    // Its centre can't stay where it is: it would reach beyond the upper edge.
    [{ scale: '100%', position: 'original' }, [50, 0, 300, 600]],
    [{ position: 'center' }, [300, 100, 200, 400]],
    [{ position: '0% 100%' }, [0, 200, 200, 400]],
    [{ position: '25% 75%' }, [150, 150, 200, 400]],
    [{ crop: true, cropMargin: '100px', scale: '50%' }, [125, 150, 150, 300]],
    [{ crop: true, cropMargin: '100px', position: '0%' }, [0, 0, 200, 400]],
    [{ crop: true, cropMargin: '10px 0 0 0', position: 'original' }, [0, 10, 200, 400]],
    [{ crop: true, scale: '100%' }, [0, 0, 200, 400]],
  ])('%j places the subject at %j', (options, place) => {
    const { source, target } = composition(options);
    expect(source).toEqual(box);
    expect(edges(target)).toEqual(place);
  });

  it('leave the canvas as it is', () => {
    expect(composition({ scale: '10%', position: '90%' }).canvas).toEqual(frame);
    expect(sizeOf(composition({ crop: true, cropMargin: '5px', scale: '10%' }).canvas)).toBe(
      '210x410',
    );
  });
});

describe('for any subject', () => {
  const situations = fc
    .record({ width: fc.integer({ min: 1, max: 7000 }), height: fc.integer({ min: 1, max: 7000 }) })
    .chain((size) =>
      fc.record({
        frame: fc.constant(size),
        box: fc
          .record({
            left: fc.integer({ min: 0, max: size.width - 1 }),
            top: fc.integer({ min: 0, max: size.height - 1 }),
          })
          .chain(({ left, top }) =>
            fc.record({
              left: fc.constant(left),
              top: fc.constant(top),
              width: fc.integer({ min: 1, max: size.width - left }),
              height: fc.integer({ min: 1, max: size.height - top }),
            }),
          ),
        transparent: fc.boolean(),
      }),
    );
  const margin = fc.oneof(
    fc.integer({ min: 0, max: 500 }).map((px) => `${px}px` as const),
    fc.integer({ min: 0, max: 500 }).map((tenths) => `${tenths / 10}%` as const),
  );
  const part = (min: number) => fc.integer({ min, max: 100 }).map((n) => `${n}%` as const);
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const placing = {
    scale: optional(fc.oneof(part(10), fc.constant('original' as const))),
    position: optional(
      fc.oneof(
        fc.constantFrom('original' as const, 'center' as const),
        fc.record({ x: part(0), y: part(0) }),
      ),
    ),
  };
  const optionsOf = fc.record({
    crop: fc.boolean(),
    cropMargin: fc.tuple(margin, margin, margin, margin),
    format: fc.constantFrom('auto', 'png', 'jpg', 'webp', 'zip'),
    channels: fc.constantFrom('rgba', 'alpha'),
    ...placing,
  });

  it('sizes are whole and positive, and no result is larger than its format may be', () => {
    const caps = { png: 10e6, jpg: 50e6, webp: 50e6, zip: 50e6 };
    const sides = { png: Infinity, jpg: 65_500, webp: 16_383, zip: 65_500 };
    fc.assert(
      fc.property(optionsOf, situations, (options, situation) => {
        const { canvas, source, target, encoder } = composition(options, situation);
        for (const size of [canvas, source, target]) {
          expect(Number.isInteger(size.width) && size.width > 0).toBe(true);
          expect(Number.isInteger(size.height) && size.height > 0).toBe(true);
        }
        expect(canvas.width * canvas.height).toBeLessThanOrEqual(caps[encoder.format]);
        expect(Math.max(canvas.width, canvas.height)).toBeLessThanOrEqual(sides[encoder.format]);
      }),
      { numRuns: 3000 },
    );
  });

  it('nothing of it is lost, and its aspect is kept', () => {
    fc.assert(
      fc.property(optionsOf, situations, (options, situation) => {
        const { canvas, source, target } = composition(options, situation);
        const subject = situation.box;
        // Everything of the subject is used …
        expect(source.left).toBeLessThanOrEqual(subject.left);
        expect(source.top).toBeLessThanOrEqual(subject.top);
        expect(source.left + source.width).toBeGreaterThanOrEqual(subject.left + subject.width);
        expect(source.top + source.height).toBeGreaterThanOrEqual(subject.top + subject.height);
        // … and lies on the canvas.
        expect(Math.min(target.left, target.top)).toBeGreaterThanOrEqual(0);
        expect(target.left + target.width).toBeLessThanOrEqual(canvas.width);
        expect(target.top + target.height).toBeLessThanOrEqual(canvas.height);
        // One scale for both axes explains the size, to the rounding of either side.
        const lowest = (to: number, from: number) => (to === 1 ? 0 : (to - 0.51) / from);
        const highest = (to: number, from: number) => (to + 0.51) / from;
        expect(lowest(target.width, source.width)).toBeLessThanOrEqual(
          highest(target.height, source.height) * 1.0001,
        );
        expect(lowest(target.height, source.height)).toBeLessThanOrEqual(
          highest(target.width, source.width) * 1.0001,
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('margins are exact to a pixel', () => {
    const cropped = fc.record({
      cropMargin: fc.tuple(margin, margin, margin, margin),
      format: fc.constantFrom('auto', 'png', 'jpg', 'webp', 'zip'),
    });
    const exact = (text: string, side: number) =>
      text.endsWith('px') ? parseFloat(text) : (parseFloat(text) / 100) * side;
    fc.assert(
      fc.property(cropped, situations, (options, situation) => {
        const { canvas, target } = composition({ ...options, crop: true }, situation);
        const [top, right, bottom, left] = options.cropMargin;
        for (const [asked, got, side] of [
          [top, target.top, target.height],
          [right, canvas.width - target.left - target.width, target.width],
          [bottom, canvas.height - target.top - target.height, target.height],
          [left, target.left, target.width],
        ] as const) {
          expect(Math.abs(got - exact(asked, side))).toBeLessThanOrEqual(0.5 + 1e-9);
        }
        if (canvas.width * canvas.height < 9e6 && Math.max(canvas.width, canvas.height) < 16_000) {
          expect(sizeOf(target)).toBe(sizeOf(situation.box));
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('a percentage is what CSS background-position means: that much of the free space before it', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 100 }),
        optional(part(10)),
        situations,
        (crop, x, y, scale, situation) => {
          const options = { crop, cropMargin: '10%', position: `${x}% ${y}%`, scale };
          const { canvas, target } = composition({ ...options, format: 'webp' }, situation);
          const free = (along: 'width' | 'height') => canvas[along] - target[along];
          expect(Math.abs(target.left - (free('width') * x) / 100)).toBeLessThanOrEqual(0.5 + 1e-9);
          expect(Math.abs(target.top - (free('height') * y) / 100)).toBeLessThanOrEqual(0.5 + 1e-9);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('scale makes it as large as fits into that part of the canvas', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 100 }),
        fc.boolean(),
        placing.position,
        situations,
        (percent, crop, position, situation) => {
          const options = { scale: percent, crop, cropMargin: '20%', position, format: 'webp' };
          const { canvas, target } = composition(options, situation);
          const room = {
            width: (canvas.width * percent) / 100,
            height: (canvas.height * percent) / 100,
          };
          const used = Math.max(target.width / room.width, target.height / room.height);
          for (const along of ['width', 'height'] as const) {
            expect(target[along]).toBeLessThanOrEqual(Math.max(1, room[along] + 1e-6));
          }
          // One of the two is met, to a pixel.
          const slack = Math.min(room.width - target.width, room.height - target.height);
          expect(used >= 1 - 1e-9 || slack < 1).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('scale without position centres it; an explicit original keeps its centre where it can', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 100 }), situations, (scale, situation) => {
        const centred = composition({ scale, format: 'webp' }, situation);
        expect(centred).toEqual(
          composition({ scale, format: 'webp', position: 'center' }, situation),
        );
        const options = { scale, format: 'webp', position: 'original' };
        const { canvas, target } = composition(options, situation);
        const off = (start: 'left' | 'top', along: 'width' | 'height') => {
          const before = situation.box[start] + situation.box[along] / 2;
          const edge = target[start] === 0 || target[start] + target[along] === canvas[along];
          return edge ? 0 : Math.abs(target[start] + target[along] / 2 - before);
        };
        expect(off('left', 'width')).toBeLessThanOrEqual(0.5 + 1e-9);
        expect(off('top', 'height')).toBeLessThanOrEqual(0.5 + 1e-9);
      }),
      { numRuns: 1000 },
    );
  });

  it('the foreground is its box on the whole picture, at the scale of the result', () => {
    fc.assert(
      fc.property(optionsOf, situations, (options, situation) => {
        const { composition, foreground } = composed(options, situation);
        const still = options.scale === undefined || options.scale === 'original';
        if (options.crop && still) expect(sizeOf(foreground)).toBe(sizeOf(composition.target));
        const { canvas } = composition;
        if (!options.crop) {
          expect(foreground.left + foreground.width).toBeLessThanOrEqual(canvas.width + 1);
          const across = (foreground.width * situation.frame.width) / canvas.width;
          expect(Math.abs(across - situation.box.width)).toBeLessThanOrEqual(
            Math.max(1, situation.frame.width / canvas.width),
          );
        }
      }),
      { numRuns: 1000 },
    );
    expect(composed({ crop: true, cropMargin: '9px', scale: 50 }).foreground).toEqual(box);
  });
});

describe('format auto', () => {
  const everything = { left: 0, top: 0, ...frame };
  const full = { box: everything, transparent: false, boxTransparent: false };
  const format = (options: object, situation?: Situation) =>
    composition(options, situation).encoder.format;

  it('is a PNG where something is transparent, else a JPEG', () => {
    expect(format({})).toBe('png');
    expect(format({}, full)).toBe('jpg');
    expect(format({}, { transparent: false })).toBe('jpg');
  });

  it('is a PNG where the canvas shows beside the subject', () => {
    expect(format({ crop: true }, full)).toBe('jpg');
    expect(format({ crop: true, cropMargin: '1px' }, full)).toBe('png');
    expect(format({ crop: true, cropMargin: '0 0 1px 0' }, full)).toBe('png');
    expect(format({ scale: '90%' }, full)).toBe('png');
    expect(format({ scale: '100%' }, full)).toBe('jpg');
    expect(format({ position: 'center' }, { transparent: false })).toBe('png');
  });

  it('is a JPEG where what is cropped away was all that was transparent', () => {
    const framed = { transparent: true, boxTransparent: false };
    expect(format({ crop: true }, framed)).toBe('jpg');
    expect(format({ crop: true, cropMargin: '1px' }, framed)).toBe('png');
    expect(format({}, framed)).toBe('png');
    expect(format({ crop: true }, { ...framed, type: 'car' })).toBe('png');
  });

  it('is a JPEG over an opaque background, a PNG over a translucent one', () => {
    const photo = (hasAlpha: boolean) => ({
      background: {
        picture: { header: { format: 'png', width: 9, height: 9, hasAlpha } },
      } as const,
    });
    expect(format({}, { background: { color: [0, 0, 0, 255] } })).toBe('jpg');
    expect(format({ scale: '10%' }, { background: { color: [0, 0, 0, 255] } })).toBe('jpg');
    expect(format({}, { background: { color: [0, 0, 0, 254] } })).toBe('png');
    expect(format({}, { background: { color: [0, 0, 0, 0] }, ...full })).toBe('jpg');
    expect(format({}, photo(false))).toBe('jpg');
    expect(format({}, photo(true))).toBe('png');
  });

  it('of a mask is a PNG', () => {
    expect(format({ channels: 'alpha' }, full)).toBe('png');
    expect(format({ channels: 'alpha' }, { background: { color: [0, 0, 0, 255] } })).toBe('png');
  });

  it('a PNG of a large picture is scaled down, whatever makes it one', () => {
    const large = { width: 6000, height: 4000 };
    const opaque = {
      frame: large,
      box: { left: 0, top: 0, ...large },
      transparent: false,
      boxTransparent: false,
    };
    const { canvas, target } = composition({ crop: true, cropMargin: '50px' }, opaque);
    expect(canvas.width * canvas.height).toBeLessThanOrEqual(10_000_000);
    expect(canvas.width * canvas.height).toBeGreaterThan(9_980_000);
    expect([target.left, target.top]).toEqual([50, 50]);
    expect([canvas.width - target.width, canvas.height - target.height]).toEqual([100, 100]);
  });
});
