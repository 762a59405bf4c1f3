/** How much the server takes on: calls in the engine, and bytes of bodies in memory. */
import type { Engine } from '../engine.js';
import { BgcutError } from '../errors.js';

/** Seconds that a client should wait at most, however long the queue. */
const longestWait = 60;

/** Refuses what would not be answered soon, before a byte of it is read. */
export class Load {
  readonly #engine: Engine;
  readonly #maxBytes: number;
  #bytes = 0;
  /** Milliseconds of a call, smoothed. */
  #usualMs = 1000;

  /** `maxBytes` of all bodies together. */
  constructor(engine: Engine, maxBytes: number) {
    this.#engine = engine;
    this.#maxBytes = maxBytes;
  }

  /** Throws engine_busy when no place is left. */
  check(): void {
    const { pending, concurrency, queue } = this.#engine.info();
    if (pending >= concurrency + queue || this.#bytes >= this.#maxBytes) {
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
    const { concurrency } = this.#engine.info();
    const seconds = Math.ceil(this.#usualMs / concurrency / 1000);
    return Math.min(longestWait, Math.max(1, seconds));
  }
}

const busyDetail = 'All places in the queue are taken; try again after the seconds in Retry-After.';
