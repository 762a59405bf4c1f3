/** The engine: admits calls, takes each from its source to its result, and ends them when it is disposed. */
import { BgcutError, fromNativeError } from './errors.js';
import { maxSourcePixels } from './limits.js';
import { resolveModel, type ResolvedModel } from './models/index.js';
import {
  type DeviceName,
  loadNative,
  type NativeAddon,
  type NativeEngine,
  type NativePicture,
} from './native.js';
import {
  type Call,
  engineOptions,
  type EngineOptions,
  type EngineSettings,
  readCall,
  type RemoveOptions,
} from './params/options.js';
import { readOptions } from './params/parameter.js';
import { makePlan } from './plan1.js';
import { type Fallback, startNative, type Started } from './provider.js';
import { makeResult, type Result } from './result.js';
import { abortable } from './source/collect.js';
import { describeFileType } from './source/filetype.js';
import { type Input, readSource } from './source/source.js';
import { Stop } from './stop.js';
import { usableCpus } from './threads.js';
import { version } from './version.js';

/** A loaded model on one device. Engines of the same model and device share its weights. */
export interface Engine {
  /**
   * Removes the background of one picture. Rejects with a BgcutError: see docs/errors.md; at once with engine_busy,
   * before the picture is touched, when `concurrency` + `queue` calls are pending.
   */
  removeBg(input: Input, options?: RemoveOptions): Promise<Result>;
  /** What runs here. */
  info(): EngineInfo;
  /** Ends the engine: pending calls reject with engine_disposed, later ones too. May be called again. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What an engine runs, on what, and how busy it is. */
export interface EngineInfo {
  /** Where inference runs. */
  provider: DeviceName;
  /** What `auto` would have preferred, and why it does not run. Empty for a named device. */
  fallbacks: Fallback[];
  /** The model, and the terms of its weights: whether they allow commercial use. */
  model: {
    name: string;
    title: string;
    file: string;
    licence: string;
    commercial: 'yes' | 'no' | 'unclear';
  };
  /** Threads of inference. */
  threads: number;
  concurrency: number;
  queue: number;
  /** Calls that have not ended: at most concurrency + queue. */
  pending: number;
  versions: { bgcut: string; node: string; onnxruntime: string | null; libvips: string };
}

/**
 * Starts an engine: finds the model (downloading it once unless offline), picks the device and loads the weights.
 * Rejects with a BgcutError: invalid_… for an option, model_…, provider_unavailable for a named device that does not
 * run, native_load_failed.
 */
export async function createEngine(options?: EngineOptions): Promise<Engine> {
  const engine = new BgcutEngine(readOptions(engineOptions, options));
  await engine.started();
  return engine;
}

/** Everything that exists once an engine has started. */
interface Running extends Started {
  addon: NativeAddon;
  model: ResolvedModel;
}

/**
 * The place of a call in the engine. A native run keeps it until the run has settled: when a call is aborted its
 * promise rejects at once, while the run still takes a moment to stop.
 */
interface Slot {
  keptByRun: boolean;
}

/**
 * The engine behind createEngine and behind bare calls. It takes calls at once, while it still starts: they wait for
 * it within their own timeout, and reject with its error when it does not start.
 */
export class BgcutEngine implements Engine {
  readonly #settings: EngineSettings;
  readonly #threads: number;
  readonly #starting: Promise<Running>;
  readonly #calls = new Set<Stop>();
  #running: Running | undefined;
  #pending = 0;
  #disposal: Promise<void> | undefined;

  constructor(settings: EngineSettings) {
    this.#settings = settings;
    this.#threads = settings.threads ?? usableCpus();
    this.#starting = this.#start();
    // Reaches those who wait for it; when nobody does, it is no unhandled rejection.
    this.#starting.catch(() => undefined);
  }

  /** Resolves when the engine has started, rejects when it could not. */
  async started(): Promise<void> {
    await this.#starting;
  }

  async removeBg(input: Input, options?: RemoveOptions): Promise<Result> {
    const startedAt = performance.now();
    const call = readCall(options);
    const stop = new Stop(call.signal, call.timeout);
    const slot: Slot = { keptByRun: false };
    try {
      stop.signal.throwIfAborted();
      this.#admit(stop);
    } catch (thrown) {
      stop.end();
      throw thrown;
    }
    try {
      return await this.#work(input, call, stop, startedAt, slot);
    } catch (thrown) {
      throw stop.signal.aborted ? stop.signal.reason : fromNativeError(thrown);
    } finally {
      stop.end();
      this.#calls.delete(stop);
      if (!slot.keptByRun) this.#free();
    }
  }

  info(): EngineInfo {
    if (this.#running === undefined) throw new BgcutError('internal_error');
    const { addon, provider, fallbacks, model } = this.#running;
    const { title, licence, commercial } = model.manifest;
    const { libvips, onnxruntime } = addon.versions();
    return {
      provider,
      fallbacks: fallbacks.map((fallback) => ({ ...fallback })),
      model: { name: model.name, title, file: model.file, licence, commercial },
      threads: this.#threads,
      concurrency: this.#settings.concurrency,
      queue: this.#settings.queue,
      pending: this.#pending,
      versions: { bgcut: version, node: process.versions.node, onnxruntime, libvips },
    };
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#end();
    return this.#disposal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #start(): Promise<Running> {
    const { model: spec, device, concurrency, cacheDir, offline } = this.#settings;
    const addon = loadNative();
    const model = await resolveModel(spec, { cacheDir, offline });
    const { input, output } = model.manifest;
    const started = await startNative(addon, device, {
      modelFile: model.file,
      threads: this.#threads,
      concurrency,
      input: { name: input.name, mean: input.mean, std: input.std, order: input.order },
      output: { name: output.name, activation: output.activation },
    });
    this.#running = { ...started, addon, model };
    return this.#running;
  }

  async #end(): Promise<void> {
    for (const stop of this.#calls) stop.now(new BgcutError('engine_disposed'));
    const running = await this.#starting.catch(() => undefined);
    await running?.native.dispose();
  }

  #admit(stop: Stop): void {
    if (this.#disposal !== undefined) throw new BgcutError('engine_disposed');
    const { concurrency, queue } = this.#settings;
    if (this.#pending >= concurrency + queue) throw new BgcutError('engine_busy');
    this.#pending += 1;
    this.#calls.add(stop);
  }

  readonly #free = (): void => {
    this.#pending -= 1;
  };

  /** One admitted call, from its source to its result. Rejects at once when `stop` fires. */
  async #work(
    input: Input,
    call: Call,
    stop: Stop,
    startedAt: number,
    slot: Slot,
  ): Promise<Result> {
    const { native, provider, model } = await abortable(this.#starting, stop.signal);
    const readingAt = performance.now();
    const bytes = await readSource(input, { signal: stop.signal });
    const sourceMs = performance.now() - readingAt;
    const picture = await abortable(openPicture(native, bytes), stop.signal);
    const plan = makePlan({
      parameters: call,
      picture: picture.header,
      model: model.manifest.input.sizes,
      timeoutMs: stop.remainingMs(),
    });
    stop.signal.throwIfAborted();
    const run = native.run(picture, plan);
    slot.keptByRun = true;
    run.promise.then(this.#free, this.#free);
    stop.signal.addEventListener('abort', () => {
      const { code } = stop.signal.reason as BgcutError;
      run.cancel(code === 'timeout' ? 'timeout' : 'aborted');
    });
    const made = await abortable(run.promise, stop.signal);
    const facts = { picture: picture.header, provider, model: model.name, startedAt, sourceMs };
    return makeResult(made, facts);
  }
}

async function openPicture(native: NativeEngine, bytes: Uint8Array): Promise<NativePicture> {
  try {
    return await native.open(bytes, { maxPixels: maxSourcePixels });
  } catch (thrown) {
    const error = fromNativeError(thrown);
    if (error.code !== 'invalid_file_type') throw error;
    const detail = await describeFileType(bytes);
    throw new BgcutError(error.code, { detail, cause: thrown });
  }
}
