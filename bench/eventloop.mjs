// @ts-check
/** Whether the event loop stays free while calls run: how late a timer of 1 ms is. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

/** @import { Figure, Report } from './figure.mjs' */

export const title = 'event loop';

/** One of each format: what each does on the main thread when it is done differs. */
const formats = /** @type {const} */ (['png', 'zip', 'webp', 'jpg']);

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<Report>}
 */
export async function run({ picture, engine, progress }) {
  progress('event loop: idle, then 4 calls');
  await wait(100); // what came before has settled
  const idle = await delays(() => wait(2000));
  const busy = await delays(() =>
    Promise.all(formats.map((format) => engine.removeBg(picture.path, { size: 'full', format }))),
  );
  /** @type {Figure} */
  const figure = {
    name: 'event loop delay while 4 calls run, p99',
    value: busy.p99,
    unit: 'ms',
    bound: 10,
    detail: `p50 ${busy.p50.toFixed(1)}, longest ${busy.longest.toFixed(1)} ms; idle p99 ${idle.p99.toFixed(1)} ms`,
  };
  return {
    figures: [figure],
    notes: [
      'Event loop delay is the time between two ticks of a 1 ms timer, as monitorEventLoopDelay counts it: ' +
        'an idle loop has some 1.1 ms, which is not taken off.',
    ],
  };
}

/**
 * Milliseconds between the ticks of a 1 ms timer while the work is under way.
 *
 * @param {() => Promise<unknown>} work
 */
async function delays(work) {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  await wait(20);
  histogram.reset();
  await work();
  histogram.disable();
  const milliseconds = (/** @type {number} */ nanoseconds) => nanoseconds / 1e6;
  return {
    p50: milliseconds(histogram.percentile(50)),
    p99: milliseconds(histogram.percentile(99)),
    longest: milliseconds(histogram.max),
  };
}
