// @ts-check
/** From the errors of every picture to what the tables say of groups, and of one variant against another. */

/** @import { Errors } from './metrics.mjs' */

/**
 * The errors of one picture under one variant.
 *
 * @typedef {object} Measured
 * @property {string} picture
 * @property {string} group
 * @property {string} variant
 * @property {Errors} errors
 */

/**
 * What a variant makes of the plain mask's errors.
 *
 * @typedef {object} Comparison
 * @property {Omit<Errors, 'iou'>} ratios geometric means over the pictures of error over that of the plain mask
 * @property {string[]} worse pictures that get worse in MSE: by more than 5 % and by more than .5 (x 1000)
 */

/** What `balanced` must reach on the pictures that it was made for. */
export const bounds = { mse: 0.58, grad: 0.55, band: 0.75, worse: 0 };

const compared = /** @type {const} */ (['mae', 'mse', 'sad', 'grad', 'conn', 'band']);

/**
 * The mean of every error.
 *
 * @param {readonly Measured[]} measured at least one
 * @returns {Errors}
 */
export function meanErrors(measured) {
  const mean = (/** @type {keyof Errors} */ key) =>
    measured.reduce((sum, { errors }) => sum + errors[key], 0) / measured.length;
  return {
    mae: mean('mae'),
    mse: mean('mse'),
    sad: mean('sad'),
    grad: mean('grad'),
    conn: mean('conn'),
    band: mean('band'),
    iou: mean('iou'),
  };
}

/**
 * Holds a variant against another, picture by picture.
 *
 * @param {readonly Measured[]} variant at least one picture
 * @param {readonly Measured[]} plain the same pictures, in any order
 * @returns {Comparison}
 */
export function compare(variant, plain) {
  const pairs = variant.map((after) => {
    const before = plain.find(({ picture }) => picture === after.picture);
    if (before === undefined) throw new Error(`${after.picture} is missing on one side`);
    return { picture: after.picture, after: after.errors, before: before.errors };
  });
  const ratios = compared.map((key) => [
    key,
    geometricMean(pairs.map(({ after, before }) => ratio(after[key], before[key]))),
  ]);
  const worse = pairs.filter(
    ({ after, before }) => after.mse > 1.05 * before.mse && after.mse > before.mse + 0.5,
  );
  return { ratios: Object.fromEntries(ratios), worse: worse.map(({ picture }) => picture) };
}

/**
 * @param {readonly number[]} values 0 or more, at least one
 */
export function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/**
 * Two errors of nothing are alike.
 *
 * @param {number} after
 * @param {number} before
 */
export function ratio(after, before) {
  return after === before ? 1 : after / before;
}

/**
 * The bounds that a comparison misses, in words; empty where it keeps them all.
 *
 * @param {Comparison} comparison
 * @returns {string[]}
 */
export function missed({ ratios, worse }) {
  const over = /** @type {const} */ (['mse', 'grad', 'band'])
    .filter((key) => !(ratios[key] <= bounds[key]))
    .map((key) => `${key} ${ratios[key].toFixed(3)}, must be <= ${bounds[key]}`);
  return worse.length > bounds.worse ? [...over, `${worse.length} pictures get worse`] : over;
}
