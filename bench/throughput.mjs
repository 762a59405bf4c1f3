// @ts-check
/** Many calls at once: pictures a second of eight callers, and small pictures behind large ones. */
import { readFile } from 'node:fs/promises';

import { createEngine } from 'bgcut';

import { median } from './figure.mjs';
import { testPicture } from './picture.mjs';
import { saturate } from './saturate.mjs';

/** @import { Engine } from 'bgcut' */
/** @import { Context } from './context.mjs' */
/** @import { Figure, Report } from './figure.mjs' */

const callers = 8;

export const title = 'throughput';

/**
 * The default engine beside one that takes a call at a time: what the CPUs that are shared out gain.
 *
 * @param {Context} context
 * @returns {Promise<Report>}
 */
export async function run(context) {
  const { quick } = context.settings;
  const one = await readFile(await testPicture(1250, 800));
  const fifty = await readFile(await (quick ? testPicture(2000, 1500) : testPicture(8000, 6250)));
  const shared = await createEngine({ device: 'cpu', queue: 64 });
  const single = await createEngine({ device: 'cpu', queue: 64, concurrency: 1 });
  try {
    const rates = await throughput(context, one, { shared, single });
    const previews = [];
    for (const engine of [shared, single]) {
      context.progress(`throughput: previews, ${engine.info().concurrency} at a time`);
      const preview = () => engine.removeBg(one, { format: 'png' });
      await preview();
      const idle = await latencies(preview, quick ? 1 : 6);
      const behind = await behindLarge(engine, fifty, preview, quick ? 1 : 5);
      previews.push({ idle: Math.max(...idle), behind });
    }
    return report([shared, single], rates, previews);
  } finally {
    await Promise.all([shared.dispose(), single.dispose()]);
  }
}

/**
 * Milliseconds a picture of eight callers and of raw inference, in turns: a machine that slows down meets both.
 *
 * @param {Context} context @param {Buffer} picture @param {{ shared: Engine, single: Engine }} engines
 */
async function throughput({ settings, infer, raw, progress }, picture, { shared, single }) {
  const load = { callers, seconds: settings.quick ? 1 : 10 };
  const options = /** @type {const} */ ({ size: 'full', format: 'png' });
  const busy = (/** @type {Engine} */ engine) =>
    saturate(() => engine.removeBg(picture, options), load);
  const rounds = settings.quick ? 1 : 4;
  for (const engine of [shared, single]) await engine.removeBg(picture, { size: 'full' });
  /** @type {{ raw: number, own: number, shared: number, single: number }[]} */
  const turns = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`throughput: turn ${round} of ${rounds}`);
    const before = await raw(1024);
    const first = await busy(shared);
    const between = await raw(1024);
    const own = await infer(1024);
    const second = await busy(single);
    const after = await raw(1024);
    turns.push({ raw: median([before, between, after]), own, shared: first, single: second });
  }
  return turns;
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
 * Milliseconds of previews, one after another, while four callers keep the engine busy with 50 MP pictures.
 *
 * @param {Engine} engine @param {Buffer} large @param {() => Promise<unknown>} preview @param {number} count
 */
async function behindLarge(engine, large, preview, count) {
  let stopped = false;
  const caller = async () => {
    while (!stopped) await engine.removeBg(large, { size: '50MP', format: 'zip' });
  };
  const busy = Promise.all(Array.from({ length: 4 }, caller));
  const times = await latencies(preview, count);
  stopped = true;
  await busy;
  return times;
}

/**
 * @param {Engine[]} engines the default one first
 * @param {{ raw: number, own: number, shared: number, single: number }[]} turns
 * @param {{ idle: number, behind: number[] }[]} previews of each engine
 * @returns {Report}
 */
function report(engines, turns, previews) {
  const raw = median(turns.map((turn) => turn.raw));
  const own = median(turns.map((turn) => turn.own));
  const rates = /** @type {const} */ (['shared', 'single']).map((name) => ({
    perPicture: median(turns.map((turn) => turn[name])),
    share: median(turns.map((turn) => turn.raw / turn[name])),
  }));
  const rows = engines.map((engine, i) => {
    const { perPicture = 0, share = 0 } = rates[i] ?? {};
    const { idle = 0, behind = [] } = previews[i] ?? {};
    return { name: `${engine.info().concurrency}`, perPicture, share, idle, behind };
  });
  const [first] = rows;
  if (first === undefined) throw new Error('no engine');
  /** @type {Figure[]} */
  const figures = [
    {
      name: '8 callers, 1 MP to full PNG: throughput over 1 / raw inference',
      value: first.share,
      unit: 'share',
      bound: 0.9,
      detail: `${first.perPicture.toFixed(0)} ms a picture over ${raw.toFixed(0)} ms; ${(own / first.perPicture).toFixed(2)} of BgCut's own ${own.toFixed(0)} ms`,
    },
    {
      name: 'preview behind 50 MP calls, longest over the longest of an idle engine',
      value: Math.max(...first.behind) / first.idle,
      unit: 'ratio',
      bound: 3,
      detail: `${Math.max(...first.behind).toFixed(0)} ms over ${first.idle.toFixed(0)} ms`,
    },
  ];
  const header = [
    'concurrency',
    '8 callers: a picture each',
    'over 1 / raw inference',
    'longest preview, idle',
    'preview behind 50 MP calls, median',
    'longest',
  ];
  const table = rows.map(({ name, perPicture, share, idle, behind }) => [
    name,
    `${perPicture.toFixed(0)} ms`,
    share.toFixed(2),
    `${idle.toFixed(0)} ms`,
    `${median(behind).toFixed(0)} ms`,
    `${Math.max(...behind).toFixed(0)} ms`,
  ]);
  return { figures, tables: [{ title: 'Many calls at once', rows: [header, ...table] }] };
}
