// @ts-check
/** @import { Alpha } from './metrics.mjs' */

/** Levels at which the common part is looked at, and up to where being apart from it costs nothing. */
const levels = 10;
const tolerance = 0.15;

/**
 * Sum over the pixels of the difference in connectedness, / 1000. A pixel is connected up to the highest level (a
 * tenth, two tenths ...) at which it still belongs to the largest region, by four neighbours, of what reaches that
 * level in both pictures; how far an alpha lies above that, from .15 on, is how little it is connected.
 *
 * @param {Alpha} alpha
 * @param {Alpha} reference of the same size
 */
export function connectivityError(alpha, reference) {
  const { width, values: wanted } = reference;
  const { values: got } = alpha;
  const connected = new Float64Array(got.length);
  const open = new Uint8Array(got.length).fill(1);
  const member = new Uint8Array(got.length);
  for (let level = 1; level <= levels; level++) {
    const threshold = level / levels;
    for (let i = 0; i < member.length; i++) {
      member[i] = (got[i] ?? 0) >= threshold && (wanted[i] ?? 0) >= threshold ? 1 : 0;
    }
    const largest = largestRegion(member, width);
    for (let i = 0; i < open.length; i++) {
      if (open[i] === 1 && largest[i] === 0) {
        connected[i] = (level - 1) / levels;
        open[i] = 0;
      }
    }
  }
  let sum = 0;
  for (let i = 0; i < got.length; i++) {
    const until = open[i] === 1 ? 1 : (connected[i] ?? 0);
    sum += Math.abs(apartness((got[i] ?? 0) - until) - apartness((wanted[i] ?? 0) - until));
  }
  return sum / 1000;
}

/** @param {number} above how far an alpha lies above the level up to which its pixel is connected */
function apartness(above) {
  return above >= tolerance ? above : 0;
}

/**
 * The largest region of ones, by four neighbours; of two equal ones that which is met first.
 *
 * @param {Uint8Array} member 1 or 0 per pixel
 * @param {number} width
 * @returns {Uint8Array} 1 inside the region, 0 elsewhere; all 0 where there is none
 */
export function largestRegion(member, width) {
  const region = new Int32Array(member.length);
  const stack = new Int32Array(member.length);
  let regions = 0;
  let best = 0;
  let bestSize = 0;
  for (let start = 0; start < member.length; start++) {
    if (member[start] === 0 || region[start] !== 0) continue;
    regions++;
    let size = 0;
    let height = 0;
    const push = (/** @type {number} */ at) => {
      if (member[at] !== 1 || region[at] !== 0) return;
      region[at] = regions;
      stack[height++] = at;
      size++;
    };
    push(start);
    while (height > 0) {
      const at = stack[--height] ?? 0;
      const x = at % width;
      if (x > 0) push(at - 1);
      if (x < width - 1) push(at + 1);
      push(at - width);
      push(at + width);
    }
    if (size > bestSize) [best, bestSize] = [regions, size];
  }
  const inside = new Uint8Array(member.length);
  if (best > 0) for (let i = 0; i < inside.length; i++) inside[i] = region[i] === best ? 1 : 0;
  return inside;
}
