// neighbours.mjs ORDER: loads bgcut, an application's own sharp and another version of onnxruntime-node in that order
// (their names with commas), lets each work on twenty pictures, one after the other and then at once, and prints what
// came out. Nothing is imported before its turn.
import { createRequire } from 'node:module';

/**
 * @typedef {object} Neighbour
 * @property {string | null} version
 * @property {() => Promise<string>} work the same each time
 * @property {() => number[]} [settings]
 * @property {() => Promise<void>} [end]
 */

const require = createRequire(import.meta.url);
const order = (process.argv[2] ?? '').split(',');
/** @param {string} name */
const path = (name) => new URL(`../../fixtures/${name}`, import.meta.url).pathname;
const model = path('models/tiny.onnx');
const photo = path('photos/rocket.jpg');

/** @type {Record<string, () => Promise<Neighbour>>} */
const loaders = {
  async bgcut() {
    const { createEngine } = /** @type {typeof import('bgcut')} */ (require('bgcut'));
    const engine = await createEngine({ device: 'cpu', threads: 2, model, queue: 100 });
    const work = async () => {
      const { data } = await engine.removeBg(photo, { size: 'full', format: 'png' });
      return data.toString('base64');
    };
    return { work, version: engine.info().versions.onnxruntime, end: () => engine.dispose() };
  },

  sharp() {
    const sharp = /** @type {typeof import('sharp').default} */ (require('sharp'));
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
    return Promise.resolve({ work, settings, version: sharp.versions.vips });
  },

  async runtime() {
    const name = 'onnxruntime-node-1.20';
    const { InferenceSession, Tensor, env } = /** @type {typeof import('onnxruntime-node')} */ (
      require(name)
    );
    const session = await InferenceSession.create(model, { executionProviders: ['cpu'] });
    const input = new Tensor('float32', new Float32Array(3 * 64 * 64).fill(0.1), [1, 3, 64, 64]);
    const work = async () => {
      const { output } = await session.run({ input });
      return Number(output?.data[0]).toFixed(4);
    };
    return { work, version: env.versions.node ?? null };
  },
};

/** @type {[name: string, neighbour: Neighbour][]} */
const loaded = [];
for (const name of order) {
  const neighbour = await loaders[name]?.();
  if (neighbour) loaded.push([name, neighbour]);
}
const settings = () => loaded.flatMap(([, neighbour]) => neighbour.settings?.() ?? []);

const times = 20;
/** @type {string[][]} */
const results = [];
for (const [, { work }] of loaded) {
  const own = [];
  for (let i = 0; i < times; i++) own.push(await work());
  results.push(own);
}
const settingsBefore = settings();
const atOnce = await Promise.all(
  loaded.flatMap(([, { work }]) => Array.from({ length: times }, () => work())),
);
for (const [, { end }] of loaded) await end?.();

const report = {
  versions: loaded.map(([name, { version }]) => `${name} ${String(version)}`),
  // One result each, however often and beside whatever.
  distinct: results.map((own, i) => {
    const beside = atOnce.slice(i * times, (i + 1) * times);
    return new Set([...own, ...beside]).size;
  }),
  first: Object.fromEntries(order.map((name, i) => [name, results[i]?.[0]])),
  settings: [settingsBefore, settings()],
};
console.log(JSON.stringify(report));
