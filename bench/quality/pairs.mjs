// @ts-check
/** Pictures with the alpha that they should get: X.jpg (or .png, .webp) beside X_alpha.png, white = foreground. */
import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';

import sharp from 'sharp';

/** @import { Alpha } from './metrics.mjs' */

const suffixes = ['.jpg', '.jpeg', '.png', '.webp'];
const mark = '_alpha.png';

/**
 * @typedef {object} Pair
 * @property {string} name without the suffix
 * @property {string} group what the name has before its first _
 * @property {string} picture path
 * @property {string} alpha path of the reference
 */

/**
 * The pairs of a folder, by name.
 *
 * @param {string} folder
 * @returns {Promise<Pair[]>}
 */
export async function findPairs(folder) {
  const files = await readdir(folder);
  const names = files
    .filter((file) => file.endsWith(mark))
    .map((file) => file.slice(0, -mark.length))
    .sort();
  return names.map((name) => {
    const picture = files.find(
      (file) => suffixes.includes(extname(file).toLowerCase()) && stem(file) === name,
    );
    if (picture === undefined) throw new Error(`${join(folder, name + mark)} has no picture`);
    const group = name.split('_', 1)[0] ?? name;
    return { name, group, picture: join(folder, picture), alpha: join(folder, name + mark) };
  });
}

/** @param {string} file */
function stem(file) {
  return basename(file, extname(file));
}

/**
 * The first channel of a picture as an alpha.
 *
 * @param {string | Buffer} source path or encoded bytes
 * @returns {Promise<Alpha>}
 */
export async function readAlpha(source) {
  const { data, info } = await sharp(source)
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const values = Float64Array.from(data, (level) => level / 255);
  return { width: info.width, height: info.height, values };
}
