/** Whether a licence allows commercial use, as SPDX expressions tell it. */

/** As a licence's holder answers it; `unclear` where what is known does not decide it. */
export type CommercialUse = 'yes' | 'no' | 'unclear';

/**
 * Licences under which a program may be used and shipped for money; what they ask for in return (the notice, the source
 * of a changed LGPL library) is theirs to say. Anything that isn't here is `unclear`.
 */
const ALLOWING = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC-BY-3.0',
  'CC0-1.0',
  'FTL',
  'HPND-sell-variant',
  'IJG',
  'ISC',
  'LGPL-3.0-or-later',
  'MIT',
  'MPL-1.1',
  'Zlib',
  'libpng-2.0',
  'libtiff',
]);

/** Reads expressions of AND and OR, brackets or not, as packages write them: any alternative will do, all its parts must. */
export function commercialUse(expression: string): CommercialUse {
  const alternatives = expression.replaceAll(/[()]/g, '').split(' OR ');
  const allows = alternatives.some((one) => one.split(' AND ').every((id) => ALLOWING.has(id)));
  return allows ? 'yes' : 'unclear';
}
