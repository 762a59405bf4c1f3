/** In words: on which device a model runs. */
import type { EngineInfo } from '../engine-info.js';

/** `webgpu, float32, 2 nodes on webgpu`, `cpu (avx512), float16, 355 nodes on cpu`. */
export function placement({
  provider,
  kernels,
  precision,
  nodes,
}: Pick<EngineInfo, 'provider' | 'kernels' | 'precision' | 'nodes'>): string {
  const counts = Object.entries(nodes).map(([device, count]) => `${count} nodes on ${device}`);
  const own = kernels === 'onnxruntime' ? '' : ` (${kernels})`;
  return `${provider}${own}, ${precision}, ${counts.join(', ')}`;
}
