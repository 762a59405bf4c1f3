/** The rate limit: megapixels of input per minute, in a window of 60 s from the first call. */
import { BgcutError } from '../errors.js';
import type { Size } from '../geometry.js';
import type { RateWindow } from './store/index.js';

/** Length of a window in milliseconds. */
export const windowMs = 60_000;

/** What a picture costs: its megapixels, rounded up; at least 1, and no more than a whole window. */
export function rateCost({ width, height }: Size, limit: number): number {
  return Math.min(limit, Math.max(1, Math.ceil((width * height) / 1_000_000)));
}

/** A window as clients are told of it. */
export interface RateState {
  /** Megapixels per minute. */
  readonly limit: number;
  readonly remaining: number;
  /** Seconds since 1970 at which the window ends, rounded up. */
  readonly reset: number;
  /** Whole seconds until then, at least 1. */
  readonly retryAfter: number;
}

/** The state of a window at a moment; one that has ended leaves everything. */
export function rateState({ startedAt, used }: RateWindow, limit: number, at: number): RateState {
  const running = startedAt <= at && at < startedAt + windowMs;
  const ends = (running ? startedAt : at) + windowMs;
  return {
    limit,
    remaining: running ? Math.max(0, limit - used) : limit,
    reset: Math.ceil(ends / 1000),
    retryAfter: Math.max(1, Math.ceil((ends - at) / 1000)),
  };
}

/** rate_limit_exceeded, with what its headers say. */
export class RateLimited extends BgcutError {
  constructor(
    readonly state: Pick<RateState, 'limit' | 'reset' | 'retryAfter'>,
    options: { detail?: string } = {},
  ) {
    super('rate_limit_exceeded', options);
  }
}
