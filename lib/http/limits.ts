/** The limits of a facade, and how much it does for each picture, with their defaults. */
import { type Call, callOptions } from '../params/options.js';

/** Per key and per request. Milliseconds where it is time. */
export interface FacadeLimits {
  /** Megapixels of input per minute and key. */
  readonly rateLimit: number;
  /** Calls per month and key that cost nothing. */
  readonly freeCalls: number;
  /** Submissions to /improve per day and key. */
  readonly submissionsPerDay: number;
  /** For a body to arrive. */
  readonly bodyTimeout: number;
  /** For everything after that: download, waiting and work. */
  readonly timeout: number;
  /** Bytes of all bodies in memory together. */
  readonly bodyMemory: number;
  /** How much is done for hair, fur and edges; a request can't choose. */
  readonly quality: Call['quality'];
  /** How long the encoders may try to make files smaller; a request can't choose. */
  readonly effort: Call['effort'];
}

/** What the API promises its users. */
export const defaultLimits: FacadeLimits = {
  rateLimit: 500,
  freeCalls: 50,
  submissionsPerDay: 100,
  bodyTimeout: 30_000,
  timeout: 30_000,
  bodyMemory: 512_000_000,
  quality: callOptions.quality.default,
  effort: callOptions.effort.default,
};
