/** What results are encoded as. */
import sharp from 'sharp';
import { expect } from 'vitest';

import type { RemoveOptions } from 'bgcut';
import { plain } from '../../support/pictures.js';
import { at, channel, difference } from '../../support/pixels.js';
import { bright, cut, pathOf, view, zipParts } from '../calls.js';
import type { Cases } from './case.js';

type Format = NonNullable<RemoveOptions['format']>;

const photo = 'coffee.png';

/** Sharp's names of the formats, and whether they have an alpha channel. */
async function seenAs(format: Format): Promise<[string | undefined, boolean | undefined]> {
  const { format: seen, hasAlpha } = await sharp((await cut(photo, { format })).data).metadata();
  return [seen, hasAlpha];
}

/** A corner and the middle of the cup. */
async function opacities(format: Format): Promise<number[]> {
  const pixels = await view(await cut(photo, { format }));
  return [at(pixels, 3, 3)[3]!, at(pixels, 280, 260)[3]!];
}

export const formatCases: Cases = {
  format: {
    'the result says which one it has': async () => {
      for (const format of ['png', 'jpg', 'webp', 'zip'] as const) {
        expect((await cut(photo, { format })).format).toBe(format);
      }
      const types = ['image/png', 'image/jpeg', 'image/webp', 'application/zip'];
      const cuts = (['png', 'jpg', 'webp', 'zip'] as const).map((format) => cut(photo, { format }));
      expect((await Promise.all(cuts)).map(({ contentType }) => contentType)).toEqual(types);
    },
  },

  'format.auto': {
    'a cut-out is a PNG': async () => {
      const { data, format } = await cut(photo, { format: 'auto' });
      expect(format).toBe('png');
      expect(data.equals((await cut(photo, { format: 'png' })).data)).toBe(true);
    },
    'where nothing is transparent it is a JPEG': async () => {
      const picture = await plain(300, 200, '#fff').png().toBuffer();
      const { data, format } = await bright(picture, { format: 'auto' });
      expect([format, (await sharp(data).metadata()).format]).toEqual(['jpg', 'jpeg']);
    },
    'so it is before an opaque background, and not before a translucent one': async () => {
      expect((await cut(photo, { format: 'auto', bgColor: 'green' })).format).toBe('jpg');
      expect((await cut(photo, { format: 'auto', bgColor: '81d4fa77' })).format).toBe('png');
      const behind = await cut(photo, { format: 'auto', bgImageFile: pathOf('rocket.jpg') });
      expect(behind.format).toBe('jpg');
    },
    'is the default': async () => {
      const [none, auto] = [await cut(photo), await cut(photo, { format: 'auto' })];
      expect(none.data.equals(auto.data)).toBe(true);
    },
  },

  'format.png': {
    'is one, with alpha': async () => {
      expect(await seenAs('png')).toEqual(['png', true]);
      expect(await opacities('png')).toEqual([0, 255]);
    },
  },

  'format.webp': {
    'is one, with the alpha of the PNG': async () => {
      expect(await seenAs('webp')).toEqual(['webp', true]);
      const [webp, png] = [await cut(photo, { format: 'webp' }), await cut(photo)];
      const [alpha, same] = [channel(await view(webp), 3), channel(await view(png), 3)];
      expect(alpha.equals(same)).toBe(true);
    },
  },

  'format.jpg': {
    'is one, over white': async () => {
      expect(await seenAs('jpg')).toEqual(['jpeg', false]);
      expect(at(await view(await cut(photo, { format: 'jpg' })), 3, 3)).toEqual([
        255, 255, 255, 255,
      ]);
    },
  },

  'format.zip': {
    'has a colour picture and a grey alpha matte of the same size': async () => {
      const { data, width, height } = await cut(photo, { format: 'zip' });
      const { color, alpha } = await zipParts(data);
      for (const each of [color, alpha]) expect([each.width, each.height]).toEqual([width, height]);
      expect(channel(alpha, 0).equals(channel(alpha, 2))).toBe(true);
    },
    'put together they are the PNG': async () => {
      expect(await opacities('zip')).toEqual([0, 255]);
      const [zip, png] = [
        await view(await cut(photo, { format: 'zip' })),
        await view(await cut(photo)),
      ];
      expect(channel(zip, 3).equals(channel(png, 3))).toBe(true);
      const where = (pixel: number) => png.data[pixel * 4 + 3]! > 0;
      expect(difference(zip, png, { where, channels: 3 }).mean).toBeLessThan(3);
    },
  },

  'format.zip.fastest': {
    'a photograph of 8 megapixels is sooner a zip than a PNG or a WebP': async () => {
      const picture = await sharp(pathOf('astronaut.png')).resize(2828, 2828).jpeg().toBuffer();
      const fastest = async (format: Format) => {
        const times = [];
        for (let turn = 0; turn < 3; turn++) {
          const { encode, container } = (await bright(picture, { size: 'full', format })).timings;
          times.push(encode + container); // all else is the same for every format
        }
        return Math.min(...times);
      };
      const [zip, png, webp] = [await fastest('zip'), await fastest('png'), await fastest('webp')];
      expect(zip).toBeLessThan(png);
      expect(zip).toBeLessThan(webp);
    },
  },
};
