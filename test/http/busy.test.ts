import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createEngine, type Engine } from 'bgcut';
import { scene } from '../support/pictures.js';
import { onCpu, slowModel } from '../support/project.js';
import { type ErrorAnswer, form, type Running, start, untilReady } from './support.js';

let engine: Engine;
let running: Running;
let key: string;
let picture: Buffer;

beforeAll(async () => {
  engine = await createEngine({
    ...onCpu,
    model: slowModel,
    offline: true,
    concurrency: 1,
    queue: 1,
  });
  running = await start({ engine, timeout: 120_000 });
  key = await running.key({ payg: 10_000 });
  picture = await scene(64, 64).png().toBuffer();
  await untilReady(running.url);
});
afterAll(() => engine.dispose());

const cut = (signal?: AbortSignal) =>
  running.call('/v1.0/removebg', {
    method: 'POST',
    key,
    body: form({ image_file: picture }),
    ...(signal === undefined ? {} : { signal }),
  });
const pending = () => engine.info().pending;

/** Sends the head of a call whose body never comes. */
function callWithoutBody(...more: string[]): { socket: Socket; soFar: () => string } {
  const { hostname, port } = new URL(running.url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
  const lines = ['POST /v1.0/removebg HTTP/1.1', 'Host: x', `X-Api-Key: ${key}`];
  const body = ['Content-Type: application/json', 'Content-Length: 1000000'];
  socket.write(`${[...lines, ...body, ...more].join('\r\n')}\r\n\r\n`);
  return { socket, soFar: () => text };
}

describe('a full queue', () => {
  it(
    'is answered at once with 503, before the body has been sent',
    { timeout: 120_000 },
    async () => {
      const first = [cut(), cut()];
      await expect.poll(pending).toBe(2);
      const { socket, soFar } = callWithoutBody();
      await expect.poll(soFar).toMatch(/^HTTP\/1\.1 503 /);
      expect(pending()).toBe(2);
      expect(soFar()).toMatch(/\r\nretry-after: [1-9]\d*\r\n/i);
      expect(soFar()).toContain('{"errors":[{"title":"The engine is busy","code":"engine_busy"');
      socket.destroy();
      for (const answer of first) expect((await answer).status).toBe(200);
    },
  );

  it(
    'spares a client that asks first its upload, as curl does with a large body',
    { timeout: 120_000 },
    async () => {
      const first = [cut(), cut()];
      await expect.poll(pending).toBe(2);
      const { socket, soFar } = callWithoutBody('Expect: 100-continue');
      const closed = new Promise<boolean>((resolve) => socket.on('close', () => resolve(true)));
      expect(await closed).toBe(true);
      expect(soFar()).toMatch(/^HTTP\/1\.1 503 /);
      expect(soFar()).not.toContain('100 Continue');
      for (const answer of first) expect((await answer).status).toBe(200);

      const { socket: second, soFar: said } = callWithoutBody('Expect: 100-continue');
      await expect.poll(said).toBe('HTTP/1.1 100 Continue\r\n\r\n');
      second.destroy();
    },
  );

  it('keeps a place for a call whose body arrives, but not long', async () => {
    const slow = [callWithoutBody(), callWithoutBody()];
    await expect
      .poll(() => slow.map(({ socket }) => socket.bytesWritten > 0))
      .toEqual([true, true]);
    await delay(20);
    const refused = callWithoutBody();
    await expect.poll(refused.soFar).toMatch(/^HTTP\/1\.1 503 /);
    // Uploads that take their time don't keep others from an engine that has nothing to do.
    await delay(300);
    expect((await cut()).status).toBe(200);
    for (const { socket } of [...slow, refused]) socket.destroy();
  }, 120_000);

  it('has a place again as soon as a client goes away', async () => {
    const before = (await running.store.findKey(key.split('_')[1]!))!;
    const clients = [new AbortController(), new AbortController()];
    const calls = clients.map(({ signal }) => cut(signal).catch(() => undefined));
    await expect.poll(pending).toBe(2);
    for (const client of clients) client.abort();
    await Promise.all(calls);
    await expect.poll(pending, { timeout: 1000, interval: 10 }).toBe(0);
    await expect
      .poll(() => running.log.slice(-2).map((line) => JSON.parse(line) as object))
      .toEqual([
        expect.objectContaining({ status: 499, code: 'aborted' }),
        expect.objectContaining({ status: 499, code: 'aborted' }),
      ]);
    // Nobody got a picture, so nobody pays.
    const after = (await running.store.findKey(key.split('_')[1]!))!;
    expect([after.free, after.credits]).toEqual([before.free, before.credits]);
  });

  it('sees a client that goes away while it uploads', async () => {
    const lines = running.log.length;
    const { socket } = callWithoutBody();
    await delay(200);
    socket.destroy();
    await expect.poll(() => running.log.slice(lines).join()).toContain('"status":499');
  });
});

it('a call that takes longer than its time is 503', async () => {
  const hasty = await start({ engine, timeout: 300 });
  await untilReady(hasty.url);
  const own = await hasty.key({ unlimited: true });
  const answer = await hasty.call('/v1.0/removebg', {
    method: 'POST',
    key: own,
    body: form({ image_file: picture }),
  });
  expect([answer.status, answer.headers.has('retry-after')]).toEqual([503, true]);
  expect(((await answer.json()) as ErrorAnswer).errors[0]!.code).toBe('timeout');
});

it('bodies have a memory of their own', async () => {
  const narrow = await start({ engine, bodyMemory: 64 });
  await untilReady(narrow.url);
  const own = await narrow.key({ unlimited: true });
  const half = 'A'.repeat(35e6);
  const send = () =>
    narrow.call('/v1.0/removebg', {
      method: 'POST',
      key: own,
      body: JSON.stringify({ foo: half }),
      headers: { 'content-type': 'application/json' },
    });
  const statuses = (await Promise.all([send(), send(), send()])).map(({ status }) => status).sort();
  expect(statuses.at(-1)).toBe(503);
  expect(await (await send()).text()).toContain('missing_source');
});
