// @ts-check
/**
 * How far the colours of a cut-out are from those of the subject where it is soft: what remains of the background
 * there is seen on every other ground. The true colours are taken from closed-form estimation (Levin et al. 2008) by
 * PyMatting, out of the picture and its reference alpha.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import sharp from 'sharp';

import { nativeForeground } from '../oracles/matting.mjs';
import { openPython, oracles } from '../oracles/python.mjs';
import * as report from '../report.mjs';
import { readAlpha } from './pairs.mjs';
import { keptFile } from './results.mjs';

/** @import { Engine, RemoveOptions } from 'bgcut' */
/** @import { Alpha } from './metrics.mjs' */
/** @import { Pair } from './pairs.mjs' */
/** @import { Variant } from './variants.mjs' */

/** @typedef {{ picture: string, of: string, error: number }} Line */

/**
 * What our estimation must reach on PyMatting's lemur, in levels of 255, out of the reference alpha: so was the figure
 * measured that it comes from (12.8 for the picture itself, 2.5 for PyMatting). A variant's own alpha errs as well.
 */
const bound = 3;
const judged = 'BgCut, reference alpha';

/**
 * Mean of |difference| in levels of 255, over the three channels and the pixels where the reference alpha is soft
 * (.02 to .98), weighted by it: what is seen of the difference.
 *
 * @param {Uint8Array} rgb 3 bytes per pixel
 * @param {Uint8Array} foreground the true colours, likewise
 * @param {Alpha} reference
 * @param {Uint8Array} [shown] pixels with 0 here have no colour and are left out; all count where it is missing
 */
export function colourError(rgb, foreground, reference, shown) {
  let sum = 0;
  let count = 0;
  for (const [i, alpha] of reference.values.entries()) {
    if (alpha <= 0.02 || alpha >= 0.98 || shown?.[i] === 0) continue;
    for (let at = 3 * i; at < 3 * i + 3; at++) {
      sum += alpha * Math.abs((rgb[at] ?? 0) - (foreground[at] ?? 0));
    }
    count += 3;
  }
  return count === 0 ? 0 : sum / count;
}

/**
 * One line for each way to get at colours: the picture's own; multi-level estimation out of the reference alpha, by
 * PyMatting and by our native code alone; and every variant, which has its own alpha only.
 *
 * @param {Engine} engine
 * @param {readonly Pair[]} pairs
 * @param {readonly Variant[]} variants
 * @returns {Promise<Line[]>}
 */
export async function measure(engine, pairs, variants) {
  /** @type {Line[]} */
  const lines = [];
  for (const { name, picture, alpha } of pairs) {
    const reference = await readAlpha(alpha);
    const truth = await readRgb(await estimated('cf', picture, alpha));
    const add = (/** @type {string} */ of, /** @type {number} */ error) =>
      lines.push({ picture: name, of, error });
    add('picture', colourError(await readRgb(picture), truth, reference));
    const multiLevel = await readRgb(await estimated('ml', picture, alpha));
    add('PyMatting, reference alpha', colourError(multiLevel, truth, reference));
    const native = await nativeForeground(picture, reference);
    add(judged, colourError(native, truth, reference));
    for (const variant of variants) {
      const options = { ...variant.options, size: 'full', format: 'png' };
      const { data } = await engine.removeBg(picture, /** @type {RemoveOptions} */ (options));
      const shown = await sharp(data).extractChannel(3).raw().toBuffer();
      add(variant.name, colourError(await readRgb(data), truth, reference, shown));
    }
  }
  return lines;
}

/** @param {readonly Line[]} lines */
export function table(lines) {
  const rows = lines.map(({ picture, of, error }) => [picture, of, error.toFixed(1)]);
  return report.table([['picture', 'colours', 'levels of 255'], ...rows]);
}

/**
 * The bound that our estimation misses, in words; empty where it keeps it.
 *
 * @param {readonly Line[]} lines
 * @returns {string[]}
 */
export function missed(lines) {
  return lines
    .filter(({ picture, of, error }) => picture === 'lemur' && of === judged && !(error <= bound))
    .map(({ error }) => `${judged}: colour of the lemur ${error.toFixed(2)}, must be <= ${bound}`);
}

/**
 * @param {'cf' | 'ml'} method
 * @param {string} picture
 * @param {string} alpha
 */
async function estimated(method, picture, alpha) {
  const file = await keptFile(['PyMatting 1.1.16', method], picture, alpha);
  if (existsSync(file)) return file;
  await mkdir(dirname(file), { recursive: true });
  const python = await openPython(oracles);
  await python('foreground.py', { method, picture, alpha, foreground: file });
  return file;
}

/** @param {string | Buffer} source */
function readRgb(source) {
  return sharp(source).toColourspace('srgb').removeAlpha().raw().toBuffer();
}
