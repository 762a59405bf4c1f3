// @ts-check
/** Whether insides are opaque: grey patches in a subject are seen on any ground. */
import { table as markdownTable } from '../report.mjs';

/** @import { Alpha } from './metrics.mjs' */

/** @typedef {{ variant: string, inside: number, grey: number }} Line pixels: far inside, and those of them that are not opaque */

/** Of a picture whose longer side has 1024 pixels. */
const reach = 8;
const half = 0.5;
/** Nobody sees that 250 of 255 is not opaque. */
const opaque = 250 / 255;

/**
 * Counts what lies further inside than an edge reaches: with no alpha below one half in the square around it, of 8 pixels
 * per 1024 of the longer side to each side, and at least 8.
 *
 * @param {Alpha} alpha
 * @returns {Omit<Line, 'variant'>}
 */
export function measureInside({ width, height, values }) {
  const radius = Math.max(reach, Math.round((reach * Math.max(width, height)) / 1024));
  const solid = Uint8Array.from(values, (value) => (value < half ? 0 : 1));
  const across = allSolid(solid, width, height, radius, 1, width);
  const both = allSolid(across, height, width, radius, width, 1);
  let inside = 0;
  let grey = 0;
  for (const [i, is] of both.entries()) {
    inside += is;
    if (is === 1 && (values[i] ?? 0) < opaque) grey++;
  }
  return { inside, grey };
}

/**
 * 1 where all pixels up to `radius` away along a line are 1; nothing beyond its ends is 0.
 *
 * @param {Uint8Array} solid @param {number} length of a line @param {number} lines @param {number} radius
 * @param {number} step from one pixel of a line to the next @param {number} next from one line to the next
 */
function allSolid(solid, length, lines, radius, step, next) {
  const result = new Uint8Array(solid.length);
  for (let line = 0; line < lines; line++) {
    let gap = -Infinity; // the last pixel that is 0
    for (let ahead = 0; ahead < length + radius; ahead++) {
      if (ahead < length && solid[line * next + ahead * step] === 0) gap = ahead;
      const at = ahead - radius;
      if (at >= 0 && gap < at - radius) result[line * next + at * step] = 1;
    }
  }
  return result;
}

/** @param {readonly Line[]} lines @param {readonly string[]} variants in the order of the lines */
export function table(lines, variants) {
  const rows = variants.map((variant) => {
    const own = lines.filter((line) => line.variant === variant);
    const sum = (/** @type {'inside' | 'grey'} */ key) =>
      own.reduce((total, line) => total + line[key], 0);
    return [variant, `${((100 * sum('grey')) / sum('inside')).toFixed(2)} %`];
  });
  return markdownTable([['', 'of the insides not opaque'], ...rows]);
}
