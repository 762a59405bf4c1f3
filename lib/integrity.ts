/** Whether the native part's files are the ones that were published: their SHA-256 stands in package.json. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { NativePart } from './loading.js';

/** One file of the native part. */
export interface NativeFile {
  readonly name: string;
  /** Of what is on the disk, in hex; null where it can't be read. */
  readonly sha256: string | null;
  /** Whether it is the file that was published. */
  readonly intact: boolean;
}

/** Reads the published files in full and compares them. Empty where the native part was compiled here. */
export function checkFiles({ folder, files }: NativePart): NativeFile[] {
  return Object.entries(files).map(([name, expected]) => {
    const sha256 = digest(join(folder, name));
    return { name, sha256, intact: sha256 === expected };
  });
}

/** The names of the files that are not what was published, or are gone. */
export function changedFiles(part: NativePart): string[] {
  return checkFiles(part)
    .filter(({ intact }) => !intact)
    .map(({ name }) => name);
}

function digest(file: string): string | null {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return null;
  }
}
