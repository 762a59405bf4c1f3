/** A form, whatever it was encoded as: names to text, bytes, or the values of a JSON object. */
import type { IncomingMessage } from 'node:http';

import { BgcutError } from '../../errors.js';
import type { Load } from '../load.js';
import { askForBody } from './continue.js';
import { readEncoded } from './encoded.js';
import { readJson } from './json.js';
import { type Count, type Form, maxBodyBytes } from './limits.js';

/** How a body is read. */
export interface BodyLimits {
  /** Milliseconds for all of it. */
  readonly bodyTimeout: number;
  readonly load: Load;
}

/** A body that has been read. */
export interface Body {
  readonly form: Form;
  /** Gives the memory back to the load. Call once. */
  release(): void;
}

/**
 * Reads a body: multipart, urlencoded or JSON; none is an empty form. Nothing is written to disk.
 * Rejects with invalid_body, file_too_large, request_timeout, engine_busy (all bodies together are too large), or
 * aborted when the client goes away. What is left of a refused body is read and thrown away.
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Body> {
  const { load, bodyTimeout } = limits;
  let held = 0;
  const count: Count = (bytes) => {
    held += bytes;
    load.hold(bytes);
    if (held > maxBodyBytes) throw new BgcutError('file_too_large');
  };
  const watch = new Watch(request, bodyTimeout);
  askForBody(request);
  try {
    const form = await watch.until(readForm(request, count, watch.signal));
    return { form, release: () => load.release(held) };
  } catch (thrown) {
    request.unpipe();
    request.removeAllListeners('data');
    request.resume();
    load.release(held);
    throw thrown;
  } finally {
    watch.end();
  }
}

function readForm(request: IncomingMessage, count: Count, signal: AbortSignal): Promise<Form> {
  const { 'content-type': contentType, 'content-encoding': encoding = 'identity' } =
    request.headers;
  if (encoding.toLowerCase() !== 'identity') {
    throw new BgcutError('invalid_body', { detail: 'Send the body without Content-Encoding.' });
  }
  const [type = ''] = (contentType ?? '').split(';');
  switch (type.trim().toLowerCase()) {
    case 'multipart/form-data':
    case 'application/x-www-form-urlencoded':
      return readEncoded(request, count, signal);
    case 'application/json':
      return readJson(request, count, signal);
    default:
      if (!hasBody(request)) return Promise.resolve<Form>(new Map());
      throw new BgcutError('invalid_body', {
        detail:
          'Send multipart/form-data, application/json or application/x-www-form-urlencoded, and say so in Content-Type.',
      });
  }
}

/** Whether something follows the header. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** Ends reading when it takes too long, or when the client goes away. */
class Watch {
  readonly #controller = new AbortController();
  readonly #request: IncomingMessage;
  readonly #timer: NodeJS.Timeout;

  constructor(request: IncomingMessage, ms: number) {
    this.#request = request;
    this.#timer = setTimeout(() => this.#stop('request_timeout'), ms);
    request.on('close', this.#closed);
    request.on('error', this.#closed);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  async until<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (thrown) {
      throw this.signal.aborted ? this.signal.reason : thrown;
    }
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#request.off('close', this.#closed);
    // The listener for errors stays: a socket may still break.
  }

  readonly #closed = (): void => {
    if (!this.#request.complete) this.#stop('aborted');
  };

  #stop(code: 'request_timeout' | 'aborted'): void {
    this.#controller.abort(new BgcutError(code));
  }
}
