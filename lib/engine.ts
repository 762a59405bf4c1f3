/** The engine: admits calls, takes each from its source to its result, and ends them when it is disposed. */
import type { Background } from './background.js';
import { Detector, resolveDetector } from './detector.js';
import { type EngineInfo, infoOf, precisionOf } from './engine-info.js';
import { BgcutError, fromNativeError } from './errors.js';
import { Layout } from './layout.js';
import { maxSourcePixels } from './limits.js';
import { resolveModel, type ResolvedModel } from './models/index.js';
import {
  loadNative,
  type NativeAddon,
  type NativeEngine,
  type NativeEngineConfig,
  type NativePicture,
  type PictureHeader,
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
import { makePlan } from './plan.js';
import { startNative, type Started } from './provider.js';
import { makeResult, type Result } from './result.js';
import { aboutBackground, readBackground } from './source/background.js';
import { abortable } from './source/collect.js';
import { describeFileType } from './source/filetype.js';
import { type Input, readSource } from './source/source.js';
import { modelConfig, startConfig } from './start-config.js';
import { Stop } from './stop.js';
import { buildEngine, findEngineCache } from './tensorrt.js';
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
  mattingModel: ResolvedModel | undefined;
}

/**
 * The place of a call in the engine. A native run keeps it until the run has settled: when a call is aborted its
 * promise rejects at once, while the run still takes a moment to stop.
 */
interface Slot {
  keptByRun: boolean;
}

/** Says the size of the result for a picture, or throws. */
export type Admit = (picture: PictureHeader) => Promise<Call['size']>;

/** What goes with an admitted call. */
interface Way {
  readonly stop: Stop;
  /** performance.now() when the call began. */
  readonly startedAt: number;
  readonly slot: Slot;
  readonly admit: Admit | undefined;
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
  readonly #detector = new Detector(() => this.#startDetector());
  readonly #ended = new AbortController();
  #building: 'building' | { problem: string } | undefined;
  #built: Promise<void> = Promise.resolve();

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

  /** Resolves when nothing is being built any more: info().tensorrt then says what came of it. */
  async settled(): Promise<void> {
    await this.#starting;
    await this.#built;
  }

  async removeBg(input: Input, options?: RemoveOptions): Promise<Result> {
    return this.perform(input, readCall(options));
  }

  /**
   * removeBg for options that have been read already, as a server reads them from a form. `admit` is asked when the
   * pictures have been read and before any work on them: it answers with the size of the result, or throws what the
   * call then rejects with.
   */
  async perform(input: Input, call: Call, admit?: Admit): Promise<Result> {
    const startedAt = performance.now();
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
      return await this.#work(input, call, { stop, startedAt, slot, admit });
    } catch (thrown) {
      throw stop.signal.aborted ? stop.signal.reason : withBackground(thrown);
    } finally {
      stop.end();
      this.#calls.delete(stop);
      if (!slot.keptByRun) this.#free();
    }
  }

  /**
   * The header of a picture: its format, and its upright size in pixels. Takes no place in the queue. Rejects with the
   * codes of a picture that can't be read.
   */
  async inspect(bytes: Uint8Array): Promise<PictureHeader> {
    if (this.#disposal !== undefined) throw new BgcutError('engine_disposed');
    const { native } = await this.#starting;
    return (await openPicture(native, bytes)).header;
  }

  /** What the model's manifest says of models/check.jpg: means of the mask in 8 x 8 fields; undefined for most models. */
  storedMask(): readonly number[] | undefined {
    return this.#running?.model.manifest.check?.mask;
  }

  /** Calls that have not ended, as info() has it: asked for each request of a server. */
  get pending(): number {
    return this.#pending;
  }

  info(): EngineInfo {
    if (this.#running === undefined) throw new BgcutError('internal_error');
    const { addon, native, provider, config, fallbacks, model, mattingModel } = this.#running;
    const { libvips, onnxruntime } = addon.versions();
    const kernels = native.kernels();
    return {
      provider,
      fallbacks: fallbacks.map((fallback) => ({ ...fallback })),
      nodes: native.nodes(),
      kernels,
      precision: precisionOf(provider, kernels, config.half === true),
      gpuMemoryLimit: this.#settings.gpuMemoryLimit ?? null,
      tensorrt: this.#building ?? (provider === 'tensorrt' ? 'ready' : null),
      model: infoOf(model),
      mattingModel: mattingModel === undefined ? null : infoOf(mattingModel),
      detector: this.#detector.state,
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
    const { model: spec, mattingModel: matting, ...settings } = this.#settings;
    const { device, cacheDir, offline } = settings;
    const addon = loadNative();
    const model = await resolveModel(spec, { cacheDir, offline });
    const mattingModel =
      matting === undefined
        ? undefined
        : await resolveModel(matting, { cacheDir, offline, kind: 'matting' });
    // Fetched only when a call first needs it.
    const atHand = await resolveDetector({ cacheDir, offline: true }).catch(() => undefined);
    const config = {
      ...startConfig(model, { ...this.#settings, threads: this.#threads }),
      ...(atHand && { detector: atHand.config }),
    };
    const started = await startNative(addon, device, config, {
      engineCache: (target) => findEngineCache(addon, model, target, cacheDir),
    });
    if (mattingModel !== undefined) {
      const config = {
        ...modelConfig(mattingModel),
        threads: this.#threads,
        // TensorRT would build another engine, at the first request.
        device: started.provider === 'tensorrt' ? 'cuda' : started.provider,
      };
      await started.native.useMatting(config).catch(async (thrown: unknown) => {
        await started.native.dispose();
        throw thrown;
      });
    }
    const running = { ...started, addon, model, mattingModel };
    this.#running = running;
    if (running.unbuilt !== undefined) this.#built = this.#build(running, running.unbuilt);
    return running;
  }

  /** Builds the engine of TensorRT beside the requests, which CUDA serves, and then puts it to use. Never rejects. */
  async #build(running: Running, config: NativeEngineConfig): Promise<void> {
    this.#building = 'building';
    try {
      await buildEngine(config, this.#ended.signal);
      await running.native.useModel(config);
      running.provider = config.device;
      running.config = config;
      this.#building = undefined;
    } catch (thrown) {
      if (this.#ended.signal.aborted) return;
      this.#building = { problem: fromNativeError(thrown).message };
    }
  }

  async #startDetector(): Promise<{ name: string; file: string }> {
    const { cacheDir, offline } = this.#settings;
    const { native } = await this.#starting;
    const { config, ...detector } = await resolveDetector({ cacheDir, offline });
    await native.useDetector(config);
    return detector;
  }

  async #end(): Promise<void> {
    for (const stop of this.#calls) stop.now(new BgcutError('engine_disposed'));
    this.#ended.abort();
    const running = await this.#starting.catch(() => undefined);
    await this.#built;
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
  async #work(input: Input, asked: Call, under: Way): Promise<Result> {
    const { stop, startedAt, slot, admit } = under;
    // Reading begins at once: bytes in memory are the caller's again when the call returns its promise.
    const { running, sources } = await this.#startedWith(readSources(input, asked, stop), stop);
    const { native, provider, model, mattingModel } = running;
    const picture = await abortable(openPicture(native, sources.picture), stop.signal);
    const background = await abortable(openBackground(native, asked, sources), stop.signal);
    const size =
      (await abortable(Promise.resolve(admit?.(picture.header)), stop.signal)) ?? asked.size;
    const call = { ...asked, size };
    const plan = makePlan({
      parameters: call,
      picture: picture.header,
      background,
      model: model.manifest.input.sizes,
      mattingModel: mattingModel?.manifest.input.sizes ?? null,
      timeoutMs: stop.remainingMs(),
    });
    if (plan.classify) await abortable(this.#detector.ready(), stop.signal);
    stop.signal.throwIfAborted();
    const layout = new Layout(call, background);
    const run = native.run(picture, plan, layout.compose);
    slot.keptByRun = true;
    run.promise.then(this.#free, this.#free);
    stop.signal.addEventListener('abort', () => {
      const { code } = stop.signal.reason as BgcutError;
      run.cancel(code === 'timeout' ? 'timeout' : 'aborted');
    });
    const made = await layout.finished(abortable(run.promise, stop.signal));
    return makeResult(made, {
      ...layout.facts(),
      picture: picture.header,
      typeLevel: call.typeLevel,
      provider,
      model: model.name,
      startedAt,
      sourceMs: sources.ms,
    });
  }

  /** The engine and the sources, or the error of whichever fails first; the other one is then left. */
  async #startedWith(
    reading: Promise<Sources>,
    stop: Stop,
  ): Promise<{ running: Running; sources: Sources }> {
    try {
      const both = Promise.all([this.#starting, reading]);
      const [running, sources] = await abortable(both, stop.signal);
      return { running, sources };
    } catch (thrown) {
      stop.now(fromNativeError(thrown));
      throw thrown;
    }
  }
}

/** The pictures of a call. */
interface Sources {
  readonly picture: Uint8Array;
  readonly background: Uint8Array | undefined;
  /** Milliseconds of reading them. */
  readonly ms: number;
}

/** Reads the picture and its background side by side; the picture's error goes first. */
async function readSources(input: Input, call: Call, { signal }: Stop): Promise<Sources> {
  const startedAt = performance.now();
  const reading = readSource(input, { signal });
  const behind = readBackground(call, signal);
  behind.catch(() => undefined);
  const picture = await reading;
  const background = await behind;
  return { picture, background, ms: performance.now() - startedAt };
}

async function openBackground(
  native: NativeEngine,
  { bgColor }: Call,
  { background }: Sources,
): Promise<Background> {
  if (bgColor !== undefined) return { color: bgColor };
  if (background === undefined) return null;
  try {
    return { picture: await openPicture(native, background) };
  } catch (thrown) {
    throw aboutBackground(thrown);
  }
}

/** The native side has a code of its own for a background whose pixels are damaged. */
function withBackground(thrown: unknown): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code !== 'failed_to_read_background') return fromNativeError(thrown);
  return aboutBackground(new BgcutError('failed_to_read_image', { cause: thrown }));
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
