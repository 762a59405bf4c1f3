import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { access, constants, readFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { finished } from 'node:stream/promises';

import Config from '@npmcli/config';
import { definitions, flatten, shorthands } from '@npmcli/config/lib/definitions';
import pacote from 'pacote';
import promiseRetry from 'promise-retry';
import { Parser, type ReadEntry } from 'tar';
import { z } from 'zod';

import { makeFolders } from '../folders.js';
import type { NpmSource } from './manifest.js';

type ChunkedSource = Extract<NpmSource, { kind: 'npm' }>;
/** Files of a package, with the checksum of each. */
export type FilesSource = Omit<Extract<NpmSource, { kind: 'npm-files' }>, 'recipe'>;

/** npm's settings in the form that npm's own libraries take: registry, proxy, certificates, tokens, cache folder. */
export type NpmOptions = Record<string, unknown>;

/**
 * The user's npm configuration, as npm itself reads it: environment, project, user and global npmrc.
 * It holds tokens: never print it.
 */
export async function npmOptions(): Promise<NpmOptions> {
  const config = new Config({
    npmPath: npmFolder(),
    definitions,
    shorthands,
    flatten,
    argv: [process.execPath, 'bgcut'],
    // A copy: npm's library writes its settings back into the environment.
    env: { ...process.env },
    cwd: process.cwd(),
  });
  await config.load();
  return { ...config.flat };
}

/** npm's folder, for the settings that a system's packager put beside it; any folder serves where there is none. */
function npmFolder(): string {
  const bin = dirname(process.execPath);
  const candidates = [join(bin, '../lib/node_modules/npm'), join(bin, 'node_modules/npm')];
  return candidates.find((folder) => existsSync(folder)) ?? __dirname;
}

const resourcesSchema = z.record(
  z.string(),
  z.object({
    size: z.number(),
    chunks: z.array(
      z.object({
        hash: z.string().regex(/^[0-9a-f]{64}$/),
        offsets: z.tuple([z.number(), z.number()]),
      }),
    ),
  }),
);

/** An error that names what was wrong with a package's content. */
export class PackageError extends Error {
  readonly code = 'EPACKAGE';
}

/** What fetchFiles needs beside the source. */
export interface FetchFilesOptions {
  /** What to fetch instead of the package from the registry: a tarball's path or address. */
  readonly spec?: string;
  /** An existing empty folder for the parts, on a disk with room for the unpacked package. */
  readonly folder: string;
  /** Told the bytes of the tarball read so far. */
  readonly onBytes?: (done: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches the files that a recipe needs out of a package: the tarball is streamed, its integrity checked, and every
 * file is checked against its SHA-256.
 *
 * @returns the files in the order of the recipe, owned by the caller; of a package that keeps its files in chunks, the
 *   joined one
 * @throws PackageError when the content isn't what the source promises, else the error of npm's library
 */
export async function fetchFiles(source: NpmSource, options: FetchFilesOptions): Promise<Buffer[]> {
  return source.kind === 'npm'
    ? [await fetchChunked(source, options)]
    : fetchPlain(source, options);
}

async function fetchPlain(source: FilesSource, options: FetchFilesOptions): Promise<Buffer[]> {
  const files = await unpackFiles(source, options);
  return Promise.all(
    source.files.map(async ({ path, sha256 }, index) => {
      const file = await readFile(files[index] ?? '');
      checkDigest(path, file, sha256);
      return file;
    }),
  );
}

/**
 * As fetchFiles, but the files stay on the disk, and their SHA-256 is left to the caller.
 *
 * @returns their paths in `options.folder`, in the order of the source
 */
export async function unpackFiles(
  source: FilesSource,
  options: FetchFilesOptions,
): Promise<string[]> {
  const part = (index: number) => join(options.folder, `file${index}`);
  await unpack(source, options, (path, bytes) => {
    const index = source.files.findIndex((f) => f.path === path && f.bytes === bytes);
    return index < 0 ? undefined : `file${index}`;
  });
  for (const [index, { path }] of source.files.entries()) {
    if (!existsSync(part(index))) throw missingPart(path);
  }
  return source.files.map((_, index) => part(index));
}

function checkDigest(name: string, content: Buffer, expected: string): void {
  const sha256 = createHash('sha256').update(content).digest('hex');
  if (sha256 !== expected) {
    throw new PackageError(`${name} has SHA-256 ${sha256}, expected ${expected}`);
  }
}

async function fetchChunked(source: ChunkedSource, options: FetchFilesOptions): Promise<Buffer> {
  const parts = posix.dirname(source.resources);
  await unpack(source, options, (path, bytes) => {
    const name = posix.basename(path);
    const isChunk = posix.dirname(path) === parts && /^[0-9a-f]{64}$/.test(name);
    return path === source.resources || (isChunk && bytes <= source.bytes) ? name : undefined;
  });
  const list = await readPart(options.folder, posix.basename(source.resources));
  const listed = resourcesSchema.safeParse(parseJson(list));
  const wanted = listed.success ? listed.data[source.entry] : undefined;
  if (wanted?.size !== source.bytes) {
    throw new PackageError(`the package does not list ${source.entry} with ${source.bytes} bytes`);
  }
  const whole = Buffer.alloc(wanted.size);
  for (const { hash, offsets } of wanted.chunks) {
    const chunk = await readPart(options.folder, hash);
    if (offsets[0] + chunk.length !== offsets[1] || offsets[1] > whole.length) {
      throw new PackageError(`the package lists a wrong size for a part of ${source.entry}`);
    }
    chunk.copy(whole, offsets[0]);
  }
  checkDigest(source.entry, whole, source.sha256);
  return whole;
}

async function readPart(folder: string, name: string, called = name): Promise<Buffer> {
  try {
    return await readFile(join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw missingPart(called);
  }
}

function missingPart(name: string): PackageError {
  return new PackageError(`the package has no ${name} as it was published`);
}

function parseJson(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Names the part that an entry of the tarball is written to, by its path in the package and its size; or skips it. */
type Take = (path: string, bytes: number) => string | undefined;

async function unpack(
  source: Pick<NpmSource, 'package' | 'version' | 'integrity'>,
  options: FetchFilesOptions,
  take: Take,
): Promise<void> {
  const { spec = `${source.package}@${source.version}`, folder } = options;
  const settings = await npmOptions();
  // A service account often has no home, or one that it may not write to; npm itself would fail there.
  const npmCache = String(settings.cache);
  const cache = (await isWritable(npmCache)) ? npmCache : join(folder, 'npm-cache');
  await promiseRetry(
    (retry) =>
      pacote.tarball
        .stream(spec, (tarball) => readTarball(tarball, take, options), {
          ...settings,
          cache,
          integrity: source.integrity,
        })
        .catch((error: unknown) => {
          // npm's library retries requests; a connection lost in the middle of the tarball is up to us.
          if (!lostConnection(error)) throw error;
          return retry(error);
        }),
    { retries: 3, minTimeout: 500 },
  );
}

async function isWritable(folder: string): Promise<boolean> {
  try {
    await makeFolders(folder);
    await access(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function lostConnection(error: unknown): boolean {
  const code = String((error as NodeJS.ErrnoException | null)?.code);
  return ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'EIDLETIMEOUT'].includes(code);
}

/** Writes what is taken into `folder`; everything else in the tarball, code above all, is skipped. */
async function readTarball(
  tarball: NodeJS.ReadableStream,
  take: Take,
  { folder, onBytes, signal }: FetchFilesOptions,
): Promise<void> {
  const written: Promise<void>[] = [];
  const onReadEntry = (entry: ReadEntry) => {
    // npm packs everything into one folder, mostly but not always called `package`.
    const path = posix.normalize(entry.path).split('/').slice(1).join('/');
    const name = take(path, entry.size);
    if (name === undefined) {
      entry.resume();
      return;
    }
    const file = createWriteStream(join(folder, name));
    written.push(finished(file));
    entry.pipe(file);
  };
  const parser = new Parser({ strict: true, onReadEntry });
  let done = 0;
  await new Promise<void>((resolve, reject) => {
    tarball.on('data', (chunk: Buffer) => {
      done += chunk.length;
      onBytes?.(done);
    });
    tarball.on('error', reject);
    parser.on('error', reject);
    parser.on('end', resolve);
    signal?.addEventListener('abort', () => {
      tarball.unpipe();
      reject(signal.reason as Error);
    });
    tarball.pipe(parser);
  });
  await Promise.all(written);
}

/** A sentence for the code of an error of npm's library. */
export function whyNotFetched(code: string | undefined): string {
  const reason = reasons[code ?? ''] ?? 'The package could not be fetched from the npm registry';
  return `${reason}${code ? ` (${code})` : ''}. npm's own settings for registry, proxy and certificates apply.`;
}

const reasons: Readonly<Record<string, string>> = {
  E401: 'The npm registry asks for a login',
  E403: 'The npm registry refused access',
  E404: 'The npm registry does not have the package',
  ETARGET: 'The npm registry does not have that version of the package',
  ENOTFOUND: 'The npm registry can not be found: there is no such host, or no network',
  EAI_AGAIN: 'The npm registry can not be found: there is no such host, or no network',
  ECONNREFUSED: 'The npm registry refused the connection',
  ECONNRESET: 'The connection to the npm registry was lost',
  ENOENT: 'The package file does not exist',
};
