// @ts-check
/** What every group of figures works with: the settings, the pictures and one loaded session. */
import { loadNative } from '#lib/native';
import { resolveModel } from '#lib/models/index';
import { configOf } from '#lib/provider';
import { startConfig } from '#lib/start-config';
import { createEngine } from 'bgcut';
import ort from 'onnxruntime-node';

import { testPicture } from './picture.mjs';

/**
 * @typedef {object} Settings
 * @property {boolean} quick small pictures and few rounds: only whether it all runs
 * @property {number} rounds measured turns of each task
 * @property {string | undefined} picture a JPEG to measure on instead of the made one
 * @property {string[]} [sizes] megapixels to measure the peers at again; those that were saved are taken for the others
 */

/**
 * @typedef {object} Context
 * @property {Settings} settings
 * @property {{ path: string, megapixels: string }} picture 12 MP, unless given
 * @property {() => Promise<{ path: string, megapixels: string }>} largePicture 50 MP
 * @property {import('bgcut').Engine} engine on the CPU, with default settings
 * @property {import('#lib/native').NativeEngine} native another with the same weights and settings, without JavaScript
 *   around it
 * @property {(side: number) => Promise<number>} infer milliseconds of one inference of the engine's own session at
 *   side x side, and nothing else
 * @property {(side: number) => Promise<number>} raw milliseconds of one inference of the same weights in ONNX Runtime
 *   with its own kernels, on as many threads: what the bounds are ratios to
 * @property {(line: string) => void} progress
 */

/**
 * Loads the model and makes the pictures.
 *
 * @param {Settings} settings
 * @returns {Promise<Context>}
 */
export async function openContext(settings) {
  const { quick } = settings;
  const [width, height] = quick ? [1000, 750] : [4000, 3000];
  const path = settings.picture ?? (await testPicture(width, height));
  const engine = await createEngine({ device: 'cpu' });
  const native = await openNative(engine.info());
  return {
    settings,
    picture: { path, megapixels: await megapixels(path) },
    largePicture: async () => {
      const large = await (quick ? testPicture(2000, 1500) : testPicture(8000, 6250));
      return { path: large, megapixels: await megapixels(large) };
    },
    engine,
    native,
    infer: (side) => native.infer(side, side),
    raw: await openRaw(engine.info()),
    progress: (line) => process.stderr.write(`${line}\n`),
  };
}

/**
 * A second native engine with the settings of the first: the addon shares one session between such engines, so its
 * infer() runs the very session that the calls run.
 *
 * @param {import('bgcut').EngineInfo} info
 * @param {number} concurrency inferences at a time
 */
export async function openNative({ model, provider, threads }, concurrency = 1) {
  const resolved = await resolveModel(model.name);
  const start = startConfig(resolved, { threads, concurrency });
  return loadNative().createEngine(configOf(start, provider));
}

/**
 * One run of the model in ONNX Runtime alone, with the settings that BgCut gives it.
 *
 * @param {import('bgcut').EngineInfo} info
 * @returns {Promise<(side: number) => Promise<number>>}
 */
async function openRaw({ model, threads }) {
  const session = await ort.InferenceSession.create(model.file, {
    intraOpNumThreads: threads,
    enableMemPattern: false,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const [name = ''] = session.inputNames;
  return async (side) => {
    const blank = new ort.Tensor('float32', new Float32Array(3 * side * side), [1, 3, side, side]);
    const start = performance.now();
    const outputs = await session.run({ [name]: blank });
    const milliseconds = performance.now() - start;
    for (const output of Object.values(outputs)) output.dispose();
    return milliseconds;
  };
}

/** @param {string} path */
async function megapixels(path) {
  const { default: sharp } = await import('sharp');
  const { width, height } = await sharp(path).metadata();
  return `${Number(((width * height) / 1e6).toFixed(1))} MP`;
}
