// @ts-check
/**
 * Quality against cost: node bench/frontier.mjs --pairs <folder>. The alpha of every NAME.jpg against NAME_alpha.png, at full
 * size, for sides of the model's input and every `quality`; kept in out/bench for the picture of docs/performance.md.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { resolveModel } from '#lib/models/index';
import { createEngine } from 'bgcut';
import sharp from 'sharp';

import { median } from './figure.mjs';
import { table } from './report.mjs';
import { save } from './saved.mjs';

const { pairs } = parseArgs({ options: { pairs: { type: 'string' } } }).values;
if (pairs === undefined) throw new Error('Name the folder of pictures and alphas: --pairs FOLDER');

const names = (await readdir(pairs)).filter((name) => name.endsWith('_alpha.png')).sort();
const { file, manifest } = await resolveModel('isnet');
/** @type {[number, 'fast' | 'balanced' | 'best'][]} */
const tried = [512, 768, 1024].flatMap((side) => [
  /** @type {[number, 'fast']} */ ([side, 'fast']),
  /** @type {[number, 'balanced']} */ ([side, 'balanced']),
]);
tried.push([1024, 'best']);

/** @param {import('sharp').Sharp} image its first band, 8 bit */
const grey = (image) => image.extractChannel(0).toColourspace('b-w').raw().toBuffer();

const points = [];
for (const [side, quality] of tried) {
  const sizes = { ...manifest.input.sizes, default: side };
  const own = { ...manifest, name: `isnet-${side}`, input: { ...manifest.input, sizes } };
  const engine = await createEngine({ device: 'cpu', model: { file, manifest: own } });
  const errors = [];
  const times = [];
  for (const name of names) {
    const picture = join(pairs, name.replace('_alpha.png', '.jpg'));
    const { data, width, height, timings } = await engine.removeBg(picture, {
      size: 'full',
      format: 'png',
      channels: 'alpha',
      quality,
    });
    const alpha = await grey(sharp(data));
    const truth = await grey(sharp(join(pairs, name)).resize(width, height, { fit: 'fill' }));
    const squares = alpha.reduce(
      (sum, value, i) => sum + ((value - (truth[i] ?? 0)) / 255) ** 2,
      0,
    );
    errors.push((1000 * squares) / alpha.length);
    times.push(timings.total);
  }
  await engine.dispose();
  const error = Math.exp(errors.reduce((sum, value) => sum + Math.log(value), 0) / errors.length);
  points.push({ side, quality, error, milliseconds: median(times) });
  process.stderr.write(`${side} ${quality}: ${error.toFixed(2)}\n`);
}
await save('frontier', { pictures: names.length, points });
const rows = points.map(({ side, quality, error, milliseconds }) => [
  `${side}`,
  quality,
  error.toFixed(2),
  `${milliseconds.toFixed(0)} ms`,
]);
const header = ['side', 'quality', 'squared error x 1000, geometric mean', 'a call (median)'];
process.stdout.write(`${table([header, ...rows])}\n`);
