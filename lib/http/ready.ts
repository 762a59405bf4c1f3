/** Whether the engine does what it should: a stored picture must give the mask that is stored with the model. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

import type { BgcutEngine } from '../engine.js';
import { asBgcutError, BgcutError } from '../errors.js';
import { manifestFolder } from '../models/manifest.js';

/** models/check.jpg, and the fields per side in which a manifest's `check.mask` tells its mask. */
const picture = join(manifestFolder, 'check.jpg');
const fields = 8;

/**
 * How far the mean of a field may be from the stored one, of 255. Other devices and precisions differ by less than one;
 * a wrong order of channels or a wrong activation by far more.
 */
const tolerance = 16;

/** Checked once, when the server starts. */
export class Readiness {
  readonly #engine: BgcutEngine;
  #ready = false;
  #problem: string | undefined;

  constructor(engine: BgcutEngine) {
    this.#engine = engine;
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** Why it will never be ready, in a sentence. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * Runs the engine once, which also loads what it loads on first use. Never rejects. A model whose manifest has no
   * `check` only has to give some mask.
   */
  async check(): Promise<void> {
    try {
      const mask = await maskOf(this.#engine);
      const expected = this.#engine.storedMask();
      const differs = expected?.some((value, i) => Math.abs(value - (mask[i] ?? NaN)) > tolerance);
      if (differs === true) {
        const detail = 'It runs, but finds something else in the stored picture than it should.';
        throw new BgcutError('model_invalid', { detail });
      }
      this.#ready = true;
    } catch (thrown) {
      this.#problem = asBgcutError(thrown).message;
    }
  }
}

/** The mean of the mask of the stored picture in each of 8 x 8 fields, row by row, 0..255. */
export async function maskOf(engine: Pick<BgcutEngine, 'removeBg'>): Promise<number[]> {
  const bytes = await readFile(picture);
  // The mask as the model gives it: what is made of it later may change without anything being wrong.
  const options = { format: 'png', channels: 'alpha', size: 'full', quality: 'fast' } as const;
  const { data } = await engine.removeBg(bytes, options);
  const { data: grey, info } = await sharp(data)
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const sums = Array.from({ length: fields * fields }, () => ({ sum: 0, count: 0 }));
  for (let y = 0; y < info.height; y += 1) {
    for (let x = 0; x < info.width; x += 1) {
      const row = Math.floor((y * fields) / info.height);
      const field = sums[row * fields + Math.floor((x * fields) / info.width)];
      if (field === undefined) continue;
      field.sum += grey[(y * info.width + x) * info.channels] ?? 0;
      field.count += 1;
    }
  }
  return sums.map(({ sum, count }) => Math.round(sum / count));
}
