// A worker thread: takes every call of its data through an engine of its own, and posts the results' bytes.
import { createEngine } from 'bgcut';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * @typedef {import('bgcut').RemoveOptions & { picture: string | Uint8Array }} Call
 * @typedef {{ engine: import('bgcut').EngineOptions, calls: Call[] }} Work
 */

const { engine: options, calls } = /** @type {Work} */ (workerData);
const engine = await createEngine(options);
const results = await Promise.all(
  calls.map(async ({ picture, ...call }) => (await engine.removeBg(picture, call)).data),
);
await engine.dispose();
parentPort?.postMessage(results.map((data) => new Uint8Array(data)));
