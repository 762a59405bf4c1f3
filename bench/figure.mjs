// @ts-check
/** What a group of the bench gives back, and the arithmetic that all groups share. */

/**
 * One line of the table.
 *
 * @typedef {object} Figure
 * @property {string} name what was measured
 * @property {number} value
 * @property {'ratio' | 'share' | 'times' | 'count' | 'ms' | 'MB'} unit a share, `times` and a count are better when
 *   large, the others when small
 * @property {number} bound what the value must reach
 * @property {string} detail the absolute figures behind it, for this machine
 */

/**
 * A group of figures that are measured together.
 *
 * @typedef {object} Group
 * @property {string} title
 * @property {(context: import('./context.mjs').Context) => Promise<Report>} run
 */

/**
 * @typedef {object} Report
 * @property {Figure[]} figures
 * @property {{ title: string, rows: string[][] }[]} [tables] further tables; the first row is the header
 * @property {string[]} [notes] sentences that belong under the table
 */

/**
 * Whether a figure keeps its bound.
 *
 * @param {Figure} figure
 */
export function passes({ value, unit, bound }) {
  return largerIsBetter(unit) ? value >= bound : value <= bound;
}

/** @param {Figure['unit']} unit */
export const largerIsBetter = (unit) => ['share', 'times', 'count'].includes(unit);

/**
 * The middle one, or the mean of the two middle ones.
 *
 * @param {readonly number[]} values at least one
 * @returns {number}
 */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new Error('the median of nothing');
  return (lower + upper) / 2;
}

/**
 * The value below which that part of them lies; 0 of none.
 *
 * @param {readonly number[]} values
 * @param {number} part 0..1
 */
export function percentile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
