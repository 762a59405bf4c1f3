// @ts-check
/**
 * npm run load: a server in a process of its own under four times more calls than it can answer, then 500 mixed ones.
 * Prints each figure with its bound; exits with 1 when one is missed.
 *
 * --model NAME  a real model instead of the small one; --seconds N for each of the two loads (20)
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { testPicture } from './picture.mjs';

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: {
    model: { type: 'string', default: here('../test/fixtures/models/tiny.onnx') },
    seconds: { type: 'string', default: '20' },
  },
});
const seconds = Number(values.seconds);
/** Of the server: one call is worked on and two wait. */
const places = 3;

const data = mkdtempSync(join(tmpdir(), 'bgcut-load-'));
const child = fork(here('load-server.mjs'), [data, values.model], { execArgv: ['--expose-gc'] });
const [{ url, key }] = /** @type {[{ url: string, key: string }]} */ (await once(child, 'message'));

/** How the server is: resident memory in bytes, event loop delay in ms (p99 and longest since `reset`). */
async function ask(message = 'state') {
  child.send(message);
  const [state] = await once(child, 'message');
  return /** @type {{ rss: number, delay: number, longest: number }} */ (state);
}

/** @typedef {{ status: number, ms: number, wellFormed: boolean }} Answer */

/** @param {Buffer} picture @param {Record<string, string>} fields @returns {Promise<Answer>} */
async function call(picture, fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append('image_file', new Blob([picture]), 'a.jpg');
  const startedAt = performance.now();
  const headers = { 'x-api-key': key };
  const answer = await fetch(`${url}/v1.0/removebg`, { method: 'POST', headers, body });
  const ms = performance.now() - startedAt;
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { status: answer.status, ms, wellFormed: answer.ok || isRefusal(answer, bytes) };
}

/** @param {Response} answer @param {Buffer} bytes */
function isRefusal({ status, headers }, bytes) {
  const { errors } = /** @type {{ errors: unknown[] }} */ (JSON.parse(bytes.toString()));
  const wait = headers.get('retry-after');
  return errors.length === 1 && (status === 400 || /^\d+$/.test(wait ?? ''));
}

/** Answers of a load: `begin` is called again as soon as what it returned has settled, or every `everyMs`. */
async function load(/** @type {() => Promise<Answer>} */ begin, /** @type {number} */ everyMs) {
  /** @type {Promise<Answer>[]} */
  const answers = [];
  const end = performance.now() + seconds * 1000;
  if (everyMs === 0) {
    const lane = async () => {
      while (performance.now() < end) {
        const answer = begin();
        answers.push(answer);
        await answer;
      }
    };
    await Promise.all(Array.from({ length: places }, lane));
  } else {
    for (let next = performance.now(); next < end; next += everyMs) {
      await delay(Math.max(0, next - performance.now()));
      answers.push(begin());
    }
  }
  return Promise.all(answers);
}

/** @param {number[]} numbers @param {number} part 0..1 */
function percentile(numbers, part) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** @type {{ name: string, value: number, unit: string, bound: number, least?: boolean }[]} */
const figures = [];
try {
  const large = await readFile(await testPicture(1600, 1200));
  const small = await readFile(await testPicture(640, 480));
  const work = () => call(large, { size: 'full', format: 'zip' });
  for (let turn = 0; turn < 20; turn += 1) await work();

  process.stderr.write(`${places} clients, each with one call at a time\n`);
  const saturated = await load(work, 0);
  const done = saturated.filter(({ status }) => status === 200);
  const perSecond = done.length / seconds;

  process.stderr.write(`four times as many calls: ${(4 * perSecond).toFixed(1)} a second\n`);
  await ask('reset');
  const overloaded = await load(work, 1000 / (4 * perSecond));
  const { delay: loopDelay, longest } = await ask();
  const good = overloaded.filter(({ status }) => status === 200);
  const refused = overloaded.filter(({ status }) => status === 503 || status === 429);
  const waits = refused.map(({ ms }) => ms);

  process.stderr.write('500 mixed calls\n');
  const before = await ask();
  const formats = ['png', 'jpg', 'webp', 'zip'];
  for (let n = 0; n < 500; n += 1) {
    const size = ['preview', 'full', 'huge'][n % 3] ?? '';
    await call(n % 5 === 0 ? large : small, { size, format: formats[n % 4] ?? '' });
  }
  const after = await ask();

  const answered = good.length + refused.length;
  figures.push(
    {
      name: 'throughput at 4 x overload, of saturated',
      value: (good.length / done.length) * 100,
      unit: '%',
      bound: 95,
      least: true,
    },
    {
      name: 'answers that are neither 200 nor a refusal',
      value: overloaded.length - answered,
      unit: '',
      bound: 0,
    },
    {
      name: 'refusals that are not well-formed',
      value: refused.filter((one) => !one.wellFormed).length,
      unit: '',
      bound: 0,
    },
    {
      name: `refusals (${refused.length}), p99`,
      value: percentile(waits, 0.99),
      unit: 'ms',
      bound: 10,
    },
    { name: 'event loop delay under overload, p99', value: loopDelay, unit: 'ms', bound: 10 },
    {
      name: 'growth of memory over 500 mixed calls',
      value: (after.rss - before.rss) / 1e6,
      unit: 'MB',
      bound: 64,
    },
  );
  process.stdout.write(
    `saturated: ${perSecond.toFixed(1)} calls a second; refusals p50 ${percentile(waits, 0.5).toFixed(1)} ms; longest event loop delay ${longest.toFixed(0)} ms\n`,
  );
} finally {
  child.kill('SIGTERM');
  await once(child, 'exit');
  rmSync(data, { recursive: true, force: true });
}

for (const { name, value, unit, bound, least } of figures) {
  const passes = least === true ? value >= bound : value <= bound;
  if (!passes) process.exitCode = 1;
  const limit = `${least === true ? '>=' : '<='} ${bound}`;
  process.stdout.write(
    `${passes ? 'ok    ' : 'MISSED'} ${name}: ${Number(value.toFixed(1))} ${unit} (${limit})\n`,
  );
}
