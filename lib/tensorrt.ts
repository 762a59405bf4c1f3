/** The engines that TensorRT builds: where they are kept, whether one is there, and building one in a process of its own. */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { BgcutError } from './errors.js';
import { cacheFolder } from './models/cache.js';
import { hashFile, storageError, writeAtomically } from './models/files.js';
import type { ResolvedModel } from './models/index.js';
import type { NativeAddon, NativeEngineConfig } from './native.js';
import type { Built } from './tensorrt-child.js';

/** Where the engine of one model is kept. */
export interface EngineCache {
  /** Absolute path; named after the model and a digest of all that an engine depends on. */
  readonly folder: string;
  /** Whether an engine was built there to its end. */
  readonly ready: boolean;
}

/** The file that says that an engine is complete, and what it was built for. */
const ABOUT = 'about.json';

/**
 * The place of a model's engine for the GPU, the TensorRT and the ONNX Runtime of this machine: an engine of another
 * one is never loaded. Null where there is no TensorRT or no GPU.
 */
export async function findEngineCache(
  addon: NativeAddon,
  model: ResolvedModel,
  { inputSides, half }: Pick<NativeEngineConfig, 'inputSides' | 'half'>,
  cacheDir?: string,
): Promise<EngineCache | null> {
  const target = await addon.findTensorRt();
  if (target === null) return null;
  const sha256 = model.manifest.sha256 ?? (await hashFile(model.file)).sha256;
  const { onnxruntime } = addon.versions();
  const facts = JSON.stringify({ sha256, ...target, onnxruntime, inputSides, half });
  const digest = createHash('sha256').update(facts).digest('hex').slice(0, 16);
  const folder = join(cacheFolder(cacheDir), 'tensorrt', `${model.name}-${digest}`);
  return { folder, ready: existsSync(join(folder, ABOUT)) };
}

/**
 * Builds the engine into its folder, which takes minutes: in another process, so that the requests of this one go on,
 * its memory goes back, and the build can be stopped.
 *
 * @param config that of the engine; its cacheFolder is where the engine goes
 * @throws BgcutError provider_unavailable, cache_unwritable; the signal's reason
 */
export async function buildEngine(config: NativeEngineConfig, signal: AbortSignal): Promise<void> {
  const { cacheFolder: folder = '' } = config;
  try {
    await mkdir(folder, { recursive: true });
    const answer = await askChild(config, signal);
    signal.throwIfAborted();
    if (!answer.ok) {
      throw new BgcutError('provider_unavailable', {
        detail: `TensorRT could not build its engine: ${answer.reason}`,
      });
    }
    const { device, inputSides, half } = config;
    await writeAtomically(join(folder, ABOUT), `${JSON.stringify({ device, inputSides, half })}\n`);
  } catch (error) {
    throw storageError(error, folder) ?? error;
  }
}

function askChild(config: NativeEngineConfig, signal: AbortSignal): Promise<Built> {
  return new Promise((resolve) => {
    const child = fork(join(__dirname, 'tensorrt-child.js'), [], {
      // Libraries of drivers write to standard error as they please; what matters is in the answer.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      signal,
      killSignal: 'SIGKILL',
    });
    const fail = (reason: string) => {
      resolve({ ok: false, reason });
    };
    child.on('message', resolve);
    child.on('error', () => {
      fail('the process that builds it could not be started.');
    });
    child.on('close', (code, killed) => {
      fail(`the process that builds it ended early (${killed ?? `exit code ${String(code)}`}).`);
    });
    child.send(config);
  });
}
