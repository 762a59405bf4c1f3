// @ts-check
/**
 * What a GPU gains, on a machine that has one: node bench/gpu.mjs [--device cuda] [--quick] [--write]. Pictures a minute
 * from JPEG bytes to ZIP bytes, inference alone, and the stages of a call, each beside the same on the CPUs of that
 * machine. --write puts it into docs/performance.md. Exits with 1 when a bound is missed.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { createEngine } from 'bgcut';

import { stageNames } from './calls.mjs';
import { openNative } from './context.mjs';
import { median, passes } from './figure.mjs';
import { machine, otherWork } from './machine.mjs';
import { askNvidia, usedMegabytes } from './nvidia.mjs';
import { testPicture } from './picture.mjs';
import { markdown, writePage } from './report.mjs';
import { saturate } from './saturate.mjs';
import { fullOptions, pictures } from './sizes.mjs';
import { inTurns } from './turns.mjs';

/** @import { DeviceName } from '#lib/native' */
/** @import { Engine, EngineInfo, Result } from 'bgcut' */
/** @import { Figure, Report } from './figure.mjs' */

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'cuda' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const device = /** @type {DeviceName} */ (values.device);
const { quick } = values;

/** The API's own table: pictures a minute by megapixels. @type {Record<string, number>} */
const promised = { 1: 500, 50: 10 };

/** @param {string} line */
const progress = (line) => process.stderr.write(`${line}\n`);

process.exitCode = await bench();

async function bench() {
  const disturbance = otherWork();
  const start = performance.now();
  const engine = await createEngine({ device });
  const ready = performance.now() - start;
  const info = engine.info();
  const cpu = await createEngine({ device: 'cpu' });
  const inference = await inferences([info, cpu.info()]);
  const stages = await calls(engine, cpu);
  const memory = usedMegabytes();
  await Promise.all([engine.dispose(), cpu.dispose()]);
  const rates = await throughput();

  const figures = Object.entries(promised).flatMap(([megapixels, bound]) => {
    const ours = rates.filter((rate) => rate.device === device);
    const most = Math.max(...ours.map((rate) => rate.perMinute.get(megapixels) ?? 0));
    const name = `${megapixels} MP JPEG to ZIP, pictures a minute`;
    const detail = 'the most of the table below';
    return most === 0 ? [] : [{ name, value: most, unit: 'count', bound, detail }];
  });
  /** @type {Report} */
  const report = {
    figures: /** @type {Figure[]} */ (figures),
    notes: [
      `\`createEngine()\` took ${ready.toFixed(0)} ms, the first inferences included.` +
        (memory === undefined ? '' : ` The GPU's memory in use after all calls: ${memory} MB.`),
    ],
    tables: [
      {
        title: 'Pictures a minute, JPEG to ZIP, by `concurrency`, with twice as many callers',
        rows: rateRows(rates),
      },
      inference,
      stages,
    ],
  };
  const rows = [...gpuRows(), ...machine(info, disturbance)];
  const text = await markdown(rows, [report], !quick);
  process.stdout.write(text);
  if (values.write) await writePage(text, 'performance.md', `gpu-${device}`);
  return quick || report.figures.every(passes) ? 0 : 1;
}

function gpuRows() {
  const [name, driver, memory] = askNvidia('name', 'driver_version', 'memory.total') ?? [];
  return name === undefined ? [] : [['GPU', `${name}, ${memory} MiB, driver ${driver}`]];
}

/** The model alone: one after another, and so many at a time. @param {EngineInfo[]} infos */
async function inferences(infos) {
  const seconds = quick ? 0.5 : 1.5;
  const rows = [['milliseconds of an inference', ...infos.map((info) => info.provider)]];
  for (const side of quick ? [512] : [512, 1024]) {
    for (const at of [1, 2, 4]) {
      progress(`gpu: inference at ${side}, ${at} at a time`);
      const row = [`${side} x ${side}, ${at === 1 ? 'one by one' : `${at} at a time, each`}`];
      for (const info of infos) {
        const native = await openNative(info, at);
        await native.infer(side, side);
        const each = await saturate(() => native.infer(side, side), { callers: at, seconds });
        row.push(each.toFixed(1));
        await native.dispose();
      }
      rows.push(row);
    }
  }
  return { title: 'Inference alone', rows };
}

/** Single calls, in turns on both devices. @param {Engine} gpu @param {Engine} cpu */
async function calls(gpu, cpu) {
  const sizes = quick ? ['1'] : ['1', '12', '50'];
  const formats = quick ? ['zip'] : ['png', 'webp', 'zip'];
  const rows = [['call', 'device', ...stageNames]];
  for (const size of sizes) {
    const picture = await readFile(await testPicture(...(pictures[size] ?? [0, 0])));
    for (const format of [...formats, 'preview']) {
      progress(`gpu: ${size} MP to ${format}`);
      const options = format === 'preview' ? {} : fullOptions(size, format);
      /** @type {Result['timings'][][]} */
      const found = [[], []];
      const call = (/** @type {Engine} */ engine, /** @type {number} */ i) => async () => {
        found[i]?.push((await engine.removeBg(picture, options)).timings);
      };
      const tasks = { gpu: call(gpu, 0), cpu: call(cpu, 1) };
      await inTurns(tasks, 1);
      for (const timings of found) timings.length = 0;
      await inTurns(tasks, quick ? 1 : 3);
      for (const [i, engine] of [gpu, cpu].entries()) {
        const times = stageNames.map((stage) =>
          median((found[i] ?? []).map((timings) => timings[stage])).toFixed(0),
        );
        rows.push([`${size} MP, ${format}`, engine.info().provider, ...times]);
      }
    }
  }
  return { title: 'Milliseconds of a call that is alone (medians)', rows };
}

/** @typedef {{ device: string, concurrency: number, perMinute: Map<string, number> }} Rate */

async function throughput() {
  const seconds = quick ? 1 : 4;
  const cores = availableParallelism();
  const steps = quick ? [2] : [1, 2, 4, 8, 16, 32].filter((step) => step <= cores);
  /** @type {Rate[]} */
  const rates = [];
  for (const at of /** @type {DeviceName[]} */ ([device, 'cpu'])) {
    for (const concurrency of at === 'cpu' ? steps.slice(-1) : steps) {
      const engine = await createEngine({ device: at, concurrency, queue: 2 * concurrency });
      /** @type {Rate} */
      const rate = { device: at, concurrency, perMinute: new Map() };
      for (const megapixels of quick ? ['1'] : Object.keys(promised)) {
        progress(`gpu: ${megapixels} MP on ${at}, ${concurrency} at a time`);
        const picture = await readFile(await testPicture(...(pictures[megapixels] ?? [0, 0])));
        const options = fullOptions(megapixels, 'zip');
        await engine.removeBg(picture, options);
        const call = () => engine.removeBg(picture, options);
        const each = await saturate(call, { callers: 2 * concurrency, seconds });
        rate.perMinute.set(megapixels, 60_000 / each);
        progress(`  ${(60_000 / each).toFixed(0)} a minute`);
      }
      rates.push(rate);
      await engine.dispose();
    }
  }
  return rates;
}

/** @param {Rate[]} rates */
function rateRows(rates) {
  const sizes = Object.keys(promised);
  const header = ['device', 'concurrency', ...sizes.map((size) => `${size} MP`)];
  return [
    header,
    ...rates.map((rate) => [
      rate.device,
      `${rate.concurrency}`,
      ...sizes.map((size) => rate.perMinute.get(size)?.toFixed(0) ?? ''),
    ]),
  ];
}
