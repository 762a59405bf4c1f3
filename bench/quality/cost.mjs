// @ts-check
/** What matting and colours cost: milliseconds of their stages over those of one raw inference, at 12 MP. */
import { openContext } from '../context.mjs';
import { median } from '../figure.mjs';
import { otherWork } from '../machine.mjs';
import * as report from '../report.mjs';
import { inTurns } from '../turns.mjs';

/** @import { RemoveOptions, Result } from 'bgcut' */
/** @import { Variant } from './variants.mjs' */

/** What `balanced` must reach. */
const bound = 0.35;

/** Stages that are none of the matte; all others are. */
const others = /** @type {const} */ ([
  'source',
  'queue',
  'decode',
  'tensor',
  'inference',
  'classify',
  'layout',
  'compose',
  'encode',
  'container',
  'total',
]);

/**
 * @typedef {object} Cost
 * @property {string} variant
 * @property {number} matte milliseconds of all stages of matting and colour
 * @property {number} inference milliseconds of all inferences of a call
 * @property {number} raw milliseconds of one inference, measured in turns with the calls
 * @property {Record<string, number>} stages milliseconds of each stage of the matte
 */

/**
 * Medians over the rounds, on the CPU.
 *
 * @param {readonly Variant[]} variants
 * @param {number} rounds
 * @returns {Promise<Cost[]>}
 */
export async function measure(variants, rounds) {
  const disturbance = otherWork();
  if (disturbance !== undefined) process.stderr.write(`Other work: ${disturbance}.\n`);
  const context = await openContext({ quick: false, rounds, picture: undefined });
  /** @type {Map<string, Result['timings'][]>} */
  const timings = new Map(variants.map(({ name }) => [name, []]));
  const calls = variants.map(({ name, options }) => [
    name,
    async () => {
      const whole = /** @type {RemoveOptions} */ ({ ...options, size: 'full', format: 'zip' });
      const result = await context.engine.removeBg(context.picture.path, whole);
      timings.get(name)?.push(result.timings);
    },
  ]);
  const raw = async () => ({ overriddenDuration: await context.raw(1024) });
  const samples = await inTurns({ ...Object.fromEntries(calls), raw }, rounds, (round) =>
    context.progress(`cost: turn ${round} of ${rounds}`),
  );
  await context.engine.dispose();
  return variants.map(({ name }) => {
    const own = timings.get(name) ?? [];
    const middle = (/** @type {(of: Record<string, number>) => number} */ pick) =>
      median(own.map(pick));
    const names = Object.keys(own[0] ?? {}).filter((stage) => !isOther(stage));
    return {
      variant: name,
      matte: middle((of) => names.reduce((sum, stage) => sum + (of[stage] ?? 0), 0)),
      inference: middle((of) => of.inference ?? 0),
      raw: median(samples.raw ?? []),
      stages: Object.fromEntries(names.map((stage) => [stage, middle((of) => of[stage] ?? 0)])),
    };
  });
}

/** @param {string} stage */
function isOther(stage) {
  return /** @type {readonly string[]} */ (others).includes(stage);
}

/** @param {readonly Cost[]} costs */
export function table(costs) {
  const rows = costs.map(({ variant, matte, inference, raw, stages }) => [
    variant,
    (matte / raw).toFixed(2),
    (inference / raw).toFixed(2),
    `${matte.toFixed(0)} ms over ${raw.toFixed(0)} ms`,
    Object.entries(stages)
      .map(([stage, time]) => `${stage} ${time.toFixed(0)} ms`)
      .join(', '),
  ]);
  const head = ['12 MP', 'matting and colour', 'inference', 'behind it', 'stages'];
  return report.table([head, ...rows]);
}

/**
 * The bound that a variant misses, in words; empty where it keeps it.
 *
 * @param {readonly Cost[]} costs
 * @param {string} judged
 * @returns {string[]}
 */
export function missed(costs, judged) {
  return costs
    .filter(({ variant, matte, raw }) => variant === judged && !(matte / raw <= bound))
    .map(({ matte, raw }) => `cost ${(matte / raw).toFixed(2)}, must be <= ${bound}`);
}
