/** What can end a call early: the caller's signal, its timeout, and the engine's disposal. */
import { BgcutError } from './errors.js';

/**
 * One per call. Its signal aborts with a BgcutError as reason: aborted (cause: the caller's reason), timeout or
 * engine_disposed. end() must be called when the call has settled: it takes the timer and the listener away.
 */
export class Stop {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #deadline: number;

  /** Timeout in milliseconds from now; 0 is none. */
  constructor(outer: AbortSignal | undefined, timeout: number) {
    this.#outer = outer;
    this.#deadline = timeout > 0 ? performance.now() + timeout : Infinity;
    if (timeout > 0) {
      this.#timer = setTimeout(() => this.now(new BgcutError('timeout')), timeout);
    }
    if (outer?.aborted === true) this.#abort();
    else if (outer !== undefined) subscribe(outer, this.#abort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whole milliseconds until the timeout, at least 1; 0 without one. As a Plan has it. */
  remainingMs(): number {
    if (this.#deadline === Infinity) return 0;
    return Math.max(1, Math.ceil(this.#deadline - performance.now()));
  }

  /** Ends the call with this error; the first reason counts. */
  now(reason: BgcutError): void {
    this.#controller.abort(reason);
  }

  /** The call has settled. */
  end(): void {
    clearTimeout(this.#timer);
    if (this.#outer !== undefined) unsubscribe(this.#outer, this.#abort);
  }

  readonly #abort = (): void => {
    this.now(new BgcutError('aborted', { cause: this.#outer?.reason }));
  };
}

// One listener per signal, however many calls share it: Node warns of a leak from the eleventh listener on.
const shared = new WeakMap<AbortSignal, { stops: Set<() => void>; listener: () => void }>();

function subscribe(signal: AbortSignal, stop: () => void): void {
  let entry = shared.get(signal);
  if (entry === undefined) {
    const stops = new Set<() => void>();
    const listener = (): void => {
      for (const each of stops) each();
    };
    signal.addEventListener('abort', listener);
    shared.set(signal, (entry = { stops, listener }));
  }
  entry.stops.add(stop);
}

function unsubscribe(signal: AbortSignal, stop: () => void): void {
  const entry = shared.get(signal);
  if (entry === undefined) return;
  entry.stops.delete(stop);
  if (entry.stops.size > 0) return;
  signal.removeEventListener('abort', entry.listener);
  shared.delete(signal);
}
