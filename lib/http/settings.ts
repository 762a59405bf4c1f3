/**
 * The settings of a server: one table, from which come the flags of `bgcut serve`, the environment variables, the
 * members of a settings file, the options of createServer() and docs/server.md.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import envPaths from 'env-paths';

import { BgcutError } from '../errors.js';
import { boolean, integer, oneOf, text } from '../params/grammar.js';
import { callOptions, engineOptions } from '../params/options.js';
import {
  apiName,
  type OptionsOf,
  parameter,
  type ParameterTable,
  readOptions,
  type ValuesOf,
} from '../params/parameter.js';
import { defaultLimits } from './limits.js';

const error = 'invalid_setting';
const longest = 86_400_000;

/** Where a server keeps what it remembers. */
export const placeSettings = {
  /** The folder for keys, credits and submissions; by default the data folder of the platform. */
  data: parameter({
    grammar: text('the path of a folder'),
    default: undefined,
    error,
    doc: 'The folder for keys, credits and submissions; by default the data folder of the platform.',
  }),

  /** The address of a PostgreSQL that several servers share, instead of a file in `data`. */
  database: parameter({
    grammar: text('postgres://user:password@host/name'),
    default: undefined,
    error,
    doc: 'The address of a PostgreSQL, which several servers may share, instead of a file in data. Needs the package pg.',
  }),
} as const satisfies ParameterTable;

/** All settings that are not options of the engine. */
export const serverSettings = {
  /** The port; 0 takes a free one. */
  port: parameter({
    grammar: integer(0, 65_535),
    default: 8080,
    error,
    doc: 'The port to listen on; 0 takes a free one.',
  }),

  /** The address to listen on; only this machine unless given. */
  host: parameter({
    grammar: text('an address or a name'),
    default: '127.0.0.1',
    error,
    doc: 'The address to listen on. The default is reached from this machine alone; 0.0.0.0 listens on every address.',
  }),

  ...placeSettings,

  /** Megapixels of input per minute and key. */
  rateLimit: parameter({
    grammar: integer(1, 1_000_000),
    default: defaultLimits.rateLimit,
    error,
    doc: 'Megapixels of input per minute and key.',
  }),

  /** Calls per month and key that cost nothing. */
  freeCalls: parameter({
    grammar: integer(0, 1_000_000_000),
    default: defaultLimits.freeCalls,
    error,
    doc: 'Calls per month and key that cost nothing.',
  }),

  /** Where /improve keeps pictures. */
  improve: parameter({
    grammar: text('off | a folder | s3://bucket/prefix'),
    default: undefined,
    error,
    doc: 'Where /improve keeps pictures: a folder (by default improve in data), s3://bucket/prefix (needs the package @aws-sdk/client-s3, which finds region, keys and endpoint in the AWS_ variables), or off.',
  }),

  /** Pictures per day and key that /improve takes. */
  submissionsPerDay: parameter({
    grammar: integer(0, 1_000_000),
    default: defaultLimits.submissionsPerDay,
    error,
    doc: 'Pictures per day and key that /improve takes.',
  }),

  /** Milliseconds for the header of a request to arrive. */
  headersTimeout: parameter({
    grammar: integer(100, longest),
    default: 10_000,
    error,
    doc: 'Milliseconds for the header of a request to arrive.',
  }),

  /** Milliseconds for its body. */
  bodyTimeout: parameter({
    grammar: integer(100, longest),
    default: defaultLimits.bodyTimeout,
    error,
    doc: 'Milliseconds for its body to arrive.',
  }),

  /** Milliseconds for download, waiting and work. */
  timeout: parameter({
    grammar: integer(100, longest),
    default: defaultLimits.timeout,
    error,
    doc: 'Milliseconds for everything after that: download, waiting and work.',
  }),

  /** Milliseconds that a stopping server gives to the requests it is working on. */
  drainTimeout: parameter({
    grammar: integer(0, longest),
    default: 20_000,
    error,
    doc: 'Milliseconds that a server which is told to stop gives to the requests that it is working on.',
  }),

  /** Megabytes of request bodies in memory. */
  bodyMemory: parameter({
    grammar: integer(64, 1_000_000),
    default: defaultLimits.bodyMemory / 1e6,
    error,
    doc: 'Megabytes of request bodies in memory together; what goes beyond is answered with 503.',
  }),

  /** How much is done for hair, fur and edges. */
  quality: callOptions.quality,

  /** How long the encoders may try to make files smaller. */
  effort: callOptions.effort,

  /** Whether there is a page at /. */
  page: parameter({
    grammar: boolean(),
    default: true,
    error,
    doc: 'Whether there is a page at / on which people with a key can try the API.',
  }),

  /** Whether /metrics answers. */
  metrics: parameter({
    grammar: boolean(),
    default: true,
    error,
    doc: 'Whether /metrics answers, to everybody who reaches the server.',
  }),

  /** How much is logged, to standard error. */
  log: parameter({
    grammar: oneOf({
      silent: { doc: 'nothing' },
      error: { doc: 'failures of the server' },
      info: { doc: 'one line a request as well' },
    }),
    default: 'info',
    error,
    doc: 'What is logged, as JSON lines to standard error.',
  }),
} as const satisfies ParameterTable;

/** A server answers within its timeout: a longer queue than that is of no use. */
const serverQueue = 8;

/** What createServer() takes, and a settings file holds. */
export const serverOptions = {
  ...serverSettings,
  ...engineOptions,
  queue: { ...engineOptions.queue, default: serverQueue },
} as const satisfies ParameterTable;

/** Settings as they are given. */
export type ServerSettingsOptions = OptionsOf<typeof serverOptions>;

/** Settings, checked, defaults filled in. */
export type ServerSettings = ValuesOf<typeof serverOptions>;

/** Options of the engine whose variables the library reads itself, in its own way. */
const readByLibrary: readonly string[] = ['cacheDir', 'offline'];

/** The environment variable of a setting: BGCUT_BODY_TIMEOUT. */
export function variableOf(name: string): string {
  return name === 'cacheDir' ? 'BGCUT_CACHE' : `BGCUT_${apiName(name).toUpperCase()}`;
}

/**
 * The settings from their sources: what is given first, then the environment, then the file, then the defaults.
 * Throws invalid_setting, or the code of an engine's option, with a detail that names the setting.
 */
export function readSettings<Table extends ParameterTable>(
  table: Table,
  given: Readonly<Record<string, unknown>>,
  { env = process.env, file }: { env?: NodeJS.ProcessEnv; file?: string | undefined } = {},
): ValuesOf<Table> {
  const filed = file === undefined ? {} : readSettingsFile(file);
  const known = Object.keys(table);
  const stranger = [...Object.keys(filed), ...Object.keys(given)].find(
    (name) => !known.includes(name) && !Object.hasOwn(serverOptions, name),
  );
  if (stranger !== undefined) {
    throw new BgcutError('invalid_setting', { detail: `There is no setting ${stranger}.` });
  }
  const values = Object.entries(table).map(([name, entry]) => {
    const variable = readByLibrary.includes(name) ? undefined : env[variableOf(name)];
    const raw = [given[name], variable, filed[name]].find(
      (value) => value !== undefined && value !== null && value !== '',
    );
    return [name, readOne(name, entry, raw)];
  });
  return Object.fromEntries(values) as ValuesOf<Table>;
}

function readOne(name: string, entry: ParameterTable[string], raw: unknown): unknown {
  try {
    return readOptions({ [name]: entry }, { [name]: raw })[name];
  } catch (thrown) {
    if (!(thrown instanceof BgcutError)) throw thrown;
    const detail = `${name}: ${thrown.detail ?? thrown.title}`;
    throw new BgcutError(thrown.code, { detail, cause: thrown });
  }
}

function readSettingsFile(file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch (cause) {
    const detail = `${file} can not be read as JSON.`;
    throw new BgcutError('invalid_setting', { detail, cause });
  }
  throw new BgcutError('invalid_setting', { detail: `${file} holds one JSON object.` });
}

/** The folder for data: the one given, else that of the platform. */
export function dataFolder(given: string | undefined): string {
  return given ?? join(envPaths('bgcut', { suffix: '' }).data);
}
