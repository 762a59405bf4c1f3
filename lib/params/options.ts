/** The options that are ours and not the API's: of a call, and of an engine. In the form of the parameter table. */
import { defaultConcurrency, defaultModel, defaultQueue, maxTimeout } from '../limits.js';
import type { ModelSpec } from '../models/index.js';
import { boolean, either, instance, integer, number, oneOf, text } from './grammar.js';
import {
  type OptionsOf,
  parameter,
  type ParameterTable,
  readFields,
  readOptions,
  type ValuesOf,
} from './parameter.js';
import { checkTogether, type Parameters, parameters } from './table.js';

/** Options of one call. */
export const callOptions = {
  ...parameters,

  /** How much is done for hair, fur and edges; `balanced` unless given. */
  quality: parameter({
    grammar: oneOf({
      fast: { doc: "the model's mask as it is" },
      balanced: {
        doc: 'alpha from the colours where the mask is unsure, and the own colours of the subject in soft edges',
      },
      best: {
        doc: 'the same from two looks of the model, at two sizes of its input, where it takes several',
      },
    }),
    default: 'balanced',
    error: 'invalid_quality',
    doc: 'How much is done for hair, fur and edges, and for the colours in them. What each costs and gains: docs/matting.md.',
  }),

  /** How long the encoder may try to make the file smaller; `fast` unless given. */
  effort: parameter({
    grammar: oneOf({
      fast: { doc: 'the quickest settings that are of use' },
      balanced: { doc: 'smaller, for a few times the time' },
      small: { doc: 'smaller still, for many times the time' },
    }),
    default: 'fast',
    error: 'invalid_effort',
    doc: 'How long the encoder may try to make the file smaller: the picture in it is the same, or as good. What each takes and gives for each format: docs/performance.md.',
  }),

  /** Stops the call: it then rejects with the code `aborted`. */
  signal: parameter({
    grammar: instance('an AbortSignal', isSignal),
    default: undefined,
    error: 'invalid_signal',
    doc: 'Stops the call: it then rejects with the code aborted.',
  }),

  /** Milliseconds for the whole call, reading and waiting included; 0, the default, means no limit. */
  timeout: parameter({
    grammar: number(0, maxTimeout),
    default: 0,
    error: 'invalid_timeout',
    doc: 'Milliseconds for the whole call, reading the picture and waiting included; 0 is no limit.',
  }),
} as const satisfies ParameterTable;

/** Options of createEngine. */
export const engineOptions = {
  /** Where inference runs; `auto` unless given. */
  device: parameter({
    grammar: oneOf({
      auto: { doc: 'the best one that runs here; info().fallbacks says what did not' },
      cpu: { doc: 'runs everywhere' },
      cuda: { doc: 'NVIDIA GPUs' },
      tensorrt: { doc: 'NVIDIA GPUs through TensorRT' },
      directml: { doc: 'GPUs on Windows' },
      coreml: { doc: 'macOS' },
      webgpu: { doc: 'GPUs through Vulkan, Metal or Direct3D 12' },
    }),
    default: 'auto',
    error: 'invalid_device',
    doc: 'Where inference runs. A named device that can not run is an error that says why.',
  }),

  /** The name of a manifest (`isnet` unless given), the path of an .onnx file, or { file, manifest }. */
  model: parameter({
    grammar: either(text('a name or path'), instance('{ file, manifest }', isModelFile)),
    default: defaultModel,
    error: 'invalid_model',
    doc: 'The name of a manifest, the path of an .onnx file, or an object with file and manifest. The terms of its weights are in info().model; those of isnet leave commercial use unclear, because of the pictures it was trained on.',
  }),

  /** A model that makes the matte, where `quality` wants one: named as `model` is. None unless given. */
  mattingModel: parameter({
    grammar: either(text('a name or path'), instance('{ file, manifest }', isModelFile)),
    default: undefined,
    error: 'invalid_matting_model',
    doc: "A model of the kind matting, which makes alpha of the picture and its trimap, as ViTMatte does: the name of a manifest, the path of an .onnx file with a manifest beside it, or an object with file and manifest. It takes the place of BgCut's own matting, except with quality fast. See docs/matting.md.",
  }),

  /** Threads of one inference; by default the CPUs that this process may use. */
  threads: parameter({
    grammar: integer(1, 256),
    default: undefined,
    error: 'invalid_threads',
    doc: "Threads of inference; by default the CPUs that this process may use, a container's quota included.",
  }),

  /** Pictures worked on at the same time; 2 unless given. */
  concurrency: parameter({
    grammar: integer(1, 64),
    default: defaultConcurrency,
    error: 'invalid_concurrency',
    doc: 'Pictures worked on at the same time. They share one set of weights and the CPUs of the process; small pictures go first, and where there are several at a time, one of them has no more than 16 megapixels.',
  }),

  /** Calls that may wait beside those; 16 unless given. One more rejects at once with `engine_busy`. */
  queue: parameter({
    grammar: integer(0, 100_000),
    default: defaultQueue,
    error: 'invalid_queue',
    doc: 'Calls that may wait beside those being worked on. One more rejects at once with engine_busy.',
  }),

  /** The most memory of the GPU that the engine takes for itself, in megabytes; by default no bound. */
  gpuMemoryLimit: parameter({
    grammar: integer(1, 1_000_000),
    default: undefined,
    error: 'invalid_gpu_memory_limit',
    doc: 'The most memory of an NVIDIA GPU (cuda, tensorrt) that the engine takes for weights and activations, in megabytes of 1,000,000 bytes; the libraries of CUDA take some more. By default there is no bound. Other devices have no such setting and ignore it.',
  }),

  /** The folder of downloaded models; by default BGCUT_CACHE, else the platform's cache folder. */
  cacheDir: parameter({
    grammar: text('the path of a folder'),
    default: undefined,
    error: 'invalid_cache_dir',
    doc: 'The folder of downloaded models; by default BGCUT_CACHE, else the cache folder of the platform.',
  }),

  /** Never download: a missing model is then the error `model_missing`. By default BGCUT_OFFLINE. */
  offline: parameter({
    grammar: boolean(),
    default: undefined,
    error: 'invalid_offline',
    doc: 'Never download: a missing model is the error model_missing. By default, whether BGCUT_OFFLINE is set to something but 0.',
  }),
} as const satisfies ParameterTable;

/** What removeBg takes beside the picture. */
export type RemoveOptions = OptionsOf<typeof callOptions>;

/** The options of a call, checked, defaults filled in. */
export type Call = ValuesOf<typeof callOptions>;

/** What createEngine takes. */
export type EngineOptions = OptionsOf<typeof engineOptions>;

/** The options of an engine, checked, defaults filled in. */
export type EngineSettings = ValuesOf<typeof engineOptions>;

/** The options of a call, read and checked. Throws what readOptions throws, and multiple_bg_sources. */
export function readCall(options: unknown): Call {
  const call = readOptions(callOptions, options);
  checkTogether(call);
  return call;
}

/** The parameters in form fields or in the members of a JSON object. Throws what readFields throws, and multiple_bg_sources. */
export function readForm(fields: Iterable<readonly [string, unknown]>): Parameters {
  const values = readFields(parameters, fields);
  checkTogether(values);
  return values;
}

// By its members: a signal of another realm or of a polyfill serves as well.
function isSignal(value: unknown): value is AbortSignal {
  const signal = value as Partial<AbortSignal>;
  return (
    typeof value === 'object' &&
    typeof signal.aborted === 'boolean' &&
    typeof signal.addEventListener === 'function' &&
    typeof signal.removeEventListener === 'function'
  );
}

// Only the shape: what the manifest says is checked by lib/models.
function isModelFile(value: unknown): value is Exclude<ModelSpec, string> {
  const spec = value as { file?: unknown; manifest?: unknown };
  return typeof value === 'object' && typeof spec.file === 'string' && spec.manifest !== undefined;
}
