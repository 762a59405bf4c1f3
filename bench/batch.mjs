// @ts-check
/**
 * Whether the CPU gains from several pictures in one inference: node bench/batch.mjs. IS-Net with its batch made free,
 * at 1024 x 1024, batches of 1, 2 and 4 in turns; milliseconds a picture, medians, and the peak memory of the process so far.
 */
import { readFile } from 'node:fs/promises';

import { readModel, writeModel } from '#lib/models/onnx/graph';
import { resolveModel } from '#lib/models/index';
import ort from 'onnxruntime-node';

import { median } from './figure.mjs';
import { peakMemory } from './peak.mjs';
import { table } from './report.mjs';

const side = 1024;
const rounds = 4;

const { file } = await resolveModel('isnet');
const model = readModel(await readFile(file));
for (const value of [...model.graph.input, ...model.graph.output]) {
  const shape = value.type?.value;
  const batch = shape?.case === 'tensorType' ? shape.value.shape?.dim[0] : undefined;
  if (batch !== undefined) batch.value = { case: 'dimParam', value: 'batch' };
}
const session = await ort.InferenceSession.create(writeModel(model), {
  enableMemPattern: false,
  intraOpNumThreads: 2,
});
/** @type {Record<number, { times: number[], peak: number }>} */
const found = { 1: { times: [], peak: 0 }, 2: { times: [], peak: 0 }, 4: { times: [], peak: 0 } };
for (let round = 0; round <= rounds; round++) {
  for (const [name, sample] of Object.entries(found)) {
    const batch = Number(name);
    const values = new Float32Array(batch * 3 * side * side);
    const input = new ort.Tensor('float32', values, [batch, 3, side, side]);
    const start = performance.now();
    await session.run({ input });
    if (round > 0) sample.times.push((performance.now() - start) / batch);
    if (sample.peak === 0) sample.peak = peakMemory();
  }
}
const rows = Object.entries(found).map(([batch, { times, peak }]) => [
  batch,
  `${median(times).toFixed(0)} ms`,
  `${peak.toFixed(0)} MB`,
]);
process.stdout.write(`${table([['batch', 'a picture', 'peak memory'], ...rows])}\n`);
await session.release();
