// @ts-check
/**
 * npm run bench:quality: how good the mattes are, against pictures whose alpha is known. Exits with 1 when the default
 * quality misses a bound (summary.mjs).
 */
import { parseArgs } from 'node:util';

import { resolveModel } from '#lib/models/index';
import { createEngine } from 'bgcut';
import { format } from 'prettier';

import { writePage } from '../report.mjs';
import * as colour from './colour.mjs';
import * as cost from './cost.mjs';
import * as inside from './inside.mjs';
import { measure } from './metrics.mjs';
import { findPairs, readAlpha } from './pairs.mjs';
import { peerAlphas, peerNames } from './peers.mjs';
import { alphaOf, keptAlphaOf } from './results.mjs';
import { ablations, openPlans } from './steps.mjs';
import { compare, missed } from './summary.mjs';
import { groupTable, pictureTable, ratioTable } from './tables.mjs';
import { variants } from './variants.mjs';

/** @import { Alpha } from './metrics.mjs' */
/** @import { Measured } from './summary.mjs' */

/** The quality that has to keep the bounds. */
const judged = 'balanced';

/** Where in docs/matting.md tables stand. */
const marks = ['quality', 'composites'];

const usage = `npm run bench:quality -- --pairs DIR [options]
npm run bench:quality -- --cost

Pairs: NAME.jpg (or .png, .webp) beside NAME_alpha.png, white = foreground; what stands before the first _ is the group.

  --pairs DIR     may be given again
  --only TEXT     only pictures with this in their name; may be given again
  --variant NAME  only these beside ${variants[0]?.name}: ${variants.map(({ name }) => name).join(', ')}
  --model NAME    other weights than the default's
  --steps         the default quality with each step left out, and with mattes of other sizes, as well
  --peers         what others make of the same weights as well: ${peerNames.join('; ')}
  --colour TEXT   the error of the colours in the soft band as well, of pictures with this in their name
  --cost          milliseconds of matting and colours at 12 MP over raw inference as well
  --write MARK    puts the tables, without that of every picture, into docs/matting.md as well, at that mark: ${marks.join(', ')}
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
    steps: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: false },
    colour: { type: 'string' },
    cost: { type: 'boolean', default: false },
    write: { type: 'string' },
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
  const unmarked = values.write !== undefined && !marks.includes(values.write);
  if (plain === undefined || unknown || unmarked || (values.pairs.length === 0 && !values.cost)) {
    return help(process.stderr, 2);
  }
  const chosen = others.filter(
    ({ name }) => values.variant.length === 0 || values.variant.includes(name),
  );
  const pairs = (await Promise.all(values.pairs.map(findPairs)))
    .flat()
    .filter(
      ({ name }) => values.only.length === 0 || values.only.some((text) => name.includes(text)),
    );

  const engine = await createEngine({ model: values.model });
  const theirs = values.peers
    ? await peerAlphas(pairs, await resolveModel(engine.info().model.name))
    : /** @type {Map<string, Map<string, string>>} */ (new Map());
  const plans = values.steps ? await openPlans(engine) : undefined;
  /** @type {Measured[]} */
  const measured = [];
  /** @type {import('./inside.mjs').Line[]} */
  const insides = [];
  for (const pair of pairs) {
    process.stderr.write(`${pair.name} …\n`);
    const reference = await readAlpha(pair.alpha);
    insides.push({ variant: 'reference', ...inside.measureInside(reference) });
    const add = (/** @type {string} */ variant, /** @type {Alpha} */ alpha) => {
      const errors = measure(alpha, reference);
      insides.push({ variant, ...inside.measureInside(alpha) });
      measured.push({ picture: pair.name, group: pair.group, variant, errors });
    };
    add(plain.name, await keptAlphaOf(engine, pair, plain, values.fresh));
    for (const variant of chosen) add(variant.name, await alphaOf(engine, pair, variant));
    if (plans !== undefined) {
      for (const { name, change } of ablations) {
        add(name, await plans.alphaOf(pair.picture, change));
      }
    }
    for (const [name, files] of theirs) add(name, await readAlpha(files.get(pair.name) ?? ''));
  }
  const wanted = values.colour;
  const coloured = wanted === undefined ? [] : pairs.filter(({ name }) => name.includes(wanted));
  const colours = await colour.measure(engine, coloured, [plain, ...chosen]);
  await plans?.dispose();
  await engine.dispose();
  const costs = values.cost ? await cost.measure([plain, ...chosen], 5) : [];

  if (values.json) {
    process.stdout.write(`${JSON.stringify({ measured, insides, colours, costs }, null, 2)}\n`);
    return 0;
  }
  const names = [
    ...[plain, ...chosen, ...(values.steps ? ablations : [])].map(({ name }) => name),
    ...theirs.keys(),
  ];
  const summary = [
    ...(measured.length > 0 ? [groupTable(measured, names)] : []),
    ...(measured.length > 0 && names.length > 1 ? [ratioTable(measured, names, plain.name)] : []),
    ...(insides.length > 0 ? [inside.table(insides, ['reference', ...names])] : []),
    ...(colours.length > 0 ? [colour.table(colours)] : []),
    ...(costs.length > 0 ? [cost.table(costs)] : []),
  ];
  const all = measured.length > 0 ? [pictureTable(measured, plain.name), ...summary] : summary;
  process.stdout.write(await markdown(all));
  if (values.write !== undefined) {
    await writePage(await markdown(summary), 'matting.md', values.write);
  }

  const of = (/** @type {string} */ name) => measured.filter(({ variant }) => variant === name);
  const whole = values.only.length === 0; // the bounds are for a set of pictures
  const failures = [
    ...(whole && of(judged).length > 0 ? missed(compare(of(judged), of(plain.name))) : []),
    ...cost.missed(costs, judged),
  ]
    .map((failure) => `${judged}: ${failure}`)
    .concat(colour.missed(colours));
  for (const failure of failures) process.stdout.write(`FAIL ${failure}\n`);
  return failures.length > 0 ? 1 : 0;
}

/** @param {string[]} tables */
function markdown(tables) {
  return format(tables.join('\n\n'), { parser: 'markdown' });
}
