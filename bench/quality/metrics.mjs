// @ts-check
/**
 * How far an alpha is from its reference. The errors are those of Rhemann et al., "A Perceptually Motivated Online
 * Benchmark for Image Matting" (CVPR 2009), taken over the whole picture instead of a trimap's unknown part.
 * bench/oracles holds all of them against scipy, scikit-image and pysodmetrics.
 */
import { connectivityError } from './connectivity.mjs';
import { gradientError } from './gradient.mjs';

/**
 * One value per pixel, rows from top to bottom, 0 (background) to 1 (foreground).
 *
 * @typedef {object} Alpha
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {Float64Array} values width * height of them
 */

/**
 * @typedef {object} Errors
 * @property {number} mae mean of |difference|, x 1000
 * @property {number} mse mean of squared difference, x 1000
 * @property {number} sad sum of |difference|, / 1000
 * @property {number} grad gradient error, / 1000: gradient.mjs
 * @property {number} conn connectivity error, / 1000: connectivity.mjs
 * @property {number} band mean of |difference| inside the soft band of the reference, x 1000; 0 where it has none
 * @property {number} iou overlap of what is at least .5 in each, over their union; 1 where both are empty
 */

/** How each error is called in a table, and with how many digits. */
export const columns = /** @type {const} */ ([
  { key: 'mae', title: 'MAE', digits: 1 },
  { key: 'mse', title: 'MSE', digits: 2 },
  { key: 'sad', title: 'SAD', digits: 1 },
  { key: 'grad', title: 'Grad', digits: 3 },
  { key: 'conn', title: 'Conn', digits: 1 },
  { key: 'band', title: 'band', digits: 0 },
  { key: 'iou', title: 'IoU', digits: 3 },
]);

/**
 * All errors of an alpha against its reference.
 *
 * @param {Alpha} alpha
 * @param {Alpha} reference of the same size
 * @returns {Errors}
 */
export function measure(alpha, reference) {
  if (alpha.width !== reference.width || alpha.height !== reference.height) {
    const sizes = [alpha, reference].map(({ width, height }) => `${width}x${height}`);
    throw new RangeError(`an alpha of ${sizes[0]} against a reference of ${sizes[1]}`);
  }
  const inBand = softBand(reference);
  const pixels = reference.values.length;
  let absolute = 0;
  let squared = 0;
  let band = 0;
  let bandPixels = 0;
  let both = 0;
  let either = 0;
  for (let i = 0; i < pixels; i++) {
    const got = alpha.values[i] ?? 0;
    const wanted = reference.values[i] ?? 0;
    const difference = Math.abs(got - wanted);
    absolute += difference;
    squared += difference * difference;
    if (inBand[i] === 1) {
      band += difference;
      bandPixels++;
    }
    if (got >= 0.5 && wanted >= 0.5) both++;
    if (got >= 0.5 || wanted >= 0.5) either++;
  }
  return {
    mae: (1000 * absolute) / pixels,
    mse: (1000 * squared) / pixels,
    sad: absolute / 1000,
    grad: gradientError(alpha, reference),
    conn: connectivityError(alpha, reference),
    band: bandPixels === 0 ? 0 : (1000 * band) / bandPixels,
    iou: either === 0 ? 1 : both / either,
  };
}

/**
 * Where a reference is soft (.02 to .98, both excluded), grown by 5 steps to the four neighbours.
 *
 * @param {Alpha} reference
 * @returns {Uint8Array} 1 inside, 0 outside
 */
export function softBand({ width, height, values }) {
  const reach = 5;
  // Distance in steps to the nearest soft pixel: two sweeps are exact for the four neighbours' metric.
  const steps = new Uint8Array(values.length);
  for (let i = 0; i < steps.length; i++) {
    const value = values[i] ?? 0;
    const above = i >= width ? (steps[i - width] ?? 0) : reach;
    const before = i % width > 0 ? (steps[i - 1] ?? 0) : reach;
    steps[i] = value > 0.02 && value < 0.98 ? 0 : Math.min(reach, above, before) + 1;
  }
  for (let i = steps.length - 1; i >= 0; i--) {
    const below = i < width * (height - 1) ? (steps[i + width] ?? 0) : reach;
    const after = i % width < width - 1 ? (steps[i + 1] ?? 0) : reach;
    steps[i] = Math.min(steps[i] ?? 0, below + 1, after + 1);
  }
  return steps.map((count) => (count <= reach ? 1 : 0));
}
