import { describe, expect, it } from 'vitest';

import {
  cocoClasses,
  coarseType,
  decideType,
  type FineType,
  fineTypes,
  forcedType,
  shadowKey,
  shadowKeys,
  type TypeEvidence,
  xType,
} from '#lib/foreground/index';

type CocoClass = (typeof cocoClasses)[number];

/** A photograph of a textured subject in the middle of a busy scene, in which the detector sees `objects`. */
function photograph(
  objects: Partial<Record<CocoClass, number>> | null,
  more: Partial<TypeEvidence> = {},
): TypeEvidence {
  return {
    objects: objects && cocoClasses.map((name) => objects[name] ?? 0),
    ...{ flat: 0.1, palette: 0.4, jumps: 0.1, clean: 0.05, plain: 0.1 },
    ...{ left: 0.2, top: 0.2, width: 0.6, height: 0.6, cover: 0.25 },
    ...more,
  };
}

const flatColours = { flat: 0.6, palette: 0.9, jumps: 0.15, clean: 0.3 };

describe('the class of a subject', () => {
  it.each<[string, TypeEvidence, FineType]>([
    ['a person', photograph({ person: 0.7 }), 'person'],
    ['a cat that might be a dog', photograph({ cat: 0.4, dog: 0.35, person: 0.2 }), 'animal'],
    ['a cup on a table', photograph({ cup: 0.3, 'dining table': 0.5 }), 'product'],
    ['a teddy bear, which is no bear', photograph({ 'teddy bear': 0.5, bear: 0.3 }), 'product'],
    ['a car', photograph({ car: 0.6, truck: 0.2 }), 'car'],
    ['a bicycle', photograph({ bicycle: 0.5, person: 0.1 }), 'transportation'],
    ['a truck', photograph({ truck: 0.4, car: 0.3 }), 'transportation'],
    ['somebody who holds a bag', photograph({ person: 0.7, handbag: 0.3 }), 'person'],
    ['a bag that somebody holds', photograph({ person: 0.42, handbag: 0.4 }), 'product'],
    ['what nobody knows', photograph({ kite: 0.08 }), 'other'],
    ['the same on a plain ground', photograph({ kite: 0.08 }, { plain: 0.97 }), 'product'],
    ['a person on a plain ground', photograph({ person: 0.6 }, { plain: 1 }), 'person'],
    ['a drawing of nothing known', photograph({}, flatColours), 'graphics'],
    ['a drawing of a person', photograph({ person: 0.5 }, flatColours), 'graphics'],
    ['a drawing on white', photograph({}, { ...flatColours, plain: 1 }), 'graphics'],
    ['a person in plain clothes', photograph({ person: 0.85 }, flatColours), 'person'],
    [
      'a car that fills the picture',
      photograph({ car: 0.5 }, { left: 0, top: 0, width: 1, height: 0.9 }),
      'car_part',
    ],
    [
      'a car as wide as the picture',
      photograph({ car: 0.5 }, { left: 0, top: 0.3, width: 1, height: 0.5 }),
      'car',
    ],
  ])('of %s', (_what, evidence, expected) => {
    expect(decideType(evidence)).toBe(expected);
  });

  it.each<[string, Partial<TypeEvidence>, FineType]>([
    ['a photograph', {}, 'other'],
    ['something on a plain ground', { plain: 0.95 }, 'product'],
    ['flat colours', flatColours, 'graphics'],
  ])('without a detector, of %s', (_what, evidence, expected) => {
    expect(decideType(photograph(null, evidence))).toBe(expected);
  });

  it('takes the detector’s scores as the native side hands them over', () => {
    const { objects, ...rest } = photograph({ person: 0.7 });
    expect(decideType({ ...rest, objects: Float32Array.from(objects!) })).toBe('person');
  });

  it('is made of 80 objects', () => {
    expect(new Set(cocoClasses).size).toBe(80);
    // The ends and the places where the numbering of COCO's categories has gaps.
    expect([0, 11, 12, 25, 26, 60, 79].map((i) => cocoClasses[i])).toEqual([
      ...['person', 'stop sign', 'parking meter', 'umbrella', 'handbag', 'dining table'],
      'toothbrush',
    ]);
  });
});

describe('the names of the classes', () => {
  it('are the ones of the API', () => {
    expect(fineTypes).toEqual([
      ...['person', 'product', 'animal', 'car', 'car_interior', 'car_part'],
      ...['transportation', 'graphics', 'other'],
    ]);
    expect(shadowKeys).toEqual([
      ...['car', 'product', 'person', 'animal', 'transportation', 'graphic', 'other'],
    ]);
  });

  it.each<[FineType, string, string]>([
    ['person', 'person', 'person'],
    ['product', 'product', 'product'],
    ['animal', 'animal', 'animal'],
    ['car', 'car', 'car'],
    ['car_interior', 'car', 'car'],
    ['car_part', 'car', 'car'],
    ['transportation', 'other', 'transportation'],
    ['graphics', 'other', 'graphic'],
    ['other', 'other', 'other'],
  ])('%s is %s at level 1 and has the shadow of %s', (fine, coarse, key) => {
    expect(coarseType(fine)).toBe(coarse);
    expect(xType(fine, '1')).toBe(coarse);
    expect(xType(fine, '2')).toBe(fine);
    expect(xType(fine, 'latest')).toBe(fine);
    expect(xType(fine, 'none')).toBeUndefined();
    expect(shadowKey(fine)).toBe(key);
  });

  it('come back from the parameter that fixes them', () => {
    for (const key of shadowKeys) expect(shadowKey(forcedType(key))).toBe(key);
    expect(forcedType('graphic')).toBe('graphics');
  });
});
