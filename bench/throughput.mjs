// @ts-check
/** Many calls at once: pictures a second of eight callers, and small pictures behind large ones. */
import { readFile } from 'node:fs/promises';

import { createEngine } from 'bgcut';

import { median } from './figure.mjs';
import { testPicture } from './picture.mjs';
import { save } from './saved.mjs';

/** @import { Figure, Report } from './figure.mjs' */

const callers = 8;

/** Threads of one inference and calls at a time; undefined is the default. */
const settingsTried = [
  { threads: undefined, concurrency: undefined },
  { threads: undefined, concurrency: 1 },
  { threads: 1, concurrency: 2 },
];

export const title = 'throughput';

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<Report>}
 */
export async function run({ settings, infer, progress }) {
  const seconds = settings.quick ? 1 : 20;
  const one = await readFile(await testPicture(1250, 800));
  const fifty = await readFile(
    await (settings.quick ? testPicture(2000, 1500) : testPicture(8000, 6250)),
  );
  const rows = [];
  const raw = [];
  for (const { threads, concurrency } of settingsTried.slice(0, settings.quick ? 1 : 3)) {
    const options = {
      device: /** @type {const} */ ('cpu'),
      queue: 64,
      ...(threads && { threads }),
      ...(concurrency && { concurrency }),
    };
    const engine = await createEngine(options);
    const info = engine.info();
    const name = `${info.concurrency} at a time, inference on ${info.threads}`;
    progress(`throughput: ${name}`);
    try {
      for (let i = 0; i < 3; i++) raw.push(await infer(1024));
      await engine.removeBg(one, { size: 'full', format: 'png' });
      const alone = await latencies(() => engine.removeBg(one, { size: 'full', format: 'png' }), 5);
      const rate = await saturate(engine, one, seconds);
      const idle = await latencies(() => engine.removeBg(one, { format: 'png' }), 8);
      const behind = await behindLarge(engine, one, fifty, settings.quick ? 2 : 20);
      rows.push({
        name,
        alone: median(alone),
        perPicture: 1000 / rate,
        idle: Math.max(...idle),
        behind: Math.max(...behind),
        behindMedian: median(behind),
      });
    } finally {
      await engine.dispose();
    }
  }
  for (let i = 0; i < 3; i++) raw.push(await infer(1024));
  const inference = median(raw);
  if (!settings.quick) await save('throughput', { inference, rows });
  const [first] = rows;
  if (first === undefined) throw new Error('nothing was tried');
  /** @type {Figure[]} */
  const figures = [
    {
      name: '8 callers, 1 MP to full PNG: throughput over 1 / raw inference',
      value: inference / first.perPicture,
      unit: 'share',
      bound: 0.9,
      detail: `${first.perPicture.toFixed(0)} ms a picture, raw inference ${inference.toFixed(0)} ms`,
    },
    {
      name: 'preview behind 50 MP calls, longest over the longest of an idle engine',
      value: first.behind / first.idle,
      unit: 'ratio',
      bound: 3,
      detail: `${first.behind.toFixed(0)} ms (median ${first.behindMedian.toFixed(0)} ms) over ${first.idle.toFixed(0)} ms`,
    },
  ];
  const header = [
    'engine',
    '1 MP alone',
    '8 callers: a picture each',
    'over 1 / raw inference',
    'longest preview, idle',
    'longest preview behind 50 MP calls',
  ];
  const table = rows.map(({ name, alone, perPicture, idle, behind }) => [
    name,
    `${alone.toFixed(0)} ms`,
    `${perPicture.toFixed(0)} ms`,
    (inference / perPicture).toFixed(2),
    `${idle.toFixed(0)} ms`,
    `${behind.toFixed(0)} ms`,
  ]);
  return {
    figures,
    tables: [{ title: 'Settings of an engine, the default first', rows: [header, ...table] }],
  };
}

/**
 * Milliseconds of so many calls, one after another.
 *
 * @param {() => Promise<unknown>} call @param {number} count
 */
async function latencies(call, count) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  return times;
}

/**
 * Pictures a second of eight callers that call again at once.
 *
 * @param {import('bgcut').Engine} engine @param {Buffer} picture @param {number} seconds
 */
async function saturate(engine, picture, seconds) {
  const start = performance.now();
  let done = 0;
  const caller = async () => {
    while (performance.now() - start < seconds * 1000) {
      await engine.removeBg(picture, { size: 'full', format: 'png' });
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return (done * 1000) / (performance.now() - start);
}

/**
 * Milliseconds of previews, one after another, while four callers keep the engine busy with 50 MP pictures.
 *
 * @param {import('bgcut').Engine} engine @param {Buffer} small @param {Buffer} large @param {number} count
 */
async function behindLarge(engine, small, large, count) {
  let stopped = false;
  const caller = async () => {
    while (!stopped) await engine.removeBg(large, { size: '50MP', format: 'zip' });
  };
  const busy = Promise.all(Array.from({ length: 4 }, caller));
  const times = await latencies(() => engine.removeBg(small, { format: 'png' }), count);
  stopped = true;
  await busy;
  return times;
}
