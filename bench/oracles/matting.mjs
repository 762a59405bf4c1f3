// @ts-check
/** The native matting against PyMatting: closed-form alpha, and multi-level foregrounds, each on the same input. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import sharp from 'sharp';

import { cmake, root } from '../../native/toolchain.mjs';
import { findPairs } from '../quality/pairs.mjs';
import { table } from '../report.mjs';

/** @import { Pair } from '../quality/pairs.mjs' */
/** @import { Python } from './python.mjs' */

/** The largest mean difference, of 1. */
const bound = 0.01;
/** Both work at this size at most, as the pipeline does. */
const maxPixels = 500_000;

/**
 * Prints the differences of every picture, and says whether their means are within the bound.
 *
 * @param {Python} python
 * @param {string[]} folders of pairs: the trimap is made from the reference, blurred, as a mask is
 * @returns {Promise<boolean>}
 */
export async function compare(python, folders) {
  const pairs = (await Promise.all(folders.map(findPairs))).flat();
  if (pairs.length === 0) return true;
  const program = await build();
  const folder = await mkdtemp(join(tmpdir(), 'bgcut-oracles-'));
  try {
    const rows = [];
    for (const pair of pairs) rows.push(await compareOne(python, program, folder, pair));
    const show = (/** @type {number} */ value) => value.toExponential(1);
    const lines = rows.map(({ name, alpha, colour, failure }) => [
      name,
      failure === null ? show(alpha) : `PyMatting: ${failure}`,
      show(colour),
    ]);
    const head = ['mean difference in the band', 'closed-form alpha', 'multi-level foreground'];
    process.stdout.write(`\n${table([head, ...lines])}\n`);
    const judged = rows.filter(({ failure }) => failure === null);
    const mean = (/** @type {number[]} */ all) => all.reduce((a, b) => a + b, 0) / all.length;
    return (
      mean(judged.map(({ alpha }) => alpha)) <= bound &&
      mean(rows.map(({ colour }) => colour)) <= bound
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The colours that the native estimation gives the foreground of a picture with this alpha, at full size.
 *
 * @param {string} picture path
 * @param {import('../quality/metrics.mjs').Alpha} alpha of the same size
 * @returns {Promise<Uint8Array>} 3 bytes per pixel
 */
export async function nativeForeground(picture, alpha) {
  const program = await build();
  const folder = await mkdtemp(join(tmpdir(), 'bgcut-oracles-'));
  try {
    const rgb = join(folder, 'rgb');
    const values = join(folder, 'alpha');
    const out = join(folder, 'foreground');
    const colours = sharp(picture).toColourspace('srgb').removeAlpha();
    await writeFile(rgb, await colours.raw().toBuffer());
    await writeFile(values, new Uint8Array(Float32Array.from(alpha.values).buffer));
    const size = [String(alpha.width), String(alpha.height)];
    await promisify(execFile)(program, ['foreground', ...size, rgb, values, out]);
    return Uint8Array.from(await readFloats(out), (value) => Math.round(255 * value));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Compiles native.cc; returns the path of the program. */
async function build() {
  const folder = join(root, 'build', 'oracles');
  const definitions = ['-DBGCUT_BUILD_ADDON=OFF', '-DBGCUT_BUILD_ORACLES=ON'];
  await cmake(['-S', root, '-B', folder, '-DCMAKE_BUILD_TYPE=Release', ...definitions]);
  const jobs = String(availableParallelism());
  await cmake(['--build', folder, '--config', 'Release', '--parallel', jobs]);
  return join(folder, 'bgcut_oracle');
}

/**
 * @param {Python} python
 * @param {string} program
 * @param {string} folder
 * @param {Pair} pair
 */
async function compareOne(python, program, folder, { name, picture, alpha: reference }) {
  const file = (/** @type {string} */ part) => join(folder, part);
  const { width, height } = await prepare(picture, reference, file('rgb'), file('mask'));
  const job = {
    width,
    height,
    rgb: file('rgb'),
    mask: file('mask'),
    trimap: file('trimap'),
    alpha: file('alpha'),
    foreground: file('foreground'),
  };
  const failure = /** @type {string | null} */ (await python('matting.py', job));
  const run = promisify(execFile);
  const size = [String(width), String(height)];
  await run(program, ['closed-form', ...size, job.rgb, job.trimap, file('own-alpha')]);
  await run(program, ['foreground', ...size, job.rgb, job.alpha, file('own-foreground')]);

  const trimap = await readFile(job.trimap);
  const alpha = await readFloats(job.alpha);
  const ownAlpha = await readFloats(file('own-alpha'));
  const foreground = await readFloats(job.foreground);
  const ownForeground = await readFloats(file('own-foreground'));
  const unknown = meanOver(
    trimap.length,
    (i) => trimap[i] === 128,
    (i) => Math.abs((ownAlpha[i] ?? 0) - (alpha[i] ?? 0)),
  );
  // A colour counts by how much of it is seen.
  const isSoft = (/** @type {number} */ i) => (alpha[i] ?? 0) > 0.02 && (alpha[i] ?? 0) < 0.98;
  const colour = meanOver(trimap.length, isSoft, (i) => {
    let sum = 0;
    for (let at = 3 * i; at < 3 * i + 3; at++) {
      sum += Math.abs((ownForeground[at] ?? 0) - (foreground[at] ?? 0));
    }
    return ((alpha[i] ?? 0) * sum) / 3;
  });
  return { name, alpha: unknown, colour, failure };
}

/**
 * The picture and a mask as a model gives it, raw, at the working size.
 *
 * @param {string} picture
 * @param {string} reference
 * @param {string} rgb
 * @param {string} mask
 */
async function prepare(picture, reference, rgb, mask) {
  const { width, height } = await sharp(picture).metadata();
  const scale = Math.min(1, Math.sqrt(maxPixels / (width * height)));
  const size = /** @type {const} */ ([Math.round(width * scale), Math.round(height * scale)]);
  const fit = { fit: /** @type {const} */ ('fill') };
  const colours = sharp(picture).toColourspace('srgb').removeAlpha();
  await writeFile(
    rgb,
    await colours
      .resize(...size, fit)
      .raw()
      .toBuffer(),
  );
  const grey = sharp(reference)
    .extractChannel(0)
    .resize(...size, fit)
    .blur(2);
  await writeFile(mask, await grey.extractChannel(0).raw().toBuffer());
  return { width: size[0], height: size[1] };
}

/** @param {string} file */
async function readFloats(file) {
  const bytes = await readFile(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/**
 * @param {number} count
 * @param {(i: number) => boolean} counts
 * @param {(i: number) => number} value
 */
function meanOver(count, counts, value) {
  let sum = 0;
  let found = 0;
  for (let i = 0; i < count; i++) {
    if (!counts(i)) continue;
    sum += value(i);
    found++;
  }
  return found === 0 ? 0 : sum / found;
}
