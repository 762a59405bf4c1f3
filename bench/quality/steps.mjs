// @ts-check
/** The default quality with one step left out or changed: what each step is worth. Beside the public options, by plans. */
import { readFile } from 'node:fs/promises';

import { compose } from '#lib/compose';
import { resolveModel } from '#lib/models/index';
import { readCall } from '#lib/params/options';
import { makePlan, mattingSteps } from '#lib/plan';

import { openNative } from '../context.mjs';
import { readAlpha } from './pairs.mjs';

/** @import { Engine } from 'bgcut' */
/** @import { NativeEngine, NativePicture } from '#lib/native' */
/** @import { Plan } from '#lib/plan' */
/** @import { Alpha } from './metrics.mjs' */

/** @typedef {Partial<NonNullable<Plan['matting']>>} Change of the plan's matting */
/** @typedef {{ name: string, change: Change }} Ablation */

/** @type {readonly Ablation[]} */
export const ablations = [
  { name: 'closed-form alone', change: { without: mattingSteps } },
  ...mattingSteps.map((step) => ({ name: `without ${step}`, change: { without: [step] } })),
  { name: 'half a megapixel', change: { pixels: 500_000 } },
  { name: 'two megapixels', change: { pixels: 2_000_000 } },
];

/**
 * A second engine on the weights of the first, which takes plans as they are.
 *
 * @param {Engine} engine ready
 */
export async function openPlans(engine) {
  const info = engine.info();
  const native = await openNative(info);
  const { manifest } = await resolveModel(info.model.name);
  return {
    /** @param {string} picture path @param {Change} change */
    alphaOf: (picture, change) => alphaOf(native, manifest.input.sizes, picture, change),
    dispose: () => native.dispose(),
  };
}

/**
 * @param {NativeEngine} native
 * @param {Parameters<typeof makePlan>[0]['model']} model
 * @param {string} path
 * @param {Change} change
 * @returns {Promise<Alpha>} of the size of the picture
 */
async function alphaOf(native, model, path, change) {
  const parameters = readCall({ size: 'full', channels: 'alpha', format: 'png' });
  const picture = /** @type {NativePicture} */ (
    await native.open(await readFile(path), { maxPixels: 50e6 })
  );
  const given = { parameters, background: null, model, mattingModel: null, timeoutMs: 0 };
  const plan = makePlan({ ...given, picture: picture.header });
  if (plan.matting === null) throw new Error('the default quality makes a matte');
  const changed = { ...plan, matting: { ...plan.matting, ...change } };
  const run = native.run(
    picture,
    changed,
    (subject) => compose({ parameters, subject, type: 'other', background: null }).composition,
  );
  return readAlpha((await run.promise).data);
}
