// @ts-check
/**
 * A seeded generator (mulberry32): the same numbers for the same seed, everywhere.
 *
 * @param {number} seed
 */
export function seeded(seed) {
  let state = seed >>> 0;
  /** Uniform, 0 to 1, 1 excluded. */
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    between: (/** @type {number} */ low, /** @type {number} */ high) => low + (high - low) * next(),
    /** Around 0, most within 1: the sum of three uniform numbers. */
    bell: () => (next() + next() + next() - 1.5) * 1.2,
  };
}
