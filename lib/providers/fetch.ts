/** Fetches provider files: an explicit step, never part of an installation. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';

import { BgcutError } from '../errors.js';
import { withLock } from '../models/cache.js';
import {
  hashFile,
  makeFolder,
  moveIntoPlace,
  storageError,
  sweepTemporary,
  temporaryName,
} from '../models/files.js';
import { unpackFiles, whyNotFetched } from '../models/npm.js';
import { providerFolder, providerState } from './folder.js';
import type { ProviderPackage } from './packages.js';

/** Options of addProvider. */
export interface AddOptions {
  /** A tarball's path or address instead of the package from the registry. */
  readonly from?: string | undefined;
  /** Fetch them even if they are there. */
  readonly force?: boolean | undefined;
  /** Told the bytes of the tarball read so far. */
  readonly onBytes?: ((done: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches a set of provider files into the cache folder. Every file is checked against its SHA-256 before the folder
 * gets its name; what fails leaves nothing behind, and an earlier folder as it was.
 *
 * @returns whether anything was fetched
 * @throws BgcutError provider_unavailable (not for this platform), provider_download_failed,
 *   provider_checksum_mismatch, cache_unwritable; the signal's reason
 */
export async function addProvider(
  set: ProviderPackage,
  options: AddOptions = {},
): Promise<boolean> {
  if (process.platform !== set.platform || process.arch !== set.arch) {
    throw new BgcutError('provider_unavailable', {
      detail: `The files of ${set.name} are for ${set.platform} ${set.arch}; this is ${process.platform} ${process.arch}.`,
    });
  }
  const folder = providerFolder(set);
  await makeFolder(dirname(folder));
  await sweepTemporary(dirname(folder));
  return withLock(
    dirname(folder),
    async () => {
      if (providerState(set) === 'ready' && options.force !== true) return false;
      await fetchInto(folder, set, options);
      return true;
    },
    options.signal,
  );
}

async function fetchInto(folder: string, set: ProviderPackage, options: AddOptions): Promise<void> {
  const { from, onBytes, signal } = options;
  const fresh = temporaryName(folder);
  const parts = join(fresh, 'parts');
  try {
    await mkdir(parts, { recursive: true });
    const files = await unpackFiles(set.source, {
      folder: parts,
      ...(from !== undefined && { spec: from }),
      ...(onBytes !== undefined && { onBytes }),
      signal,
    });
    for (const [index, { path, sha256 }] of set.source.files.entries()) {
      const file = files[index] ?? '';
      const digest = await hashFile(file, undefined, signal);
      const name = posix.basename(path);
      if (digest.sha256 !== sha256) {
        throw mismatch(set, `${name} has SHA-256 ${digest.sha256}, expected ${sha256}.`);
      }
      await moveIntoPlace(file, join(fresh, name));
    }
    await rm(parts, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  } catch (error) {
    signal?.throwIfAborted();
    throw explain(error, set, dirname(folder));
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

function explain(error: unknown, set: ProviderPackage, folder: string): unknown {
  if (error instanceof BgcutError) return error;
  const storage = storageError(error, folder);
  if (storage) return storage;
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  if (/^(EINTEGRITY|EPACKAGE|TAR_.*|Z_.*|ZlibError)$/.test(code)) {
    return mismatch(
      set,
      `The package ${set.source.package} is not the one that was published: its content differs.`,
      error,
    );
  }
  return new BgcutError('provider_download_failed', { detail: whyNotFetched(code), cause: error });
}

function mismatch(set: ProviderPackage, what: string, cause?: unknown): BgcutError {
  return new BgcutError('provider_checksum_mismatch', {
    detail: `${what} Nothing of ${set.name} was kept.`,
    cause,
  });
}
