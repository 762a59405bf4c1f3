/** Shadows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

import type { RemoveOptions, Result } from 'bgcut';
import { channel, type Pixels } from '../../support/pixels.js';
import { project } from '../../support/project.js';
import { cut, keep, view } from '../calls.js';
import { canvas, car, figure, place } from '../figures.js';
import type { Cases, NamedCases } from './case.js';

type Type = NonNullable<RemoveOptions['type']>;
type Kind = 'car' | '3D' | 'drop' | 'none';

const cast = async (options: RemoveOptions): Promise<Result> =>
  keep(await figure(), { type: 'product', ...options, format: 'png' });

/** How strong the shadow is at each pixel, 0..1; the subject itself has none. */
async function strengths(options: RemoveOptions): Promise<number[]> {
  const [bare, shaded] = [await view(await cast({})), await view(await cast(options))];
  return Array.from({ length: canvas.width * canvas.height }, (_, pixel) => {
    const [subject, both] = [bare, shaded].map(({ data }) => data[pixel * 4 + 3]!);
    if (subject === 255) expectSame(bare, shaded, pixel);
    else if (both! > 0) expectBlack(shaded, pixel);
    return subject === 255 ? 0 : both! / 255;
  });
}

function expectSame(bare: Pixels, shaded: Pixels, pixel: number): void {
  const [one, other] = [bare, shaded].map(({ data }) => data.readUInt32LE(pixel * 4));
  if (one !== other) expect.fail(`the shadow changes the subject at ${pixel}`);
}

function expectBlack({ data }: Pixels, pixel: number): void {
  const [r, g, b] = data.subarray(pixel * 4);
  if (r! | g! | b!) expect.fail(`the shadow has a colour at ${pixel}`);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** The share of a shadow that lies where `is` says. */
function shareOf(shadow: readonly number[], is: (x: number, y: number) => boolean): number {
  const inside = shadow.filter((_, i) => is(i % canvas.width, Math.floor(i / canvas.width)));
  return sum(inside) / sum(shadow);
}

const bottom = place.top + place.height;
const right = place.left + place.width;

/** What `auto` gives a type is what that kind gives it. */
const assigned = (type: Type, kind: Kind): NamedCases => ({
  [`auto casts ${kind}`]: async () => {
    const auto = await cast({ type, shadowType: 'auto' });
    expect(auto.data.equals((await cast({ type, shadowType: kind })).data)).toBe(true);
    expect(auto.data.equals((await cast({ type })).data)).toBe(false);
  },
});

/** What `auto` stands for in a type's opacity. */
const opaque = (type: Type, opacity: number): NamedCases => ({
  [`auto is ${opacity}`]: async () => {
    const shadow = { type, shadowType: 'drop' } as const;
    const given = await cast({ ...shadow, shadowOpacity: opacity });
    expect((await cast({ ...shadow, shadowOpacity: 'auto' })).data.equals(given.data)).toBe(true);
    expect((await cast(shadow)).data.equals(given.data)).toBe(true);
  },
});

const shadowCasesOfTypes: Cases = {
  'shadow_type.car': assigned('car', 'car'),
  'shadow_type.product': assigned('product', 'drop'),
  'shadow_type.person': {
    ...assigned('person', '3D'),
    'a photograph of a person': async () => {
      const auto = await cut('astronaut.png', { shadowType: 'auto' });
      const cast3d = await cut('astronaut.png', { shadowType: '3D' });
      expect(auto.data.equals(cast3d.data)).toBe(true);
    },
  },
  'shadow_type.animal': assigned('animal', 'drop'),
  'shadow_type.transportation': assigned('transportation', '3D'),
  'shadow_type.graphic': assigned('graphic', 'drop'),
  'shadow_type.other': {
    'auto casts drop on what is nothing else': async () => {
      const photo = 'rocket.jpg';
      const other = await cut(photo, { shadowType: { other: 'drop' }, typeLevel: '2' });
      expect(other.type).toBe('other');
      const auto = await cut(photo, { shadowType: 'auto', typeLevel: '2' });
      expect(auto.data.equals(other.data)).toBe(true);
      expect(auto.data.equals((await cut(photo)).data)).toBe(false);
    },
  },
  'shadow_opacity.car': opaque('car', 90),
  'shadow_opacity.product': opaque('product', 50),
  'shadow_opacity.person': opaque('person', 50),
  'shadow_opacity.animal': opaque('animal', 50),
  'shadow_opacity.transportation': opaque('transportation', 50),
  'shadow_opacity.graphic': opaque('graphic', 50),
  'shadow_opacity.other': {
    'auto is 50': async () => {
      const shadow = { shadowType: { other: 'drop' }, typeLevel: '2' } as const;
      const [auto, fifty] = [
        await cut('rocket.jpg', shadow),
        await cut('rocket.jpg', { ...shadow, shadowOpacity: { other: 50 } }),
      ];
      expect(auto.type).toBe('other');
      expect(auto.data.equals(fifty.data)).toBe(true);
    },
  },
};

export const shadowCases: Cases = {
  ...shadowCasesOfTypes,

  add_shadow: {
    'the documentation says so': async () => {
      const page = readFileSync(join(project, 'docs', 'parameters.md'), 'utf8');
      expect(page).toMatch(/### addShadow\n\nDeprecated, use shadowType/);
      return Promise.resolve();
    },
  },

  'add_shadow.instead': {
    'shadow_type goes first where both are given': async () => {
      const both = await cast({ type: 'car', addShadow: true, shadowType: 'drop' });
      expect(both.data.equals((await cast({ type: 'car', shadowType: 'drop' })).data)).toBe(true);
    },
  },

  'add_shadow.true': {
    'is the same as shadow_type [car] = car': async () => {
      const added = await cast({ type: 'car', addShadow: true });
      const same = await cast({ type: 'car', shadowType: { car: 'car' } });
      expect(added.data.equals(same.data)).toBe(true);
      expect(added.data.equals((await cast({ type: 'car' })).data)).toBe(false);
    },
    'false is as nothing': async () => {
      const not = await cast({ type: 'car', addShadow: false });
      expect(not.data.equals((await cast({ type: 'car' })).data)).toBe(true);
    },
  },

  'add_shadow.cars': {
    'no other type has one': async () => {
      for (const type of ['product', 'person', 'animal', 'graphic', 'transportation'] as const) {
        const added = await cast({ type, addShadow: true });
        expect(added.data.equals((await cast({ type })).data)).toBe(true);
      }
      const cup = await cut('coffee.png', { addShadow: true });
      expect(cup.data.equals((await cut('coffee.png')).data)).toBe(true);
    },
  },

  shadow_type: {
    'a person and a product with the same map differ': async () => {
      const shadowType = { person: '3D', product: 'drop' } as const;
      for (const type of ['person', 'product'] as const) {
        const mapped = await cast({ type, shadowType });
        const named = await cast({ type, shadowType: shadowType[type] });
        expect(mapped.data.equals(named.data)).toBe(true);
      }
    },
    'a type that the map does not mention has none': async () => {
      const mapped = await cast({ type: 'animal', shadowType: { person: '3D' } });
      expect(mapped.data.equals((await cast({ type: 'animal' })).data)).toBe(true);
    },
    'the box of the subject is without its shadow': async () => {
      const { foreground } = await cast({ shadowType: '3D' });
      expect(foreground).toEqual(place);
    },
    'the canvas clips it: a cropped subject keeps its size': async () => {
      const { width, height } = await cast({ shadowType: 'drop', crop: true });
      expect([width, height]).toEqual([place.width, place.height]);
    },
  },

  'shadow_type.four': {
    'four pictures': async () => {
      const kinds: Kind[] = ['car', '3D', 'drop', 'none'];
      const all = await Promise.all(kinds.map((shadowType) => cast({ shadowType })));
      const different = new Set(all.map(({ data }) => data.toString('base64')));
      expect(different.size).toBe(4);
      expect(all[3]!.data.equals((await cast({})).data)).toBe(true);
    },
    'drop: the figure again, lower, and soft': async () => {
      const shadow = await strengths({ shadowType: 'drop' });
      expect(shareOf(shadow, (_, y) => y >= place.top)).toBeGreaterThan(0.97);
      expect(
        shareOf(shadow, (x, y) => y >= bottom && x >= place.left && x < right),
      ).toBeGreaterThan(0.15);
      expect(Math.max(...shadow)).toBeLessThanOrEqual(0.5);
    },
    '3D: on the floor to one side, paler with distance': async () => {
      const shadow = await strengths({ shadowType: '3D' });
      expect(shareOf(shadow, (x) => x >= right)).toBeGreaterThan(0.3);
      const strongest = (from: number, to: number) =>
        Math.max(...shadow.filter((_, i) => i % canvas.width >= from && i % canvas.width < to));
      const [near, middle, far] = [0, 30, 60].map((step) =>
        strongest(right + step, right + step + 20),
      );
      expect(near).toBeGreaterThan(middle!);
      expect(middle).toBeGreaterThan(far!);
      expect(far).toBeGreaterThan(0.03);
    },
    'car: under it, dark at the foot, with a soft rim': async () => {
      const shadow = await strengths({ shadowType: 'car' });
      expect(shareOf(shadow, (_, y) => y >= bottom - 0.3 * place.height)).toBeGreaterThan(0.95);
      expect(Math.max(...shadow)).toBeGreaterThan(0.35);
      expect(shadow.filter((value) => value > 0.02 && value < 0.1).length).toBeGreaterThan(100);
    },
  },

  'shadow_type.auto': {
    'differs with the type': async () => {
      const types = ['car', 'person', 'product'] as const;
      const all = await Promise.all(
        types.map((type) => cast({ type, shadowType: 'auto', shadowOpacity: 50 })),
      );
      expect(new Set(all.map(({ data }) => data.toString('base64'))).size).toBe(3);
    },
    'also for one type of a map': async () => {
      const mapped = await cast({ type: 'person', shadowType: { person: 'auto' } });
      expect(mapped.data.equals((await cast({ type: 'person', shadowType: '3D' })).data)).toBe(
        true,
      );
    },
  },

  'shadow_type.defaults': {
    'without shadow_type there is none': async () => {
      for (const type of ['car', 'person'] as const) {
        const none = await cast({ type, shadowType: 'none' });
        expect((await cast({ type })).data.equals(none.data)).toBe(true);
      }
    },
  },

  shadow_opacity: {
    'twice the opacity is twice as dark': async () => {
      for (const shadowType of ['drop', '3D', 'car'] as const) {
        const [half, whole] = [
          sum(await strengths({ shadowType, shadowOpacity: 50 })),
          sum(await strengths({ shadowType, shadowOpacity: 100 })),
        ];
        expect(whole / half).toBeCloseTo(2, 1);
      }
    },
    'of a photograph': async () => {
      const darkness = async (shadowOpacity: number) => {
        const shown = await cut('coffee.png', {
          shadowType: 'drop',
          shadowOpacity,
          bgColor: 'white',
          format: 'png',
        });
        const { data } = await view(shown);
        return data.reduce((total, level, i) => total + (i % 4 === 3 ? 0 : 255 - level), 0);
      };
      expect(await darkness(80)).toBeGreaterThan(await darkness(30));
    },
  },

  'shadow_opacity.values': {
    'at 0 there is nothing to see': async () => {
      const none = await cast({ shadowType: 'drop', shadowOpacity: 0 });
      expect(none.data.equals((await cast({})).data)).toBe(true);
    },
    'at 100 the darkest place, at the tyres of a car, is black': async () => {
      const options = { type: 'car', semitransparency: false, format: 'png' } as const;
      const shadow = { shadowType: 'car', shadowOpacity: 100 } as const;
      const picture = await car();
      const bare = await view(await keep(picture, options));
      const shaded = channel(await view(await keep(picture, { ...options, ...shadow })), 3);
      const outside = shaded.filter((_, pixel) => bare.data[pixel * 4 + 3] === 0);
      expect(outside.reduce((one, other) => Math.max(one, other))).toBeGreaterThan(220);
    },
    'auto is as nothing': async () => {
      const auto = await cast({ shadowType: 'drop', shadowOpacity: 'auto' });
      expect(auto.data.equals((await cast({ shadowType: 'drop' })).data)).toBe(true);
    },
  },

  'shadow_opacity.defaults': {
    'a type that a map does not mention keeps its own': async () => {
      const mapped = await cast({ type: 'car', shadowType: 'car', shadowOpacity: { person: 10 } });
      const own = await cast({ type: 'car', shadowType: 'car', shadowOpacity: 90 });
      expect(mapped.data.equals(own.data)).toBe(true);
      const named = await cast({ type: 'car', shadowType: 'car', shadowOpacity: { car: 10 } });
      expect(named.data.equals(own.data)).toBe(false);
    },
  },
};
