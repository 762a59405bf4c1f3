/** What an engine says of itself. */
import type { DetectorState } from './detector.js';
import type { ResolvedModel } from './models/index.js';
import type { DeviceName, KernelsName } from './native.js';
import type { Fallback } from './provider.js';

/** A loaded model, and the terms of its weights: whether they allow commercial use. */
export interface ModelInfo {
  name: string;
  title: string;
  file: string;
  licence: string;
  commercial: 'yes' | 'no' | 'unclear';
}

/** What an engine runs, on what, and how busy it is. */
export interface EngineInfo {
  /** Where inference runs. */
  provider: DeviceName;
  /** What `auto` would have preferred, and why it does not run. Empty for a named device. */
  fallbacks: Fallback[];
  /**
   * How many nodes of the model's graph run on which device, counted before a provider fuses them. `cpu` beside another
   * one: the nodes that the provider left over.
   */
  nodes: Partial<Record<DeviceName, number>>;
  /**
   * Whose kernels compute: BgCut's own for an instruction set of the CPU, which run models built like IS-Net and keep what
   * one layer hands to the next as float16 (`amx`: bfloat16), or ONNX Runtime's, which run everything else and every other device.
   */
  kernels: KernelsName;
  /** What values are: float32 unless the model's manifest allows less on the device; BgCut's own kernels sum in float32. */
  precision: 'float32' | 'float16' | 'bfloat16';
  /** The most memory of the GPU that the engine takes, in megabytes; null: no bound. */
  gpuMemoryLimit: number | null;
  /**
   * The engine of TensorRT, where `device` is `tensorrt`: being built while CUDA serves, in use, or why it could not be
   * built. Null on every other device.
   */
  tensorrt: 'building' | 'ready' | { problem: string } | null;
  /** The model, and the terms of its weights: whether they allow commercial use. */
  model: ModelInfo;
  /** The matting model, the same of it; null: BgCut's own matting. */
  mattingModel: ModelInfo | null;
  /**
   * The model that tells the type of a subject: loaded when a call first needs it. `problem` is why it can't be had;
   * types are then told by colours and shape alone, which is much less sure, until a later call can have it.
   */
  detector: DetectorState;
  /** Threads of inference. */
  threads: number;
  concurrency: number;
  queue: number;
  /** Calls that have not ended: at most concurrency + queue. */
  pending: number;
  versions: { bgcut: string; node: string; onnxruntime: string | null; libvips: string };
}

/** What is said of a model. */
export function infoOf({ name, file, manifest }: ResolvedModel): ModelInfo {
  const { title, licence, commercial } = manifest;
  return { name, title, file, licence, commercial };
}

/** What values are on a device with these kernels, where the model's manifest allows float16 (`half`) or not. */
export function precisionOf(
  provider: DeviceName,
  kernels: KernelsName,
  half: boolean,
): EngineInfo['precision'] {
  if (kernels === 'amx') return 'bfloat16';
  // On the CPU only BgCut's own kernels make use of the permission.
  return half && (provider !== 'cpu' || kernels !== 'onnxruntime') ? 'float16' : 'float32';
}
