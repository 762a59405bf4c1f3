// A worker thread: takes every call of its data through an engine of its own, and posts the results' bytes.
import { createEngine } from 'bgcut';
import { parentPort, workerData } from 'node:worker_threads';

const { engine: options, calls } = workerData;
const engine = await createEngine(options);
const results = await Promise.all(
  calls.map(async ({ picture, ...call }) => (await engine.removeBg(picture, call)).data),
);
await engine.dispose();
parentPort?.postMessage(results.map((data) => new Uint8Array(data)));
