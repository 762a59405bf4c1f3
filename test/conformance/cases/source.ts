/** What is taken as a picture. */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { expect } from 'vitest';

import { type Input, removeBg } from 'bgcut';
import { plain } from '../../support/pictures.js';
import { rejection } from '../../support/rejection.js';
import { at } from '../../support/pixels.js';
import { bright, cut, type Photo, pathOf, said, view } from '../calls.js';
import { agreement } from '../masks.js';
import { online } from '../web.js';
import type { Cases } from './case.js';

const bytes = () => readFileSync(pathOf('coffee.png'));
const web = 'http://photos.example/cup.png';

/** JPEG segments of comments make a picture of any number of bytes. */
async function weighing(size: number): Promise<Buffer> {
  const picture = await plain(40, 30, '#fff').jpeg().toBuffer();
  const start = picture.subarray(0, 2);
  const rest = picture.subarray(2);
  const comments: Buffer[] = [];
  for (let left = size - picture.length; left > 0;) {
    const length = left < 70_000 && left > 65_000 ? 60_000 : Math.min(left, 65_000);
    const comment = Buffer.alloc(length);
    comment.writeUInt16BE(0xfffe, 0);
    comment.writeUInt16BE(length - 2, 2);
    comments.push(comment);
    left -= length;
  }
  return Buffer.concat([start, ...comments, rest]);
}

const twoSources = {
  code: 'multiple_sources',
  title:
    'Multiple image sources given: Please provide either the image_url, image_file or image_file_b64 parameter.',
};

export const sourceCases: Cases = {
  removebg: Object.fromEntries(
    (['jpeg', 'png', 'webp'] as const).map((format) => [
      `a photograph as ${format}`,
      async () => {
        const file = await sharp(pathOf('coffee.png')).toFormat(format, { quality: 95 }).toBuffer();
        const result = await removeBg(file);
        const pixels = await view(result);
        expect(await agreement(pixels, 'coffee.png')).toBeGreaterThan(0.97);
        expect(at(pixels, 5, 5)).toEqual([0, 0, 0, 0]);
      },
    ]),
  ),

  'removebg.file_size': {
    '22,000,000 bytes are taken': async () => {
      const file = await weighing(22_000_000);
      expect(file.length).toBe(22_000_000);
      expect(said(await bright(file))).toBe('40x30');
    },
    'one more is file_too_large': async () => {
      const error = await rejection(bright(await weighing(22_000_001)));
      expect(error).toMatchObject({
        code: 'file_too_large',
        title: 'File too large',
        detail: 'File exceeds limit of 22MB',
      });
    },
  },

  'removebg.resolution': {
    '50 megapixels are taken': async () => {
      const file = await plain(8000, 6250, '#fff').jpeg().toBuffer();
      const { maxWidth, maxHeight } = await bright(file);
      expect([maxWidth, maxHeight]).toEqual([8000, 6250]);
    },
    'one row more is resolution_too_high': async () => {
      const error = await rejection(bright(await plain(8000, 6251, '#fff').jpeg().toBuffer()));
      expect(error).toMatchObject({
        code: 'resolution_too_high',
        title: 'Image resolution too high',
        detail:
          'Input image has 50.1 megapixels, maximum supported input resolution is 50 megapixels',
      });
    },
  },

  'removebg.source': {
    'a file, base64 and a URL give the same': async () => {
      const { data } = await cut('coffee.png');
      const base64 = await removeBg({ base64: bytes().toString('base64') });
      const fetched = await online({ 'cup.png': bytes() }, () => removeBg({ url: web }));
      expect(base64.data.equals(data)).toBe(true);
      expect(fetched.data.equals(data)).toBe(true);
    },
  },

  'removebg.content': {
    ...Object.fromEntries(
      (
        [
          ['astronaut.png', 'a person', 0.75],
          ['chelsea.png', 'an animal', 0.96],
          ['coffee.png', 'a product', 0.97],
          ['rocket.jpg', 'a vehicle', 0.93],
        ] as const satisfies [Photo, string, number][]
      ).map(([photo, what, least]) => [
        what,
        async () => {
          const found = await agreement(await view(await cut(photo, { format: 'png' })), photo);
          expect(found).toBeGreaterThan(least);
        },
      ]),
    ),
    'nothing at all is unknown_foreground': async () => {
      const error = await rejection(bright(await plain(300, 200, '#000').png().toBuffer()));
      expect(error).toMatchObject({
        code: 'unknown_foreground',
        title: 'Could not identify foreground in image.',
      });
    },
  },

  'removebg.output': {
    'a picture of 50 megapixels in the three of them': async () => {
      const file = await plain(8000, 6250, '#fff').jpeg().toBuffer();
      const sizes = [];
      for (const size of ['preview', 'full', '50MP'] as const) {
        const { width, height } = await bright(file, { size, format: 'jpg' });
        sizes.push((width * height) / 1e6);
      }
      expect(sizes[0]).toBeCloseTo(0.25, 3);
      expect(sizes[1]).toBeCloseTo(25, 1);
      expect(sizes[2]).toBe(50);
    },
  },

  image_file: {
    'as a path, as bytes and as a stream': async () => {
      const { data } = await cut('coffee.png');
      const blob = new Blob([bytes()]);
      const inputs: Input[] = [bytes(), new Uint8Array(bytes()).buffer, blob, blob.stream()];
      for (const input of inputs) expect((await removeBg(input)).data.equals(data)).toBe(true);
    },
  },

  image_file_b64: {
    'with and without a data URL prefix': async () => {
      const { data } = await cut('coffee.png');
      const text = bytes().toString('base64');
      for (const base64 of [
        text,
        `data:image/png;base64,${text}`,
        `data:image/jpeg;base64,${text}`,
      ]) {
        expect((await removeBg({ base64 })).data.equals(data)).toBe(true);
      }
    },
  },

  'image_file_b64.alone': {
    'beside a URL it is multiple_sources': async () => {
      const both = { base64: bytes().toString('base64'), url: web } as Input;
      expect(await rejection(removeBg(both))).toMatchObject(twoSources);
    },
  },

  image_url: {
    'is downloaded': async () => {
      const { data } = await cut('coffee.png', { size: 'full' });
      const fetched = await online({ 'cup.png': bytes() }, () =>
        removeBg({ url: new URL(web) }, { size: 'full' }),
      );
      expect(fetched.data.equals(data)).toBe(true);
    },
    'what the server answers otherwise is told': async () => {
      const error = await online({}, () => rejection(removeBg({ url: web })));
      expect(error).toMatchObject({
        code: 'failed_image_download',
        title: 'Failed to download image from given image_url: HTTP Status 404',
      });
    },
  },

  'image_url.alone': {
    'beside base64 it is multiple_sources, and nothing is fetched': async () => {
      const both = { url: web, base64: 'AAAA' } as Input;
      expect(await rejection(removeBg(both))).toMatchObject(twoSources);
    },
    'an empty one beside it is absent': async () => {
      const { data } = await cut('coffee.png');
      const given = { base64: bytes().toString('base64'), url: '' };
      expect((await removeBg(given)).data.equals(data)).toBe(true);
    },
  },
};
