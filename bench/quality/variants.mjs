// @ts-check
/** What is measured: a name, and the options of removeBg that it stands for. The first is what the others are held against. */

/**
 * @typedef {object} Variant
 * @property {string} name
 * @property {import('bgcut').RemoveOptions} options beside those that every variant has
 */

/** @type {readonly Variant[]} */
export const variants = [
  { name: 'plain', options: { quality: 'fast' } }, // the mask as the model gives it
  { name: 'balanced', options: { quality: 'balanced' } },
  { name: 'best', options: { quality: 'best' } },
];
