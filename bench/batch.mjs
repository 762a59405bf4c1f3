// @ts-check
/** Whether the CPU gains from several pictures in one inference: IS-Net with its batch made free, through onnxruntime-node. */
import { readFile } from 'node:fs/promises';

import { readModel, writeModel } from '#lib/models/onnx/graph';
import { resolveModel } from '#lib/models/index';
import ort from 'onnxruntime-node';

import { median } from './figure.mjs';
import { inTurns } from './turns.mjs';

/** @import { Report } from './figure.mjs' */

const batches = [1, 2, 4];

export const title = 'batch';

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<Report>}
 */
export async function run({ settings, engine, progress }) {
  const side = settings.quick ? 128 : 1024;
  const session = await ort.InferenceSession.create(await freeBatch(), {
    enableMemPattern: false,
    intraOpNumThreads: engine.info().threads,
  });
  /** @type {Record<string, () => Promise<unknown>>} */
  const tasks = {};
  for (const batch of batches) {
    const values = new Float32Array(batch * 3 * side * side);
    const input = new ort.Tensor('float32', values, [batch, 3, side, side]);
    tasks[batch] = () => session.run({ input });
  }
  try {
    await inTurns(tasks, 1);
    const rounds = settings.quick ? 1 : 4;
    const samples = await inTurns(tasks, rounds, (round) =>
      progress(`batch: turn ${round} of ${rounds}`),
    );
    const rows = batches.map((batch) => {
      const milliseconds = median(samples[batch] ?? []) / batch;
      return [`${batch}`, `${milliseconds.toFixed(0)} ms`];
    });
    return {
      figures: [],
      tables: [
        {
          title: `Pictures in one inference at ${side} x ${side} (medians)`,
          rows: [['pictures', 'inference of each'], ...rows],
        },
      ],
    };
  } finally {
    await session.release();
  }
}

/** IS-Net that takes any number of pictures. */
async function freeBatch() {
  const { file } = await resolveModel('isnet');
  const model = readModel(await readFile(file));
  for (const value of [...model.graph.input, ...model.graph.output]) {
    const shape = value.type?.value;
    const batch = shape?.case === 'tensorType' ? shape.value.shape?.dim[0] : undefined;
    if (batch !== undefined) batch.value = { case: 'dimParam', value: 'batch' };
  }
  return writeModel(model);
}
