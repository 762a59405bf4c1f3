/** The region of interest. */
import sharp from 'sharp';
import { expect } from 'vitest';

import { removeBg, type RemoveOptions } from 'bgcut';
import { plain } from '../../support/pictures.js';
import { channel, difference, type Pixels } from '../../support/pixels.js';
import { rejection } from '../../support/rejection.js';
import { box, type Box, boxOf, keep, part, pathOf, said, view } from '../calls.js';
import { figure, place } from '../figures.js';
import { agreement } from '../masks.js';
import type { Cases } from './case.js';

/** Cup and cat side by side, 600 x 400 each. */
const size = { width: 1200, height: 400 };
const left = box(0, 0, 600, 400);
const right = box(600, 0, 600, 400);

async function cupAndCat(): Promise<Buffer> {
  const [cup, cat] = await Promise.all(
    (['coffee.png', 'chelsea.png'] as const).map((photo) =>
      sharp(pathOf(photo)).resize(600, 400, { fit: 'fill' }).removeAlpha().png().toBuffer(),
    ),
  );
  return sharp({ create: { ...size, channels: 3, background: '#000' } })
    .composite([
      { input: cup!, left: 0, top: 0 },
      { input: cat!, left: 600, top: 0 },
    ])
    .png()
    .toBuffer();
}

async function found(roi: RemoveOptions['roi']): Promise<Pixels> {
  return view(await removeBg(await cupAndCat(), { size: 'full', format: 'png', roi }));
}

/** Where a picture that is all foreground is kept. */
async function kept(roi: RemoveOptions['roi']): Promise<Box> {
  const white = await plain(200, 100, '#fff').png().toBuffer();
  const result = await keep(white, { format: 'png', roi });
  expect(said(result)).toBe('200x100');
  const pixels = await view(result);
  const at = boxOf(pixels);
  // Nothing in between: what is in is opaque.
  expect(channel(pixels, 3).filter((alpha) => alpha === 255)).toHaveLength(at.width * at.height);
  return at;
}

const code = async (roi: string) => {
  const error = await rejection(keep(await figure(), { roi }));
  return [error.code, error.title];
};

export const regionCases: Cases = {
  roi: {
    'the left half finds the cup, the right half the cat': async () => {
      const cup = await found('0% 0% 50% 100%');
      expect(await agreement(await part(cup, left), 'coffee.png')).toBeGreaterThan(0.95);
      const cat = await found('600px 0px 1200px 400px');
      expect(await agreement(await part(cat, right), 'chelsea.png')).toBeGreaterThan(0.93);
    },
    'the subject is looked for in it as if it were the whole picture': async () => {
      const cup = await part(await found('0% 0% 50% 100%'), left);
      const alone = await sharp(await cupAndCat())
        .extract(left)
        .png()
        .toBuffer();
      const expected = await view(await removeBg(alone, { size: 'full', format: 'png' }));
      expect(difference(cup, expected).mean).toBeLessThan(0.5);
    },
  },

  'roi.outside': {
    'nothing of it is left, and the picture keeps its size': async () => {
      const pixels = await found('0% 0% 50% 100%');
      expect([pixels.width, pixels.height]).toEqual([1200, 400]);
      expect(channel(await part(pixels, right), 3).every((alpha) => alpha === 0)).toBe(true);
    },
    'not even of the subject itself': async () => {
      const result = await keep(await figure(), { format: 'png', roi: '0px 0px 400px 100px' });
      expect(boxOf(await view(result))).toEqual({ ...place, left: 115, width: 60, height: 40 });
    },
    'nothing but it is unknown_foreground': async () => {
      expect(await code('0px 0px 80px 50px')).toEqual([
        'unknown_foreground',
        'Could not identify foreground in image.',
      ]);
    },
  },

  'roi.form': {
    'two corners': async () => {
      expect(await kept('10px 20px 110px 90px')).toEqual(box(10, 20, 100, 70));
    },
    'in any order': async () => {
      expect(await kept('110px 90px 10px 20px')).toEqual(box(10, 20, 100, 70));
      expect(await kept('10px 90px 110px 20px')).toEqual(box(10, 20, 100, 70));
    },
    'three, five and no corners are invalid_roi': async () => {
      for (const roi of ['1px 2px 3px', '1px 2px 3px 4px 5px', 'all', '1px,2px,3px,4px']) {
        expect(await code(roi)).toEqual(['invalid_roi', 'Invalid roi parameter given']);
      }
    },
  },

  'roi.units': {
    'pixels of the input, percent of its width and height': async () => {
      expect(await kept('50px 25px 100px 75px')).toEqual(box(50, 25, 50, 50));
      expect(await kept('25% 25% 50% 75%')).toEqual(box(50, 25, 50, 50));
      expect(await kept('50px 25% 50% 75px')).toEqual(box(50, 25, 50, 50));
    },
    'pixels of a large input, when the result is small': async () => {
      const white = await plain(2000, 1000, '#fff').png().toBuffer();
      const result = await keep(white, { format: 'png', roi: '500px 250px 1000px 1000px' });
      const { width, height } = result;
      const { left, top, ...rest } = boxOf(await view(result), 128);
      const sides = [left / width, top / height, rest.width / width, rest.height / height];
      [0.25, 0.25, 0.25, 0.75].forEach((side, i) => {
        expect(Math.abs(sides[i]! - side)).toBeLessThan(0.003);
      });
    },
    'pixels of the upright picture': async () => {
      const turned = plain(100, 200, '#fff').withMetadata({ orientation: 6 });
      const result = await keep(await turned.jpeg().toBuffer(), {
        format: 'png',
        roi: '150px 0px 200px 100px',
      });
      expect(said(result)).toBe('200x100');
      expect(boxOf(await view(result))).toEqual(box(150, 0, 50, 100));
    },
    'a bare 0 is either, any other number without a unit is neither': async () => {
      expect(await kept('0 0 50% 50%')).toEqual(box(0, 0, 100, 50));
      expect(await code('0 0 100 100%')).toEqual(['invalid_roi', 'Invalid roi parameter given']);
    },
    'beyond the picture is roi_exceeds_bounds, its very edge is not': async () => {
      expect(await kept('100px 0px 200px 100px')).toEqual(box(100, 0, 100, 100));
      expect(await code('0px 0px 401px 300px')).toEqual([
        'roi_exceeds_bounds',
        'ROI exceeds image bounds',
      ]);
      expect((await code('0% 0% 101% 100%'))[0]).toBe('invalid_roi');
    },
    'without width or height it is roi_region_empty': async () => {
      for (const roi of ['10px 0px 10px 300px', '0% 50% 100% 50%']) {
        expect(await code(roi)).toEqual(['roi_region_empty', 'ROI region is empty']);
      }
    },
  },

  'roi.default': {
    'the whole picture, named or not': async () => {
      const picture = await figure();
      const none = await keep(picture);
      for (const roi of ['0% 0% 100% 100%', '0 0 100% 100%', '0px 0px 400px 300px', '']) {
        expect((await keep(picture, { roi })).data.equals(none.data)).toBe(true);
      }
    },
  },
};
