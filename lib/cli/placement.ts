/** In words: on which device a model runs. */
import type { EngineInfo } from '../engine-info.js';

/** `webgpu, float32, 2 nodes on webgpu`. */
export function placement({
  provider,
  precision,
  nodes,
}: Pick<EngineInfo, 'provider' | 'precision' | 'nodes'>): string {
  const counts = Object.entries(nodes).map(([device, count]) => `${count} nodes on ${device}`);
  return `${provider}, ${precision}, ${counts.join(', ')}`;
}
