/** How much the server takes on: calls in the engine, and bytes of bodies in memory. */
import type { BgcutEngine } from '../engine.js';
import { BgcutError } from '../errors.js';

/** Seconds that a client should wait at most, however long the queue. */
const longestWait = 60;

/**
 * Milliseconds for which a call whose body still arrives keeps a place. A slower one takes its chance when the body is
 * there: a few slow uploads must not take all places of an engine that has nothing to do.
 */
const promptMs = 250;

/** A place in the engine that is kept for a call while its body arrives. */
export interface Place {
  /** The call enters the engine in the same breath, or has ended. May be called again. */
  leave(): void;
}

/** Refuses what would not be answered soon, before a byte of it is read. */
export class Load {
  readonly #engine: BgcutEngine;
  readonly #maxBytes: number;
  readonly #concurrency: number;
  readonly #places: number;
  /** Calls whose body arrives, of those that keep a place. */
  #arriving = 0;
  #bytes = 0;
  /** Milliseconds of a call, smoothed. */
  #usualMs = 1000;

  /** `maxBytes` of all bodies together. The engine has started. */
  constructor(engine: BgcutEngine, maxBytes: number) {
    this.#engine = engine;
    this.#maxBytes = maxBytes;
    const { concurrency, queue } = engine.info();
    this.#concurrency = concurrency;
    this.#places = concurrency + queue;
  }

  /** Keeps a place for a call whose header has come; throws engine_busy when none is left. */
  enter(): Place {
    this.check();
    this.#arriving += 1;
    let kept = true;
    const leave = (): void => {
      if (kept) this.#arriving -= 1;
      kept = false;
      clearTimeout(timer);
    };
    const timer = setTimeout(leave, promptMs);
    return { leave };
  }

  /** Throws engine_busy when no place is left. */
  check(): void {
    const taken = this.#engine.pending + this.#arriving;
    if (taken >= this.#places || this.#bytes >= this.#maxBytes) {
      throw new BgcutError('engine_busy', { detail: busyDetail });
    }
  }

  /** Counts bytes that have arrived; throws engine_busy when all bodies together have too many. */
  hold(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#maxBytes) throw new BgcutError('engine_busy', { detail: busyDetail });
  }

  /** The bytes are no longer kept. */
  release(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** Bytes of bodies in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A call has ended after that time. */
  ended(ms: number): void {
    this.#usualMs += (ms - this.#usualMs) / 8;
  }

  /** Whole seconds after which a place should be free. */
  retryAfter(): number {
    const seconds = Math.ceil(this.#usualMs / this.#concurrency / 1000);
    return Math.min(longestWait, Math.max(1, seconds));
  }
}

const busyDetail = 'All places in the queue are taken; try again after the seconds in Retry-After.';
