/** Exactly one picture, in whatever form the caller has it -> its bytes, under the size limit. */
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { BgcutError } from '../errors.js';
import { maxSourceBytes } from '../limits.js';
import { decodeBase64 } from './base64.js';
import { abortable, bytesOf, type Chunks, collect, type ReadLimits } from './collect.js';

/**
 * A picture: the path of a file, a file URL, bytes, a Blob or File, a Node or web stream (or any async iterable of
 * bytes), base64 text with or without a data URL prefix, or a web address. Bytes are copied before the call returns
 * its promise. A stream is read once, and ended when reading fails or stops.
 */
export type Input =
  | string
  | URL
  | ArrayBufferView
  | ArrayBufferLike
  | Blob
  | Readable
  | WebStream
  | AsyncIterable<Uint8Array>
  | { base64: string }
  | { url: string | URL };

/** A web ReadableStream by what is used of it, so that its DOM type and its Node type both fit. */
export interface WebStream {
  getReader(): {
    read(): Promise<{ done: boolean; value?: unknown }>;
    cancel(): Promise<void>;
  };
}

const kinds =
  'a path, a file URL, a Buffer, TypedArray or ArrayBuffer, a Blob, a Node or web stream, { base64 } or { url }';

/** How a picture is read. */
export interface SourceOptions extends Partial<ReadLimits> {
  /** Whose errors a failed download has; `image` unless given. */
  readonly errors?: 'image' | 'background';
}

/**
 * The bytes of a picture, at most 22,000,000: counted while reading, never believed from a header. Bytes in memory
 * have been copied when this returns its promise: the caller may do with its own what it likes.
 * Rejects with missing_source (nothing or 0 bytes), multiple_sources, invalid_input, source_unreadable,
 * file_too_large, invalid_image_url and failed_image_download (for a background the codes of that), or the signal's
 * reason.
 */
export async function readSource(
  input: unknown,
  { maxBytes = maxSourceBytes, signal, errors = 'image' }: SourceOptions = {},
): Promise<Uint8Array> {
  signal?.throwIfAborted();
  const bytes = await read(input, { maxBytes, signal, errors });
  if (bytes.byteLength > maxBytes) throw new BgcutError('file_too_large');
  if (bytes.byteLength === 0) {
    throw new BgcutError('missing_source', { detail: 'The image source is empty (0 bytes).' });
  }
  return bytes;
}

type Limits = ReadLimits & Required<Pick<SourceOptions, 'errors'>>;

async function read(input: unknown, limits: Limits): Promise<Uint8Array> {
  if (input === undefined || input === null || input === '') {
    throw new BgcutError('missing_source', { detail: `Pass the picture as ${kinds}.` });
  }
  if (typeof input === 'string') return readPath(pathOf(input), limits);
  if (input instanceof URL) return readPath(pathOfUrl(input), limits);
  if (typeof input !== 'object') throw notASource();

  const bytes = bytesOf(input);
  if (bytes !== undefined) return copyWithin(bytes, limits);
  if (isBlob(input)) return readBlob(input, limits);
  if (isWebStream(input)) return collect(webChunks(input), limits);
  if (Symbol.asyncIterator in input) {
    return collect(iteratorChunks(input as AsyncIterable<unknown>), limits);
  }
  return readNamed(input, limits);
}

/** The path of a picture given as text. */
function pathOf(text: string): string {
  if (/^file:/i.test(text) && URL.canParse(text)) return pathOfUrl(new URL(text));
  if (/^https?:/i.test(text)) {
    throw new BgcutError('invalid_input', {
      detail: 'A web address is not a path: pass it as { url }.',
    });
  }
  if (/^data:/i.test(text)) {
    throw new BgcutError('invalid_input', { detail: 'Pass a data URL as { base64 }.' });
  }
  return text;
}

function pathOfUrl(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    const detail = 'A URL is that of a local file (file:///…); pass a web address as { url }.';
    throw new BgcutError('invalid_input', { detail, cause });
  }
}

async function readPath(path: string, limits: ReadLimits): Promise<Uint8Array> {
  const opening = openFile(path);
  let handle;
  try {
    handle = await abortable(opening, limits.signal);
  } catch (thrown) {
    // Opening a pipe waits for its writer: the call doesn't, and what opens later is closed again.
    void opening.then((late) => late.close()).catch(() => undefined);
    throw thrown;
  }
  try {
    const stats = await handle.stat();
    if (stats.isFile() && stats.size > limits.maxBytes) throw new BgcutError('file_too_large');
    if (stats.isDirectory()) throw unreadable(path, 'it is a folder');
    const bytes =
      stats.isFile() && stats.size > 0
        ? await readFile(handle, stats.size, limits.signal)
        : await collect(iteratorChunks(handle.createReadStream({ autoClose: false })), limits);
    await handle.close();
    return bytes;
  } catch (thrown) {
    // Not awaited: closing waits for a read that may wait for a pipe's writer.
    void handle.close().catch(() => undefined);
    throw thrown;
  }
}

/** A regular file in one piece, as long as it was when it was opened: in chunks it would be in memory twice. */
async function readFile(
  handle: FileHandle,
  size: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let length = 0;
  while (length < size) {
    const reading = handle.read(bytes, length, size - length);
    const { bytesRead } = await abortable(reading, signal);
    if (bytesRead === 0) break; // it has become shorter
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

async function openFile(path: string): ReturnType<typeof open> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    throw unreadable(path, openProblems.get(code) ?? `opening it failed (${code})`, cause);
  }
}

const openProblems = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'a part of the path is not a folder'],
  ['EACCES', 'this process may not read it'],
  ['EPERM', 'this process may not read it'],
  ['EISDIR', 'it is a folder'],
  ['EMFILE', 'this process has too many files open'],
  ['ERR_INVALID_ARG_VALUE', 'the path is not valid'],
]);

// The path is the caller's own.
function unreadable(path: string, problem: string, cause?: unknown): BgcutError {
  return new BgcutError('source_unreadable', { detail: `${path}: ${problem}.`, cause });
}

async function readBlob(blob: Blob, limits: ReadLimits): Promise<Uint8Array> {
  if (blob.size > limits.maxBytes) throw new BgcutError('file_too_large');
  return collect(webChunks(blob.stream()), limits);
}

/** `{ base64 }` and `{ url }`, the forms that have a name. */
async function readNamed(input: object, limits: Limits): Promise<Uint8Array> {
  const given = Object.entries(input).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  if (given.length === 0 && Object.values(input).includes('')) {
    throw new BgcutError('missing_source', { detail: `Pass the picture as ${kinds}.` });
  }
  if (given.length > 1) {
    throw new BgcutError('multiple_sources', { detail: `Pass exactly one picture: ${kinds}.` });
  }
  const [name, value] = given[0] ?? [];
  if (name === 'base64' && typeof value === 'string') return decodeBase64(value, limits.maxBytes);
  if (name === 'url' && (typeof value === 'string' || value instanceof URL)) {
    return readUrl(String(value), limits);
  }
  throw notASource();
}

async function readUrl(text: string, { maxBytes, signal, errors }: Limits): Promise<Uint8Array> {
  const url = text.trim();
  if (url === '') return new Uint8Array(0);
  // Late: most calls fetch nothing.
  const { fetchImage } = await import('./fetch/index.js');
  const never = new AbortController().signal;
  const bytes = await fetchImage(url, { signal: signal ?? never, maxBytes, errors });
  if (bytes.byteLength > 0) return bytes;
  const code = errors === 'image' ? 'failed_image_download' : 'failed_bg_download';
  throw new BgcutError(code, { detail: 'The answer is empty (0 bytes).' });
}

function notASource(): BgcutError {
  return new BgcutError('invalid_input', { detail: `Pass the picture as ${kinds}.` });
}

function copyWithin(bytes: Uint8Array, { maxBytes }: ReadLimits): Uint8Array {
  if (bytes.byteLength > maxBytes) throw new BgcutError('file_too_large');
  return Uint8Array.from(bytes);
}

/** By its members, so that the Blob of a polyfill serves as well. */
export function isBlob(input: object): input is Blob {
  const blob = input as Partial<Blob>;
  return typeof blob.size === 'number' && typeof blob.stream === 'function';
}

// By its members too, for the stream of another realm.
function isWebStream(input: object): input is WebStream {
  return typeof (input as Partial<WebStream>).getReader === 'function';
}

function webChunks(stream: WebStream): Chunks {
  let reader;
  try {
    reader = stream.getReader();
  } catch (cause) {
    const detail = 'The stream is being read elsewhere already.';
    throw new BgcutError('source_unreadable', { detail, cause });
  }
  return {
    next: () => reader.read(),
    cancel: () => void reader.cancel().catch(() => undefined),
  };
}

function iteratorChunks(iterable: AsyncIterable<unknown>): Chunks {
  const iterator = iterable[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    cancel: () => {
      // destroy() works while a read is waiting, which an iterator's return() does not.
      const { destroy } = iterable as Partial<Readable>;
      if (typeof destroy === 'function') destroy.call(iterable);
      void iterator.return?.().catch(() => undefined);
    },
  };
}
