/**
 * Parameters that have a value per type of foreground: `shadow_type=auto` for all of them, or
 * `shadow_type[person]=3D` one by one. What a type gets that is not mentioned is for each parameter to say.
 */
import { type ShadowKey, shadowKeys } from '../foreground/index.js';
import { either, type Grammar, isAbsent, number, oneOf } from './grammar.js';

/** A value for every type. */
export type PerType<Value> = Readonly<Record<ShadowKey, Value>>;

type PerTypeOption<Typed> = Typed | Readonly<Partial<Record<ShadowKey, Typed | undefined>>>;

/** A grammar whose values can be given one by one. */
export interface PerTypeGrammar<Typed, Value> extends Grammar<
  PerTypeOption<Typed>,
  PerType<Value>
> {
  /** The names that stand in the brackets. */
  readonly keys: readonly string[];
  /**
   * The value for all types beside those that are named; a named one goes first.
   * Undefined for `all` where there is none. Empty values among the named ones are absent.
   */
  fromParts(all: unknown, named: Iterable<readonly [string, unknown]>): PerType<Value> | undefined;
}

// Besides the keys the values of X-Type, which differ: who passes one on finds its key.
const keys = new Map<string, ShadowKey>([
  ...shadowKeys.map((key): [string, ShadowKey] => [key, key]),
  ['graphics', 'graphic'],
  ['car_interior', 'car'],
  ['car_part', 'car'],
]);

function perType<Typed, One, Value>(
  one: Grammar<Typed, One>,
  settle: (key: ShadowKey, given: One) => Value,
  unmentioned: (key: ShadowKey) => Value,
): PerTypeGrammar<Typed, Value> {
  const read = (given: unknown) =>
    typeof given === 'string' ? one.fromText(given.trim()) : one.fromValue(given);

  const fromParts: PerTypeGrammar<Typed, Value>['fromParts'] = (all, named) => {
    const forAll = isAbsent(all) ? undefined : read(all);
    if (forAll === undefined && !isAbsent(all)) return undefined;
    const values = new Map<ShadowKey, One>();
    for (const [name, given] of named) {
      if (isAbsent(given)) continue;
      const key = keys.get(name.trim().toLowerCase());
      const value = read(given);
      if (key === undefined || value === undefined) return undefined;
      values.set(key, value);
    }
    const settled = shadowKeys.map((key): [ShadowKey, Value] => {
      const value = values.get(key) ?? forAll;
      return [key, value === undefined ? unmentioned(key) : settle(key, value)];
    });
    return Object.fromEntries(settled) as Record<ShadowKey, Value>;
  };

  return {
    shape: one.shape,
    ...(one.values === undefined ? {} : { values: one.values }),
    keys: shadowKeys,
    fromParts,
    fromText: (text) => fromParts(text, []),
    fromValue: (value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? fromParts(undefined, Object.entries(value))
        : fromParts(value, []),
  };
}

/** How a subject casts a shadow. */
export type ShadowKind = 'car' | '3D' | 'drop' | 'none';

type ShadowKindOption = 'auto' | ShadowKind;
type OpacityOption = number | 'auto' | `${number}`;

/** What `auto` gives each type. */
export const suitableShadows: PerType<ShadowKind> = {
  car: 'car',
  product: 'drop',
  person: '3D',
  animal: 'drop',
  transportation: '3D',
  graphic: 'drop',
  other: 'drop',
};

/** Percent; what `auto` gives each type. */
export const suitableOpacities: PerType<number> = {
  car: 90,
  product: 50,
  person: 50,
  animal: 50,
  transportation: 50,
  graphic: 50,
  other: 50,
};

const shadowNames = oneOf({
  auto: { doc: 'what suits the type: see below' },
  car: { doc: 'under tyres and body: a dark core with a soft rim' },
  '3D': { doc: 'cast on the floor, fading with distance' },
  drop: { doc: 'soft and offset, relative to the size of the subject' },
  none: { doc: 'no shadow' },
});

/** A kind of shadow per type. In a map a type that is not mentioned gets none. */
export function shadowKinds(): PerTypeGrammar<ShadowKindOption, ShadowKind> {
  return perType(
    shadowNames,
    (key, kind): ShadowKind => (kind === 'auto' ? suitableShadows[key] : kind),
    () => 'none',
  );
}

/** An opacity in percent per type. In a map a type that is not mentioned keeps its default. */
export function shadowOpacities(): PerTypeGrammar<OpacityOption, number> {
  return perType(
    either(number(0, 100), oneOf({ auto: { doc: 'what suits the type' } })),
    (key, opacity): number => (opacity === 'auto' ? suitableOpacities[key] : opacity),
    (key) => suitableOpacities[key],
  );
}
