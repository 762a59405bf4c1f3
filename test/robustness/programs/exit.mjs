// exit.mjs HOW DELAY: works on a picture and ends in one of the ways of the table below. Where something happens during
// a run, the run takes seconds and it happens DELAY milliseconds after the call. Prints a line when it gets there.
import { createEngine } from 'bgcut';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

const [, , how = '', delay = '0'] = process.argv;
/** @param {string} name */
const path = (name) => new URL(`../../fixtures/${name}`, import.meta.url).pathname;
const photo = path('photos/chelsea.png');
const device = 'cpu';

/** @param {string} model */
const start = (model) => createEngine({ device, threads: 2, model: path(`models/${model}.onnx`) });

async function finished() {
  const engine = await start('tiny');
  await engine.removeBg(photo);
  console.log('ready');
}

/** Resolves DELAY milliseconds after a call that takes seconds has begun; its end goes to `ended`. */
async function running() {
  const engine = await start('slow');
  const ended = engine.removeBg(photo).then(
    () => 'resolved',
    (/** @type {unknown} */ error) => /** @type {import('bgcut').BgcutError} */ (error).code,
  );
  console.log('ready');
  await sleep(Number(delay));
  return { engine, ended };
}

/** Two workers: one in a call that takes seconds, one in short calls without end. */
async function workers() {
  const code = `
    const { createEngine } = require('bgcut');
    const { parentPort, workerData } = require('node:worker_threads');
    async function work() {
      const engine = await createEngine(workerData.options);
      parentPort.postMessage('running');
      const callForEver = async () => {
        for (;;) await engine.removeBg(workerData.photo);
      };
      await Promise.all([callForEver(), callForEver(), callForEver()]);
    }
    void work();`;
  const both = ['slow', 'tiny'].map((model) => {
    const options = { device, threads: 1, model: path(`models/${model}.onnx`) };
    return new Worker(code, { eval: true, workerData: { options, photo } });
  });
  await Promise.all(both.map((one) => new Promise((resolve) => one.once('message', resolve))));
  console.log('ready');
  await sleep(Number(delay));
  return both;
}

/** @type {Record<string, () => Promise<void>>} */
const ways = {
  return: () => finished(),
  exit: async () => {
    await finished();
    process.exit(7);
  },
  'exit during a run': async () => {
    await running();
    process.exit(7);
  },
  'uncaught error during a run': async () => {
    await running();
    setTimeout(() => {
      throw new Error('planned');
    });
  },
  'dispose during a run': async () => {
    const { engine, ended } = await running();
    await engine.dispose();
    console.log(await ended);
  },
  'return during a run': async () => {
    const { engine, ended } = await running();
    void engine.dispose();
    console.log(await ended);
  },
  'SIGTERM during a run': async () => {
    await running();
    process.kill(process.pid, 'SIGTERM');
  },
  'worker.terminate during a run': async () => {
    const codes = await Promise.all((await workers()).map((worker) => worker.terminate()));
    console.log(codes.join(' '));
  },
  'exit while workers run': async () => {
    await workers();
    process.exit(7);
  },
};
const end = ways[how];
if (!end) throw new Error(`no way called ${how}`);
await end();
