// A request's body, multipart, urlencoded or JSON, arriving in pieces: either its picture and parameters are read, or
// the error is one that a client gets as 400. The first byte says how the body is cut, the first line is Content-Type.
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

import { BgcutError } from '#lib/errors';
import { parametersOf, pictureOf } from '#lib/http/body/fields';
import { readBody } from '#lib/http/body/form';
import { Load } from '#lib/http/load';
import { statusOf } from '#lib/http/status';
import { randomFrom } from '../mutate.mjs';
import { require } from './reader.mjs';

/** @import { BgcutEngine } from '#lib/engine' */

const idle = { pending: 0, info: () => ({ concurrency: 1, queue: 1 }) };
/** Long after all bytes have come: a body that is read this long hangs. */
const TIMEOUT = 10_000;

/** A request of which nothing has arrived. @param {string} contentType @param {number} length */
function requestOf(contentType, length) {
  const request = new IncomingMessage(new Socket());
  request.headers = { 'content-type': contentType, 'content-length': String(length) };
  return request;
}

/** Lets `bytes` arrive in pieces that depend on `seed`, some at once, some later. @param {IncomingMessage} request @param {Buffer} bytes @param {number} seed */
async function arrive(request, bytes, seed) {
  const random = randomFrom(seed);
  for (let left = bytes; left.length > 0;) {
    const length = 1 + random(seed % 3 === 0 ? 8 : left.length);
    request.push(left.subarray(0, length));
    left = left.subarray(length);
    if (random(3) === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  request.complete = true;
  request.push(null);
}

/** @param {unknown} thrown */
function requireRefusal(thrown) {
  require(thrown instanceof BgcutError, () => `a BgcutError, not ${String(thrown)}`);
  require(statusOf(thrown.code) === 400, () => `400, not ${thrown.code} (${String(thrown.cause)})`);
}

/** @param {Buffer} bytes */
export async function run(bytes) {
  const line = bytes.indexOf('\n', 1);
  const end = line < 0 ? bytes.length : line;
  const body = bytes.subarray(end + 1);
  const request = requestOf(bytes.toString('latin1', 1, end), body.length);
  const load = new Load(/** @type {BgcutEngine} */ (/** @type {unknown} */ (idle)), 1_000_000);
  const reading = readBody(request, { load, bodyTimeout: TIMEOUT });
  const arriving = arrive(request, body, bytes[0] ?? 0);
  try {
    const read = await reading;
    read.release();
    for (const meaning of [pictureOf, parametersOf]) {
      try {
        meaning(read.form);
      } catch (thrown) {
        requireRefusal(thrown);
      }
    }
  } catch (thrown) {
    requireRefusal(thrown);
  }
  await arriving;
  require(load.bytes === 0, () => `${load.bytes} bytes are still counted`);
}

/** @param {string} type @param {string} body */
const seed = (type, body) => Buffer.from(`\x01${type}\n${body}`, 'latin1');

/** @param {readonly string[]} parts */
const multipart = (...parts) =>
  seed(
    'multipart/form-data; boundary=b',
    `${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`,
  );

const file =
  'Content-Disposition: form-data; name="image_file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0';
/** @param {string} name @param {string} value */
const field = (name, value) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`;

export const seeds = () => [
  multipart(file, field('size', 'auto'), field('crop', 'true')),
  multipart(field('image_file_b64', '/9j/4AAQ'), field('shadow_type[person]', '3D')),
  multipart(field('image_url', 'https://example.com/a.jpg'), field('format', 'zip')),
  multipart(file, file),
  multipart(),
  seed('multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="image_f'),
  seed('multipart/form-data', '--b--'),
  seed(
    'application/x-www-form-urlencoded',
    'image_url=https%3A%2F%2Fexample.com%2Fa.jpg&size=full',
  ),
  seed('application/x-www-form-urlencoded', 'image_file_b64=%2f9j%2F4AAQ&crop=&=&&a'),
  seed('application/json', '{"image_url":"https://example.com/a.jpg","crop":true}'),
  seed(
    'application/json; charset=utf-8',
    '{"shadow_type":{"person":"3D"},"shadow_opacity[car]":9}',
  ),
  seed('text/plain', 'size=full'),
];

export const words = [
  '--b\r\n',
  '--b--\r\n',
  '\r\n\r\n',
  'Content-Disposition: form-data; ',
  'Content-Type: application/octet-stream\r\n',
  'Content-Transfer-Encoding: base64\r\n',
  'name="',
  'name=image_file',
  "filename*=utf-8''%c3%a4.jpg",
  'filename="',
  'multipart/form-data; boundary=',
  'multipart/mixed',
  'application/json\n',
  'application/x-www-form-urlencoded\n',
  '; charset=utf-16',
  'image_file',
  'image_file_b64',
  'image_url',
  'bg_image_file',
  'bg_color=',
  '{"',
  '":',
  'null',
  '1e999',
  '\\ud800',
  '%zz',
  '%00',
  '[__proto__]',
  '__proto__',
];
