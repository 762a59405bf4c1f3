/** What the routes share. */
import type { BgcutEngine } from '../engine.js';
import type { Submissions } from './improve/submissions.js';
import type { Load } from './load.js';
import type { Metrics } from './metrics.js';
import type { FacadeLimits } from './limits.js';
import type { KeyRecord, Store } from './store/index.js';

/** One facade: the engine behind it, and what it remembers. */
export interface Facade {
  readonly engine: BgcutEngine;
  readonly store: Store;
  readonly limits: FacadeLimits;
  readonly load: Load;
  readonly metrics: Metrics;
  /** Where /improve puts pictures; undefined where it takes none. */
  readonly submissions: Submissions | undefined;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** What is noted of a request for its line in the log, beside what every request has. */
export interface Notes {
  key?: KeyRecord;
  code?: string;
  credits?: number;
  /** Of the input and of the result, as 640x480. */
  input?: string;
  result?: string;
  size?: string;
  format?: string;
  type?: string;
  /** Milliseconds per stage. */
  timings?: object;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Filled in on the way by the routes of bgcut; null elsewhere. */
    bgcut: Notes | null;
  }
}
