// The files of one platform's native part: what they are, and what they need.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runtimeFiles } from '../runtime.mjs';
import { BuildError } from '../toolchain.mjs';
import { PLATFORMS } from './platforms.mjs';

/** What one platform's package may hold, unpacked, in bytes: a promise to its users. */
export const LARGEST = 60e6;

/**
 * @typedef {object} Binaries
 * @property {string} key of the platform
 * @property {string} folder where the files lie, absolute
 * @property {Record<string, string>} files SHA-256 in hex by name: the addon, ONNX Runtime, what that needs
 * @property {number} bytes of all files
 * @property {string | undefined} glibc the oldest that will do ('2.28'); undefined elsewhere than on Linux
 */

/**
 * Reads a folder as the build leaves it, or prebuildify.
 * @param {string} key of the platform
 * @param {string} folder absolute
 * @returns {Promise<Binaries>}
 * @throws {BuildError} where a file is missing or the whole is too large
 */
export async function readBinaries(key, folder) {
  const { os = '' } = PLATFORMS[key] ?? {};
  /** @type {Record<string, string>} */
  const files = {};
  let bytes = 0;
  let glibc = 0;
  for (const name of ['bgcut.node', ...runtimeFiles(os)]) {
    const path = join(folder, name);
    if (!existsSync(path)) {
      throw new BuildError(`The package for ${key} can't be made: ${path} is missing.`);
    }
    const content = await readFile(path);
    files[name] = createHash('sha256').update(content).digest('hex');
    bytes += content.length;
    if (os === 'linux') glibc = Math.max(glibc, glibcOf(content));
  }
  if (bytes > LARGEST) {
    throw new BuildError(
      `The package for ${key} can't be made: ${(bytes / 1e6).toFixed(1)} MB are more than the ${LARGEST / 1e6} MB that are promised.`,
    );
  }
  return { key, folder, files, bytes, glibc: glibc === 0 ? undefined : `2.${glibc}` };
}

/**
 * The newest glibc 2.x that a library names among its needs: their names stand in it as text.
 * @param {Buffer} library
 * @returns {number} x; 0 where it names none
 */
function glibcOf(library) {
  const names = library.toString('latin1').matchAll(/\0GLIBC_2\.(\d+)(?:\.\d+)?(?=\0)/g);
  return Math.max(0, ...[...names].map(([, minor]) => Number(minor)));
}
