import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { BgcutError } from '../errors.js';
import { makeFolders } from '../folders.js';

/** Bytes at a time: large enough to be fast, small enough that hashing one chunk is no pause for the event loop. */
const CHUNK = 1 << 18;

/** A content check's outcome. */
export interface Digest {
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * SHA-256 of a file, read in chunks.
 *
 * @param onBytes called with the bytes read so far
 * @throws the file system's error, or the signal's reason
 */
export async function hashFile(
  file: string,
  onBytes?: (done: number) => void,
  signal?: AbortSignal,
): Promise<Digest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK, signal })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    onBytes?.(bytes);
  }
  return { sha256: hash.digest('hex'), bytes };
}

/**
 * Puts a finished file in its place: its bytes are on the disk before its name is, so nobody ever sees part of it.
 * Both must be on one file system. On success `from` is gone.
 */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  await sync(from, 'r+');
  await rename(from, to);
  // The new name survives a crash only when the folder is on the disk too; Windows has no such call.
  if (process.platform !== 'win32') await sync(dirname(to), 'r');
}

/** Writes a small file so that readers see the old content or the new one, never a part. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const temporary = temporaryName(file);
  try {
    await writeFile(temporary, text);
    await moveIntoPlace(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A name beside `file` that no other process or thread uses; sweepTemporary finds those that a crash left. */
export function temporaryName(file: string): string {
  return join(dirname(file), `.${basename(file)}.${process.pid}.${randomUUID().slice(0, 8)}.tmp`);
}

/** Removes temporary files and folders that have not been touched for a day: their process is gone. */
export async function sweepTemporary(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.endsWith('.tmp')) continue;
    const path = join(folder, name);
    const age = await stat(path).then(
      (s) => Date.now() - s.mtimeMs,
      () => 0,
    );
    if (age > 24 * 3600 * 1000)
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * Makes a folder and its parents.
 *
 * @throws BgcutError cache_unwritable
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await makeFolders(folder);
  } catch (error) {
    throw (
      storageError(error, folder) ?? cacheUnwritable(folder, 'no folder can be made there', error)
    );
  }
}

const storageCodes: Readonly<Record<string, string>> = {
  EACCES: 'this process may not write there',
  EPERM: 'this process may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'part of the path is a file, not a folder',
  EEXIST: 'part of the path is a file, not a folder',
  ENAMETOOLONG: 'the path is too long',
};

/** cache_unwritable for an error that says that a folder can't be written; undefined for any other error. */
export function storageError(error: unknown, folder: string): BgcutError | undefined {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const reason = code === undefined ? undefined : storageCodes[code];
  return reason === undefined ? undefined : cacheUnwritable(folder, reason, error);
}

function cacheUnwritable(folder: string, reason: string, cause: unknown): BgcutError {
  return new BgcutError('cache_unwritable', {
    detail: `The folder ${folder} can not be written: ${reason}. Set BGCUT_CACHE to another folder.`,
    cause,
  });
}

async function sync(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
