/** Where things are, and the engines that the tests of whole calls use. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type EngineOptions } from 'bgcut';

export const project = join(import.meta.dirname, '..', '..');
export const photos = join(project, 'test', 'fixtures', 'photos');
export const masks = join(project, 'test', 'fixtures', 'masks');

const models = join(project, 'test', 'fixtures', 'models');
/** "Bright is foreground": mask = 1 / (1 + exp(-16 x)), x the mean of red, green and blue in -1..1. */
export const tinyModel = join(models, 'tiny.onnx');
/** The same idea, in seconds instead of a millisecond. */
export const slowModel = join(models, 'slow.onnx');

/** What every engine of these tests is started with: nothing depends on the machine. */
export const onCpu = { device: 'cpu', threads: 2 } as const satisfies EngineOptions;

/**
 * A model that finds every picture all foreground: x is far above 0 whatever the pixels. Its results are the decoded
 * picture itself, which makes decoding and encoding comparable with sharp's, pixel for pixel.
 */
export function everythingModel(): { file: string; manifest: object } {
  const beside = tinyModel.replace(/\.onnx$/, '.json');
  const manifest = JSON.parse(readFileSync(beside, 'utf8')) as { input: object };
  return {
    file: tinyModel,
    manifest: {
      ...manifest,
      name: 'everything',
      input: { ...manifest.input, mean: [-10, -10, -10], std: [1, 1, 1] },
    },
  };
}
