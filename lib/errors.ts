/**
 * Errors: one table of stable codes (lib/error-table.ts), one class. Every failure that a caller can meet is a
 * BgcutError. `title` and `detail` are for the caller and name nothing internal; `cause` is private: for logs, never
 * in the message.
 */
import { type ErrorCode, errorTable, isErrorCode } from './error-table.js';

export {
  type ErrorCode,
  type ErrorEntry,
  errorGroups,
  errorTable,
  isErrorCode,
} from './error-table.js';

/** What may be said beside the code. */
export interface BgcutErrorOptions {
  /** Instead of the title of the table. */
  title?: string;
  /** Instead of the default detail; a public sentence without internals. */
  detail?: string;
  /** The private reason: for logs, never part of the message. */
  cause?: unknown;
}

// Symbol.for: two copies of bgcut in one process recognise each other's errors.
const brand: unique symbol = Symbol.for('bgcut.BgcutError');

/** The error of every failed call: branch on `code`, show `title` and `detail`, log `cause`. */
export class BgcutError extends Error {
  /** Stable snake_case code: see docs/errors.md. */
  readonly code: ErrorCode;
  /** A public sentence that belongs to the code. */
  readonly title: string;
  /** A public sentence about this case, where there is more to say. */
  readonly detail: string | undefined;

  /** The title and detail come from the table unless given. */
  constructor(code: ErrorCode, options: BgcutErrorOptions = {}) {
    const entry = errorTable[code];
    const title = options.title ?? entry.title;
    const detail = options.detail ?? entry.detail;
    super(sentence(title, detail), 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.title = title;
    this.detail = detail;
  }

  /** `error instanceof BgcutError` holds for the errors of another copy of bgcut too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== BgcutError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && brand in value;
  }
}
// On the prototype and not enumerable, so that an inspected or serialised error shows only code, title and detail.
Object.defineProperties(BgcutError.prototype, {
  name: { value: 'BgcutError', writable: true, configurable: true },
  [brand]: { value: true },
});

function sentence(title: string, detail: string | undefined): string {
  if (detail === undefined) return title;
  return /[.!?:]$/.test(title) ? `${title} ${detail}` : `${title}: ${detail}`;
}

/** The BgcutError for whatever was thrown: itself, or internal_error with the thrown value as cause. */
export function asBgcutError(thrown: unknown): BgcutError {
  return thrown instanceof BgcutError
    ? thrown
    : new BgcutError('internal_error', { cause: thrown });
}

/**
 * The BgcutError for a rejection of the native addon: a plain Error with a string `code`.
 * Its message is private and becomes the cause; only for a device or a model, where the reason is about the
 * user's own machine or file and is what they need, it is the detail too.
 */
export function fromNativeError(thrown: unknown): BgcutError {
  if (thrown instanceof BgcutError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (!isErrorCode(code)) return new BgcutError('internal_error', { cause: thrown });
  const reason = (thrown as Error).message;
  if (code === 'provider_unavailable' || code === 'model_invalid') {
    return new BgcutError(code, { detail: reason, cause: thrown });
  }
  if (code === 'resolution_too_high') {
    return new BgcutError(code, { detail: resolutionDetail(reason), cause: thrown });
  }
  return new BgcutError(code, { cause: thrown });
}

/** The API's sentence with the picture's megapixels, rounded up to a tenth; the native reason is WIDTHxHEIGHT. */
function resolutionDetail(reason: string): string | undefined {
  const [width, height] = reason.split('x').map(Number);
  const megapixels = Math.ceil(((width ?? NaN) * (height ?? NaN)) / 1e5) / 10;
  if (!Number.isFinite(megapixels)) return undefined;
  return `Input image has ${megapixels} megapixels, maximum supported input resolution is 50 megapixels`;
}
