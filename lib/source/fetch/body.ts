/** The body of an answer, counted before and after decompression. */
import { pipeline } from 'node:stream/promises';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

import { BgcutError } from '../../errors.js';
import type { ReadLimits } from '../collect.js';

/** Header fields by lower-case name, as undici gives them. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

const decoders = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * All bytes of a body, decompressed. Rejects with file_too_large, or with the error of the stream or the decoder.
 */
export async function readBody(
  body: Readable,
  headers: Headers,
  { maxBytes, signal }: ReadLimits,
): Promise<Uint8Array> {
  // What is announced is believed only where it saves reading; counting goes on below.
  if (Number(headers['content-length']) > maxBytes) throw new BgcutError('file_too_large');
  const decoder = decoderFor(headers['content-encoding']);
  const cap = { maxBytes, exceeded: false };
  const parts: Uint8Array[] = [];
  const gather = async (chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of chunks) parts.push(chunk);
  };
  const count = counted(cap);
  try {
    if (decoder === undefined) await pipeline(body, count, gather, { signal });
    else await pipeline(body, count, decoder, count, gather, { signal });
  } catch (thrown) {
    // Of several errors a pipeline gives the one that comes first, and a body that is ended early has one of its own.
    throw cap.exceeded ? new BgcutError('file_too_large') : thrown;
  }
  return Buffer.concat(parts);
}

/** Undefined for a body as it is. One coding at most: several on top of each other are only of use to a bomb. */
function decoderFor(header: string | string[] | undefined): Transform | undefined {
  const coding = String(header ?? '')
    .trim()
    .toLowerCase();
  if (coding === '' || coding === 'identity') return undefined;
  const create = decoders.get(coding);
  if (create === undefined) throw new Error(`content-encoding ${coding} is not known`);
  return create();
}

/** Passes chunks on, up to the cap; tells the cap when there are more. */
function counted(cap: { readonly maxBytes: number; exceeded: boolean }) {
  return async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let length = 0;
    for await (const chunk of chunks) {
      length += chunk.byteLength;
      cap.exceeded ||= length > cap.maxBytes;
      if (cap.exceeded) throw new Error('there is more than the cap');
      yield chunk;
    }
  };
}
