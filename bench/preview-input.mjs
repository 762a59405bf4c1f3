// What a smaller model input costs a preview: `node bench/preview-input.mjs --pairs <folder>` compares the alpha of
// previews (0.25 MP) with that of `NAME_alpha.png`, for several sides of the model's input, and
// as BgCut does it: 512, and 1024 where that leaves doubt.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { createEngine } from 'bgcut';
import { resolveModel } from '../dist/models/index.js';

const sides = [512, 640, 704, 768, 1024, /** @type {const} */ ('as it is')];
const { pairs } = parseArgs({ options: { pairs: { type: 'string' } } }).values;
if (pairs === undefined)
  throw new Error('Name the folder of pictures and alphas: --pairs <folder>');

/**
 * @param {import('sharp').Sharp} image
 * @returns {Promise<Buffer>} its first band, 8 bit
 */
const grey = (image) => image.extractChannel(0).toColourspace('b-w').raw().toBuffer();

const names = (await readdir(pairs)).filter((name) => name.endsWith('_alpha.png')).sort();
const { file, manifest } = await resolveModel('isnet');

console.log(
  '| side | mean squared error x 1000 | geometric mean | pictures above 100 | milliseconds |',
);
console.log('| ---: | ---: | ---: | ---: | ---: |');
for (const side of sides) {
  const sizes = side === 'as it is' ? manifest.input.sizes : { default: side, multipleOf: 64 };
  const own = { ...manifest, input: { ...manifest.input, sizes } };
  const engine = await createEngine({ model: { file, manifest: own } });
  const errors = [];
  const times = [];
  for (const name of names) {
    const picture = join(pairs, name.replace('_alpha.png', '.jpg'));
    const options = /** @type {const} */ ({
      size: 'preview',
      format: 'png',
      channels: 'alpha',
      typeLevel: 'none',
      semitransparency: false,
    });
    const { data, width, height, timings } = await engine.removeBg(picture, options);
    const alpha = await grey(sharp(data));
    const truth = await grey(sharp(join(pairs, name)).resize(width, height, { fit: 'fill' }));
    errors.push(
      (alpha.reduce((sum, value, i) => sum + ((value - (truth[i] ?? 0)) / 255) ** 2, 0) /
        alpha.length) *
        1000,
    );
    times.push(timings.inference);
  }
  await engine.dispose();
  const mean = errors.reduce((a, b) => a + b, 0) / errors.length;
  const geometric = Math.exp(errors.reduce((a, b) => a + Math.log(b), 0) / errors.length);
  const median = times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
  const lost = errors.filter((error) => error > 100).length;
  console.log(
    `| ${side} | ${mean.toFixed(1)} | ${geometric.toFixed(2)} | ${lost} | ${median.toFixed(0)} |`,
  );
}
