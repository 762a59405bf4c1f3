// @ts-check
/**
 * What BgCut's own kernels gain on this CPU: node bench/kernels.mjs. Each kind runs in processes of its own, in turns:
 * milliseconds of loading the model and of one inference at both sizes of its input, and peak memory; medians. A kind
 * that the CPU has not is left out.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { createEngine } from 'bgcut';

import { openNative } from './context.mjs';
import { median } from './figure.mjs';
import { peakMemory } from './peak.mjs';
import { table } from './report.mjs';

const kinds = ['onnxruntime', 'avx2', 'avx512', 'amx', 'neon'];
const rounds = 5;

/** @typedef {{ kernels: string, load: number, small: number, large: number, peak: number }} Sample */

if (process.argv[2] === '--child') await measure();
else await compare();

async function compare() {
  /** @type {Map<string, Sample[]>} */
  const found = new Map();
  for (let round = 0; round < rounds; round++) {
    for (const kind of kinds) {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [fileURLToPath(import.meta.url), '--child'],
        { env: { ...process.env, BGCUT_KERNELS: kind } },
      );
      /** @type {Sample} */
      const sample = JSON.parse(stdout);
      if (sample.kernels === kind) found.set(kind, [...(found.get(kind) ?? []), sample]);
    }
  }
  /** @param {Sample[]} samples @param {'load' | 'small' | 'large' | 'peak'} key */
  const middle = (samples, key) => median(samples.map((sample) => sample[key])).toFixed(0);
  const rows = [...found].map(([kind, samples]) => [
    kind,
    `${middle(samples, 'load')} ms`,
    `${middle(samples, 'small')} ms`,
    `${middle(samples, 'large')} ms`,
    `${middle(samples, 'peak')} MB`,
  ]);
  const head = ['kernels', 'createEngine()', '512 x 512', '1024 x 1024', 'peak memory'];
  process.stdout.write(table([head, ...rows]));
}

async function measure() {
  const start = performance.now();
  const engine = await createEngine({ device: 'cpu' });
  const load = performance.now() - start;
  const native = await openNative(engine.info());
  /** @param {number} side */
  const inference = async (side) => {
    const times = [];
    for (let i = 0; i < 6; i++) times.push(await native.infer(side, side));
    return median(times.slice(1));
  };
  const small = await inference(512);
  const large = await inference(1024);
  const { kernels } = engine.info();
  process.stdout.write(JSON.stringify({ kernels, load, small, large, peak: peakMemory() }));
  await native.dispose();
  await engine.dispose();
}
