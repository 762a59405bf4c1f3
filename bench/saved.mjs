// @ts-check
/** Measurements between runs: out/bench/NAME.json, so that a long bench can be made in pieces. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const folder = new URL('../out/bench/', import.meta.url);

/** @param {string} name */
export const savedFile = (name) => fileURLToPath(new URL(`${name}.json`, folder));

/** @param {string} name @param {unknown} value */
export async function save(name, value) {
  await mkdir(folder, { recursive: true });
  await writeFile(savedFile(name), `${JSON.stringify(value, undefined, 2)}\n`);
}

/**
 * What was saved under that name; undefined where nothing was.
 *
 * @param {string} name
 * @returns {Promise<any>}
 */
export async function saved(name) {
  const file = savedFile(name);
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : undefined;
}
