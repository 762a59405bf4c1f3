/** The model that tells the type of a subject: fetched and loaded when a call first needs it. */
import { type BgcutError, fromNativeError } from './errors.js';
import { DETECTOR, resolveModel, type ResolveOptions } from './models/index.js';
import type { NativeModelConfig, NativePlacement } from './native.js';
import { modelConfig } from './start-config.js';

/** The detector that is in use, or why it can't be had. */
export type DetectorState = { name: string; file: string } | { problem: string } | null;

/**
 * How long a failure is believed, in milliseconds: a registry that does not answer may keep a call waiting for long,
 * and must not do so with every call.
 */
const REMEMBERED_MS = 60_000;

/**
 * The detector's model and how it is loaded: small as it is, it runs on the CPU whatever the main model runs on, and on
 * one thread, as other calls may need the rest.
 *
 * @throws what resolveModel throws
 */
export async function resolveDetector(
  options: ResolveOptions,
): Promise<{ name: string; file: string; config: NativeModelConfig & NativePlacement }> {
  const model = await resolveModel(DETECTOR, { ...options, kind: 'detector' });
  const { name, file } = model;
  return { name, file, config: { ...modelConfig(model), device: 'cpu', threads: 1 } };
}

/** One engine's detector. */
export class Detector {
  readonly #start: () => Promise<{ name: string; file: string }>;
  readonly #now: () => number;
  #state: DetectorState = null;
  #attempt: Promise<void> | undefined;
  #retryAt = 0;

  /**
   * @param start fetches and loads it; rejects where it can't be had
   * @param now milliseconds of a clock that only runs forward
   */
  constructor(
    start: () => Promise<{ name: string; file: string }>,
    now: () => number = () => performance.now(),
  ) {
    this.#start = start;
    this.#now = now;
  }

  /** What is known of it; null while no call has needed it. */
  get state(): DetectorState {
    return this.#state;
  }

  /**
   * Resolves when it is in use, or when it is known that it can't be had: types are told without it then. Calls at the
   * same time wait for one attempt. After a failure a later call tries again: at once where it was only missing (a
   * look into the cache costs nothing), a minute later where fetching or loading failed.
   */
  ready(): Promise<void> {
    if (this.#attempt !== undefined && this.#now() < this.#retryAt) return this.#attempt;
    this.#retryAt = Infinity;
    this.#attempt = this.#start().then(
      ({ name, file }) => {
        this.#state = { name, file };
      },
      (thrown: unknown) => {
        const error = fromNativeError(thrown);
        this.#state = { problem: error.message };
        this.#retryAt = this.#now() + (isMissing(error) ? 0 : REMEMBERED_MS);
      },
    );
    return this.#attempt;
  }
}

function isMissing(error: BgcutError): boolean {
  return error.code === 'model_missing';
}
