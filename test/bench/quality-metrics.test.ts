/** The errors of bench:quality on alphas whose errors can be worked out by hand; bench/oracles has real ones. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { colourError } from '../../bench/quality/colour.mjs';
import { measureInside } from '../../bench/quality/inside.mjs';
import { type Alpha, measure, softBand } from '../../bench/quality/metrics.mjs';

function alpha(width: number, height: number, at: (x: number, y: number) => number): Alpha {
  const values = Float64Array.from({ length: width * height }, (_, i) =>
    at(i % width, Math.floor(i / width)),
  );
  return { width, height, values };
}

const inside = (x: number, y: number, left: number, top: number, width: number, height: number) =>
  x >= left && x < left + width && y >= top && y < top + height ? 1 : 0;

test('a constant difference of a quarter is 250 in MAE, 62.5 in MSE, and a quarter of the pixels in SAD', () => {
  const errors = measure(
    alpha(40, 25, () => 0.75),
    alpha(40, 25, () => 1),
  );
  expect(errors.mae).toBeCloseTo(250, 9);
  expect(errors.mse).toBeCloseTo(62.5, 9);
  expect(errors.sad).toBeCloseTo(0.25, 9);
});

test('IoU: two bars of ten columns that share five overlap by a third; two empty alphas overlap wholly', () => {
  const bar = (left: number) => alpha(30, 8, (x, y) => inside(x, y, left, 0, 10, 8));
  const empty = alpha(30, 8, () => 0.49);
  expect(measure(bar(3), bar(8)).iou).toBeCloseTo(1 / 3, 9);
  expect(measure(empty, empty).iou).toBe(1);
  expect(measure(bar(3), empty).iou).toBe(0);
});

test('the band of one soft pixel is the diamond within five steps, cut off at the border', () => {
  const single = (x0: number, y0: number) =>
    softBand(alpha(31, 31, (x, y) => (x === x0 && y === y0 ? 0.5 : 0))).reduce((a, b) => a + b);
  expect(single(15, 15)).toBe(61);
  expect(single(0, 0)).toBe(21);
});

test('the band error sees what lies in the band of the reference, and nothing else', () => {
  const edge = (x: number) => (x < 15 ? 0 : x > 15 ? 1 : 0.5);
  const reference = alpha(31, 10, edge);
  const wrongAt = (column: number) =>
    measure(
      alpha(31, 10, (x) => (x === column ? edge(x) + (column > 15 ? -0.5 : 0.5) : edge(x))),
      reference,
    ).band;
  expect(wrongAt(9)).toBe(0);
  expect(wrongAt(10)).toBeCloseTo(500 / 11, 9);
  expect(wrongAt(20)).toBeCloseTo(500 / 11, 9);
  expect(wrongAt(21)).toBe(0);
});

test('nearly opaque and nearly clear pixels make no band', () => {
  const reference = alpha(20, 20, (x) => (x < 10 ? 0.02 : 0.98));
  expect(
    measure(
      alpha(20, 20, () => 0.5),
      reference,
    ).band,
  ).toBe(0);
});

// The derivative of a step under a Gaussian is the Gaussian: its square's integral is 1 / (2 sigma sqrt(pi)).
const stepPerPixel = 1 / (2 * 1.4 * Math.sqrt(Math.PI));

test('a lost step costs the gradient what calculus says, upright or lying', () => {
  const upright = alpha(60, 50, (x) => (x < 30 ? 0 : 1));
  const lying = alpha(50, 60, (_, y) => (y < 30 ? 0 : 1));
  const none = (like: Alpha) => alpha(like.width, like.height, () => 0.5);
  const cost = measure(none(upright), upright).grad;
  expect(cost / ((50 * stepPerPixel) / 1000)).toBeCloseTo(1, 1);
  expect(measure(none(lying), lying).grad).toBeCloseTo(cost, 12);
});

test('the gradient does not mind a constant, nor the border of the picture', () => {
  const half = alpha(20, 12, () => 0.5);
  const full = alpha(20, 12, () => 1);
  expect(measure(half, full).grad).toBeCloseTo(0, 12);
});

const square = (x: number, y: number) => inside(x, y, 2, 2, 20, 20);

test('connectivity: an island costs its area, a faint one nothing', () => {
  const reference = alpha(40, 40, square);
  const island = (level: number) =>
    alpha(40, 40, (x, y) => square(x, y) + level * inside(x, y, 30, 30, 3, 4));
  expect(measure(island(1), reference).conn).toBeCloseTo(12 / 1000, 12);
  expect(measure(island(0.14), reference).conn).toBe(0);
});

test('connectivity: a grey patch inside costs how far it is from opaque', () => {
  const patch = alpha(40, 40, (x, y) => square(x, y) - 0.5 * inside(x, y, 8, 8, 5, 2));
  expect(measure(patch, alpha(40, 40, square)).conn).toBeCloseTo((0.5 * 10) / 1000, 12);
});

test('connectivity: what touches by a corner only is apart', () => {
  const corner = (x: number, y: number) => square(x, y) + inside(x, y, 22, 22, 4, 4);
  const bridged = (x: number, y: number) => corner(x, y) + inside(x, y, 22, 21, 1, 1);
  const errorOf = (at: typeof corner) => {
    const faded = (x: number, y: number) => at(x, y) * (x >= 22 && y >= 22 ? 0.9 : 1);
    return measure(alpha(40, 40, faded), alpha(40, 40, at)).conn * 1000;
  };
  // Connected up to .9, so that the missing tenth is tolerated; an island is all apart, and a tenth of it is missing.
  expect(errorOf(bridged)).toBe(0);
  expect(errorOf(corner)).toBeCloseTo(16 * 0.1, 9);
});

const alphas = fc
  .record({ width: fc.integer({ min: 1, max: 24 }), height: fc.integer({ min: 1, max: 24 }) })
  .chain(({ width, height }) => {
    const level = fc.oneof(fc.constantFrom(0, 255), fc.integer({ min: 0, max: 255 }));
    const pixels = width * height;
    const one = fc
      .array(level, { minLength: pixels, maxLength: pixels })
      .map((levels) => ({ width, height, values: Float64Array.from(levels, (v) => v / 255) }));
    return fc.tuple(one, one);
  });

test('every alpha is without error against itself', () => {
  fc.assert(
    fc.property(alphas, ([one]) => {
      const { iou, ...errors } = measure(one, one);
      expect(iou).toBe(1);
      expect(Object.values(errors).every((error) => error === 0)).toBe(true);
    }),
  );
});

test('MAE, MSE, SAD, Grad, Conn and IoU do not know which one is the reference, and MSE is at most MAE', () => {
  fc.assert(
    fc.property(alphas, ([one, other]) => {
      const { band: _, ...there } = measure(one, other);
      const { band: __, ...back } = measure(other, one);
      expect(there).toEqual(back);
      expect(there.mse).toBeLessThanOrEqual(there.mae + 1e-9);
    }),
  );
});

test('a mirrored pair has the same errors', () => {
  const mirror = ({ width, height, values }: Alpha) =>
    alpha(width, height, (x, y) => values[y * width + width - 1 - x]!);
  fc.assert(
    fc.property(alphas, ([one, other]) => {
      const { conn: _, ...upright } = measure(one, other); // of two largest regions the first one counts
      const mirrored = measure(mirror(one), mirror(other));
      for (const key of Object.keys(upright) as (keyof typeof upright)[]) {
        expect(mirrored[key]).toBeCloseTo(upright[key], 9);
      }
    }),
  );
});

test('alphas of different sizes are refused', () => {
  expect(() =>
    measure(
      alpha(4, 6, () => 1),
      alpha(6, 4, () => 1),
    ),
  ).toThrow('4x6');
});

test('the colour error is what is seen of it, in the soft band, where there is colour', () => {
  const reference = alpha(4, 1, (x) => [0.5, 0.25, 1, 0][x]!);
  const grey = new Uint8Array(12).fill(100);
  const off = Uint8Array.from(grey, (level, i) => level + (i < 3 ? 8 : 40));
  expect(colourError(grey, grey, reference)).toBe(0);
  expect(colourError(off, grey, reference)).toBeCloseTo((0.5 * 8 + 0.25 * 40) / 2, 9);
  expect(colourError(off, grey, reference, Uint8Array.of(255, 0, 255, 0))).toBeCloseTo(4, 9);
});

test('insides are further than 8 pixels from what is below one half', () => {
  const hole = alpha(60, 50, (x, y) => (x === 30 && y === 25 ? 0.4 : 1));
  expect(measureInside(hole)).toEqual({ inside: 60 * 50 - 17 * 17, grey: 0 });
});

test('insides are grey below 250 of 255', () => {
  const shaded = alpha(60, 50, (x, y) => (y > 0 ? 1 : x < 7 ? 249 / 255 : 250 / 255));
  expect(measureInside(shaded)).toEqual({ inside: 60 * 50, grey: 7 });
});
