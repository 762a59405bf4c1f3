// @ts-check
/** How long a process that has just been started takes to its first preview, the model being on the disk. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { median } from './figure.mjs';
import { testPicture } from './picture.mjs';

/** @import { Report } from './figure.mjs' */

const script = fileURLToPath(new URL('cold-child.mjs', import.meta.url));

/** Of a warm preview. */
const bound = 2.5;

export const title = 'cold';

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<Report>}
 */
export async function run({ settings, progress }) {
  const path = await testPicture(1250, 800);
  /** @type {{ load: number, first: number, warm: number }[]} */
  const runs = [];
  for (let i = 0; i < (settings.quick ? 1 : 5); i++) {
    progress(`cold: process ${i + 1}`);
    const { stdout } = await promisify(execFile)(process.execPath, [script, path]);
    runs.push(JSON.parse(stdout));
  }
  /** @param {'load' | 'first' | 'warm'} key */
  const middle = (key) => median(runs.map((run) => run[key]));
  const shown = (/** @type {'load' | 'first' | 'warm'} */ key) => `${middle(key).toFixed(0)} ms`;
  return {
    figures: [
      {
        name: 'first preview of a process, less loading the model, over a warm preview',
        value: median(runs.map(({ load, first, warm }) => (first - load) / warm)),
        unit: 'ratio',
        bound,
        detail: `${shown('first')} from the start of the process, ${shown('load')} of it loading, over ${shown('warm')}`,
      },
    ],
  };
}
