// node unet-child.mjs ALLOWED PICTURE MODEL...: cuts the picture out with each model on the CPU and prints, as JSON, whose
// kernels ran, with what precision, and the alphas. The manifest is that of the tiny model with what ALLOWED has, JSON.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { createEngine } from 'bgcut';
import sharp from 'sharp';

const tiny = join(import.meta.dirname, '../fixtures/models/tiny.json');
const [allowed = '{}', picture = '', ...models] = process.argv.slice(2);
const { check, ...plain } = JSON.parse(readFileSync(tiny, 'utf8'));
const manifest = { ...plain, ...JSON.parse(allowed) };
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
  const { kernels, precision } = engine.info();
  results.push({ kernels, precision, alpha: alpha.toString('base64') });
  await engine.dispose();
}
process.stdout.write(JSON.stringify(results));
