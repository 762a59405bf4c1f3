// @ts-check
/** The tables of npm run bench:quality, as Markdown. */
import { table } from '../report.mjs';
import { columns } from './metrics.mjs';
import { compare, meanErrors, ratio } from './summary.mjs';

/** @import { Errors } from './metrics.mjs' */
/** @import { Measured } from './summary.mjs' */

const titles = columns.map(({ title }) => title);

/**
 * One line for each picture and variant.
 *
 * @param {readonly Measured[]} measured in the order of the lines
 * @param {string} base the variant that the others are held against
 */
export function pictureTable(measured, base) {
  const rows = measured.map((line) => {
    const plain = measured.find(
      ({ picture, variant }) => picture === line.picture && variant === base,
    );
    const over =
      plain === undefined || plain === line ? '' : share(ratio(line.errors.mse, plain.errors.mse));
    return [line.picture, line.variant, ...cells(line.errors), over];
  });
  return table([['picture', '', ...titles, `MSE / ${base}`], ...rows]);
}

/**
 * The means of every group, and of all pictures.
 *
 * @param {readonly Measured[]} measured
 * @param {readonly string[]} variants in the order of the lines
 */
export function groupTable(measured, variants) {
  const rows = groups(measured).flatMap(([group, members]) =>
    variants.flatMap((variant) => {
      const own = members.filter((line) => line.variant === variant);
      if (own.length === 0) return [];
      return [[group, String(own.length), variant, ...cells(meanErrors(own))]];
    }),
  );
  return table([['group', 'pictures', '', ...titles], ...rows]);
}

/**
 * Every variant over the plain mask.
 *
 * @param {readonly Measured[]} measured
 * @param {readonly string[]} variants
 * @param {string} base the variant that the others are held against
 */
export function ratioTable(measured, variants, base) {
  const keys = /** @type {const} */ (['mse', 'grad', 'band', 'mae', 'sad', 'conn']);
  const heads = keys.map((key) => columns.find((column) => column.key === key)?.title ?? key);
  const rows = groups(measured).flatMap(([group, members]) => {
    const of = (/** @type {string} */ name) => members.filter(({ variant }) => variant === name);
    return variants
      .filter((variant) => variant !== base && of(variant).length > 0)
      .map((variant) => {
        const { ratios, worse } = compare(of(variant), of(base));
        return [
          group,
          variant,
          ...keys.map((key) => share(ratios[key])),
          worse.join(', ') || 'none',
        ];
      });
  });
  return table([['group', '', ...heads, 'worse'], ...rows]);
}

/**
 * @param {readonly Measured[]} measured
 * @returns {[string, Measured[]][]} the groups by name, where there are several, and then all
 */
function groups(measured) {
  const names = [...new Set(measured.map(({ group }) => group))].sort();
  const parts = names.map(
    (name) =>
      /** @type {[string, Measured[]]} */ ([name, measured.filter(({ group }) => group === name)]),
  );
  return names.length > 1 ? [...parts, ['all', [...measured]]] : parts;
}

/** @param {Errors} errors */
function cells(errors) {
  return columns.map(({ key, digits }) => errors[key].toFixed(digits));
}

/** @param {number} value */
function share(value) {
  return value.toFixed(2);
}
