/** Whether the engine does what it should: a stored picture must give its stored result. */
import type { Engine } from '../engine.js';
import { asBgcutError } from '../errors.js';

/** Checked once, when the server starts. */
export class Readiness {
  readonly #engine: Engine;
  #ready = false;
  #problem: string | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** Why it will never be ready, in a sentence. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Runs the engine once on the stored picture. Never rejects. */
  async check(): Promise<void> {
    try {
      await this.#engine.removeBg({ base64: picture }, { format: 'png', channels: 'alpha' });
      this.#ready = true;
    } catch (thrown) {
      this.#problem = asBgcutError(thrown).message;
    }
  }
}

/** TODO */
const picture = '';
