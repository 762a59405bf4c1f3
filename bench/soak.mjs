// @ts-check
/**
 * npm run soak: many mixed calls on one engine, with the real model, and what the process' memory does meanwhile. Every
 * format and size, small pictures and large ones, calls that run out of time, files that are broken. Exits with 1 when
 * memory grew by more than 64 MB, or by more than 1 MB per 100 calls. Needs node --expose-gc.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { createEngine } from 'bgcut';

import { median } from './figure.mjs';
import { testPicture } from './picture.mjs';
import { save } from './saved.mjs';

const { values } = parseArgs({
  options: {
    warm: { type: 'string', default: '200' },
    calls: { type: 'string', default: '2000' },
  },
});
const warm = Number(values.warm);
const calls = Number(values.calls);

const small = await readFile(await testPicture(640, 480));
const one = await readFile(await testPicture(1250, 800));
const four = await readFile(await testPicture(2500, 1600));
const twelve = await readFile(await testPicture(4000, 3000));
const fifty = await readFile(await testPicture(8000, 6250));
const formats = /** @type {const} */ (['png', 'jpg', 'webp', 'zip', 'auto']);

/**
 * The picture and options of a call: mostly previews, as a server meets them.
 *
 * @param {number} i
 * @returns {[Buffer, import('bgcut').RemoveOptions]}
 */
function callOf(i) {
  const format = formats[i % formats.length] ?? 'png';
  if (i % 200 === 150) return [fifty, { size: '50MP', format: 'zip' }];
  if (i % 40 === 30) return [twelve, { size: 'full', format }];
  if (i % 20 === 7) return [four, { size: 'full', format, quality: 'fast' }];
  if (i % 20 === 13) return [one.subarray(0, 50_000), { format }];
  if (i % 20 === 17) return [one, { size: 'full', format, timeout: 40 }];
  if (i % 10 === 4) return [one, { size: 'full', format }];
  if (i % 10 === 9) return [twelve, { size: 'preview', format, crop: true }];
  return [i % 2 === 0 ? small : one, { size: 'preview', format }];
}

/** Megabytes, after a collection: buffers of results are freed with their wrappers. */
function resident() {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1e6;
}

const engine = await createEngine({ device: 'cpu' });
const loaded = resident();
let results = 0;
let failures = 0;
/** @type {{ call: number, rss: number }[]} */
const samples = [];
const callers = 2;
let next = 0;
const start = performance.now();

async function caller() {
  for (let i = next++; i < warm + calls; i = next++) {
    try {
      const [picture, options] = callOf(i);
      await engine.removeBg(picture, options);
      results += 1;
    } catch {
      failures += 1; // the broken and the late ones
    }
    if (i % 20 === 0) samples.push({ call: i - warm, rss: resident() });
    if (i % 200 === 0) process.stderr.write(`soak: ${i} calls, ${resident().toFixed(0)} MB\n`);
  }
}
await Promise.all(Array.from({ length: callers }, caller));
const seconds = (performance.now() - start) / 1000;
await wait(3000);
const idle = resident();
await engine.dispose();
await wait(500);
const disposed = resident();

const counted = samples.filter(({ call }) => call >= 0);
const tenth = Math.max(1, Math.floor(counted.length / 10));
const of = (/** @type {typeof counted} */ part) => median(part.map(({ rss }) => rss));
const growth = of(counted.slice(-tenth)) - of(counted.slice(0, tenth));
const slope = 100 * leastSquares(counted.map(({ call, rss }) => [call, rss]));
const report = {
  warm,
  calls,
  results,
  failures,
  seconds,
  loaded,
  idle,
  disposed,
  growth,
  slope,
  samples,
};
await save('soak', report);
const line = (/** @type {string} */ name, /** @type {number} */ value) =>
  process.stdout.write(`${name}: ${value.toFixed(1)} MB\n`);
process.stdout.write(
  `${calls} calls after ${warm}, ${callers} at a time, ${seconds.toFixed(0)} s: ${results} results, ${failures} refused or late\n`,
);
line('after loading the model', loaded);
line('growth, median of the first tenth to that of the last', growth);
line('slope per 100 calls', slope);
line('idle for 3 s after all', idle);
line('engine disposed', disposed);
process.exitCode = growth <= 64 && slope <= 1 ? 0 : 1;

/** The slope of the line through the points. @param {number[][]} points x and y */
function leastSquares(points) {
  const mean = (/** @type {number} */ axis) =>
    points.reduce((sum, point) => sum + (point[axis] ?? 0), 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  let over = 0;
  let under = 0;
  for (const [px = 0, py = 0] of points) {
    over += (px - x) * (py - y);
    under += (px - x) ** 2;
  }
  return over / under;
}
