// @ts-check
/** The errors of bench/quality against metrics.py: scipy, scikit-image, pysodmetrics. */
import { createCipheriv } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import sharp from 'sharp';

import { columns, measure } from '../quality/metrics.mjs';
import { findPairs, readAlpha } from '../quality/pairs.mjs';
import { table } from '../report.mjs';

/** @import { Python } from './python.mjs' */

/** The largest difference that rounding may make, as a share of the value. */
const tolerance = 1e-9;

/**
 * Prints the largest difference of every error, and says whether all are within rounding.
 *
 * @param {Python} python
 * @param {string[]} folders of pairs: each reference is held against a blurred and shifted copy of itself
 * @returns {Promise<boolean>}
 */
export async function compare(python, folders) {
  const folder = await mkdtemp(join(tmpdir(), 'bgcut-oracles-'));
  try {
    const cases = [...(await randomCases(folder)), ...(await realCases(folder, folders))];
    /** @type {import('../quality/metrics.mjs').Errors[]} */
    const ours = [];
    for (const [alpha, reference] of cases) {
      ours.push(measure(await readAlpha(alpha), await readAlpha(reference)));
    }
    const theirs = /** @type {typeof ours} */ (await python('metrics.py', cases));
    const rows = columns.map(({ key, title }) => {
      const differences = ours.map((own, i) => {
        const other = theirs[i]?.[key] ?? NaN;
        return Math.abs(own[key] - other) / Math.max(1e-3, Math.abs(other));
      });
      return { title, largest: Math.max(...differences) };
    });
    const lines = rows.map(({ title, largest }) => [title, largest.toExponential(1)]);
    process.stdout.write(
      `Metrics, ${cases.length} alphas, largest difference relative to the value:\n\n`,
    );
    process.stdout.write(`${table([['error', 'difference'], ...lines])}\n`);
    return rows.every(({ largest }) => largest <= tolerance);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Smooth noise against other smooth noise, in several sizes: soft everywhere, with many islands.
 *
 * @param {string} folder
 * @returns {Promise<[alpha: string, reference: string][]>}
 */
async function randomCases(folder) {
  const sizes = /** @type {const} */ ([
    [1, 1],
    [3, 5],
    [64, 48],
    [301, 200],
    [200, 301],
  ]);
  return Promise.all(
    sizes.map(async ([width, height], i) => {
      const pair = /** @type {const} */ (['alpha', 'reference']).map(async (side) => {
        const file = join(folder, `noise-${i}-${side}.png`);
        const noise = createCipheriv('aes-128-ctr', `${side} ${i}`.padEnd(16), Buffer.alloc(16));
        await sharp(noise.update(Buffer.alloc(width * height)), {
          raw: { width, height, channels: 1 },
        })
          .blur(2)
          .linear(8, -900) // blurred noise is all grey: back to black, white and what is between
          .extractChannel(0)
          .png()
          .toFile(file);
        return file;
      });
      return /** @type {[string, string]} */ (await Promise.all(pair));
    }),
  );
}

/**
 * @param {string} folder
 * @param {string[]} pairFolders
 * @returns {Promise<[alpha: string, reference: string][]>}
 */
async function realCases(folder, pairFolders) {
  const pairs = (await Promise.all(pairFolders.map(findPairs))).flat();
  return Promise.all(
    pairs.map(async ({ name, alpha }) => {
      const file = join(folder, `${name}.png`);
      const { width, height } = await sharp(alpha).metadata();
      const moved = await sharp(alpha)
        .extractChannel(0)
        .extend({ left: 3, top: 2, background: 'black' })
        .png()
        .toBuffer();
      await sharp(moved).extract({ left: 0, top: 0, width, height }).blur(1.5).png().toFile(file);
      return /** @type {[string, string]} */ ([file, alpha]);
    }),
  );
}
