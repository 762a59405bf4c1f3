// @ts-check
/**
 * Many mixed calls with the real model, and what the process' memory does meanwhile: every format and size, small pictures
 * and large ones, calls that run out of time, files that are broken. Wants node --expose-gc: without it what JavaScript
 * has not collected yet counts as well.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

import { median } from './figure.mjs';
import { testPicture } from './picture.mjs';
import { save } from './saved.mjs';

/** @import { RemoveOptions } from 'bgcut' */
/** @import { Context } from './context.mjs' */
/** @import { Report } from './figure.mjs' */
/** @typedef {{ call: number, rss: number }} Sample MB after so many calls, counted from the end of the warm-up, and a pause */

const formats = /** @type {const} */ (['png', 'jpg', 'webp', 'zip', 'auto']);
const callers = 2;

export const title = 'soak';

/**
 * @param {Context} context
 * @returns {Promise<Report>}
 */
export async function run(context) {
  const { quick } = context.settings;
  const [warm, calls] = quick ? [2, 8] : [200, 2000];
  const loaded = resident();
  const start = performance.now();
  const { samples, results, failures } = await soak(context, warm, calls);
  const seconds = (performance.now() - start) / 1000;
  await wait(quick ? 0 : 3000);
  const idle = resident();
  const counted = samples.filter(({ call }) => call >= 0);
  const tenth = Math.max(1, Math.floor(counted.length / 10));
  const growth = level(counted.slice(-tenth)) - level(counted.slice(0, tenth));
  const slope = 100 * leastSquares(counted);
  if (!quick) await save('soak', { samples: counted, calls, idle });
  const detail = `${results} results, ${failures} broken or late, in ${seconds.toFixed(0)} s, ${callers} at a time`;
  return {
    figures: [
      {
        name: `memory, growth over ${calls} mixed calls after ${warm}`,
        value: growth,
        unit: 'MB',
        bound: 64,
        detail: `first tenth ${level(counted.slice(0, tenth)).toFixed(0)} MB, last ${level(counted.slice(-tenth)).toFixed(0)} MB (medians); ${detail}`,
      },
      {
        name: 'memory, slope per 100 calls',
        value: slope,
        unit: 'MB',
        bound: 1,
        detail: `${slope.toFixed(2)} MB; model loaded ${loaded.toFixed(0)} MB, idle for 3 s after all ${idle.toFixed(0)} MB`,
      },
    ],
  };
}

/** @param {Context} context @param {number} warm @param {number} calls */
async function soak({ settings, engine, progress }, warm, calls) {
  const callOf = await mix(settings.quick);
  /** @type {Sample[]} */
  const samples = [];
  let results = 0;
  let failures = 0;
  let next = 0;
  const caller = async (/** @type {number} */ end) => {
    while (next < end) {
      const [picture, options] = callOf(next++);
      try {
        await engine.removeBg(picture, options);
        results += 1;
      } catch {
        failures += 1; // the broken and the late ones
      }
    }
  };
  // Looked at while nothing has run for a while, and what the C library kept of the last calls has gone back: both would
  // hide what calls leave behind.
  const [pause, idle] = settings.quick ? [1, 0] : [50, 2500];
  while (next < warm + calls) {
    const end = next + pause;
    await Promise.all(Array.from({ length: callers }, () => caller(end)));
    await wait(idle);
    samples.push({ call: next - warm, rss: resident() });
    if (next % (5 * pause) === 0) progress(`soak: ${next} calls, ${resident().toFixed(0)} MB`);
  }
  return { samples, results, failures };
}

/**
 * The picture and options of a call by its number: mostly previews, as a server meets them.
 *
 * @param {boolean} quick small pictures only
 * @returns {Promise<(i: number) => [Buffer, RemoveOptions]>}
 */
async function mix(quick) {
  const made = async (/** @type {number} */ width, /** @type {number} */ height) =>
    readFile(await (quick ? testPicture(640, 480) : testPicture(width, height)));
  const small = await made(640, 480);
  const one = await made(1250, 800);
  const four = await made(2500, 1600);
  const twelve = await made(4000, 3000);
  const fifty = await made(8000, 6250);
  return (i) => {
    const format = formats[i % formats.length] ?? 'png';
    if (i % 200 === 150) return [fifty, { size: '50MP', format: 'zip' }];
    if (i % 40 === 30) return [twelve, { size: 'full', format }];
    if (i % 20 === 7) return [four, { size: 'full', format, quality: 'fast' }];
    if (i % 20 === 13) return [one.subarray(0, 50_000), { format }];
    if (i % 20 === 17) return [one, { size: 'full', format, timeout: 40 }];
    if (i % 10 === 4) return [one, { size: 'full', format }];
    if (i % 10 === 9) return [twelve, { size: 'preview', format, crop: true }];
    return [i % 2 === 0 ? small : one, { size: 'preview', format }];
  };
}

/** Megabytes, after a collection: buffers of results are freed with their wrappers. */
function resident() {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1e6;
}

/** @param {Sample[]} samples */
const level = (samples) => median(samples.map(({ rss }) => rss));

/** Megabytes a call: the slope of the line through the samples. @param {Sample[]} samples */
function leastSquares(samples) {
  const mean = (/** @type {(sample: Sample) => number} */ of) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const x = mean(({ call }) => call);
  const y = mean(({ rss }) => rss);
  let over = 0;
  let under = 0;
  for (const { call, rss } of samples) {
    over += (call - x) * (rss - y);
    under += (call - x) ** 2;
  }
  return over / under;
}
