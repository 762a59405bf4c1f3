// Clients that are broken, slow or hostile: a 4xx in time, and others are served meanwhile.
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { scene } from '../support/pictures.js';
import { type ErrorAnswer, form, type Running, start } from './support.js';

let running: Running;
let key: string;
/**
 * Gives up soon on who is slow, so that the tests needn't wait; still with time enough for a small picture on a machine
 * that is busy. Large bodies go to the server with the usual limits.
 */
let hasty: Running;
let hastyKey: string;
let picture: Buffer;
const sockets: Socket[] = [];

/** For an answer that is due after the limits of `hasty`. */
const soon = { timeout: 30_000 };

beforeAll(async () => {
  running = await start();
  hasty = await start({ headersTimeout: 1000, bodyTimeout: 3000 });
  [key, hastyKey] = (await Promise.all(
    [running, hasty].map((server) => server.key({ unlimited: true })),
  )) as [string, string];
  picture = await scene(60, 40).png().toBuffer();
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
});

/** A connection, and all that the server says on it until it closes. */
function open({ url } = running): { socket: Socket; said: Promise<string>; soFar: () => string } {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
  socket.on('error', () => undefined);
  const said = new Promise<string>((resolve) => socket.on('close', () => resolve(text)));
  return { socket, said, soFar: () => text };
}

const head = (own: string, lines: string[]) =>
  `${['POST /v1.0/removebg HTTP/1.1', 'Host: x', `X-Api-Key: ${own}`, ...lines].join('\r\n')}\r\n\r\n`;

/** The status and the code of the first answer on a connection. */
function first(text: string): [number, string | undefined] {
  return [Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), /"code":"(\w+)"/.exec(text)?.[1]];
}

const servesOthers = async (server = running) => {
  const body = form({ image_file: picture, size: 'preview' });
  const own = server === running ? key : hastyKey;
  const answer = await server.call('/v1.0/removebg', { method: 'POST', key: own, body });
  expect(answer.status).toBe(200);
};

describe('slow clients', () => {
  it('a header that never ends is cut off with 408', async () => {
    const { socket, said } = open(hasty);
    socket.write('POST /v1.0/removebg HTTP/1.1\r\nHost: x\r\n');
    const timer = setInterval(() => socket.write('X-A: b\r\n'), 200);
    await servesOthers(hasty);
    expect(first(await said)).toEqual([408, 'request_timeout']);
    clearInterval(timer);
  });

  it('a body that never ends is answered with 408', async () => {
    const { socket, soFar } = open(hasty);
    socket.write(
      head(hastyKey, ['Content-Type: multipart/form-data; boundary=b', 'Content-Length: 100000']),
    );
    const timer = setInterval(() => socket.write('x'), 100);
    await servesOthers(hasty);
    await expect.poll(() => first(soFar()), soon).toEqual([408, 'request_timeout']);
    clearInterval(timer);
  });

  it('200 idle connections, and 200 that say a little', async () => {
    const idle = Array.from({ length: 200 }, () => open(hasty));
    const slow = Array.from({ length: 200 }, () => open(hasty));
    for (const { socket } of slow) socket.write('POST /v1.0/removebg HTTP/1.1\r\n');
    await delay(200);
    await servesOthers(hasty);
    expect((await hasty.call('/health', {})).status).toBe(200);
    for (const { said } of slow) expect(first(await said)[0]).toBe(408);
    for (const { socket } of idle) socket.destroy();
  });
});

describe('malformed requests', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    [
      'two lengths',
      'POST /v1.0/removebg HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc',
      400,
    ],
    [
      'length and chunks',
      'POST /v1.0/removebg HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc',
      400,
    ],
    [
      'a bad chunk',
      'POST /v1.0/removebg HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
    ],
    ['a header of 20 kB', `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ])('%s', async (_what, text, status) => {
    const { socket, soFar } = open();
    socket.write(text);
    await expect.poll(() => first(soFar())[0], soon).toBe(status);
    const [, body] = soFar().split('\r\n\r\n');
    expect((JSON.parse(body!) as ErrorAnswer).errors[0]!.title).toBeTruthy();
    await servesOthers();
  });

  it('a length that promises more than comes', async () => {
    const { socket, soFar } = open(hasty);
    const part =
      '--b\r\nContent-Disposition: form-data; name="image_file"; filename="a"\r\n\r\nabc';
    socket.write(
      head(hastyKey, ['Content-Type: multipart/form-data; boundary=b', 'Content-Length: 5000']) +
        part,
    );
    await expect.poll(() => first(soFar()), soon).toEqual([408, 'request_timeout']);
  });

  it('a length that promises less than comes', async () => {
    const { socket, soFar } = open();
    socket.write(`${head(key, ['Content-Type: application/json', 'Content-Length: 3'])}{"a":1}`);
    await expect.poll(() => first(soFar())[0], soon).toBe(400);
    await servesOthers();
  });
});

describe('hostile bodies', () => {
  const post = (body: RequestInit['body'], type: string) =>
    running.call('/v1.0/removebg', {
      method: 'POST',
      key,
      body,
      headers: { 'content-type': type },
    });
  const multipart = 'multipart/form-data; boundary=b';
  const field = (name: string, value = 'x') =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const fields = (count: number) =>
    Array.from({ length: count }, (_, n) => field(`f${n}`)).join('');

  it.each<[string, string, string, string]>([
    ['10,000 fields', `${fields(10_000)}--b--`, multipart, 'invalid_body'],
    [
      '10,000 fields, urlencoded',
      Array.from({ length: 10_000 }, (_, n) => `f${n}=x`).join('&'),
      'application/x-www-form-urlencoded',
      'invalid_body',
    ],
    [
      '10,000 files',
      `${Array.from({ length: 10_000 }, () => '--b\r\nContent-Disposition: form-data; name="image_file"; filename="a"\r\n\r\nx\r\n').join('')}--b--`,
      multipart,
      'invalid_body',
    ],
    ['a long name', `${field('n'.repeat(5000))}--b--`, multipart, 'invalid_body'],
    ['a long value', `${field('roi', 'x'.repeat(100_000))}--b--`, multipart, 'invalid_body'],
    [
      'a long header of a part',
      `--b\r\nX: ${'y'.repeat(100_000)}\r\n${field('a')}--b--`,
      multipart,
      'missing_source',
    ],
    ['no end', fields(3), multipart, 'invalid_body'],
    [
      'a part without a name',
      '--b\r\nContent-Disposition: form-data; filename="a"\r\n\r\nx\r\n--b--',
      multipart,
      'invalid_body',
    ],
    ['nothing', '', multipart, 'invalid_body'],
    ['another boundary', '--c\r\n\r\n--c--', multipart, 'invalid_body'],
    [
      'nested forms',
      `--b\r\nContent-Disposition: form-data; name="image_file"\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--`,
      multipart,
      'invalid_file_type',
    ],
    [
      'deep JSON',
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      'application/json',
      'invalid_body',
    ],
    [
      'JSON with a prototype',
      '{"__proto__":{"size":"full"},"constructor":1}',
      'application/json',
      'missing_source',
    ],
    ['numbers for text', '{"image_url":1,"size":{}}', 'application/json', 'invalid_image_url'],
    ['a number for base64', '{"image_file_b64":1}', 'application/json', 'invalid_input'],
    [
      'a path for a background',
      '{"image_file_b64":"AAAA","bg_image_file":"/etc/passwd"}',
      'application/json',
      'invalid_bg_image_file',
    ],
    [
      'base64 of 40 MB',
      `{"image_file_b64":"${'A'.repeat(40e6)}"}`,
      'application/json',
      'file_too_large',
    ],
    [
      'urlencoded base64 of 40 MB',
      `image_file_b64=${'A'.repeat(40e6)}`,
      'application/x-www-form-urlencoded',
      'file_too_large',
    ],
    [
      '%-signs of nothing',
      'image_url=%&size=%zz&%=%',
      'application/x-www-form-urlencoded',
      'invalid_size',
    ],
    [
      'zero bytes',
      `${field('size', '\0')}${field('image_url', 'http://a.example/')}--b--`,
      multipart,
      'invalid_size',
    ],
  ])('%s', async (_what, body, type, code) => {
    const answer = await post(body, type);
    const { errors } = (await answer.json()) as ErrorAnswer;
    expect([answer.status, errors[0]!.code]).toEqual([400, code]);
  });

  it('leave nothing behind', async () => {
    await servesOthers();
    const metrics = await (await running.call('/metrics', {})).text();
    expect(metrics).toMatch(/^bgcut_body_bytes 0$/m);
    expect(metrics).toMatch(/^bgcut_workers_busy 0$/m);
    expect(metrics).not.toMatch(/status="5\d\d"/);
  });

  it('an endless upload stops at its limit', async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull: (controller) => {
        sent += 65_536;
        if (sent > 400e6) controller.close();
        else controller.enqueue(new Uint8Array(65_536).fill(65));
      },
    });
    const before = process.memoryUsage().rss;
    const answer = await running.call('/v1.0/removebg', {
      method: 'POST',
      key,
      body: endless,
      duplex: 'half',
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect(answer.status).toBe(400);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });
});
