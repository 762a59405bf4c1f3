/** The finished picture, or its mask. */
import sharp from 'sharp';
import { expect } from 'vitest';

import { channel } from '../../support/pixels.js';
import { cut, pathOf, said, view } from '../calls.js';
import type { Cases } from './case.js';

const photo = 'chelsea.png';

export const channelCases: Cases = {
  channels: {
    'alpha is the alpha of the finished picture, in grey': async () => {
      const [mask, finished] = [await cut(photo, { channels: 'alpha' }), await cut(photo)];
      const { channels, hasAlpha, space } = await sharp(mask.data).metadata();
      expect([mask.format, channels, hasAlpha, space]).toEqual(['png', 1, false, 'b-w']);
      const grey = channel(await view(mask), 0);
      expect(grey.equals(channel(await view(finished), 3))).toBe(true);
    },
    'with crop, scale and position as the finished picture has them': async () => {
      const options = { crop: true, cropMargin: '10px', scale: '60%', position: '0%' } as const;
      const mask = await cut(photo, { ...options, channels: 'alpha' });
      const finished = await cut(photo, options);
      expect(said(mask)).toBe(said(finished));
      const grey = channel(await view(mask), 0);
      expect(grey.equals(channel(await view(finished), 3))).toBe(true);
    },
    'without shadow and background': async () => {
      const mask = await cut(photo, { channels: 'alpha' });
      const behind = { shadowType: 'drop', bgImageFile: pathOf('rocket.jpg') } as const;
      const other = await cut(photo, { channels: 'alpha', ...behind });
      expect(other.data.equals(mask.data)).toBe(true);
      expect((await cut(photo, behind)).data.equals(mask.data)).toBe(false);
    },
    'as JPEG and WebP where one is asked for': async () => {
      for (const format of ['jpg', 'webp'] as const) {
        const mask = await cut(photo, { channels: 'alpha', format });
        expect(mask.format).toBe(format);
        const grey = channel(await view(mask), 0);
        const alpha = channel(await view(await cut(photo)), 3);
        const apart = grey.map((level, i) => Math.abs(level - alpha[i]!));
        expect(apart.reduce((sum, each) => sum + each, 0) / apart.length).toBeLessThan(1.5);
      }
    },
  },

  'channels.rgba': {
    'is the default': async () => {
      const [none, finished] = [await cut(photo), await cut(photo, { channels: 'rgba' })];
      expect(none.data.equals(finished.data)).toBe(true);
      expect((await sharp(none.data).metadata()).channels).toBe(4);
    },
  },
};
