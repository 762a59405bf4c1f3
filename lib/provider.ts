/** Starts the native engine on the device that was asked for, or on the best one that runs. */
import { existsSync } from 'node:fs';

import { BgcutError, fromNativeError } from './errors.js';
import type {
  DeviceName,
  NativeAddon,
  NativeEngine,
  NativeEngineConfig,
  NativeModelConfig,
  NativePlacement,
} from './native.js';
import { explainMemory, explainProvider, hereNow } from './providers/advice.js';
import type { EngineCache } from './tensorrt.js';

/** A device that `auto` would have preferred, and why it does not run. */
export interface Fallback {
  provider: DeviceName;
  reason: string;
}

/** A native engine and how it came to its device. */
export interface Started {
  native: NativeEngine;
  provider: DeviceName;
  fallbacks: Fallback[];
  /** What it was started with. */
  config: NativeEngineConfig;
  /** The same on TensorRT, once its engine is built; until then CUDA serves. Absent: nothing is to be built. */
  unbuilt?: NativeEngineConfig;
}

/** What an engine is started with, whatever its device. */
export interface StartConfig extends NativeModelConfig {
  threads: number;
  concurrency: number;
  /** Bytes; absent: no bound. */
  gpuMemoryLimit?: number;
  /** The sides of the model's inputs, in pixels. */
  inputSides: readonly number[];
  detector?: NativeModelConfig & NativePlacement;
  /** The devices on which it may compute with less precision than float32. */
  allowed: Readonly<Record<'float16' | 'bfloat16', readonly DeviceName[]>>;
}

/** The machine, as far as the choice depends on it; parameters for tests. */
export interface Machine {
  platform?: string;
  present?: (device: DeviceName) => boolean;
  /** Where TensorRT's engine for this model is kept; null where there is no TensorRT. */
  engineCache?: (config: NativeEngineConfig) => Promise<EngineCache | null>;
}

/** What `auto` tries, best first; the CPU always runs. */
export function autoOrder(platform: string): readonly DeviceName[] {
  if (platform === 'linux') return ['cuda', 'cpu'];
  if (platform === 'darwin') return ['coreml', 'cpu'];
  if (platform === 'win32') return ['directml', 'cpu'];
  return ['cpu'];
}

/** Whether a device of this kind seems to be in the machine: a look at the file system, no proof that it runs. */
export function seemsPresent(device: DeviceName, exists = existsSync): boolean {
  if (device !== 'cuda') return true;
  // The NVIDIA driver's device file, its kernel module, and the GPU of the Windows subsystem for Linux.
  return ['/dev/nvidia0', '/proc/driver/nvidia/version', '/dev/dxg'].some((path) => exists(path));
}

/**
 * Starts on `device`. A named device that does not run rejects with provider_unavailable; `auto` goes on to the next
 * one, notes the reason in `fallbacks`, and warns once per process (code BGCUT_PROVIDER_FALLBACK) when the device
 * seemed to be there. A device that does not is not tried: ONNX Runtime would write to stderr about it.
 *
 * TensorRT is started when its engine is there. Where it is not, `tensorrt` is served by CUDA, and says in `unbuilt`
 * what to build; `auto` never asks for a build.
 *
 * Every device but the CPU runs the model once at each of its sizes before it counts as started: what it compiles on
 * first use does not wait for the first request, and a device that can't run the model is found out here.
 */
export async function startNative(
  addon: NativeAddon,
  device: DeviceName | 'auto',
  start: StartConfig,
  machine: Machine = {},
): Promise<Started> {
  const { platform = process.platform, present = seemsPresent } = machine;
  const order = device === 'auto' ? autoOrder(platform) : [device];
  const fallbacks: Fallback[] = [];
  for (const [index, provider] of order.entries()) {
    const last = index === order.length - 1;
    if (!last && !present(provider)) {
      fallbacks.push({ provider, reason: 'No such GPU was found on this machine.' });
      continue;
    }
    try {
      return { ...(await startOn(addon, provider, start, machine, device === 'auto')), fallbacks };
    } catch (thrown) {
      const error = fromNativeError(thrown);
      if (last || error.code !== 'provider_unavailable') throw error;
      fallbacks.push({ provider, reason: error.detail ?? error.title });
      warnOnce(provider, error.detail ?? error.title);
    }
  }
  throw new BgcutError('internal_error');
}

type OnDevice = Omit<Started, 'fallbacks'>;

async function startOn(
  addon: NativeAddon,
  device: DeviceName,
  start: StartConfig,
  { engineCache = () => Promise.resolve(null) }: Machine,
  auto: boolean,
): Promise<OnDevice> {
  if (device !== 'tensorrt' && !(device === 'cuda' && auto))
    return launch(addon, configOf(start, device));
  const config = configOf(start, 'tensorrt');
  const cache = await engineCache(config);
  // Without TensorRT, ONNX Runtime says what is missing.
  if (cache === null) return launch(addon, configOf(start, device));
  const onTensorRt = { ...config, cacheFolder: cache.folder };
  if (cache.ready) return launch(addon, onTensorRt);
  const onCuda = await launch(addon, configOf(start, 'cuda'));
  return auto ? onCuda : { ...onCuda, unbuilt: onTensorRt };
}

/** What an engine on this device is started with. */
export function configOf(
  { allowed, ...start }: StartConfig,
  device: DeviceName,
): NativeEngineConfig {
  const half = allowed.float16.includes(device);
  return { ...start, device, half, bfloat16: allowed.bfloat16.includes(device) };
}

async function launch(addon: NativeAddon, config: NativeEngineConfig): Promise<OnDevice> {
  const { device, inputSides = [] } = config;
  if (device === 'cpu')
    return { native: await addon.createEngine(config), provider: device, config };
  const native = await addon.createEngine(config).catch((thrown: unknown) => {
    const error = fromNativeError(thrown);
    if (error.code !== 'provider_unavailable' && error.code !== 'out_of_memory') throw error;
    throw unavailable(addon, config, error);
  });
  try {
    for (const side of inputSides) await native.infer(side, side);
  } catch (thrown) {
    await native.dispose();
    throw unavailable(addon, config, fromNativeError(thrown));
  }
  return { native, provider: device, config };
}

/** The error for a device that can't be used, for what its first start or run failed with. */
function unavailable(
  addon: NativeAddon,
  { device, gpuMemoryLimit }: NativeEngineConfig,
  error: BgcutError,
): BgcutError {
  const { cause } = error;
  const reason = cause instanceof Error ? cause.message : error.title;
  const detail =
    error.code === 'out_of_memory'
      ? explainMemory(gpuMemoryLimit !== undefined)
      : explainProvider(device, reason, hereNow(addon.versions().onnxruntime));
  return new BgcutError('provider_unavailable', { detail, cause });
}

let warned = false;

function warnOnce(provider: DeviceName, reason: string): void {
  if (warned) return;
  warned = true;
  const message = `bgcut: ${provider} does not run here, using the next best device: ${reason}`;
  process.emitWarning(message, { code: 'BGCUT_PROVIDER_FALLBACK' });
}
