/** Multipart and urlencoded bodies, parsed while they arrive. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';

import { asBgcutError, BgcutError } from '../../errors.js';
import { maxSourceBytes } from '../../limits.js';
import { base64Field, type Count, fileFields, type Form, maxBase64 } from './limits.js';

/** More than all parameters, one by one and per type; what is unknown is ignored, but not without end. */
const maxFields = 200;
const maxNameBytes = 100;
const maxTextBytes = 65_536;
const maxPartHeaderBytes = 8192;

/** Reads a form. Rejects with invalid_body, file_too_large, what `count` throws, or the signal's reason. */
export function readEncoded(
  request: IncomingMessage,
  count: Count,
  signal: AbortSignal,
): Promise<Form> {
  return new Promise((resolve, reject) => {
    const form: Form = new Map();
    const parser = openParser(request);
    const fail = (error: unknown): void => {
      request.unpipe(parser);
      reject(asBgcutError(error));
    };
    const attempt = (work: () => void): void => {
      try {
        work();
      } catch (thrown) {
        fail(thrown);
      }
    };

    // The types don't say that a part may come without a name.
    parser.on('field', (name: string | undefined, value, nameTruncated, valueTruncated) => {
      attempt(() => {
        if (name === undefined) {
          throw new BgcutError('invalid_body', { detail: 'A part of the form has no name.' });
        }
        if (nameTruncated || name.length > maxNameBytes) throw tooMuch('A field has a long name.');
        const isLong = value.length > maxTextBytes && name !== base64Field;
        if (valueTruncated && name === base64Field) throw new BgcutError('file_too_large');
        if (valueTruncated || isLong) throw tooMuch(`The field ${name} is too long.`);
        form.set(name, value);
      });
    });
    parser.on('file', (name, stream) => {
      readFile(name, stream, form, fail);
    });
    for (const event of ['fieldsLimit', 'partsLimit', 'filesLimit'] as const) {
      parser.on(event, () => fail(tooMuch('The form has too many fields.')));
    }
    parser.on('error', (cause) => {
      fail(new BgcutError('invalid_body', { detail: 'The form is malformed or cut off.', cause }));
    });
    parser.on('finish', () => resolve(form));
    signal.addEventListener('abort', () => fail(signal.reason), { once: true });
    request.on('data', (chunk: Buffer) => attempt(() => count(chunk.byteLength)));
    request.pipe(parser);
  });
}

function openParser(request: IncomingMessage): BusboyInstance {
  try {
    return new Busboy({
      headers: request.headers as BusboyHeaders,
      // Names tell what is a file: clients name the file as they like, or not at all.
      isPartAFile: (name) => fileFields.includes(name ?? '') || name === base64Field,
      limits: {
        fieldNameSize: maxNameBytes + 1,
        fieldSize: maxBase64,
        fields: maxFields,
        files: maxFields,
        parts: maxFields,
        headerPairs: 20,
        headerSize: maxPartHeaderBytes,
      },
    });
  } catch (cause) {
    throw new BgcutError('invalid_body', { detail: 'The form has no boundary.', cause });
  }
}

/** The content of a file, as bytes; of base64, as text. */
function readFile(
  name: string,
  stream: Readable,
  form: Form,
  fail: (error: unknown) => void,
): void {
  const isText = name === base64Field;
  const limit = isText ? maxBase64 : maxSourceBytes;
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    length += chunk.byteLength;
    if (length > limit) fail(new BgcutError('file_too_large'));
    else chunks.push(chunk);
  });
  // Its error, a form that is cut off, is the parser's error too.
  stream.on('error', () => undefined);
  stream.on('end', () => {
    const bytes =
      chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    form.set(name, isText ? bytes.toString('latin1') : bytes);
  });
}

function tooMuch(detail: string): BgcutError {
  return new BgcutError('invalid_body', { detail });
}
