// @ts-check
/**
 * npm run bench:quality: how good the mattes are, against pictures whose alpha is known. Exits with 1 when the default
 * quality misses a bound (summary.mjs).
 */
import { parseArgs } from 'node:util';

import { createEngine } from 'bgcut';
import { format } from 'prettier';

import { measure } from './metrics.mjs';
import { findPairs, readAlpha } from './pairs.mjs';
import { alphaOf, keptAlphaOf } from './results.mjs';
import { compare, missed } from './summary.mjs';
import { groupTable, pictureTable, ratioTable } from './tables.mjs';
import { variants } from './variants.mjs';

/** @import { Measured } from './summary.mjs' */

/** The quality that has to keep the bounds. */
const judged = 'balanced';

const usage = `npm run bench:quality -- --pairs DIR [options]

Pairs: NAME.jpg (or .png, .webp) beside NAME_alpha.png, white = foreground; what stands before the first _ is the group.

  --pairs DIR     may be given again
  --only TEXT     only pictures with this in their name; may be given again
  --variant NAME  only these beside ${variants[0]?.name}: ${variants.map(({ name }) => name).join(', ')}
  --model NAME    other weights than the default's
  --json          the figures as JSON instead of tables
  --fresh         makes the plain masks anew, which are otherwise kept in the temporary folder
  --help
`;

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', multiple: true, default: [] },
    variant: { type: 'string', multiple: true, default: [] },
    model: { type: 'string' },
    json: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

process.exitCode = values.help ? help(process.stdout, 0) : await bench();

/** @param {NodeJS.WriteStream} stream @param {number} status */
function help(stream, status) {
  stream.write(usage);
  return status;
}

async function bench() {
  const [plain, ...others] = variants;
  const unknown = values.variant.some((name) => variants.every((variant) => variant.name !== name));
  if (plain === undefined || unknown || values.pairs.length === 0) return help(process.stderr, 2);
  const chosen = others.filter(
    ({ name }) => values.variant.length === 0 || values.variant.includes(name),
  );
  const pairs = (await Promise.all(values.pairs.map(findPairs)))
    .flat()
    .filter(
      ({ name }) => values.only.length === 0 || values.only.some((text) => name.includes(text)),
    );

  const engine = await createEngine({ model: values.model });
  /** @type {Measured[]} */
  const measured = [];
  for (const pair of pairs) {
    process.stderr.write(`${pair.name} …\n`);
    const reference = await readAlpha(pair.alpha);
    for (const variant of [plain, ...chosen]) {
      const alpha =
        variant === plain
          ? await keptAlphaOf(engine, pair, variant, values.fresh)
          : await alphaOf(engine, pair, variant);
      const errors = measure(alpha, reference);
      measured.push({ picture: pair.name, group: pair.group, variant: variant.name, errors });
    }
  }
  await engine.dispose();
  return report(
    measured,
    [plain, ...chosen].map(({ name }) => name),
    plain.name,
  );
}

/**
 * @param {Measured[]} measured
 * @param {string[]} names of the variants
 * @param {string} plain
 */
async function report(measured, names, plain) {
  if (values.json) {
    process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
    return 0;
  }
  const tables = [
    pictureTable(measured, plain),
    groupTable(measured, names),
    ...(names.length > 1 ? [ratioTable(measured, names, plain)] : []),
  ];
  process.stdout.write(await format(tables.join('\n\n'), { parser: 'markdown' }));
  const of = (/** @type {string} */ name) => measured.filter(({ variant }) => variant === name);
  if (of(judged).length === 0) return 0;
  const failures = missed(compare(of(judged), of(plain)));
  for (const failure of failures) process.stdout.write(`FAIL ${judged}: ${failure}\n`);
  return failures.length > 0 ? 1 : 0;
}
