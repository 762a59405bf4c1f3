// @ts-check
/** Peak memory of one call in a process of its own, the loading of the model included. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** @import { Figure, Report } from './figure.mjs' */
/** @import { RemoveOptions } from 'bgcut' */

const script = fileURLToPath(new URL('memory-child.mjs', import.meta.url));

export const title = 'memory';

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<Report>}
 */
export async function run({ picture, largePicture, progress }) {
  const large = await largePicture();
  /** @type {{ from: typeof picture, to: string, options: RemoveOptions, bound: number }[]} */
  const cases = [
    { from: picture, to: 'full PNG', options: { size: 'full', format: 'png' }, bound: 900 },
    { from: large, to: '50MP WebP', options: { size: '50MP', format: 'webp' }, bound: 1600 },
    { from: large, to: '50MP ZIP', options: { size: '50MP', format: 'zip' }, bound: 1200 },
  ];
  /** @type {Figure[]} */
  const figures = [];
  for (const { from, to, options, bound } of cases) {
    const name = `peak memory, ${from.megapixels} JPEG to ${to}`;
    progress(name);
    const { loaded, peak, milliseconds, pixels } = await measure(from.path, options);
    const detail =
      `${(pixels / 1e6).toFixed(1)} MP result, first call of a process ${milliseconds.toFixed(0)} ms; ` +
      `after loading the model ${loaded.toFixed(0)} MB`;
    figures.push({ name, value: peak, unit: 'MB', bound, detail });
  }
  return { figures };
}

/**
 * @param {string} path
 * @param {RemoveOptions} options
 * @returns {Promise<{ loaded: number, peak: number, milliseconds: number, pixels: number }>}
 */
async function measure(path, options) {
  const { stdout } = await promisify(execFile)(process.execPath, [
    script,
    path,
    JSON.stringify(options),
  ]);
  return JSON.parse(stdout);
}
