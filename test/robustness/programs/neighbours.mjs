// neighbours.mjs ORDER: loads bgcut, an application's own sharp and another version of onnxruntime-node in that order
// (their names with commas), lets each work on twenty pictures, one after the other and then at once, and prints what
// came out. Nothing is imported before its turn.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const order = (process.argv[2] ?? '').split(',');
const path = (name) => new URL(`../../fixtures/${name}`, import.meta.url).pathname;
const model = path('models/tiny.onnx');
const photo = path('photos/rocket.jpg');

const loaders = {
  async bgcut() {
    const { createEngine } = require('bgcut');
    const engine = await createEngine({ device: 'cpu', threads: 2, model, queue: 100 });
    const work = async () => {
      const { data } = await engine.removeBg(photo, { size: 'full', format: 'png' });
      return data.toString('base64');
    };
    return { work, version: engine.info().versions.onnxruntime, end: () => engine.dispose() };
  },
  async sharp() {
    const sharp = require('sharp');
    // An application's own settings, other than the defaults.
    sharp.cache({ memory: 33, files: 7, items: 44 });
    sharp.concurrency(3);
    const work = async () => {
      const pixels = await sharp(photo).rotate(90).resize(200).sharpen().raw().toBuffer();
      return pixels.toString('base64');
    };
    const settings = () => {
      const { memory, files, items } = sharp.cache();
      return [memory.max, files.max, items.max, sharp.concurrency()];
    };
    return { work, settings, version: sharp.versions.vips };
  },
  async runtime() {
    const { InferenceSession, Tensor, env } = require('onnxruntime-node-1.20');
    const session = await InferenceSession.create(model, { executionProviders: ['cpu'] });
    const input = new Tensor('float32', new Float32Array(3 * 64 * 64).fill(0.1), [1, 3, 64, 64]);
    const work = async () => (await session.run({ input })).output.data[0].toFixed(4);
    return { work, version: env.versions.node };
  },
};

const loaded = {};
for (const name of order) loaded[name] = await loaders[name]();

const times = Array.from({ length: 20 });
const results = {};
for (const name of order) {
  results[name] = [];
  for (const _ of times) results[name].push(await loaded[name].work());
}
const settings = loaded.sharp?.settings();
const atOnce = await Promise.all(order.flatMap((name) => times.map(() => loaded[name].work())));
await loaded.bgcut?.end?.();

const report = {
  versions: order.map((name) => `${name} ${loaded[name].version}`),
  // One result each, however often and beside whatever.
  distinct: order.map((name, i) => {
    const beside = atOnce.slice(i * times.length, (i + 1) * times.length);
    return new Set([...results[name], ...beside]).size;
  }),
  first: Object.fromEntries(order.map((name) => [name, results[name][0]])),
  settings: [settings, loaded.sharp?.settings()],
};
console.log(JSON.stringify(report));
