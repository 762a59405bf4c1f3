import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import envPaths from 'env-paths';
import lockfile from 'proper-lockfile';
import { z } from 'zod';

import { BgcutError } from '../errors.js';
import { type Digest, hashFile, storageError, writeAtomically } from './files.js';
import type { Manifest } from './manifest.js';

/**
 * The folder that keeps what BgCut fetches: the one given, else BGCUT_CACHE, else the platform's cache folder.
 *
 * @returns an absolute path; the folder need not exist
 */
export function cacheFolder(given?: string): string {
  const { BGCUT_CACHE } = process.env;
  // An empty variable is how many tools say "not set".
  const configured = BGCUT_CACHE === '' ? undefined : BGCUT_CACHE;
  return resolve(given ?? configured ?? envPaths('bgcut', { suffix: '' }).cache);
}

/** Where one model lives in the cache. */
export interface Place {
  readonly folder: string;
  readonly file: string;
  /** What is known of `file`: its digest and the moment it was checked. */
  readonly stamp: string;
}

/** The place of a manifest's model in the cache. */
export function placeOf(manifest: Pick<Manifest, 'name' | 'file'>, cacheDir?: string): Place {
  const folder = join(cacheFolder(cacheDir), 'models', manifest.name);
  return {
    folder,
    file: join(folder, manifest.file),
    stamp: join(folder, `${manifest.file}.json`),
  };
}

const stampSchema = z.object({
  sha256: z.string(),
  bytes: z.number(),
  /** Modification time of the file when its digest was last taken, milliseconds. */
  mtimeMs: z.number(),
  /** Where the file came from, without secrets. */
  from: z.string(),
  /** Whether the digest was promised by the manifest or recorded when the file was first fetched. */
  trust: z.enum(['manifest', 'first-use']),
});

/** The record of a verified file. */
export type Stamp = z.infer<typeof stampSchema>;

/** Reads a stamp; undefined when there is none or it makes no sense. */
export async function readStamp(file: string): Promise<Stamp | undefined> {
  try {
    return stampSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Records what a file is known to be; a cache that can't be written just isn't told. */
export async function writeStamp(
  stamp: string,
  file: string,
  known: Omit<Stamp, 'mtimeMs'>,
): Promise<void> {
  const { mtimeMs } = await stat(file);
  const text = `${JSON.stringify({ ...known, mtimeMs }, null, 2)}\n`;
  await writeAtomically(stamp, text).catch((error: unknown) => {
    if (!storageError(error, stamp)) throw error;
  });
}

/** What a look at a cached model found. */
export type CacheState = 'absent' | 'intact' | 'damaged';

/**
 * Looks whether a cached model is what it should be. Cheap: size and modification time against the stamp; only when
 * they changed since, or there is no stamp, is the whole file hashed (and the stamp renewed).
 *
 * @throws the signal's reason
 */
export async function checkCached(
  manifest: Manifest,
  place: Place,
  signal?: AbortSignal,
): Promise<CacheState> {
  const found = await stat(place.file).catch(() => undefined);
  if (!found?.isFile()) return 'absent';
  const stamp = await readStamp(place.stamp);
  const expected = manifest.sha256 ?? stamp?.sha256;
  if (
    stamp &&
    stamp.sha256 === expected &&
    stamp.bytes === found.size &&
    stamp.mtimeMs === found.mtimeMs
  ) {
    return 'intact';
  }
  if (manifest.bytes !== null && found.size !== manifest.bytes) return 'damaged';
  const digest = await hashFile(place.file, undefined, signal);
  // A file without any promise can only be taken as it is: first use is when it's first seen.
  if (expected !== undefined && digest.sha256 !== expected) return 'damaged';
  await writeStamp(place.stamp, place.file, {
    ...digest,
    from: stamp?.from ?? 'found in the cache',
    trust: manifest.sha256 ? 'manifest' : 'first-use',
  });
  return 'intact';
}

/**
 * model_checksum_mismatch for a file that isn't what was promised.
 *
 * @param advice a sentence that says what to do
 */
export function mismatch(what: string, expected: string, got: Digest, advice: string): BgcutError {
  return new BgcutError('model_checksum_mismatch', {
    detail: `${what} has SHA-256 ${got.sha256} (${got.bytes} bytes), expected ${expected}. ${advice}`,
  });
}

/** Milliseconds after which a lock that nobody renews counts as left by a dead process. */
const STALE = 30_000;

/**
 * Runs `work` while no other process or thread works on the folder. The lock only spares double downloads: work must
 * be right without it (own temporary names, atomic renames), because not every file system can lock.
 *
 * @param work is told whether it holds the lock
 * @throws the signal's reason while waiting; whatever `work` throws
 */
export async function withLock<T>(
  folder: string,
  work: (locked: boolean) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  let release: (() => Promise<void>) | undefined;
  for (;;) {
    signal?.throwIfAborted();
    try {
      release = await lockfile.lock(folder, {
        realpath: false,
        stale: STALE,
        lockfilePath: join(folder, '.lock'),
        onCompromised: () => undefined,
      });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') break;
    }
    await delay(250, undefined, { signal });
  }
  try {
    return await work(release !== undefined);
  } finally {
    await release?.().catch(() => undefined);
  }
}
