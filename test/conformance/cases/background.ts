/** Backgrounds. */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { expect } from 'vitest';

import type { RemoveOptions, Result } from 'bgcut';
import { at, difference, type Pixels, rgba } from '../../support/pixels.js';
import { rejection } from '../../support/rejection.js';
import { cut, keep, pathOf, said, view, zipParts } from '../calls.js';
import { canvas, figure } from '../figures.js';
import { online } from '../web.js';
import type { Cases } from './case.js';

type Behind = Pick<RemoveOptions, 'bgColor' | 'bgImageUrl' | 'bgImageFile'>;

const before = async (behind: Behind, more: RemoveOptions = {}): Promise<Result> =>
  keep(await figure(), { type: 'product', format: 'png', ...behind, ...more });

/** The pixel in the corner, where there is nothing but the background. */
async function corner(bgColor: string): Promise<number[]> {
  return at(await view(await before({ bgColor })), 2, 2);
}

/** Stripes and a disc: neither shifted nor stretched does it look the same. 4:1, so that its sides are cut off. */
const scenery = (width = 800, height = 200) =>
  sharp(
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 800 200"
      preserveAspectRatio="none">
      <rect width="800" height="200" fill="#2060a0"/><rect width="800" height="60" fill="#e0c040"/>
      <path d="M0 0 L400 200 L0 200 Z" fill="#208040"/><circle cx="430" cy="90" r="60" fill="#c02040"/>
    </svg>`),
  )
    .removeAlpha()
    .png()
    .toBuffer();

/** The cut-out over a picture, as sharp composes them. */
async function expected(cutOut: Result, behind: Buffer): Promise<Pixels> {
  const { width, height } = cutOut;
  const ground = await sharp(behind).resize(width, height, { fit: 'cover' }).png().toBuffer();
  return rgba(
    await sharp(ground)
      .composite([{ input: cutOut.data }])
      .png()
      .toBuffer(),
  );
}

const alone = async (one: Behind, other: Behind) => {
  const error = await rejection(before({ ...one, ...other }));
  expect(error).toMatchObject({
    code: 'multiple_bg_sources',
    title:
      'Multiple background sources given: Please provide either the bg_color, the bg_image_url or the bg_image_file parameter.',
  });
};
const address = 'http://photos.example/ground.png';

const fromTheWeb = (file: Buffer, more: RemoveOptions = {}) =>
  online({ 'ground.png': file }, () => before({ bgImageUrl: address }, more));

/** The three cases of a picture behind the subject, from a file or from the web. */
const covering = (behind: (file: Buffer, more?: RemoveOptions) => Promise<Result>) => ({
  'wider than the canvas: scaled to its height, both sides cut off alike': async () => {
    const file = await scenery();
    const shown = await view(await behind(file));
    expect(difference(shown, await expected(await before({}), file)).mean).toBeLessThan(0.6);
  },
  'higher than the canvas: scaled to its width': async () => {
    const file = await scenery(100, 300);
    const shown = await view(await behind(file));
    expect(difference(shown, await expected(await before({}), file)).mean).toBeLessThan(0.6);
  },
  'the canvas is what crop and margin make of it': async () => {
    const more = { crop: true, cropMargin: '40px' } as const;
    const file = await scenery();
    const result = await behind(file, more);
    expect(said(result)).toBe('180x240');
    const over = await expected(await before({}, more), file);
    expect(difference(await view(result), over).mean).toBeLessThan(0.6);
  },
  'of exactly its size: every pixel as it is': async () => {
    const file = await sharp(pathOf('astronaut.png'))
      .resize(canvas.width, canvas.height)
      .png()
      .toBuffer();
    const shown = await view(await behind(file));
    const bare = await view(await before({}));
    const where = (pixel: number) => bare.data[pixel * 4 + 3] === 0;
    expect(difference(shown, await rgba(file), { where }).max).toBe(0);
  },
});

export const backgroundCases: Cases = {
  bg_color: {
    'behind a photograph, where it was cut away': async () => {
      const [plain, green] = [
        await view(await cut('coffee.png')),
        await view(await cut('coffee.png', { bgColor: '00ff00', format: 'png' })),
      ];
      const over = await sharp(plain.data, { raw: { width: 600, height: 400, channels: 4 } })
        .flatten({ background: '#00ff00' })
        .ensureAlpha()
        .raw()
        .toBuffer();
      expect(difference(green, { ...green, data: over }).max).toBeLessThanOrEqual(1);
      expect(at(green, 3, 3)).toEqual([0, 255, 0, 255]);
    },
    'in every format': async () => {
      for (const format of ['auto', 'png', 'jpg', 'webp', 'zip'] as const) {
        const [r, g, b, alpha] = at(
          await view(await before({ bgColor: '#2060a0' }, { format })),
          2,
          2,
        );
        const apart = [r! - 0x20, g! - 0x60, b! - 0xa0].map(Math.abs);
        expect(Math.max(...apart)).toBeLessThanOrEqual(4);
        expect(alpha).toBe(255);
      }
    },
    'under the shadow': async () => {
      const shaded = await view(await before({ bgColor: 'white' }, { shadowType: 'drop' }));
      const plain = await view(await before({ bgColor: 'white' }));
      expect(difference(shaded, plain).max).toBeGreaterThan(60);
      expect(at(shaded, 2, 2)).toEqual([255, 255, 255, 255]);
    },
  },

  'bg_color.values': {
    'hex digits, six or three, with and without #': async () => {
      expect(await corner('81d4fa')).toEqual([0x81, 0xd4, 0xfa, 255]);
      expect(await corner('fff')).toEqual([255, 255, 255, 255]);
      expect(await corner('#CBD5E0')).toEqual([0xcb, 0xd5, 0xe0, 255]);
      expect(await corner('#fa0')).toEqual([0xff, 0xaa, 0, 255]);
    },
    'names, in any letter case': async () => {
      expect(await corner('green')).toEqual([0, 128, 0, 255]);
      expect(await corner('RebeccaPurple')).toEqual([0x66, 0x33, 0x99, 255]);
    },
    'others are invalid_bg_color': async () => {
      for (const bgColor of ['greenish', '12345', 'ggg', '#', 'rgb(1,2,3)']) {
        const error = await rejection(before({ bgColor }));
        const invalid = ['invalid_bg_color', 'Invalid bg_color parameter given'];
        expect([error.code, error.title]).toEqual(invalid);
      }
    },
  },

  'bg_color.alpha': {
    'eight digits and four': async () => {
      expect(await corner('81d4fa77')).toEqual([0x81, 0xd4, 0xfa, 0x77]);
      expect(await corner('f008')).toEqual([255, 0, 0, 0x88]);
    },
    'the subject stays opaque on it': async () => {
      const pixels = await view(await before({ bgColor: '81d4fa77' }));
      expect(at(pixels, 140, 210)[3]).toBe(255);
    },
    'in a zip it is the alpha there': async () => {
      const { data } = await before({ bgColor: '81d4fa77' }, { format: 'zip' });
      expect(at((await zipParts(data)).alpha, 2, 2)[0]).toBe(0x77);
    },
  },

  'bg_color.alone': {
    'beside a picture it is multiple_bg_sources': async () => {
      await alone({ bgColor: 'red' }, { bgImageUrl: address });
      await alone({ bgColor: 'red' }, { bgImageFile: await scenery() });
    },
    'beside empty ones it is alone': async () => {
      const empty = await before({ bgColor: 'red', bgImageUrl: '', bgImageFile: '' });
      expect(empty.data.equals((await before({ bgColor: 'red' })).data)).toBe(true);
    },
  },

  bg_image_url: {
    'is downloaded and stands behind the subject': async () => {
      const file = await scenery();
      const shown = await fromTheWeb(file);
      expect(shown.data.equals((await before({ bgImageFile: file })).data)).toBe(true);
    },
    'what the server answers otherwise is told': async () => {
      const error = await online({}, () => rejection(before({ bgImageUrl: address })));
      expect(error).toMatchObject({
        code: 'failed_bg_download',
        title: 'Failed to download background image from given image_url: HTTP Status 404',
      });
    },
    'what is no web address is invalid_bg_image_url': async () => {
      for (const bgImageUrl of ['ground.png', 'ftp://photos.example/ground.png']) {
        expect(await rejection(before({ bgImageUrl }))).toMatchObject({
          code: 'invalid_bg_image_url',
          title: 'Invalid bg_image_url: Please provide a valid URL.',
        });
      }
    },
  },

  'bg_image_url.cover': covering(fromTheWeb),

  'bg_image_url.alone': {
    'beside a colour or a file it is multiple_bg_sources': async () => {
      await alone({ bgImageUrl: address }, { bgColor: 'fff' });
      await alone({ bgImageUrl: address }, { bgImageFile: pathOf('coffee.png') });
    },
  },

  bg_image_file: {
    'behind a photograph, where it was cut away': async () => {
      const file = readFileSync(pathOf('rocket.jpg'));
      const shown = await cut('coffee.png', { bgImageFile: pathOf('rocket.jpg'), format: 'png' });
      const over = await expected(await cut('coffee.png'), file);
      expect(difference(await view(shown), over).mean).toBeLessThan(0.6);
    },
    'as a path and as bytes': async () => {
      const path = pathOf('rocket.jpg');
      const [one, other] = [
        await before({ bgImageFile: path }),
        await before({ bgImageFile: readFileSync(path) }),
      ];
      expect(one.data.equals(other.data)).toBe(true);
    },
    'upright, as its orientation says': async () => {
      const file = await scenery(1600, 400);
      const turned = await sharp(file)
        .rotate(-90)
        .withMetadata({ orientation: 6 })
        .png()
        .toBuffer();
      const [one, other] = [
        await view(await before({ bgImageFile: turned })),
        await view(await before({ bgImageFile: file })),
      ];
      expect(difference(one, other).max).toBeLessThanOrEqual(1);
    },
  },

  'bg_image_file.cover': covering((file, more) => before({ bgImageFile: file }, more)),

  'bg_image_file.alone': {
    'beside a colour or an address it is multiple_bg_sources': async () => {
      await alone({ bgImageFile: pathOf('coffee.png') }, { bgColor: 'fff' });
      await alone({ bgImageFile: pathOf('coffee.png') }, { bgImageUrl: address });
    },
  },
};
