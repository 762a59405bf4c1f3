// The parameters of a form, `name=value` a line: either they are read, and what was read says the same when it is
// written and read again, or the error is that of a parameter that was given.
import { isDeepStrictEqual } from 'node:util';

import { BgcutError } from '#lib/errors';
import { colorNames } from '#lib/params/color';
import { readForm } from '#lib/params/options';
import { apiName, isPerType } from '#lib/params/parameter';
import { parameters } from '#lib/params/table';
import { require } from './reader.mjs';

/** @import { Length } from '#lib/params/length' */
/** @import { Parameters } from '#lib/params/table' */
/** @typedef {[name: string, value: string]} Field */

/** Digits as the grammars have them: no exponent. @param {number} value */
const plain = (value) =>
  value.toLocaleString('en', { useGrouping: false, maximumSignificantDigits: 21 });

/** @param {Length} length */
const lengthText = (length) =>
  'px' in length ? `${plain(length.px)}px` : `${plain(length.percent)}%`;

/** The form that says what was read. @param {Parameters} read @returns {Field[]} */
function written({ roi, cropMargin, scale, position, shadowType, shadowOpacity, ...read }) {
  /** @type {Field[]} */
  const fields = [
    ['roi', [roi.x1, roi.y1, roi.x2, roi.y2].map(lengthText).join(' ')],
    [
      'crop_margin',
      [cropMargin.top, cropMargin.right, cropMargin.bottom, cropMargin.left]
        .map(lengthText)
        .join(' '),
    ],
    ['scale', scale === 'original' ? scale : `${plain(scale)}%`],
    ...Object.entries(shadowType ?? {}).map(
      ([key, kind]) => /** @type {Field} */ ([`shadow_type[${key}]`, kind]),
    ),
    ...Object.entries(shadowOpacity).map(
      ([key, opacity]) => /** @type {Field} */ ([`shadow_opacity[${key}]`, plain(opacity)]),
    ),
  ];
  if (position !== undefined) {
    const isPlace = position !== 'original';
    fields.push(['position', isPlace ? `${plain(position.x)}% ${plain(position.y)}%` : position]);
  }
  for (const [name, value] of Object.entries(read)) {
    if (Array.isArray(value)) fields.push([apiName(name), Buffer.from(value).toString('hex')]);
    else if (typeof value !== 'object' && value !== undefined)
      fields.push([apiName(name), String(value)]);
  }
  return fields;
}

/** The codes that a form may be refused with. @param {readonly Field[]} fields */
function codesOf(fields) {
  const names = fields.map(([name]) => name.replace(/\[.*$/s, ''));
  return new Set([
    'multiple_bg_sources',
    ...Object.entries(parameters)
      .filter(([name]) => names.includes(apiName(name)))
      .map(([, { error }]) => error),
  ]);
}

/** @param {Buffer} bytes */
export function run(bytes) {
  const fields = bytes
    .toString('utf8')
    .split('\n')
    .map((line) => {
      const [name = '', ...value] = line.split('=');
      return /** @type {Field} */ ([name, value.join('=')]);
    });
  let read;
  try {
    read = readForm(fields);
  } catch (thrown) {
    require(thrown instanceof BgcutError, () => `a BgcutError, not ${String(thrown)}`);
    const { code, message } = thrown;
    require(codesOf(fields).has(code), () => `${code} for ${JSON.stringify(fields)}`);
    require(message.length < 600, () => `a short message, not ${message}`);
    return;
  }
  const text = written(read);
  if (text.some(([, value]) => value.includes('∞'))) return; // more digits than a number has
  const again = readForm(text);
  require(isDeepStrictEqual(again, read), () => `${JSON.stringify(text)} says the same`);
}

export const seeds = () =>
  [
    'size=full\nformat=png\nchannels=rgba\ntype=car\ntype_level=2',
    'roi=10% 20px 90% 300px\ncrop=true\ncrop_margin=10% 20px',
    'crop=1\ncrop_margin=1px 2px 3px 4px\nscale=80%\nposition=10% 100%',
    'scale=original\nposition=center\nsemitransparency=false',
    'shadow_type=auto\nshadow_opacity=70\nadd_shadow=true',
    'shadow_type[person]=3D\nshadow_type[car]=car\nshadow_opacity[car]=95.5',
    'bg_color=81d4fa77',
    'bg_color=green\nbg_image_file=',
    'bg_image_url=https://example.com/a.jpg?b=c#d',
  ].map((text) => Buffer.from(text));

export const words = [
  ...Object.keys(parameters).map((name) => `\n${apiName(name)}=`),
  ...Object.values(parameters).flatMap(({ grammar }) => [
    ...(grammar.values ?? []).flatMap(({ value, aliases }) => [value, ...aliases]),
    ...(isPerType(grammar) ? grammar.keys.map((key) => `[${key}]=`) : []),
  ]),
  ...colorNames.slice(0, 20),
  'px',
  '%',
  'original',
  'center',
  '0.',
  '1e3',
  '-1',
  '99999999999999999999',
  '__proto__',
  'constructor',
  '#',
  'http://',
  '\u00a0',
];
