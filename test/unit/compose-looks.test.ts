/** What a composition shows of a subject: mask or picture, shadow, windows. */
import { describe, expect, it } from 'vitest';

import type { Background } from '#lib/background';
import { compose, type Composition } from '#lib/compose';
import type { FineType } from '#lib/foreground/index';
import { readCall } from '#lib/params/options';
import type { Box, Size } from '#lib/plan';

interface Situation {
  frame?: Size;
  box?: Box;
  transparent?: boolean;
  boxTransparent?: boolean;
  type?: FineType;
  background?: Background;
}

const frame = { width: 800, height: 600 };
const box = { left: 100, top: 50, width: 200, height: 400 };

function composition(options: object, situation: Situation = {}): Composition {
  const { type = 'other', background = null, ...subject } = situation;
  return compose({
    parameters: readCall(options),
    subject: { frame, box, transparent: true, boxTransparent: true, ...subject },
    type,
    background,
  }).composition;
}

describe('channels', () => {
  const background = { color: [1, 2, 3, 255] } as const;
  const asked = { channels: 'alpha', shadowType: 'drop', crop: true, scale: 50, cropMargin: 10 };

  it('alpha has neither shadow nor background, but is placed all the same', () => {
    for (const format of ['auto', 'png', 'jpg', 'webp']) {
      const mask = composition({ ...asked, format }, { background });
      expect(mask).toMatchObject({ channels: 'alpha', shadow: null, background: null });
      expect(mask.encoder.format).toBe(format === 'auto' ? 'png' : format);
      const picture = composition({ ...asked, format, channels: 'rgba' });
      expect([mask.canvas, mask.target]).toEqual([picture.canvas, picture.target]);
    }
  });

  it('alpha of a zip is the usual zip', () => {
    const zip = composition({ ...asked, format: 'zip' }, { background });
    expect(zip).toEqual(composition({ ...asked, format: 'zip', channels: 'rgba' }, { background }));
    expect(zip).toMatchObject({ channels: 'rgba', background, shadow: { kind: 'drop' } });
  });
});

describe('the shadow', () => {
  const shadow = (options: object, type: FineType = 'person') =>
    composition(options, { type }).shadow;

  it('is none by default', () => {
    for (const type of ['car', 'person', 'other'] as const) expect(shadow({}, type)).toBeNull();
  });

  it.each([
    ['car', 'car', 0.9],
    ['car_interior', 'car', 0.9],
    ['car_part', 'car', 0.9],
    ['product', 'drop', 0.5],
    ['person', '3D', 0.5],
    ['animal', 'drop', 0.5],
    ['transportation', '3D', 0.5],
    ['graphics', 'drop', 0.5],
    ['other', 'drop', 0.5],
  ] as const)('of %s, automatically, is %s', (type, kind, opacity) => {
    expect(shadow({ shadowType: 'auto' }, type)).toEqual({ kind, opacity });
  });

  it('in a map is none for types that are not mentioned, and its opacity the default', () => {
    const options = { shadowType: { person: 'drop' }, shadowOpacity: { car: 10 } };
    expect(shadow(options, 'person')).toEqual({ kind: 'drop', opacity: 0.5 });
    expect(shadow(options, 'animal')).toBeNull();
    expect(shadow({ shadowType: 'car', shadowOpacity: { person: 10 } }, 'car')).toEqual({
      kind: 'car',
      opacity: 0.9,
    });
    expect(shadow({ shadowType: 'drop', shadowOpacity: 0 })).toBeNull();
  });

  it('of add_shadow is for cars alone, and shadow_type goes before it', () => {
    expect(shadow({ addShadow: true }, 'car')).toEqual({ kind: 'car', opacity: 0.9 });
    expect(shadow({ addShadow: true }, 'person')).toBeNull();
    expect(shadow({ addShadow: true, shadowType: 'none' }, 'car')).toBeNull();
    expect(shadow({ addShadow: true, shadowType: { person: '3D' } }, 'car')).toBeNull();
  });
});

describe('windows', () => {
  it('are let through in cars, unless that is refused', () => {
    for (const type of ['car', 'car_interior', 'car_part'] as const) {
      expect(composition({}, { type }).windows).toBe('open');
      expect(composition({ semitransparency: false }, { type }).windows).toBe('closed');
    }
    for (const type of ['person', 'transportation', 'other'] as const) {
      expect(composition({ semitransparency: true }, { type }).windows).toBe('as-found');
      expect(composition({ semitransparency: false }, { type }).windows).toBe('as-found');
    }
  });
});
