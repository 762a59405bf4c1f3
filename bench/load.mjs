// @ts-check
/**
 * npm run load: a server in a process of its own under four times more calls than it can answer, then 500 mixed ones.
 * Prints each figure with its bound; exits with 1 when one is missed.
 *
 * --seconds N     of each of the two loads (20), which take turns, so that whatever else the machine does meets both
 * --model NAME    a real model instead of the small one
 * --at-once       clients that send their body without asking first, as most but curl do
 * --quality NAME  how much is done for edges (fast: the more calls a second, the more there is to refuse)
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { median, percentile } from './figure.mjs';
import { hangUp, prepare, send } from './http-client.mjs';
import { testPicture } from './picture.mjs';

/** @import { Answer } from './http-client.mjs' */

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: {
    model: { type: 'string', default: here('../test/fixtures/models/tiny.onnx') },
    quality: { type: 'string', default: 'fast' },
    seconds: { type: 'string', default: '20' },
    'at-once': { type: 'boolean', default: false },
  },
});
const rounds = 5;
const seconds = Number(values.seconds) / rounds;
/** Of the server: one call is worked on and two wait. */
const places = 3;

const data = mkdtempSync(join(tmpdir(), 'bgcut-load-'));
const child = fork(here('load-server.mjs'), [data, values.model, values.quality], {
  execArgv: ['--expose-gc'],
});
const [{ url, key }] = /** @type {[{ url: string, key: string }]} */ (await once(child, 'message'));

/**
 * How the server is: resident memory in bytes; in ms the p99 of the event loop delay since `measure` and of the time
 * that it took itself for a refusal.
 */
async function ask(message = 'state') {
  child.send(message);
  const [state] = await once(child, 'message');
  return /** @type {{ rss: number, delay: number, inside: number }} */ (state);
}

/** Answers of a load: as many calls at a time as there are places, each followed by the next. */
async function closedLoop(/** @type {() => Promise<Answer>} */ begin) {
  /** @type {Answer[]} */
  const answers = [];
  const end = performance.now() + seconds * 1000;
  const lane = async () => {
    while (performance.now() < end) answers.push(await begin());
  };
  await Promise.all(Array.from({ length: places }, lane));
  return answers;
}

/** Answers of a load: a call every `everyMs`, whatever has become of the others. */
async function openLoop(/** @type {() => Promise<Answer>} */ begin, /** @type {number} */ everyMs) {
  /** @type {Promise<Answer>[]} */
  const answers = [];
  const end = performance.now() + seconds * 1000;
  for (let next = performance.now(); next < end; next += everyMs) {
    await delay(Math.max(0, next - performance.now()));
    answers.push(begin());
  }
  return Promise.all(answers);
}

/** @type {{ name: string, value: number, unit: string, bound: number, least?: boolean }[]} */
const figures = [];
try {
  const large = await readFile(await testPicture(2400, 1800));
  const small = await readFile(await testPicture(640, 480));
  const full = await prepare(key, large, { size: 'full', format: 'zip' });
  const work = () => send(`${url}/v1.0/removebg`, full, { atOnce: values['at-once'] });
  for (let turn = 0; turn < 20; turn += 1) await work();

  const own = monitorEventLoopDelay({ resolution: 1 });
  /** @type {number[]} */
  const delays = [];
  /** @type {Answer[]} */
  const saturated = [];
  /** @type {Answer[]} */
  const overloaded = [];
  for (let round = 1; round <= rounds; round += 1) {
    const answers = await closedLoop(work);
    saturated.push(...answers);
    const perSecond = answers.length / seconds;
    process.stderr.write(`${perSecond.toFixed(1)} calls a second, then four times as many\n`);
    await ask('measure');
    own.enable();
    overloaded.push(...(await openLoop(work, 1000 / (4 * perSecond))));
    own.disable();
    delays.push((await ask()).delay);
  }
  const { inside } = await ask();
  const loopDelay = median(delays);
  const done = saturated.filter(({ status }) => status === 200);
  const perSecond = done.length / seconds / rounds;
  const good = overloaded.filter(({ status }) => status === 200);
  const refused = overloaded.filter(({ status }) => status === 503 || status === 429);
  const waits = refused.map(({ ms }) => ms);

  process.stderr.write('500 mixed calls\n');
  const formats = ['png', 'jpg', 'webp', 'zip'];
  const mixed = await Promise.all(
    Array.from({ length: 60 }, (_, n) => {
      const size = ['preview', 'full', 'huge'][n % 3] ?? '';
      const format = formats[n % 4] ?? '';
      return prepare(key, n % 5 === 0 ? large : small, { size, format });
    }),
  );
  const sendMixed = async (/** @type {number} */ count) => {
    for (let n = 0; n < count; n += 1) {
      const one = mixed[n % mixed.length];
      if (one !== undefined) await send(`${url}/v1.0/removebg`, one);
    }
  };
  await sendMixed(mixed.length);
  const before = await ask();
  await sendMixed(500);
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
      name: `refusals (${refused.length}), p99 as the client sees it`,
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
  const about = [
    `saturated: ${perSecond.toFixed(1)} calls a second of ${(full.body.length / 1e3).toFixed(0)} kB`,
    `refusals: p50 ${percentile(waits, 0.5).toFixed(1)} ms; p99 inside the server ${inside.toFixed(1)} ms`,
    `event loop delay: p99 of the rounds ${delays.map((ms) => ms.toFixed(1)).join(', ')} ms; p99 of the client's own ${(own.percentile(99) / 1e6).toFixed(1)} ms`,
  ];
  process.stdout.write(`${about.join('\n')}\n`);
} finally {
  hangUp();
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
