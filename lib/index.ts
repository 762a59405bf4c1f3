/**
 * BgCut: removes the background of pictures.
 *
 * ```ts
 * import { removeBg, createEngine } from 'bgcut';
 * const { data } = await removeBg('photo.jpg', { size: 'full', format: 'png' });
 * ```
 *
 * Importing it loads no native code; the first call does.
 */
import { BgcutEngine } from './engine.js';
import { engineOptions, type RemoveOptions } from './params/options.js';
import { readOptions } from './params/parameter.js';
import type { Result } from './result.js';
import type { Input } from './source/source.js';

export { createEngine } from './engine.js';
export type { Engine } from './engine.js';
export type { EngineInfo } from './engine-info.js';
export { BgcutError } from './errors.js';
export type { BgcutErrorOptions, ErrorCode } from './errors.js';
export type { FineType } from './foreground/index.js';
export type { DeviceName, KernelsName } from './native.js';
export type { EngineOptions, RemoveOptions } from './params/options.js';
export type { Fallback } from './provider.js';
export type { Result, Timings } from './result.js';
export type { Input } from './source/source.js';

let shared: BgcutEngine | undefined;

/**
 * Removes the background of one picture with a default engine, which is started on first use, shared by all calls,
 * and lives as long as the process without keeping it alive. Its options are those of createEngine() without any.
 * Rejects with a BgcutError: see docs/errors.md. When the engine can't start, the next call tries again.
 */
export async function removeBg(input: Input, options?: RemoveOptions): Promise<Result> {
  return sharedEngine().removeBg(input, options);
}

function sharedEngine(): BgcutEngine {
  if (shared !== undefined) return shared;
  const engine = new BgcutEngine(readOptions(engineOptions, {}));
  shared = engine;
  engine.started().catch(() => {
    shared = undefined;
  });
  return engine;
}
