// @ts-check
/**
 * How long loading IS-Net takes, as its file is kept and as ONNX Runtime's own optimised graph saved to a file:
 * `node bench/graph-load.mjs`. Each file five times in a process of its own, two threads; the first load and the median of the others.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { resolveModel } from '#lib/models/index';
import { InferenceSession } from 'onnxruntime-node';

import { median } from './figure.mjs';

const loads = 5;
const [measured, level] = process.argv.slice(2);
const common = { intraOpNumThreads: 2, enableMemPattern: false };

/** @param {string} file @param {'all' | 'disabled'} graphOptimizationLevel */
async function measure(file, graphOptimizationLevel) {
  const times = [];
  for (let load = 0; load < loads; load += 1) {
    const start = performance.now();
    const session = await InferenceSession.create(file, { ...common, graphOptimizationLevel });
    times.push(performance.now() - start);
    await session.release();
  }
  return times;
}

/** @param {string} name @param {string} file @param {'all' | 'disabled'} graphOptimizationLevel */
function row(name, file, graphOptimizationLevel) {
  const args = [fileURLToPath(import.meta.url), file, graphOptimizationLevel];
  const output = execFileSync(process.execPath, args, { encoding: 'utf8' });
  const [first = NaN, ...others] = /** @type {number[]} */ (JSON.parse(output));
  const size = `${(statSync(file).size / 1e6).toFixed(0)} MB`;
  console.log(`| ${name} | ${size} | ${first.toFixed(0)} ms | ${median(others).toFixed(0)} ms |`);
}

async function compare() {
  const { file } = await resolveModel('isnet');
  const folder = mkdtempSync(join(tmpdir(), 'bgcut-graph-'));
  try {
    const saved = ['onnx', 'ort'].map((ending) => join(folder, `isnet.${ending}`));
    for (const optimizedModelFilePath of saved) {
      const options = {
        ...common,
        optimizedModelFilePath,
        logSeverityLevel: /** @type {const} */ (3),
      };
      await (await InferenceSession.create(file, options)).release();
    }
    row('as BgCut keeps it (float16 weights)', file, 'all');
    row('optimised graph, saved as ONNX (float32)', saved[0] ?? '', 'disabled');
    row('optimised graph, saved in the ORT format', saved[1] ?? '', 'disabled');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (measured === undefined) await compare();
else console.log(JSON.stringify(await measure(measured, level === 'all' ? 'all' : 'disabled')));
