/** The classes of foreground, and the names they have in the parameters and in the results. */

/** What a subject can be, as finely as BgCut tells: the values of X-Type at level 2. */
export const fineTypes = [
  'person',
  'product',
  'animal',
  'car',
  'car_interior',
  'car_part',
  'transportation',
  'graphics',
  'other',
] as const;

/** A class of {@link fineTypes}. */
export type FineType = (typeof fineTypes)[number];

/** The classes of level 1. */
export type CoarseType = 'person' | 'product' | 'animal' | 'car' | 'other';

/** Values of the parameter `type_level`. */
export type TypeLevel = 'none' | '1' | '2' | 'latest';

/** Keys of the per-type maps `shadow_type` and `shadow_opacity`, and the values of `type` beside `auto`. */
export const shadowKeys = [
  'car',
  'product',
  'person',
  'animal',
  'transportation',
  'graphic',
  'other',
] as const;

/** A key of {@link shadowKeys}. */
export type ShadowKey = (typeof shadowKeys)[number];

/** The class of level 1 that a subject belongs to. */
export function coarseType(type: FineType): CoarseType {
  switch (type) {
    case 'car_interior':
    case 'car_part':
      return 'car';
    case 'transportation':
    case 'graphics':
      return 'other';
    case 'person':
    case 'product':
    case 'animal':
    case 'car':
    case 'other':
      return type;
  }
}

/**
 * What the result (and the header X-Type) calls a subject.
 *
 * @param level `none`: nothing; `1`: the coarse class; `2` and `latest`: the fine one
 */
export function xType(type: FineType, level: TypeLevel): FineType | undefined {
  switch (level) {
    case 'none':
      return undefined;
    case '1':
      return coarseType(type);
    case '2':
    case 'latest':
      return type;
  }
}

/** The key that the maps `shadow_type` and `shadow_opacity` have for a subject: `graphics` is `graphic` there. */
export function shadowKey(type: FineType): ShadowKey {
  switch (type) {
    case 'car_interior':
    case 'car_part':
      return 'car';
    case 'graphics':
      return 'graphic';
    case 'person':
    case 'product':
    case 'animal':
    case 'car':
    case 'transportation':
    case 'other':
      return type;
  }
}

/** The class that a value of the parameter `type` other than `auto` fixes: `graphic` is `graphics` in a result. */
export function forcedType(type: ShadowKey): FineType {
  return type === 'graphic' ? 'graphics' : type;
}
