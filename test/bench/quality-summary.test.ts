/** What bench:quality says of many pictures: ratios, groups, and which pictures get worse. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { findPairs, readAlpha } from '../../bench/quality/pairs.mjs';
import {
  bounds,
  compare,
  geometricMean,
  type Measured,
  meanErrors,
  missed,
} from '../../bench/quality/summary.mjs';

function measured(picture: string, error: number): Measured {
  const errors = { mae: error, mse: error, sad: error, grad: error, conn: error, band: error };
  return { picture, group: 'any', variant: 'any', errors: { ...errors, iou: 0.9 } };
}

test('halved here and doubled there is no gain', () => {
  expect(geometricMean([0.5, 2])).toBeCloseTo(1, 12);
  const { ratios } = compare(
    [measured('a', 5), measured('b', 8)],
    [measured('b', 4), measured('a', 10)],
  );
  expect(ratios.mse).toBeCloseTo(1, 12);
  expect(ratios.conn).toBeCloseTo(1, 12);
});

test('two alphas without error are alike', () => {
  expect(compare([measured('a', 0)], [measured('a', 0)]).ratios.mse).toBe(1);
});

test('a picture is worse by more than 5 % and by more than .5, not by one of them', () => {
  const plain = [measured('small', 1), measured('large', 100), measured('both', 10)];
  const after = [measured('small', 1.4), measured('large', 104), measured('both', 10.6)];
  expect(compare(after, plain).worse).toEqual(['both']);
});

test('a picture that one side lacks is no comparison', () => {
  expect(() => compare([measured('a', 1)], [measured('b', 1)])).toThrow('a is missing');
});

test('means are over pictures', () => {
  expect(meanErrors([measured('a', 1), measured('b', 4)])).toMatchObject({ sad: 2.5, iou: 0.9 });
});

test('a bound is kept up to its value, and a figure that is none misses it', () => {
  const ratios = { mae: 2, sad: 2, conn: 2, mse: bounds.mse, grad: bounds.grad, band: bounds.band };
  expect(missed({ ratios, worse: [] })).toEqual([]);
  expect(missed({ ratios: { ...ratios, grad: 0.56 }, worse: ['a'] })).toHaveLength(2);
  expect(missed({ ratios: { ...ratios, mse: NaN }, worse: [] })).toHaveLength(1);
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bgcut-pairs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('pairs are found by name, their group is what stands before the first _', async () => {
  const blank = sharp({ create: { width: 4, height: 3, channels: 3, background: 'white' } });
  const files = ['hair_b.webp', 'hair_b_alpha.png', 'cat.jpg', 'cat_alpha.png', 'alone.jpg'];
  for (const file of files) await blank.clone().toFile(join(folder, file));
  const pairs = await findPairs(folder);
  expect(pairs.map(({ name, group }) => [name, group])).toEqual([
    ['cat', 'cat'],
    ['hair_b', 'hair'],
  ]);
  expect(pairs[1]?.picture).toBe(join(folder, 'hair_b.webp'));

  await blank.clone().toFile(join(folder, 'lost_alpha.png'));
  await expect(findPairs(folder)).rejects.toThrow('lost_alpha.png has no picture');
});

test('an alpha reads the same from grey, from colours and from 16 bits', async () => {
  const levels = Buffer.from([0, 1, 51, 128, 254, 255]);
  const grey = sharp(levels, { raw: { width: 3, height: 2, channels: 1 } });
  const files = [
    await grey.clone().toColourspace('b-w').png().toBuffer(),
    await grey.clone().toColourspace('srgb').png().toBuffer(),
    await grey.clone().toColourspace('grey16').png().toBuffer(),
  ];
  for (const file of files) {
    const { width, height, values } = await readAlpha(file);
    expect([width, height]).toEqual([3, 2]);
    expect([...values].map((value) => Math.round(value * 255))).toEqual([...levels]);
  }
});
