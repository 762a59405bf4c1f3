/** How large the subject is on its canvas, and where it stands. */
import { expect } from 'vitest';

import type { RemoveOptions } from 'bgcut';
import { rejection } from '../../support/rejection.js';
import { box, type Box, boxOf, cut, keep, said, view } from '../calls.js';
import { canvas, figure, place } from '../figures.js';
import type { Cases } from './case.js';

/** Where the figure stands. Half-transparent edges of a scaled one count from the middle. */
async function standing(options: RemoveOptions): Promise<Box> {
  const result = await keep(await figure(), { ...options, format: 'png' });
  if (options.crop !== true) expect(said(result)).toBe(`${canvas.width}x${canvas.height}`);
  return boxOf(await view(result), 128);
}

/** The room to the left of the figure and above it, when it has its own size. */
const free = { x: canvas.width - place.width, y: canvas.height - place.height };
const at = (x: number, y: number): Box => ({ ...place, left: x, top: y });

const refused = async (options: object) => {
  const error = await rejection(keep(await figure(), options));
  return [error.code, error.title];
};

export const placementCases: Cases = {
  scale: {
    'the figure fits into that part of width and height': async () => {
      // 100 x 160 on 400 x 300: the height decides.
      const { width, height } = await standing({ scale: '50%' });
      expect([width, height]).toEqual([94, 150]);
    },
    'a photograph, too: the cup at half the height': async () => {
      const { foreground } = await cut('coffee.png');
      const scaled = await cut('coffee.png', { scale: '50%' });
      expect(said(scaled)).toBe('600x400');
      const { width, height } = boxOf(await view(scaled));
      expect(Math.abs(height - 200)).toBeLessThanOrEqual(1);
      const aspect = foreground.width / foreground.height;
      expect(Math.abs(width - 200 * aspect)).toBeLessThanOrEqual(2);
    },
    'of the cropped picture with its margin, with crop': async () => {
      // 300 x 360, of which half is 150 x 180.
      const options = { crop: true, cropMargin: '100px', scale: '50%' } as const;
      expect(await standing(options)).toEqual(box(94, 90, 113, 180));
    },
  },

  'scale.values': {
    'from 10% to 100%': async () => {
      expect(await standing({ scale: '10%' })).toMatchObject({ width: 19, height: 30 });
      expect(await standing({ scale: '100%' })).toMatchObject({ width: 188, height: 300 });
      expect(await standing({ scale: '33.3%' })).toMatchObject({ width: 62, height: 99 });
    },
    'original leaves it as it is, as nothing does': async () => {
      expect(await standing({})).toEqual(place);
      const [none, original] = [
        await cut('coffee.png'),
        await cut('coffee.png', { scale: 'original' }),
      ];
      expect(none.data.equals(original.data)).toBe(true);
    },
    'others are invalid_scale': async () => {
      for (const scale of ['9%', '101%', '50', '50px', '0.5', 'half']) {
        const invalid = ['invalid_scale', 'Invalid scale parameter given'];
        expect(await refused({ scale })).toEqual(invalid);
      }
    },
  },

  'scale.center': {
    'the figure is centred': async () => {
      expect(await standing({ scale: '50%' })).toEqual(box(153, 75, 94, 150));
      const [implied, center] = [
        await cut('coffee.png', { scale: '40%' }),
        await cut('coffee.png', { scale: '40%', position: 'center' }),
      ];
      expect(implied.data.equals(center.data)).toBe(true);
    },
    'unless it is told to be elsewhere': async () => {
      expect(await standing({ scale: '50%', position: '0%' })).toMatchObject({ left: 0, top: 0 });
      // Its own centre is at 140, 140.
      const original = await standing({ scale: '50%', position: 'original' });
      expect(original).toEqual(box(93, 65, 94, 150));
    },
  },

  position: {
    'the same figure elsewhere on the same canvas': async () => {
      expect(await standing({ position: '25% 75%' })).toEqual(at(free.x / 4, (free.y * 3) / 4));
    },
    'of a photograph': async () => {
      const { width, height } = (await cut('coffee.png')).foreground;
      const corner = await cut('coffee.png', { position: '100% 0%' });
      const { left, top } = boxOf(await view(corner));
      expect([left, top]).toEqual([600 - width, 0]);
      expect(height).toBeLessThan(400);
    },
    'of the cropped picture with its margin, with crop': async () => {
      const options = { crop: true, cropMargin: '20px', position: '100% 0%' } as const;
      expect(await standing(options)).toEqual(at(40, 0));
    },
  },

  'position.original': {
    'is where it was, as without position': async () => {
      expect(await standing({ position: 'original' })).toEqual(place);
      const [none, original] = [
        await cut('coffee.png'),
        await cut('coffee.png', { position: 'original', scale: 'original' }),
      ];
      expect(none.data.equals(original.data)).toBe(true);
    },
  },

  'position.center': {
    'is the middle': async () => {
      expect(await standing({ position: 'center' })).toEqual(at(free.x / 2, free.y / 2));
      expect(await standing({ position: '50%' })).toEqual(at(free.x / 2, free.y / 2));
    },
  },

  'position.one': {
    'from flush left and top to flush right and bottom': async () => {
      expect(await standing({ position: '0%' })).toEqual(at(0, 0));
      expect(await standing({ position: '10%' })).toEqual(at(30, 14));
      expect(await standing({ position: '100%' })).toEqual(at(free.x, free.y));
    },
    'others are invalid_position': async () => {
      for (const position of ['101%', '-1%', '50', '10px', 'left', '1% 2% 3%']) {
        const invalid = ['invalid_position', 'Invalid position parameter given'];
        expect(await refused({ position })).toEqual(invalid);
      }
    },
  },

  'position.two': {
    'horizontal, then vertical': async () => {
      expect(await standing({ position: '100% 0%' })).toEqual(at(free.x, 0));
      expect(await standing({ position: '0% 100%' })).toEqual(at(0, free.y));
    },
  },
};
