/** JSON bodies. */
import type { IncomingMessage } from 'node:http';

import { asBgcutError, BgcutError } from '../../errors.js';
import { abortable } from '../../source/collect.js';
import type { Count, Form } from './limits.js';

/** Reads an object. Rejects with invalid_body, what `count` throws, or the signal's reason. */
export async function readJson(
  request: IncomingMessage,
  count: Count,
  signal: AbortSignal,
): Promise<Form> {
  const chunks: Buffer[] = [];
  const reading = new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      try {
        count(chunk.byteLength);
        chunks.push(chunk);
      } catch (thrown) {
        chunks.length = 0;
        reject(asBgcutError(thrown));
      }
    });
    request.on('end', resolve);
  });
  await abortable(reading, signal);
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return new Map();
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BgcutError('invalid_body', { detail: 'The JSON body is an object.' });
  }
  return new Map(Object.entries(value));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BgcutError('invalid_body', { detail: 'The body is not valid JSON.', cause });
  }
}
