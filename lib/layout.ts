/** The part of a call that the native side asks for when it has found the subject. */
import type { Background } from './background.js';
import { type Composed, compose } from './compose.js';
import { BgcutError } from './errors.js';
import { decideType, type FineType, forcedType } from './foreground/index.js';
import type { NativeSubject } from './native.js';
import type { Call } from './params/options.js';

/** Type and composition of one call: made in the native side's callback, told afterwards. */
export class Layout {
  readonly #call: Call;
  readonly #background: Background;
  #composed: (Composed & { type: FineType }) | undefined;
  #failure: { thrown: unknown } | undefined;

  constructor(call: Call, background: Background) {
    this.#call = call;
    this.#background = background;
  }

  /** For NativeEngine.run. */
  readonly compose = (subject: NativeSubject): Composed['composition'] => {
    try {
      const type = typeOf(this.#call, subject);
      const { composition, foreground } = compose({
        parameters: this.#call,
        subject,
        type,
        background: this.#background,
      });
      this.#composed = { composition, foreground, type };
      return composition;
    } catch (thrown) {
      this.#failure = { thrown };
      throw thrown;
    }
  };

  /** The native result; what `compose` threw reaches the caller as itself. */
  async finished<T>(result: Promise<T>): Promise<T> {
    try {
      return await result;
    } catch (thrown) {
      throw this.#failure === undefined ? thrown : this.#failure.thrown;
    }
  }

  /** What the result says of the subject; only once the run has finished. */
  facts(): Pick<Composed, 'foreground'> & { type: FineType } {
    if (this.#composed === undefined) throw new BgcutError('internal_error');
    const { foreground, type } = this.#composed;
    return { foreground, type };
  }
}

/** What the subject is: what the caller says, else what it looks like; anything where nobody asks. */
function typeOf({ type }: Call, { evidence }: NativeSubject): FineType {
  if (type !== 'auto') return forcedType(type);
  return evidence === undefined ? 'other' : decideType(evidence);
}
