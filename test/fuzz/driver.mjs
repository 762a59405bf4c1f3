// Fuzzes one target in JavaScript: `node test/fuzz/driver.mjs TARGET [--seconds N] [--seed N]`. Inputs that reach
// something new are kept in out/fuzz/TARGET, and the next run starts from them. A find, which is an input that makes
// the target throw or take too long, lies in out/fuzz/finds.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Coverage } from './coverage.mjs';
import { mutated, randomFrom } from './mutate.mjs';
import { javascriptTargets } from './targets/index.mjs';

const MOST_BYTES = 4096;
/** Of one input, in milliseconds; one that takes longer three times is a find. */
const MOST_TIME = 500;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const name = positionals[0] ?? '';
const target = javascriptTargets[name];
if (!target) throw new Error(`There is no target "${name}".`);

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, 'out', 'fuzz', name);
const finds = join(root, 'out', 'fuzz', 'finds');
// What is worked on, for the case that it never ends: run.mjs reads it.
const current = join(root, 'out', 'fuzz', `${name}.current`);
mkdirSync(folder, { recursive: true });
mkdirSync(finds, { recursive: true });

/** @param {Buffer} bytes */
const hash = (bytes) => createHash('sha1').update(bytes).digest('hex');

/** @param {Buffer} bytes @param {unknown} reason @returns {never} */
function found(bytes, reason) {
  const file = join(finds, `${name}-${hash(bytes)}`);
  writeFileSync(file, bytes);
  console.error(reason);
  console.error(`find: ${file}`);
  process.exit(1);
}

/** @type {Buffer} */
let input = Buffer.alloc(0);
process.on('uncaughtException', (reason) => found(input, reason));
process.on('unhandledRejection', (reason) => found(input, reason));

/** Runs one input; it is a find when that throws, or is too slow every time. @param {Buffer} bytes */
async function run(bytes) {
  input = bytes;
  writeFileSync(current, bytes);
  for (let tries = 3; tries > 0; tries--) {
    const start = performance.now();
    try {
      await target?.run(bytes);
    } catch (reason) {
      found(bytes, reason);
    }
    if (performance.now() - start < MOST_TIME) return;
  }
  found(bytes, `takes more than ${MOST_TIME} ms`);
}

const random = randomFrom(Number(values.seed));
const coverage = new Coverage();
/** @type {Buffer[]} */
const corpus = [];
for (const from of [join(import.meta.dirname, 'corpus', name), folder]) {
  if (!existsSync(from)) continue;
  for (const file of readdirSync(from)) corpus.push(readFileSync(join(from, file)));
}
corpus.push(...target.seeds());
for (const bytes of corpus) await run(bytes);
coverage.advanced();

const words = target.words.map((word) => Buffer.from(word, 'latin1'));
const start = performance.now();
let runs = 0;
while (performance.now() - start < Number(values.seconds) * 1000) {
  const bytes = corpus[random(corpus.length)] ?? Buffer.alloc(0);
  const other = corpus[random(corpus.length)] ?? Buffer.alloc(0);
  const next = mutated(bytes, random, { words, other, most: MOST_BYTES });
  await run(next);
  runs++;
  if (!coverage.advanced()) continue;
  corpus.push(next);
  writeFileSync(join(folder, hash(next)), next);
}
console.log(
  `${name}: ${runs} inputs, ${coverage.size} blocks, ${corpus.length} kept, seed ${values.seed}`,
);
process.exit(0);
