/** What the API tells in its headers and a call in its result. */
import sharp from 'sharp';
import { expect } from 'vitest';

import type { RemoveOptions } from 'bgcut';
import { boxOf, cut, keep, view } from '../calls.js';
import { figure, place } from '../figures.js';
import type { Cases } from './case.js';

type Side = 'top' | 'left' | 'width' | 'height';

/** Where the subject is in the whole picture, whatever else is asked for. */
const foreground = (side: Side) => ({
  'is that of the subject, seen in the result': async () => {
    for (const photo of ['coffee.png', 'chelsea.png'] as const) {
      const result = await cut(photo, { format: 'png' });
      expect(result.foreground[side]).toBe(boxOf(await view(result))[side]);
    }
  },
  'is that of the whole picture when the result is cropped, scaled or moved': async () => {
    const options: RemoveOptions[] = [
      { crop: true },
      { crop: true, cropMargin: '30px' },
      { scale: '30%' },
      { position: '100% 0%', channels: 'alpha' },
      { shadowType: 'drop', type: 'product', bgColor: 'red' },
      { format: 'zip' },
    ];
    const picture = await figure();
    for (const each of options) {
      expect((await keep(picture, each)).foreground[side]).toBe(place[side]);
    }
  },
  'at the scale of the result': async () => {
    const picture = await figure(
      { width: 1250, height: 800 },
      { left: 250, top: 100, width: 400, height: 600 },
    );
    // Half: 625 x 400. Scaling blurs each side by a pixel.
    const half = { left: 125, top: 50, width: 200, height: 300 };
    const apart = (await keep(picture, { crop: true })).foreground[side] - half[side];
    expect(Math.abs(apart)).toBeLessThanOrEqual(2);
  },
});

/** Width and height of the file itself. */
const size = (side: 'width' | 'height') => ({
  'is that of the file': async () => {
    const options: RemoveOptions[] = [{}, { crop: true }, { crop: true, cropMargin: '10%' }];
    for (const format of ['png', 'jpg', 'webp'] as const) {
      for (const each of options) {
        const result = await cut('chelsea.png', { ...each, format });
        expect(result[side]).toBe((await sharp(result.data).metadata())[side]);
      }
    }
  },
});

export const headerCases: Cases = {
  'headers.type': {
    'as specific as type_level asks': async () => {
      const picture = await figure();
      const said = async (typeLevel: RemoveOptions['typeLevel']) =>
        (await keep(picture, { type: 'transportation', typeLevel })).type;
      expect(await said('none')).toBeUndefined();
      expect(await said('1')).toBe('other');
      expect(await said('2')).toBe('transportation');
    },
  },
  'headers.width': size('width'),
  'headers.height': size('height'),
  'headers.foreground_top': foreground('top'),
  'headers.foreground_left': foreground('left'),
  'headers.foreground_width': foreground('width'),
  'headers.foreground_height': foreground('height'),
};
