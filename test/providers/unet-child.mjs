// node unet-child.mjs DEVICES PICTURE MODEL...: cuts the picture out with each model on the CPU and prints, as JSON, whose
// kernels ran and the alphas. The manifest is that of the tiny model, which allows float16 on the devices, a JSON array.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { createEngine } from 'bgcut';
import sharp from 'sharp';

const tiny = join(import.meta.dirname, '../fixtures/models/tiny.json');
const [devices = '[]', picture = '', ...models] = process.argv.slice(2);
const { check, ...plain } = JSON.parse(readFileSync(tiny, 'utf8'));
const manifest = { ...plain, float16: JSON.parse(devices) };
const results = [];
for (const file of models) {
  const engine = await createEngine({ device: 'cpu', threads: 2, model: { file, manifest } });
  const { data } = await engine.removeBg(picture, {
    size: 'full',
    channels: 'alpha',
    quality: 'fast',
    format: 'png',
  });
  const alpha = await sharp(data).extractChannel(0).raw().toBuffer();
  results.push({ kernels: engine.info().kernels, alpha: alpha.toString('base64') });
  await engine.dispose();
}
process.stdout.write(JSON.stringify(results));
