// @ts-check
/** The alphas that the library gives for a picture; that of the plain mask is kept on disk, for it takes no tuning. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { resolveModel } from '#lib/models/index';
import { BgcutError } from 'bgcut';
import sharp from 'sharp';

import { readAlpha } from './pairs.mjs';

/** @import { Engine } from 'bgcut' */
/** @import { Alpha } from './metrics.mjs' */
/** @import { Pair } from './pairs.mjs' */
/** @import { Variant } from './variants.mjs' */

const kept = join(tmpdir(), 'bgcut-bench', 'masks');

/**
 * The alpha of a picture under a variant, at the size of the picture. Where no subject is found it is empty.
 *
 * @param {Engine} engine
 * @param {Pair} pair
 * @param {Variant} variant
 * @returns {Promise<Alpha>}
 */
export async function alphaOf(engine, pair, variant) {
  const options = { ...variant.options, size: 'full', channels: 'alpha', format: 'png' };
  try {
    const { data } = await engine.removeBg(
      pair.picture,
      /** @type {import('bgcut').RemoveOptions} */ (options),
    );
    return await readAlpha(data);
  } catch (error) {
    if (!(error instanceof BgcutError) || error.code !== 'unknown_foreground') throw error;
    const { width, height } = await sharp(pair.alpha).metadata();
    return { width, height, values: new Float64Array(width * height) };
  }
}

/**
 * The same, made once for each picture and model.
 *
 * @param {Engine} engine
 * @param {Pair} pair
 * @param {Variant} variant
 * @param {boolean} fresh whether it is made anew even so
 * @returns {Promise<Alpha>}
 */
export async function keptAlphaOf(engine, pair, variant, fresh) {
  const { manifest } = await resolveModel(engine.info().model.name);
  const file = await keptFile([manifest.sha256, variant], pair.picture);
  if (existsSync(file) && !fresh) return readAlpha(file);
  const alpha = await alphaOf(engine, pair, variant);
  await mkdir(kept, { recursive: true });
  const made = `${file}.${process.pid}`;
  await writeFile(made, await png(alpha));
  await rename(made, file);
  return alpha;
}

/**
 * Where a PNG is kept that is made of these files and the parts of the key alone.
 *
 * @param {unknown[]} key
 * @param {string[]} files paths
 */
export async function keptFile(key, ...files) {
  const hash = createHash('sha256').update(JSON.stringify(key));
  for (const file of files) hash.update(await readFile(file));
  return join(kept, `${hash.digest('hex')}.png`);
}

/** @param {Alpha} alpha */
function png({ width, height, values }) {
  const levels = Buffer.from(values.map((value) => Math.round(value * 255)));
  return sharp(levels, { raw: { width, height, channels: 1 } })
    .png({ compressionLevel: 3 })
    .toBuffer();
}
