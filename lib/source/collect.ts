/** Reads a stream of byte chunks up to a limit, stops at an abort, and always ends the stream that it reads. */
import { BgcutError } from '../errors.js';

/** How far to read, and what stops it. */
export interface ReadLimits {
  /** Bytes; reading stops with file_too_large at the first chunk that goes beyond. */
  readonly maxBytes: number;
  /** Rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Anything that hands out chunks one by one. */
export interface Chunks {
  next(): Promise<{ done?: boolean | undefined; value?: unknown }>;
  /** Ends the stream early; called once, for an error, at the limit and for an abort. */
  cancel(): void;
}

/**
 * All bytes of a stream, in one piece. A stream of a single chunk is not copied.
 * Rejects with file_too_large, invalid_input (chunks that are not bytes), source_unreadable, or the signal's reason.
 */
export async function collect(chunks: Chunks, limits: ReadLimits): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await abortable(chunks.next(), limits.signal);
      if (done === true) break;
      const part = chunkBytes(value);
      length += part.byteLength;
      if (length > limits.maxBytes) throw new BgcutError('file_too_large');
      parts.push(part);
    }
  } catch (thrown) {
    chunks.cancel();
    if (thrown instanceof BgcutError || limits.signal?.aborted === true) throw thrown;
    const detail = 'The stream failed before its end.';
    throw new BgcutError('source_unreadable', { detail, cause: thrown });
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, length);
}

/** The promise, or a rejection with the signal's reason as soon as it aborts. Leaves no listener behind. */
export async function abortable<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return promise;
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- an abort reason may be any value
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}

/** The bytes of a view or buffer, without a copy. Undefined for anything else. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  // By its tag, for buffers of another realm (a vm context, a test runner).
  const tag = Object.prototype.toString.call(value);
  if (tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]') {
    return new Uint8Array(value as ArrayBuffer);
  }
  return undefined;
}

function chunkBytes(value: unknown): Uint8Array {
  const bytes = bytesOf(value);
  if (bytes !== undefined) return bytes;
  const detail = `A stream of a picture gives bytes, this one gave a value of type ${typeof value}.`;
  throw new BgcutError('invalid_input', { detail });
}
