/** From a model's manifest and an engine's options to what the native side is started with. */
import { megabyte } from './limits.js';
import type { ModelSizes, ResolvedModel } from './models/index.js';
import type { NativeModelConfig } from './native.js';
import type { StartConfig } from './provider.js';

/** The model's file and what its manifest says of input and output. */
export function modelConfig({ file, manifest }: ResolvedModel): NativeModelConfig {
  const { input, output } = manifest;
  return {
    modelFile: file,
    input: { name: input.name, mean: input.mean, std: input.std, order: input.order },
    output: { name: output.name, activation: output.activation },
  };
}

/** All that a start needs but the device. `gpuMemoryLimit` is in megabytes. */
export function startConfig(
  model: ResolvedModel,
  {
    threads,
    concurrency,
    gpuMemoryLimit,
  }: { threads: number; concurrency: number; gpuMemoryLimit?: number | undefined },
): StartConfig {
  const { input, float16, bfloat16 } = model.manifest;
  return {
    ...modelConfig(model),
    threads,
    concurrency,
    ...(gpuMemoryLimit !== undefined && { gpuMemoryLimit: gpuMemoryLimit * megabyte }),
    inputSides: inputSides(input.sizes),
    allowed: { float16, bfloat16 },
  };
}

/** The sides of a model's input, of which a GPU provider may compile for each. */
function inputSides(sizes: ModelSizes): number[] {
  if ('fixed' in sizes) return [sizes.fixed];
  return [...new Set([sizes.default, sizes.preview ?? sizes.default])];
}
