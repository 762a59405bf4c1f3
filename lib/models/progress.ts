/** One step of fetching a model, for a progress bar. */
export interface ModelProgress {
  /** Name of the manifest. */
  readonly model: string;
  /** Bytes arriving, the finished download being read again, or the model being rewritten. */
  readonly phase: 'download' | 'verify' | 'prepare';
  /** Bytes done in this phase. */
  readonly done: number;
  /** Bytes of the whole phase; null while unknown. */
  readonly total: number | null;
}

/** Called often; must be quick and not throw. */
export type OnProgress = (progress: ModelProgress) => void;
