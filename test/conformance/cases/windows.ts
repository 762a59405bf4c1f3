/** Windows of cars. */
import { expect } from 'vitest';

import type { RemoveOptions } from 'bgcut';
import { at } from '../../support/pixels.js';
import { cut, keep, type Photo, view } from '../calls.js';
import { car, door, windows } from '../figures.js';
import { maskOf } from '../masks.js';
import type { Cases } from './case.js';

/** The alpha of both windows and of the door. */
async function alphas(options: RemoveOptions, opacity = 1): Promise<number[]> {
  const pixels = await view(await keep(await car(opacity), { ...options, format: 'png' }));
  return [...windows, door].map(({ x, y }) => at(pixels, x, y)[3]!);
}

function expectOpen([first, second, body]: readonly number[]): void {
  for (const glass of [first!, second!]) {
    expect(glass).toBeGreaterThan(20);
    expect(glass).toBeLessThan(200);
  }
  expect(body).toBe(255);
}

const opaque = [255, 255, 255];

export const windowCases: Cases = {
  semitransparency: {
    'true: the background is seen through the windows, dimly': async () => {
      expectOpen(await alphas({ type: 'car', semitransparency: true }));
      const pixels = await view(
        await keep(await car(), { type: 'car', bgColor: 'red', format: 'png' }),
      );
      const [r, g, , alpha] = at(pixels, windows[0].x, windows[0].y);
      expect(r! - g!).toBeGreaterThan(30);
      expect(alpha).toBe(255);
    },
    'false: they are opaque': async () => {
      expect(await alphas({ type: 'car', semitransparency: false })).toEqual(opaque);
    },
    'false: also where the matte has found them translucent': async () => {
      expect(await alphas({ type: 'car', semitransparency: false }, 0.5)).toEqual(opaque);
    },
    'is true by default': async () => {
      const [none, yes] = [
        await alphas({ type: 'car' }),
        await alphas({ type: 'car', semitransparency: true }),
      ];
      expect(none).toEqual(yes);
      expectOpen(none);
    },
  },

  'semitransparency.cars': {
    'the same picture as any other type is opaque': async () => {
      for (const type of ['product', 'person', 'animal', 'graphic', 'transportation'] as const) {
        expect(await alphas({ type, semitransparency: true })).toEqual(opaque);
      }
    },
  },

  'semitransparency.others': {
    'photographs are the same with and without': async () => {
      for (const photo of ['astronaut.png', 'chelsea.png', 'coffee.png'] satisfies Photo[]) {
        const [yes, no] = [
          await cut(photo, { semitransparency: true }),
          await cut(photo, { semitransparency: false }),
        ];
        expect(yes.data.equals(no.data)).toBe(true);
      }
    },
    'and opaque inside': async () => {
      // Cup and saucer; what a mask leaves translucent elsewhere is a matter of the matte.
      const pixels = await view(await cut('coffee.png', { size: 'full', format: 'png' }));
      const { width, height } = pixels;
      const mask = await maskOf('coffee.png', width, height);
      let [inside, solid] = [0, 0];
      for (let y = 16; y < height - 16; y++) {
        for (let x = 16; x < width - 16; x++) {
          const around = [0, -16, 16, -16 * width, 16 * width];
          const here = y * width + x;
          if (!around.every((step) => mask[here + step] === 255)) continue;
          inside += 1;
          solid += Number(pixels.data[here * 4 + 3]! >= 250);
        }
      }
      expect(inside).toBeGreaterThan(50_000);
      expect(solid / inside).toBeGreaterThan(0.98);
    },
  },
};
