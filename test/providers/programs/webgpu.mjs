// Two engines on WebGPU beside one on the CPU, through the public API: what they say of themselves, and how far their mattes differ.
import sharp from 'sharp';

import { createEngine } from 'bgcut';

const [model, firstPicture = '', ...more] = process.argv.slice(2);
const pictures = [firstPicture, ...more];
/** @satisfies {import('bgcut').RemoveOptions} */
const options = /** @type {const} */ ({
  channels: 'alpha',
  quality: 'fast',
  type: 'other',
  format: 'png',
});

/** @param {import('bgcut').Engine} engine @param {'preview' | 'medium'} size @param {string} picture */
async function alpha(engine, size, picture) {
  const { data, provider } = await engine.removeBg(picture, { ...options, size });
  return { provider, pixels: await sharp(data).removeAlpha().extractChannel(0).raw().toBuffer() };
}

const cpu = await createEngine({ device: 'cpu', model });
const first = await createEngine({ device: 'webgpu', model });
const second = await createEngine({ device: 'webgpu', model });
const infos = [cpu, first, second].map((engine) => engine.info());
const differences = [];
const providers = new Set();
for (const picture of pictures) {
  for (const size of /** @type {const} */ (['preview', 'medium'])) {
    const expected = await alpha(cpu, size, picture);
    // At the same time: they share one session.
    const [one, two] = await Promise.all([
      alpha(first, size, picture),
      alpha(second, size, picture),
    ]);
    for (const { provider, pixels } of [one, two]) {
      providers.add(provider);
      let most = 0;
      for (const [i, value] of pixels.entries()) {
        most = Math.max(most, Math.abs(value - (expected.pixels[i] ?? NaN)));
      }
      differences.push({
        most,
        pixels: pixels.length,
        mean: pixels.reduce((a, b) => a + b) / pixels.length,
      });
    }
  }
}
await first.dispose();
// The other one still has the weights.
const after = await alpha(second, 'preview', firstPicture);
await second.dispose();
await cpu.dispose();
console.log(
  JSON.stringify({ infos, differences, providers: [...providers], after: after.pixels.length }),
);
