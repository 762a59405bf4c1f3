/** How large results are. */
import { expect } from 'vitest';

import type { RemoveOptions, Result } from 'bgcut';
import { plain, scene } from '../../support/pictures.js';
import { bright, cut, said } from '../calls.js';
import type { Cases } from './case.js';

type Format = NonNullable<RemoveOptions['format']>;

/** A picture without anything in it: what counts here is its size. */
const white = (width: number, height: number) => plain(width, height, '#fff').jpeg().toBuffer();

async function sizesOf(
  picture: Buffer,
  size: RemoveOptions['size'],
  formats: readonly Format[],
): Promise<string[]> {
  const sizes = [];
  for (const format of formats) sizes.push(said(await bright(picture, { size, format })));
  return sizes;
}

/** Never above the cap, and as large as it allows, in the shape of the picture. */
function expectFit({ width, height }: Result, aspect: number, cap: number): void {
  expect(width * height).toBeLessThanOrEqual(cap);
  expect(Math.abs(width - Math.sqrt(cap * aspect))).toBeLessThanOrEqual(1);
  expect(Math.abs(height - Math.sqrt(cap / aspect))).toBeLessThanOrEqual(1);
}

const withoutPng = ['zip', 'jpg', 'webp'] as const;

export const sizeCases: Cases = {
  size: {
    'is a maximum: a picture that has less stays as it is': async () => {
      const sizes = ['preview', 'medium', 'hd', 'full', '50MP', 'auto'] as const;
      const cuts = await Promise.all(sizes.map((size) => cut('coffee.png', { size })));
      expect(cuts.map(said)).toEqual(sizes.map(() => '600x400'));
    },
    'a photograph above it keeps its shape': async () => {
      // 512 x 512 are .262 megapixels.
      expect(said(await cut('astronaut.png'))).toBe('500x500');
      expect(said(await cut('astronaut.png', { size: 'full' }))).toBe('512x512');
    },
  },

  'size.preview': {
    'makes 625x400 of 1250x800': async () => {
      expect(await sizesOf(await white(1250, 800), 'preview', ['auto'])).toEqual(['625x400']);
    },
    'is the default': async () => {
      const picture = await scene(1250, 800).jpeg().toBuffer();
      const [none, preview] = [await bright(picture), await bright(picture, { size: 'preview' })];
      expect(none.data.equals(preview.data)).toBe(true);
    },
  },

  'size.full': {
    'makes 6250x4000 of 7500x4800 as zip, jpg and webp': async () => {
      const sizes = await sizesOf(await white(7500, 4800), 'full', withoutPng);
      expect(sizes).toEqual(['6250x4000', '6250x4000', '6250x4000']);
    },
    'is the original resolution below': async () => {
      const sizes = await sizesOf(await white(5000, 4000), 'full', withoutPng);
      expect(sizes).toEqual(['5000x4000', '5000x4000', '5000x4000']);
    },
  },

  'size.full.png': {
    'makes 4000x2500 of 8000x5000': async () => {
      expect(await sizesOf(await white(8000, 5000), 'full', ['png'])).toEqual(['4000x2500']);
    },
  },

  'size.50MP': {
    'leaves 8000x6250 as it is as zip, jpg and webp': async () => {
      const sizes = await sizesOf(await white(8000, 6250), '50MP', withoutPng);
      expect(sizes).toEqual(['8000x6250', '8000x6250', '8000x6250']);
    },
  },

  'size.50MP.png': {
    'makes 4000x2500 of 8000x5000': async () => {
      expect(await sizesOf(await white(8000, 5000), '50MP', ['png'])).toEqual(['4000x2500']);
    },
  },

  'size.auto': {
    'makes 6250x4000 of 7500x4800': async () => {
      expect(await sizesOf(await white(7500, 4800), 'auto', ['jpg'])).toEqual(['6250x4000']);
    },
    'is the original resolution below': async () => {
      expect(await sizesOf(await white(3000, 2000), 'auto', ['png'])).toEqual(['3000x2000']);
    },
  },

  'size.medium_hd': {
    'medium has up to 1.5 megapixels, hd up to 4': async () => {
      const picture = await white(3600, 2400);
      expectFit(await bright(picture, { size: 'medium' }), 1.5, 1_500_000);
      expectFit(await bright(picture, { size: 'hd' }), 1.5, 4_000_000);
    },
  },

  'size.aliases': {
    '4k is full; small and regular are preview': async () => {
      const picture = await scene(1800, 1200).jpeg().toBuffer();
      const of = async (size: RemoveOptions['size']) => (await bright(picture, { size })).data;
      const [full, preview] = [await of('full'), await of('preview')];
      expect((await of('4k')).equals(full)).toBe(true);
      expect((await of('small')).equals(preview)).toBe(true);
      expect((await of('regular')).equals(preview)).toBe(true);
      expect(full.equals(preview)).toBe(false);
    },
  },
};
