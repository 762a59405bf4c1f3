/** Cropping, and the room that is left around the subject. */
import { expect } from 'vitest';

import type { RemoveOptions, Result } from 'bgcut';
import { difference } from '../../support/pixels.js';
import { rejection } from '../../support/rejection.js';
import { boxOf, cut, keep, part, said, view } from '../calls.js';
import { figure, place } from '../figures.js';
import type { Cases } from './case.js';

const photo = 'coffee.png';

const cropped = async (cropMargin?: RemoveOptions['cropMargin']): Promise<Result> =>
  keep(await figure(), { crop: true, cropMargin, format: 'png' });

/** The room around the figure: top, right, bottom, left. */
async function room(cropMargin: RemoveOptions['cropMargin']): Promise<number[]> {
  const { width, height, ...result } = await cropped(cropMargin);
  const at = boxOf(await view({ width, height, ...result }));
  expect([at.width, at.height]).toEqual([place.width, place.height]);
  return [at.top, width - at.left - at.width, height - at.top - at.height, at.left];
}

const refused = async (cropMargin: string) => {
  const error = await rejection(cropped(cropMargin));
  return [error.code, error.title];
};
const invalid = ['invalid_crop_margin', 'Invalid crop_margin parameter given'];

export const cropCases: Cases = {
  crop: {
    'a cropped photograph ends where its subject ends': async () => {
      const [crop, whole] = [await cut(photo, { crop: true }), await cut(photo)];
      const { width, height } = whole.foreground;
      expect(said(crop)).toBe(`${width}x${height}`);
      expect(boxOf(await view(crop))).toEqual({ left: 0, top: 0, width, height });
    },
    'and is otherwise what it would be uncropped': async () => {
      const [crop, whole] = [await cut(photo, { crop: true }), await cut(photo)];
      const inside = await part(await view(whole), whole.foreground);
      expect(difference(await view(crop), inside).max).toBe(0);
    },
    'what is hardly there counts as empty: alpha below 8': async () => {
      const picture = await figure();
      const { width, height } = await keep(picture, { crop: true });
      expect([width, height]).toEqual([place.width, place.height]);
      const faint = await cut('chelsea.png', { crop: true, format: 'png' });
      expect(boxOf(await view(faint), 8)).toMatchObject({ left: 0, top: 0 });
    },
    'false, and nothing, leave the whole picture': async () => {
      expect(said(await cut(photo))).toBe('600x400');
      const not = await cut(photo, { crop: false });
      expect(not.data.equals((await cut(photo)).data)).toBe(true);
    },
  },

  crop_margin: {
    'is 0 by default': async () => {
      expect(await room(undefined)).toEqual([0, 0, 0, 0]);
      expect(await room('0')).toEqual([0, 0, 0, 0]);
    },
    'of a photograph': async () => {
      const result = await cut(photo, { crop: true, cropMargin: '40px' });
      const { width, height } = (await cut(photo)).foreground;
      expect(said(result)).toBe(`${width + 80}x${height + 80}`);
      expect(boxOf(await view(result))).toEqual({ left: 40, top: 40, width, height });
    },
    'beyond the picture it is transparent, or the background': async () => {
      const wide = { crop: true, cropMargin: '500px', format: 'png' } as const;
      const pixels = await view(await keep(await figure(), wide));
      expect([pixels.width, pixels.height]).toEqual([1100, 1160]);
      expect([...pixels.data.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
      const green = await view(await keep(await figure(), { ...wide, bgColor: 'lime' }));
      expect([...green.data.subarray(0, 4)]).toEqual([0, 255, 0, 255]);
    },
  },

  'crop_margin.units': {
    pixels: async () => {
      expect(await room('30px')).toEqual([30, 30, 30, 30]);
    },
    'pixels of the result, also when the picture was scaled down': async () => {
      const large = { width: 1600, height: 1200 };
      const at = { left: 400, top: 200, width: 600, height: 600 };
      const picture = await figure(large, at);
      const plain = await keep(picture, { crop: true, format: 'png' });
      const { width, height } = await keep(picture, { crop: true, cropMargin: '30px' });
      expect([width, height]).toEqual([plain.width + 60, plain.height + 60]);
    },
    'percent of the height above and below, of the width beside': async () => {
      expect(await room('10%')).toEqual([16, 10, 16, 10]);
      expect(await room('10% 30px')).toEqual([16, 30, 16, 30]);
    },
  },

  'crop_margin.values': {
    'one, two and four': async () => {
      expect(await room('7px')).toEqual([7, 7, 7, 7]);
      expect(await room('7px 20px')).toEqual([7, 20, 7, 20]);
      expect(await room('1px 20% 30px 40%')).toEqual([1, 20, 30, 40]);
    },
    'three and five are invalid_crop_margin': async () => {
      expect(await refused('1px 2px 3px')).toEqual(invalid);
      expect(await refused('1px 2px 3px 4px 5px')).toEqual(invalid);
    },
  },

  'crop_margin.crop': {
    'without crop it changes nothing': async () => {
      const margin = await keep(await figure(), { cropMargin: '30px' });
      expect(margin.data.equals((await keep(await figure())).data)).toBe(true);
    },
    'and is checked all the same': async () => {
      const error = await rejection(keep(await figure(), { cropMargin: '900px' }));
      expect(error.code).toBe('invalid_crop_margin');
    },
  },

  'crop_margin.max': {
    '50% and 500px are taken': async () => {
      expect(await room('50%')).toEqual([80, 50, 80, 50]);
      expect(await room('500px')).toEqual([500, 500, 500, 500]);
    },
    'more is invalid_crop_margin': async () => {
      for (const margin of ['50.1%', '501px', '0px 51%', '-1px']) {
        expect(await refused(margin)).toEqual(invalid);
      }
    },
  },
};
