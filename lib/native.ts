/**
 * The native addon's types, and its one copy. Importing this module loads nothing; loadNative() does, once: loading.ts
 * finds the addon and the two libraries that it needs.
 */
import type { Composition, Subject } from './compose.js';
import type { TypeEvidence } from './foreground/index.js';
import { loadNativeFrom, surroundings } from './loading.js';
import type { Box, Plan } from './plan.js';
import { usableCpus } from './threads.js';

/** Where inference can run. */
export type DeviceName = 'cpu' | 'cuda' | 'tensorrt' | 'directml' | 'coreml' | 'webgpu';

/** Whose code computes a model on the CPU: BgCut's own for an instruction set, or ONNX Runtime's. */
export type KernelsName = 'amx' | 'avx512' | 'avx2' | 'neon' | 'onnxruntime';

/** What bgcut.node exports. Its rejections are plain Errors with a `code`: see fromNativeError. */
export interface NativeAddon {
  /**
   * dlopen of ONNX Runtime by absolute path; idempotent for the same path; returns its version. `own` is the path of the
   * addon itself, which has an execution provider in it, or '' not to use that; `kernels` the name of its kernels, or ''
   * for the best that the CPU has.
   */
  loadRuntime(path: string, own: string, kernels: string): string;
  /** Stops every engine and thread of this JavaScript thread and waits for them; nothing runs here afterwards. */
  shutdown(): void;
  /** How many CPUs all calls of the process share, >= 1: no more threads than that compute at a time. */
  useCpus(count: number): void;
  versions(): { libvips: string; onnxruntime: string | null };
  /** Really creates a session of the given tiny model on that provider and runs it once, off the main thread. */
  probeProvider(
    device: DeviceName,
    model: Uint8Array,
  ): Promise<{ ok: true } | { ok: false; reason: string }>;
  /** The GPU and the TensorRT that an engine would be built for; null where one of them is missing. */
  findTensorRt(): Promise<{ gpu: string; tensorrt: number } | null>;
  /** Loads (or shares, process-wide) the session, off the main thread. */
  createEngine(config: NativeEngineConfig): Promise<NativeEngine>;
}

/** A model's file and what its manifest says of its input and output. */
export interface NativeModelConfig {
  modelFile: string;
  /** x = (byte / 255 - mean) / std, channels in `order`. */
  input: {
    name: string;
    mean: [number, number, number];
    std: [number, number, number];
    order: 'rgb' | 'bgr';
  };
  output: { name: string; activation: 'none' | 'sigmoid' | 'minmax' };
}

/** Where and how a model runs. Engines with the same model and the same placement share its weights. */
export interface NativePlacement {
  device: DeviceName;
  /** Threads of one inference, >= 1. */
  threads: number;
  /** Most bytes of the GPU's memory; absent: no bound. Only CUDA and TensorRT know one. */
  gpuMemoryLimit?: number;
  /** Whether values may be float16: TensorRT, CoreML, and BgCut's own kernels of the CPU. */
  half?: boolean;
  /** Whether values may be bfloat16: BgCut's own kernels of the CPU. */
  bfloat16?: boolean;
  /** An existing folder for what TensorRT or CoreML compile; absent: it is not kept. */
  cacheFolder?: string;
  /** The sides of the model's inputs, in pixels: TensorRT builds one engine for all between the smallest and the largest. */
  inputSides?: readonly number[];
}

export interface NativeEngineConfig extends NativeModelConfig, NativePlacement {
  /** Pictures worked on at the same time, >= 1. */
  concurrency: number;
  /** Loaded beside the model, so that useDetector() has little to do; that it can't be is told there. */
  detector?: NativeModelConfig & NativePlacement;
}

export interface NativeEngine {
  /**
   * Copies the bytes and reads the header only.
   * Rejects with invalid_file_type, invalid_dimensions, failed_to_read_image or resolution_too_high.
   */
  open(bytes: Uint8Array, limits: { maxPixels: number }): Promise<NativePicture>;
  /**
   * Runs the plan on the engine's own threads; cancel stops it between stages and inside inference. `compose` is called
   * once, when there is a subject, on the thread of JavaScript. The picture is consumed, and so is the background's.
   */
  run(
    picture: NativePicture,
    plan: Plan,
    compose: (subject: NativeSubject) => Composition,
  ): NativeRun;
  /** From the next run on, masks are made by this model: the same one at another placement. Loaded off the main thread. */
  useModel(config: NativeModelConfig & NativePlacement): Promise<void>;
  /** How many nodes of the model's graph run where, as counted before a provider fuses them. */
  nodes(): Partial<Record<DeviceName, number>>;
  /** Whose kernels they run with. */
  kernels(): KernelsName;
  /** From the next run on, types are told with this detector, which is loaded off the main thread. */
  useDetector(config: NativeModelConfig & NativePlacement): Promise<void>;
  /** From the next run on, mattes are made by this model where the plan says so. Loaded off the main thread. */
  useMatting(config: NativeModelConfig & NativePlacement): Promise<void>;
  /** Milliseconds of one inference on a blank input of that size, in pixels. */
  infer(width: number, height: number): Promise<number>;
  /** Cancels everything with engine_disposed and joins the threads, off the main thread. */
  dispose(): Promise<void>;
}

export interface NativeRun {
  promise: Promise<NativeResult>;
  /** The promise then rejects with that code. */
  cancel(code: 'aborted' | 'timeout'): void;
}

/** A subject, and what is known for its type where the plan asked. */
export interface NativeSubject extends Subject {
  /** Of its type, where the plan wants it. */
  readonly evidence?: TypeEvidence;
}

export interface NativePicture {
  /** Width and height are upright (after EXIF orientation), in pixels. */
  readonly header: PictureHeader;
}

export interface PictureHeader {
  readonly format: 'jpg' | 'png' | 'webp';
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
}

/** The stages that the native side measures, in milliseconds. */
export type NativeStage =
  | 'queue'
  | 'decode'
  | 'tensor'
  | 'inference'
  | 'matte'
  | 'mask'
  | 'classify'
  | 'layout'
  | 'compose'
  | 'encode'
  | 'total';

export interface NativeResult {
  format: 'png' | 'jpg' | 'webp' | 'zip';
  /** For zip: color.jpg. */
  data: Buffer;
  /** For zip: alpha.png, 8-bit grey. */
  alpha?: Buffer;
  width: number;
  height: number;
  /** The subject's box, in pixels of the frame. */
  foreground: Box;
  timings: Record<NativeStage, number>;
}

let loaded: NativeAddon | undefined;

/**
 * The addon with ONNX Runtime loaded into it; loads on the first call, a failure is tried again on the next.
 * Throws BgcutError native_load_failed, whose detail says what was tried and what to do.
 */
export function loadNative(): NativeAddon {
  if (loaded === undefined) {
    const addon = loadNativeFrom(surroundings());
    addon.useCpus(usableCpus());
    // Here and not in C++: static objects that ONNX Runtime makes in its first run are destroyed before any handler
    // that was registered earlier, and a thread that still runs would meet them gone.
    process.once('exit', () => {
      addon.shutdown();
    });
    loaded = addon;
  }
  return loaded;
}
