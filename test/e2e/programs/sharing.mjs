// Engines in four worker threads beside that of the main thread. Prints by how many megabytes the process grows when the
// workers, which have worked with a tiny model already, load the real one as well; and the size of its file.
import { createEngine } from 'bgcut';
import { readFileSync, statSync } from 'node:fs';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

const tiny = new URL('../../fixtures/models/tiny.onnx', import.meta.url).pathname;
const photo = new URL('../../fixtures/photos/chelsea.png', import.meta.url).pathname;
const onCpu = /** @type {const} */ ({ device: 'cpu', threads: 2 });

async function main() {
  const engine = await createEngine(onCpu);
  await engine.removeBg(photo);
  const workers = Array.from({ length: 4 }, () => new Worker(new URL(import.meta.url)));
  /** @param {Worker} worker */
  const said = (worker) => new Promise((resolve) => worker.once('message', resolve));
  await Promise.all(workers.map(said));
  const before = resident();
  for (const worker of workers) {
    worker.postMessage('load');
    await said(worker);
  }
  const growthMb = resident() - before;
  const modelMb = statSync(engine.info().model.file).size / 1e6;
  console.log(JSON.stringify({ growthMb, modelMb }));
  process.exit(0);
}

async function work() {
  const small = await createEngine({ ...onCpu, model: tiny });
  await small.removeBg(photo);
  parentPort?.once('message', () => {
    void createEngine(onCpu).then(() => parentPort?.postMessage('loaded'));
  });
  parentPort?.postMessage('ready');
}

/** Megabytes in memory; asks for no garbage collection, which could only lower it. */
function resident() {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1000;
}

await (isMainThread ? main() : work());
