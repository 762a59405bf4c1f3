/**
 * Grammars: how the value of one parameter is written, as text (a form field, a command-line flag) or as a natural
 * TypeScript or JSON value, and which canonical value it then has.
 */

/**
 * Typed is what a TypeScript caller may write, Value the one canonical form that the planner works with.
 * A reader answers undefined for what is not of its grammar; the parameter's error code is then thrown. A grammar
 * with errors of its own (a region outside the picture) throws its own BgcutError.
 */
export interface Grammar<Typed, Value> {
  /** The grammar in a few characters, for help and docs: `auto | png | jpg`, `1..256`. */
  readonly shape: string;
  /** One line per value where they can be listed. */
  readonly values?: readonly ValueDoc[];
  /** Reads text that is trimmed and not empty. */
  fromText(text: string): Value | undefined;
  /** Reads anything that is not text. */
  fromValue(value: unknown): Value | undefined;
  /** Reads a form field instead of the two, where a stranger may not say all that a caller may. */
  fromField?(value: unknown): Value | undefined;
  /** Never set: carries the type. */
  readonly typed?: Typed;
}

/** Whether a value counts as not given: undefined, null, and text of nothing but spaces. */
export function isAbsent(given: unknown): given is undefined | null | '' {
  return (
    given === undefined || given === null || (typeof given === 'string' && given.trim() === '')
  );
}

/** One value of an enumeration. */
export interface ValueDoc {
  readonly value: string;
  readonly aliases: readonly string[];
  readonly doc: string;
}

/** What oneOf takes per value. */
interface Choice {
  readonly doc: string;
  /** Other spellings of the same value. */
  readonly aliases?: readonly string[];
}

type Names<Choices> = keyof Choices & string;
/** The number that a name spells, if it does: '2' may be given as 2. */
type Spelt<Name> = Name extends `${infer N extends number}` ? N : never;
type Aliases<Choices> = {
  [K in keyof Choices]: Choices[K] extends { aliases: readonly (infer A)[] } ? A & string : never;
}[keyof Choices];

/** One of some names, in any letter case; an alias reads as the name it stands for, a number as its digits. */
export function oneOf<const Choices extends Readonly<Record<string, Choice>>>(
  choices: Choices,
): Grammar<Names<Choices> | Spelt<Names<Choices>> | Aliases<Choices>, Names<Choices>> {
  const values = Object.entries<Choice>(choices).map(([value, { doc, aliases = [] }]) => ({
    value,
    aliases,
    doc,
  }));
  const canonical = new Map<string, Names<Choices>>();
  for (const { value, aliases } of values) {
    for (const name of [value, ...aliases]) canonical.set(name.toLowerCase(), value);
  }
  return {
    shape: values.flatMap(({ value, aliases }) => [value, ...aliases]).join(' | '),
    values,
    fromText: (text) => canonical.get(text.toLowerCase()),
    fromValue: (value) => (typeof value === 'number' ? canonical.get(String(value)) : undefined),
  };
}

/** A whole number within bounds, both included. */
export function integer(min: number, max: number): Grammar<number, number> {
  const within = (value: unknown) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? (value as number)
      : undefined;
  return {
    shape: `${min}..${max}`,
    fromText: (text) => (/^\d+$/.test(text) ? within(Number(text)) : undefined),
    fromValue: within,
  };
}

/** A number within bounds, both included; fractions are allowed. */
export function number(min: number, max: number): Grammar<number, number> {
  const within = (value: unknown) =>
    typeof value === 'number' && value >= min && value <= max ? value : undefined;
  return {
    shape: `${min}..${max}`,
    fromText: (text) => (/^\d+(\.\d+)?$/.test(text) ? within(Number(text)) : undefined),
    fromValue: within,
  };
}

/** true or false; clients also send 1 or 0. */
export function boolean(): Grammar<boolean | 'true' | 'false', boolean> {
  const words = new Map([
    ['true', true],
    ['false', false],
    ['1', true],
    ['0', false],
  ]);
  return {
    shape: 'true | false',
    fromText: (text) => words.get(text.toLowerCase()),
    fromValue: (value) =>
      typeof value === 'boolean' || typeof value === 'number'
        ? words.get(String(value))
        : undefined,
  };
}

/** Any text. */
export function text(shape: string): Grammar<string, string> {
  return { shape, fromText: (value) => value, fromValue: () => undefined };
}

/** A value that only code can pass, told by a type guard. */
export function instance<T>(shape: string, is: (value: unknown) => value is T): Grammar<T, T> {
  return {
    shape,
    fromText: () => undefined,
    fromValue: (value) => (is(value) ? value : undefined),
  };
}

/** What either of two grammars reads; the first one goes first. */
export function either<T1, V1, T2, V2>(
  first: Grammar<T1, V1>,
  second: Grammar<T2, V2>,
): Grammar<T1 | T2, V1 | V2> {
  return {
    shape: `${first.shape} | ${second.shape}`,
    fromText: (value) => first.fromText(value) ?? second.fromText(value),
    fromValue: (value) => first.fromValue(value) ?? second.fromValue(value),
  };
}
