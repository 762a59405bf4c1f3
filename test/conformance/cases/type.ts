/** What a subject is said to be. */
import { expect } from 'vitest';

import type { RemoveOptions } from 'bgcut';
import { cut, keep, type Photo } from '../calls.js';
import { figure } from '../figures.js';
import type { Cases } from './case.js';

const given = ['car', 'product', 'person', 'animal', 'graphic', 'transportation'] as const;

/** What a figure that nothing is known of is said to be. */
async function said(options: RemoveOptions): Promise<string | undefined> {
  return (await keep(await figure(), options)).type;
}

const saidAt = (typeLevel: RemoveOptions['typeLevel']) =>
  Promise.all(given.map((type) => said({ type, typeLevel })));

const seen = [
  ['astronaut.png', 'person'],
  ['chelsea.png', 'animal'],
  ['coffee.png', 'product'],
] as const satisfies [Photo, string][];

const coarse = ['person', 'product', 'animal', 'car', 'other'];
const fine = [
  ...['person', 'product', 'animal', 'car', 'car_interior', 'car_part'],
  ...['transportation', 'graphics', 'other'],
];
const photographs: Photo[] = ['astronaut.png', 'chelsea.png', 'coffee.png', 'rocket.jpg'];

export const typeCases: Cases = {
  type: {
    'is detected': async () => {
      for (const [photo, type] of seen) expect((await cut(photo)).type).toBe(type);
    },
    'or set, whatever the picture shows': async () => {
      expect((await cut('chelsea.png', { type: 'product' })).type).toBe('product');
    },
  },

  'type.auto': {
    'is the default': async () => {
      for (const [photo, type] of seen)
        expect((await cut(photo, { type: 'auto' })).type).toBe(type);
      const [none, auto] = [await cut('coffee.png'), await cut('coffee.png', { type: 'auto' })];
      expect(none.data.equals(auto.data)).toBe(true);
    },
  },

  'type.one': {
    'each of them is what the result then says': async () => {
      const types = ['car', 'product', 'person', 'animal', 'graphics', 'transportation'];
      expect(await saidAt('2')).toEqual(types);
    },
  },

  type_level: {
    'says the same picture coarsely and finely': async () => {
      expect(await said({ type: 'graphic', typeLevel: '1' })).toBe('other');
      expect(await said({ type: 'graphic', typeLevel: '2' })).toBe('graphics');
    },
    'changes nothing about the picture': async () => {
      const levels = ['none', '1', '2', 'latest'] as const;
      const results = await Promise.all(
        levels.map((typeLevel) => cut('coffee.png', { typeLevel, shadowType: 'auto' })),
      );
      for (const { data } of results) expect(data.equals(results[0]!.data)).toBe(true);
    },
  },

  'type_level.none': {
    'the result says no type, detected or set': async () => {
      expect((await cut('coffee.png', { typeLevel: 'none' })).type).toBeUndefined();
      expect(await said({ type: 'car', typeLevel: 'none' })).toBeUndefined();
    },
  },

  'type_level.1': {
    'has those five': async () => {
      const types = ['car', 'product', 'person', 'animal', 'other', 'other'];
      expect(await saidAt('1')).toEqual(types);
      for (const photo of photographs) {
        expect(coarse).toContain((await cut(photo, { typeLevel: '1' })).type);
      }
    },
    'is the default': async () => {
      expect(await saidAt(undefined)).toEqual(await saidAt('1'));
    },
    'a rocket is none of the others': async () => {
      expect((await cut('rocket.jpg')).type).toBe('other');
    },
  },

  'type_level.2': {
    'has those nine': async () => {
      const types = ['car', 'product', 'person', 'animal', 'graphics', 'transportation'];
      expect(await saidAt('2')).toEqual(types);
      for (const photo of photographs) {
        expect(fine).toContain((await cut(photo, { typeLevel: '2' })).type);
      }
    },
  },

  'type_level.latest': {
    'is level 2 today': async () => {
      expect(await saidAt('latest')).toEqual(await saidAt('2'));
    },
  },
};
