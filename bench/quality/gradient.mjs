// @ts-check
/** @import { Alpha } from './metrics.mjs' */

const sigma = 1.4;
/** The bell ends at four sigmas. */
const radius = Math.floor(4 * sigma + 0.5);

/**
 * Sum over the pixels of the squared difference of the two gradients' lengths, / 1000. A gradient is that of the alpha
 * under a Gaussian of sigma 1.4 px whose weights sum to 1; beyond its border a picture is mirrored.
 *
 * @param {Alpha} alpha
 * @param {Alpha} reference of the same size
 */
export function gradientError(alpha, reference) {
  const got = gradientLength(alpha);
  const wanted = gradientLength(reference);
  let sum = 0;
  for (let i = 0; i < got.length; i++) sum += ((got[i] ?? 0) - (wanted[i] ?? 0)) ** 2;
  return sum / 1000;
}

/**
 * @param {Alpha} alpha
 * @returns {Float64Array} one length per pixel
 */
function gradientLength({ width, height, values }) {
  const { bell, slope } = kernels();
  const across = alongColumns(alongRows(values, width, height, slope), width, height, bell);
  const down = alongColumns(alongRows(values, width, height, bell), width, height, slope);
  return across.map((x, i) => Math.hypot(x, down[i] ?? 0));
}

/** The Gaussian, and its derivative; of 2 * radius + 1 weights. */
function kernels() {
  const offsets = Array.from({ length: 2 * radius + 1 }, (_, k) => k - radius);
  const raw = offsets.map((x) => Math.exp(-(x * x) / (2 * sigma * sigma)));
  const sum = raw.reduce((a, b) => a + b, 0);
  const bell = raw.map((weight) => weight / sum);
  const slope = bell.map((weight, k) => ((offsets[k] ?? 0) / (sigma * sigma)) * weight);
  return { bell: Float64Array.from(bell), slope: Float64Array.from(slope) };
}

/**
 * @param {Float64Array} values
 * @param {number} width
 * @param {number} height
 * @param {Float64Array} kernel
 */
function alongRows(values, width, height, kernel) {
  const out = new Float64Array(values.length);
  const line = new Float64Array(width + 2 * radius);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < line.length; x++) {
      line[x] = values[y * width + mirrored(x - radius, width)] ?? 0;
    }
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < kernel.length; k++) sum += (kernel[k] ?? 0) * (line[x + k] ?? 0);
      out[y * width + x] = sum;
    }
  }
  return out;
}

/**
 * @param {Float64Array} values
 * @param {number} width
 * @param {number} height
 * @param {Float64Array} kernel
 */
function alongColumns(values, width, height, kernel) {
  const out = new Float64Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < kernel.length; k++) {
      const from = mirrored(y + k - radius, height) * width;
      const weight = kernel[k] ?? 0;
      for (let x = 0; x < width; x++) {
        out[y * width + x] = (out[y * width + x] ?? 0) + weight * (values[from + x] ?? 0);
      }
    }
  }
  return out;
}

/**
 * The index that stands for one beyond the border: ... 1 0 | 0 1 2 ... n-1 | n-1 n-2 ...
 *
 * @param {number} index
 * @param {number} length
 */
function mirrored(index, length) {
  const period = 2 * length;
  const at = ((index % period) + period) % period;
  return at < length ? at : period - 1 - at;
}
