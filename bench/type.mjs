// @ts-check
/**
 * npm run bench:type: how often the type of a subject is right, and what it costs. Prints the confusion tables.
 * Exits with 1 when fewer than 85 % of the coarse classes are right.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

import { BgcutError, createEngine } from 'bgcut';
import { coarseType, fineTypes } from '#lib/foreground/index';

import { otherWork } from './machine.mjs';

/** @typedef {import('bgcut').FineType} FineType */
/** @typedef {{ name: string, label: FineType, answer: FineType | 'nothing', share: number }} Judged */

const WANTED = 0.85;

const usage = `npm run bench:type -- --folder DIR [options]

Judges the pictures of the folders (and of those below) that the list of labels names.

  --folder DIR   may be given several times (default: the photographs of the tests)
  --labels FILE  JSON: file name -> ${fineTypes.join(' | ')} (bench/type-labels.json)
  --size SIZE    size of the results (preview): what is judged is the picture at that size
`;

const { values } = parseArgs({
  options: {
    folder: { type: 'string', multiple: true, default: ['test/fixtures/photos'] },
    labels: { type: 'string', default: 'bench/type-labels.json' },
    size: { type: 'string', default: 'preview' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(usage);
else process.exitCode = await bench();

async function bench() {
  const labels = readLabels(values.labels);
  const files = values.folder
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((file) => labels.has(basename(file)))
    .sort();
  if (files.length === 0) {
    process.stderr.write(`No picture of ${values.labels} is there.\n\n${usage}`);
    return 2;
  }
  const busy = otherWork();
  if (busy !== undefined) process.stderr.write(`${busy}\n`);
  const engine = await createEngine();
  /** @type {Judged[]} */
  const judged = [];
  for (const file of files) {
    const name = basename(file);
    const label = labels.get(name);
    if (label !== undefined) judged.push({ name, label, ...(await judge(engine, file)) });
  }
  await engine.dispose();
  return report(judged);
}

/**
 * @param {string} file
 * @returns {Map<string, FineType>}
 */
function readLabels(file) {
  const known = /** @type {readonly string[]} */ (fineTypes);
  const entries = Object.entries(JSON.parse(readFileSync(file, 'utf8')));
  const wrong = entries.find(([, label]) => !known.includes(String(label)));
  if (wrong) throw new Error(`${file}: ${wrong[0]} has no label of ${known.join(', ')}`);
  return new Map(/** @type {[string, FineType][]} */ (entries));
}

/**
 * @param {import('bgcut').Engine} engine
 * @param {string} file
 */
async function judge(engine, file) {
  try {
    const options = { typeLevel: '2', size: values.size };
    const { type, timings } = await engine.removeBg(
      file,
      /** @type {import('bgcut').RemoveOptions} */ (options),
    );
    const answer = type ?? /** @type {const} */ ('nothing');
    return { answer, share: timings.classify / timings.total };
  } catch (error) {
    if (!(error instanceof BgcutError) || error.code !== 'unknown_foreground') throw error;
    return { answer: /** @type {const} */ ('nothing'), share: 0 };
  }
}

/** @param {Judged[]} judged */
function report(judged) {
  const coarse = judged.map(({ label, answer, ...rest }) => ({
    ...rest,
    label: coarseType(label),
    answer: answer === 'nothing' ? answer : coarseType(answer),
  }));
  print(`Fine (level 2)\n\n${table(judged)}\n`);
  print(`Coarse (level 1)\n\n${table(coarse)}\n`);
  for (const { name, label, answer } of judged.filter((j) => j.label !== j.answer)) {
    print(`  ${name}: ${label}, called ${answer}`);
  }
  const right = coarse.filter((j) => j.label === j.answer).length;
  const fine = judged.filter((j) => j.label === j.answer).length;
  const shares = judged.map((j) => j.share).sort((a, b) => a - b);
  const share = shares[Math.floor(shares.length / 2)] ?? 0;
  print(`\nfine right: ${percent(fine / judged.length)} of ${judged.length}`);
  print(`coarse right: ${percent(right / judged.length)} (wanted: ${percent(WANTED)})`);
  print(`time for it: ${percent(share)} of a call with size ${values.size} (median)`);
  return right / judged.length < WANTED ? 1 : 0;
}

/**
 * Rows: what the pictures are. Columns: what they are called.
 *
 * @param {{ label: string, answer: string }[]} judged
 */
function table(judged) {
  const order = [...fineTypes, 'nothing'];
  const names = order.filter((n) => judged.some((j) => j.label === n || j.answer === n));
  const width = Math.max(...names.map((n) => n.length), 14);
  const cells = [['', ...names]];
  for (const row of names.filter((n) => judged.some((j) => j.label === n))) {
    const counts = names.map(
      (column) => judged.filter((j) => j.label === row && j.answer === column).length,
    );
    cells.push([row, ...counts.map((n) => (n === 0 ? '.' : String(n)))]);
  }
  return cells.map((row) => row.map((cell) => cell.padStart(width)).join(' ')).join('\n');
}

/** @param {number} part */
function percent(part) {
  return `${(part * 100).toFixed(1)} %`;
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}
