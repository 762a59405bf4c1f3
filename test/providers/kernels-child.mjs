// Cuts pictures out with the real model on the CPU: node kernels-child.mjs FOLDER PICTURE... Leaves alpha-N.png in the
// folder and prints whose kernels ran.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { createEngine } from 'bgcut';

const [folder = '', ...pictures] = process.argv.slice(2);
const engine = await createEngine({ device: 'cpu' });
for (const [index, picture] of pictures.entries()) {
  for (const size of /** @type {const} */ (['preview', 'full'])) {
    const { data } = await engine.removeBg(picture, {
      size,
      channels: 'alpha',
      quality: 'fast',
      format: 'png',
    });
    writeFileSync(join(folder, `${index}-${size}.png`), data);
  }
}
process.stdout.write(engine.info().kernels);
await engine.dispose();
