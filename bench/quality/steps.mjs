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

/** @typedef {Partial<NonNullable<Plan['matting']>>} Change of the plan's matting */
/** @typedef {{ name: string, change: Change }} Ablation */
/** @typedef {'fast' | 'balanced' | 'best'} Quality */

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
  const model = manifest.input.sizes;
  return {
    /**
     * The alpha of the default quality with another matting, of the size of the picture.
     *
     * @param {string} picture path @param {Change} change
     */
    async alphaOf(picture, change) {
      const { data } = await make(native, model, picture, 'balanced', (plan) => {
        if (plan.matting === null) throw new Error('the default quality makes a matte');
        return { ...plan, matting: { ...plan.matting, ...change } };
      });
      return readAlpha(data);
    },
    /** @param {string} picture path @param {Quality} quality @param {(plan: Plan) => Plan} edit */
    make: (picture, quality, edit) => make(native, model, picture, quality, edit),
    dispose: () => native.dispose(),
  };
}

/**
 * The alpha of a picture at full size, as a PNG, by a plan that was edited.
 *
 * @param {NativeEngine} native
 * @param {Parameters<typeof makePlan>[0]['model']} model
 * @param {string} path
 * @param {Quality} quality
 * @param {(plan: Plan) => Plan} edit
 */
async function make(native, model, path, quality, edit) {
  const parameters = readCall({ size: 'full', channels: 'alpha', format: 'png', quality });
  const picture = /** @type {NativePicture} */ (
    await native.open(await readFile(path), { maxPixels: 50e6 })
  );
  const given = { parameters, background: null, model, mattingModel: null, timeoutMs: 0 };
  const run = native.run(
    picture,
    edit(makePlan({ ...given, picture: picture.header })),
    (subject) => compose({ parameters, subject, type: 'other', background: null }).composition,
  );
  return run.promise;
}
