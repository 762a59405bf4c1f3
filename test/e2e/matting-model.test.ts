/** A matting model in place of BgCut's own matting: docs/matting.md. */
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createEngine, type Engine } from 'bgcut';
import { onCpu, project, tinyModel } from '../support/project.js';

/** Alpha = 1 / (1 + exp(-4 red - 8 trimap + 4)), red in -1..1: half where the trimap doesn't know and red is half. */
const mattingModel = join(project, 'test', 'fixtures', 'models', 'matting.onnx');

const side = 256;
/** How bright the middle of the picture is: there the tiny segmentation model is unsure. */
const unsure = 128;

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ ...onCpu, model: tinyModel, mattingModel });
});
afterAll(() => engine.dispose());

/** Black, then a column of grey that is red at the top and not at the bottom, then white. */
function picture(): Promise<Buffer> {
  const pixels = Buffer.alloc(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const red = y < side / 2 ? 228 : 28;
      const others = (3 * unsure - red) / 2;
      const colour = x < 96 ? [0, 0, 0] : x >= 160 ? [255, 255, 255] : [red, others, others];
      pixels.set(colour, (y * side + x) * 3);
    }
  }
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
}

async function alpha(quality: 'fast' | 'balanced' | 'best'): Promise<Buffer> {
  const options = { size: 'full', channels: 'alpha', format: 'png', quality } as const;
  const { data } = await engine.removeBg(await picture(), options);
  return sharp(data).toColourspace('b-w').raw().toBuffer();
}

function expected(red: number): number {
  return 255 / (1 + Math.exp(-4 * ((red / 255 - 0.5) / 0.5)));
}

describe('a matting model', () => {
  it.each(['balanced', 'best'] as const)(
    'decides where the mask is unsure: %s',
    async (quality) => {
      const matte = await alpha(quality);
      const at = (x: number, y: number) => matte[y * side + x] ?? -1;
      expect(Math.abs(at(128, 64) - expected(228))).toBeLessThanOrEqual(2);
      expect(Math.abs(at(128, 192) - expected(28))).toBeLessThanOrEqual(2);
      for (const y of [64, 192]) expect([at(40, y), at(220, y)]).toEqual([0, 255]);
    },
  );

  it('has no say with quality fast', async () => {
    const matte = await alpha('fast');
    for (const y of [64, 192])
      expect(Math.abs((matte[y * side + 128] ?? -1) - 128)).toBeLessThan(8);
  });

  it('is named, with its terms', () => {
    expect(engine.info().mattingModel).toMatchObject({ name: 'matting', commercial: 'yes' });
  });

  it('must be one', async () => {
    await expect(
      createEngine({ ...onCpu, model: tinyModel, mattingModel: tinyModel }),
    ).rejects.toMatchObject({
      code: 'model_invalid',
    });
    await expect(createEngine({ ...onCpu, model: mattingModel })).rejects.toMatchObject({
      code: 'model_invalid',
    });
  });

  it('that takes something else is refused with a sentence', async () => {
    const manifest = 'vitmatte';
    await expect(
      createEngine({ ...onCpu, model: tinyModel, mattingModel: { file: tinyModel, manifest } }),
    ).rejects.toMatchObject({ code: 'manifest_invalid' });
  });
});
