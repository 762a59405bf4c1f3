// @ts-check
/**
 * Writes models/check.jpg (256 x 256, from NASA's portrait of an astronaut: public domain) and the `check` of a manifest:
 * `node models/make-check.mjs models/isnet.json`, after `npm run build`. Look at the mask before you trust it.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import sharp from 'sharp';

import { createEngine } from 'bgcut';
import { maskOf } from '#lib/http/ready';

const picture = fileURLToPath(new URL('check.jpg', import.meta.url));
const photo = fileURLToPath(new URL('../test/fixtures/photos/astronaut.png', import.meta.url));
if (!existsSync(picture)) {
  await sharp(photo).removeAlpha().resize(256, 256).jpeg({ quality: 80 }).toFile(picture);
}

for (const file of process.argv.slice(2)) {
  /** @type {{ name: string, check?: object }} */
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const model = existsSync(file.replace(/json$/, 'onnx'))
    ? file.replace(/json$/, 'onnx')
    : manifest.name;
  const engine = await createEngine({ device: 'cpu', model });
  const mask = await maskOf(engine);
  manifest.check = { mask };
  await engine.dispose();
  const style = await resolveConfig(file);
  writeFileSync(
    file,
    await format(JSON.stringify(manifest, null, 2), { ...style, parser: 'json' }),
  );
  for (let row = 0; row < 64; row += 8) {
    process.stdout.write(`${mask.slice(row, row + 8).join('\t')}\n`);
  }
}
