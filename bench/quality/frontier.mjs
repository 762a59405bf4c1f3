// @ts-check
/**
 * node bench/quality/frontier.mjs --pairs DIR: what the sizes of the model's input and the qualities cost, and how good they
 * are. Prints a table, and leaves the figures in out/bench, from which `npm run bench -- --write` draws a picture.
 */
import { parseArgs } from 'node:util';

import { createEngine } from 'bgcut';
import { format } from 'prettier';

import { median } from '../figure.mjs';
import { table } from '../report.mjs';
import { save } from '../saved.mjs';
import { measure } from './metrics.mjs';
import { findPairs, readAlpha } from './pairs.mjs';
import { openPlans } from './steps.mjs';
import { geometricMean } from './summary.mjs';

/** @import { Plan } from '#lib/plan' */
/** @import { Quality } from './steps.mjs' */

const sides = [512, 768, 1024];
/** @type {readonly Quality[]} */
const qualities = ['fast', 'balanced', 'best'];

const { values } = parseArgs({ options: { pairs: { type: 'string', multiple: true } } });
const pairs = (await Promise.all((values.pairs ?? ['out/composites']).map(findPairs))).flat();

const engine = await createEngine({ device: 'cpu' });
const plans = await openPlans(engine);
/** @type {Map<string, { side: number, quality: Quality, errors: number[], times: number[] }>} */
const points = new Map();
for (const { name, picture, alpha } of pairs) {
  process.stderr.write(`${name} …\n`);
  const reference = await readAlpha(alpha);
  for (const side of sides) {
    for (const quality of qualities) {
      const key = `${String(side)}, ${quality}`;
      const point = points.get(key) ?? { side, quality, errors: [], times: [] };
      points.set(key, point);
      const made = await plans.make(picture, quality, (plan) => withInput(plan, side));
      point.times.push(made.timings.total);
      point.errors.push(measure(await readAlpha(made.data), reference).mse);
    }
  }
}
await plans.dispose();
await engine.dispose();

const rows = [...points.values()].map(({ side, quality, errors, times }) => ({
  side,
  quality,
  error: geometricMean(errors),
  milliseconds: median(times),
}));
await save('frontier', { rows, pictures: pairs.length });
const cells = rows.map(({ side, quality, error, milliseconds }) => [
  String(side),
  quality,
  error.toFixed(2),
  milliseconds.toFixed(0),
]);
const head = ["side of the model's input", 'quality', 'MSE, geometric mean', 'ms, median'];
process.stdout.write(await format(table([head, ...cells]), { parser: 'markdown' }));

/** @param {Plan} plan @param {number} side */
function withInput(plan, side) {
  const { matting } = plan;
  const other = side === 512 ? 1024 : 512;
  const otherScale = matting?.otherScale ? { width: other, height: other } : null;
  return {
    ...plan,
    matting: matting && { ...matting, otherScale },
    segment: { width: side, height: side },
  };
}
