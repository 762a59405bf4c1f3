/** The form of a parameter table, and the types and readers that follow from any such table. */
import { BgcutError, type ErrorCode } from '../errors.js';
import type { Grammar } from './grammar.js';
import { nearest } from './nearest.js';

/** One entry of a table. Its key is the name in TypeScript; the API's name is the same in snake_case. */
export interface Parameter<
  Typed = unknown,
  Value = unknown,
  Default extends Value | undefined = Value | undefined,
> {
  readonly grammar: Grammar<Typed, Value>;
  /** The canonical value when nothing is given; undefined where that is a value of its own. */
  readonly default: Default;
  /** Thrown for a value that is not of the grammar. */
  readonly error: ErrorCode;
  /** One sentence or two, for docs and help. */
  readonly doc: string;
}

/** A table: names to entries, in the order of docs and help. */
export type ParameterTable = Readonly<Record<string, Parameter>>;

/** Checks an entry's default against its grammar and keeps its exact types. */
export function parameter<Typed, Value, const Default extends Value | undefined>(
  entry: Parameter<Typed, Value, Default>,
): Parameter<Typed, Value, Default> {
  return entry;
}

/** The options that a caller may pass for a table, all optional. */
export type OptionsOf<Table extends ParameterTable> = {
  -readonly [K in keyof Table]?: Table[K] extends Parameter<infer Typed>
    ? Typed | undefined
    : never;
};

/** The canonical values of a table, defaults filled in. A canonical value reads as itself. */
export type ValuesOf<Table extends ParameterTable> = {
  readonly [K in keyof Table]: Table[K] extends Parameter<unknown, infer Value, infer Default>
    ? Value | (undefined extends Default ? undefined : never)
    : never;
};

/** The API's name of a parameter: cropMargin is crop_margin. */
export function apiName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * The canonical values for the options of a typed call. Text is trimmed, enumerations match in any letter case,
 * and undefined, null and empty text are absent.
 * Throws the parameter's error for a bad value and invalid_option for a name that is not in the table.
 */
export function readOptions<Table extends ParameterTable>(
  table: Table,
  options: unknown,
): ValuesOf<Table> {
  const given = options ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) {
    const detail = `Options are passed as an object, received ${shown(given)}.`;
    throw new BgcutError('invalid_option', { detail });
  }
  const names = Object.keys(table);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const near = nearest(unknown, names);
    const advice =
      near === undefined ? `The options are ${names.join(', ')}.` : `Did you mean "${near}"?`;
    throw new BgcutError('invalid_option', {
      detail: `There is no option ${shown(unknown)}. ${advice}`,
    });
  }
  return readValues(table, (name) => (given as Record<string, unknown>)[name]);
}

/**
 * The canonical values for form fields or the members of a JSON object, under the API's names.
 * As readOptions, but unknown names are ignored, as the API does. Of a repeated field the last one counts.
 */
export function readFields<Table extends ParameterTable>(
  table: Table,
  fields: Iterable<readonly [string, unknown]>,
): ValuesOf<Table> {
  const given = new Map(fields);
  return readValues(table, (name) => given.get(apiName(name)));
}

function readValues<Table extends ParameterTable>(
  table: Table,
  raw: (name: string) => unknown,
): ValuesOf<Table> {
  const values = Object.entries(table).map(([name, entry]) => [name, read(entry, raw(name))]);
  return Object.fromEntries(values) as ValuesOf<Table>;
}

function read(entry: Parameter, raw: unknown): unknown {
  const given = typeof raw === 'string' ? raw.trim() : raw;
  if (given === undefined || given === null || given === '') return entry.default;
  const { grammar, error } = entry;
  const value = typeof given === 'string' ? grammar.fromText(given) : grammar.fromValue(given);
  if (value !== undefined) return value;
  throw new BgcutError(error, {
    detail: `Expected ${grammar.shape}, received ${shown(given)}.`,
  });
}

/** A value as an error message shows it: short, and never the contents of an object. */
function shown(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
