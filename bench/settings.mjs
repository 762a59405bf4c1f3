// @ts-check
/**
 * Why the session runs with the settings it has: node bench/settings.mjs. Each setting of ONNX Runtime gets a process
 * of its own, through onnxruntime-node, which has the same library. They take turns; medians of time and peak memory.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { resolveModel } from '#lib/models/index';
import ort from 'onnxruntime-node';

import { median } from './figure.mjs';
import { peakMemory } from './peak.mjs';

/** @type {Record<string, ort.InferenceSession.SessionOptions>} */
const settings = {
  'memory pattern off': { enableMemPattern: false },
  'memory pattern on': { enableMemPattern: true },
};

const rounds = 5;
const [chosen] = process.argv.slice(2);
if (chosen === undefined) await compare();
else await measure(chosen);

async function compare() {
  /** @type {Record<string, { milliseconds: number[], peak: number[] }>} */
  const found = {};
  for (let round = 0; round < rounds; round++) {
    for (const name of Object.keys(settings)) {
      const { stdout } = await promisify(execFile)(process.execPath, [
        fileURLToPath(import.meta.url),
        name,
      ]);
      const { milliseconds, peak } = JSON.parse(stdout);
      const sample = (found[name] ??= { milliseconds: [], peak: [] });
      sample.milliseconds.push(milliseconds);
      sample.peak.push(peak);
    }
  }
  for (const [name, { milliseconds, peak }] of Object.entries(found)) {
    const figures = `${median(milliseconds).toFixed(0)} ms a run, peak ${median(peak).toFixed(0)} MB`;
    process.stdout.write(`${name}: ${figures}\n`);
  }
}

/**
 * Loads the model, runs it three times at 1024 x 1024 and prints the middle time and the peak memory as JSON.
 *
 * @param {string} name
 */
async function measure(name) {
  const { file } = await resolveModel('isnet');
  const session = await ort.InferenceSession.create(file, settings[name]);
  const blank = new ort.Tensor('float32', new Float32Array(3 * 1024 * 1024), [1, 3, 1024, 1024]);
  const times = [];
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    await session.run({ input: blank });
    times.push(performance.now() - start);
  }
  process.stdout.write(JSON.stringify({ milliseconds: median(times), peak: peakMemory() }));
}
