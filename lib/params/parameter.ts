/** The form of a parameter table, and the types and readers that follow from any such table. */
import { BgcutError, type ErrorCode } from '../errors.js';
import { type Grammar, isAbsent } from './grammar.js';
import { nearest } from './nearest.js';
import type { PerTypeGrammar } from './pertype.js';

/** One entry of a table. Its key is the name in TypeScript; the API's name is the same in snake_case. */
export interface Parameter<
  Typed = unknown,
  Value = unknown,
  Default extends Typed | undefined = Typed | undefined,
> {
  readonly grammar: Grammar<Typed, Value>;
  /** What counts when nothing is given, as a caller would write it; undefined where that is a value of its own. */
  readonly default: Default;
  /** Thrown for a value that is not of the grammar. */
  readonly error: ErrorCode;
  /** One sentence or two, for docs and help. */
  readonly doc: string;
  /** What code may pass that is not text, for docs. */
  readonly inCode?: string;
  /** Still understood, but something else does it now: see doc. */
  readonly deprecated?: true;
}

/** A table: names to entries, in the order of docs and help. */
export type ParameterTable = Readonly<Record<string, Parameter>>;

/** Checks the type of an entry's default and keeps the exact types. */
export function parameter<Typed, Value, const Default extends Typed | undefined>(
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

/** The canonical values of a table, defaults filled in. */
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
 * The canonical values for form fields or the members of a JSON object, under the API's names; a value per type also
 * as `shadow_type[person]`. As readOptions, but unknown names are ignored, as the API does, a file is its bytes and
 * never a path, and an empty file is absent. Of a repeated field the last one counts.
 */
export function readFields<Table extends ParameterTable>(
  table: Table,
  fields: Iterable<readonly [string, unknown]>,
): ValuesOf<Table> {
  const given = new Map(fields);
  const values = Object.entries(table).map(([name, entry]) => [
    name,
    readField(entry, apiName(name), given),
  ]);
  return Object.fromEntries(values) as ValuesOf<Table>;
}

function readField(entry: Parameter, name: string, fields: ReadonlyMap<string, unknown>): unknown {
  const raw = fields.get(name);
  const { grammar } = entry;
  if (grammar.fromField !== undefined) {
    if (isAbsent(raw) || isEmptyFile(raw)) return initial(entry);
    return grammar.fromField(raw) ?? refuse(entry, raw);
  }
  if (!isPerType(grammar)) return read(entry, raw);
  const bracketed = [...fields].filter(
    ([field, value]) => field.startsWith(`${name}[`) && field.endsWith(']') && !isAbsent(value),
  );
  if (bracketed.length === 0) return read(entry, raw);
  const named = bracketed.map(([field, value]): [string, unknown] => [
    field.slice(name.length + 1, -1),
    value,
  ]);
  // In JSON the plain field may be an object, whose members the brackets add to.
  const [all, members] = isRecord(raw) ? [undefined, Object.entries(raw)] : [raw, []];
  return grammar.fromParts(all, [...members, ...named]) ?? refuse(entry, Object.fromEntries(named));
}

/** Whether a value can be given per type of foreground. */
export function isPerType(
  grammar: Grammar<unknown, unknown>,
): grammar is PerTypeGrammar<unknown, unknown> {
  return 'fromParts' in grammar;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmptyFile(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { size, byteLength } = value as { size?: unknown; byteLength?: unknown };
  return (size ?? byteLength) === 0;
}

function readValues<Table extends ParameterTable>(
  table: Table,
  raw: (name: string) => unknown,
): ValuesOf<Table> {
  const values = Object.entries(table).map(([name, entry]) => [name, read(entry, raw(name))]);
  return Object.fromEntries(values) as ValuesOf<Table>;
}

function read(entry: Parameter, raw: unknown): unknown {
  return isAbsent(raw) ? initial(entry) : (readGiven(entry, raw) ?? refuse(entry, raw));
}

/** The default in its canonical form. */
function initial(entry: Parameter): unknown {
  return entry.default === undefined ? undefined : readGiven(entry, entry.default);
}

function readGiven({ grammar }: Parameter, raw: unknown): unknown {
  return typeof raw === 'string' ? grammar.fromText(raw.trim()) : grammar.fromValue(raw);
}

function refuse({ grammar, error }: Parameter, raw: unknown): never {
  const given = typeof raw === 'string' ? raw.trim() : raw;
  const detail = isPerType(grammar)
    ? `Expected ${grammar.shape} for ${grammar.keys.join(', ')}, received ${shownParts(grammar, given)}.`
    : `Expected ${grammar.shape}, received ${shown(given)}.`;
  throw new BgcutError(error, { detail });
}

/** Of values per type the one that is wrong, else the value for all of them. */
function shownParts(grammar: PerTypeGrammar<unknown, unknown>, given: unknown): string {
  const parts = isRecord(given) ? Object.entries(given) : [];
  const bad = parts.find((part) => grammar.fromParts(undefined, [part]) === undefined);
  return bad === undefined ? shown(given) : `${shown(bad[0])}: ${shown(bad[1])}`;
}

/** A value as an error message shows it: short, and never the contents of an object. */
function shown(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
