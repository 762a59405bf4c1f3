// @ts-check
/**
 * node bench/quality/tiles.mjs --pairs DIR: whether it pays to let the model see a large picture in four overlapping
 * tiles as well. Errors over those of one look at the whole, of masks alone: by the tiles, and by the tiles where they
 * agree with the whole (as moved_where_alike() of native/matte/plane.h has it), there too in the uncertain band alone.
 */
import { parseArgs } from 'node:util';

import { createEngine } from 'bgcut';
import { format } from 'prettier';

import { measure } from './metrics.mjs';
import { findPairs, readAlpha } from './pairs.mjs';
import { alphaOf } from './results.mjs';
import { ratioTable } from './tables.mjs';

/** @import { Engine } from 'bgcut' */
/** @import { Alpha } from './metrics.mjs' */
/** @import { Pair } from './pairs.mjs' */
/** @import { Measured } from './summary.mjs' */

/** Share of a side that a tile covers: the four overlap by a fifth of it. */
const share = 0.6;
/** Pixels of a picture whose longer side has 1024. */
const reach = 16;
/** As far as the unknown part of the trimap reaches, likewise. */
const bandReach = 8;
/** Differences of means over squares of that reach: up to the first the tiles count, from the second on the whole. */
const agree = 0.2;
const disagree = 0.5;

const { values } = parseArgs({ options: { pairs: { type: 'string', default: 'out/composites' } } });

const engine = await createEngine();
/** @type {Measured[]} */
const measured = [];
for (const pair of await findPairs(values.pairs)) {
  process.stderr.write(`${pair.name} …\n`);
  const reference = await readAlpha(pair.alpha);
  const whole = await alphaOf(engine, pair, { name: 'whole', options: { quality: 'fast' } });
  const tiles = await inTiles(engine, pair, whole);
  const agreed = whereTheyAgree(whole, tiles);
  const band = inTheBand(whole, agreed);
  const all = { whole, tiles, 'tiles where they agree': agreed, 'and the whole is unsure': band };
  for (const [variant, alpha] of Object.entries(all)) {
    const errors = measure(alpha, reference);
    measured.push({ picture: pair.name, group: pair.group, variant, errors });
  }
}
await engine.dispose();
const table = ratioTable(measured, [...new Set(measured.map(({ variant }) => variant))], 'whole');
process.stdout.write(await format(table, { parser: 'markdown' }));

/**
 * The mask from four tiles, each of which counts the less the nearer its border inside the picture is.
 *
 * @param {Engine} engine @param {Pair} pair @param {Alpha} whole of the size of the picture
 * @returns {Promise<Alpha>}
 */
async function inTiles(engine, pair, { width, height }) {
  const sums = new Float64Array(width * height);
  const weights = new Float64Array(width * height);
  const [across, along] = [Math.round(width * share), Math.round(height * share)];
  for (const [left, top] of [
    [0, 0],
    [width - across, 0],
    [0, height - along],
    [width - across, height - along],
  ]) {
    if (left === undefined || top === undefined) continue;
    const roi = `${left}px ${top}px ${left + across}px ${top + along}px`;
    const options = /** @type {const} */ ({ quality: 'fast', roi });
    const { values: alpha } = await alphaOf(engine, pair, { name: 'tile', options });
    for (let y = top; y < top + along; y++) {
      const down = weight(y, top, along, height);
      for (let x = left; x < left + across; x++) {
        const i = y * width + x;
        const counts = down * weight(x, left, across, width);
        sums[i] = (sums[i] ?? 0) + counts * (alpha[i] ?? 0);
        weights[i] = (weights[i] ?? 0) + counts;
      }
    }
  }
  return { width, height, values: sums.map((sum, i) => sum / (weights[i] ?? 1)) };
}

/** @param {number} at @param {number} from @param {number} length of the tile @param {number} side of the picture */
function weight(at, from, length, side) {
  const before = from === 0 ? Infinity : at - from;
  const after = from + length === side ? Infinity : from + length - 1 - at;
  return Math.min(1, (Math.min(before, after) + 1) / (side * (2 * share - 1)));
}

/** @param {Alpha} whole @param {Alpha} tiles @returns {Alpha} */
function whereTheyAgree(whole, tiles) {
  const { width, height } = whole;
  const radius = Math.round((reach * Math.max(width, height)) / 1024);
  const apart = boxMean(
    tiles.values.map((value, i) => value - (whole.values[i] ?? 0)),
    width,
    height,
    radius,
  );
  const values = whole.values.map((value, i) => {
    const t = (Math.abs(apart[i] ?? 0) - agree) / (disagree - agree);
    const part = 1 - Math.min(1, Math.max(0, t));
    return value + part * ((tiles.values[i] ?? 0) - value);
  });
  return { width, height, values };
}

/** @param {Alpha} whole @param {Alpha} tiles @returns {Alpha} */
function inTheBand(whole, tiles) {
  const { width, height } = whole;
  const unsure = whole.values.map((value) => (value > 0.04 && value < 0.94 ? 1 : 0));
  const radius = Math.round((bandReach * Math.max(width, height)) / 1024);
  const near = boxMean(unsure, width, height, radius);
  const values = whole.values.map((value, i) =>
    (near[i] ?? 0) > 0 ? (tiles.values[i] ?? 0) : value,
  );
  return { width, height, values };
}

/**
 * Means over squares of 2 radius + 1, of what of them lies inside, by sums of all that is above and to the left.
 *
 * @param {Float64Array} values @param {number} width @param {number} height @param {number} radius
 */
function boxMean(values, width, height, radius) {
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += values[y * width + x] ?? 0;
      sums[(y + 1) * (width + 1) + x + 1] = (sums[y * (width + 1) + x + 1] ?? 0) + row;
    }
  }
  const at = (/** @type {number} */ x, /** @type {number} */ y) => sums[y * (width + 1) + x] ?? 0;
  return values.map((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const [left, right] = [Math.max(0, x - radius), Math.min(width, x + radius + 1)];
    const [top, bottom] = [Math.max(0, y - radius), Math.min(height, y + radius + 1)];
    const sum = at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top);
    return sum / ((right - left) * (bottom - top));
  });
}
