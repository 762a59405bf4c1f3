import { getEventListeners, once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

import { fetchImage, internet, type Network } from '#lib/source/fetch/index';

import { rejection } from '../support/rejection.js';
import {
  failedSilently,
  fetchFrom,
  publicAddress,
  visible,
  type World,
  webOf,
  worldOf,
} from './support.js';

const url = 'http://photos.example/a.jpg';
const never = new Promise<never>(() => undefined);

/** Nothing but waiting happens at each stage of a fetch. */
const stages: Record<string, (limits: Partial<Network>) => Promise<World>> = {
  'the resolver': async (limits) =>
    limited(await webOf(() => undefined, { 'photos.example': () => never }), limits),
  'the connection': async (limits) => {
    const world = await webOf(() => undefined);
    const dial: Network['dial'] = (target) => {
      world.dials.push(target);
      return new Socket();
    };
    return limited(world, { ...limits, dial });
  },
  'the headers': async (limits) => limited(await webOf(() => undefined), limits),
  'the body': async (limits) => limited(await webOf(byteAfterByte), limits),
};

const byteAfterByte: RequestListener = (_request, response) => {
  const timer = setInterval(() => response.write('a'), 20);
  response.on('close', () => clearInterval(timer));
};

function limited(world: World, limits: Partial<Network>): World {
  return { ...world, network: { ...world.network, ...limits } };
}

/** Rejects within that many milliseconds, and not before. */
async function expectFailure(fetching: Promise<unknown>, after: number): Promise<void> {
  const start = performance.now();
  expect(visible(await rejection(fetching))).toEqual(failedSilently);
  const took = performance.now() - start;
  expect(took).toBeGreaterThan(after - 5);
  expect(took).toBeLessThan(after + 4000);
}

describe('time', () => {
  it('is 5 s for a connection and 10 s for everything', () => {
    expect(internet).toMatchObject({ connectMs: 5_000, totalMs: 10_000 });
  });

  it.each(['the resolver', 'the connection'])('runs out at %s', async (stage) => {
    const world = await stages[stage]!({ connectMs: 100, totalMs: 10_000 });
    await expectFailure(fetchFrom(world, url), 100);
  });

  it('runs out at a server that begins no TLS', async () => {
    const world = await worldOf(
      createServer((socket) => void socket.resume()),
      { 'photos.example': [publicAddress] },
    );
    const network = { ...world.network, connectMs: 100, totalMs: 10_000 };
    await expectFailure(fetchFrom({ network }, 'https://photos.example/'), 100);
  });

  it.each(Object.keys(stages))('for everything runs out at %s', async (stage) => {
    const world = await stages[stage]!({ connectMs: 10_000, totalMs: 150 });
    await expectFailure(fetchFrom(world, url), 150);
  });

  it('for everything is not begun anew by a redirect', async () => {
    const world = await webOf((_request, response) => {
      setTimeout(() => response.writeHead(302, { location: '/' }).end(), 200);
    });
    // With time for each of them the last redirect would be reached, and its status named.
    await expectFailure(fetchFrom(limited(world, { totalMs: 500 }), url), 500);
  });

  it('does not run out in the middle of a picture that arrives', async () => {
    const world = await webOf((_request, response) => {
      byteAfterByte(_request, response);
      setTimeout(() => response.end(), 1200);
    });
    const limits = { connectMs: 1000, totalMs: 10_000 };
    expect((await fetchFrom(limited(world, limits), url)).length).toBeGreaterThan(0);
  });
});

describe('an abort', () => {
  it.each(Object.keys(stages))('at %s ends the fetch with its reason at once', async (stage) => {
    const world = await stages[stage]!({});
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    const fetching = fetchFrom(world, url, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 100);
    const start = performance.now();
    await expect(fetching).rejects.toBe(reason);
    expect(performance.now() - start).toBeLessThan(4000);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('before the fetch asks nobody', async () => {
    const world = await webOf(() => undefined);
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(fetchFrom(world, url, { signal })).rejects.toThrow('too late');
    expect(world.lookups).toEqual([]);
    // A bad address is no reason to say something else.
    await expect(fetchFrom(world, 'nothing', { signal })).rejects.toThrow('too late');
  });

  it('is not followed by a connection when the resolver answers late', async () => {
    let answer: (addresses: string[]) => void = () => undefined;
    const late = new Promise<string[]>((resolve) => (answer = resolve));
    const world = await webOf(() => undefined, { 'photos.example': () => late });
    const fetching = fetchFrom(world, url, { signal: AbortSignal.timeout(50) });
    await expect(fetching).rejects.toMatchObject({ name: 'TimeoutError' });
    answer([publicAddress]);
    await wait(20);
    expect(world.dials).toEqual([]);
  });

  it('leaves no listener on a signal that many fetches share', async () => {
    const world = await webOf((_request, response) => response.end('picture'));
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 20 }, () => fetchFrom(world, url, { signal })));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('a server that breaks off', () => {
  it.each([
    ['at once', ''],
    ['in its headers', 'HTTP/1.1 200 OK\r\nContent-'],
    ['in a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab'],
    ['after something that is not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['in headers without an end', `HTTP/1.1 200 OK\r\n${'X-Header: value\r\n'.repeat(10_000)}`],
  ])('%s is asked once', async (_name, said) => {
    const server = createServer((socket) => void once(socket, 'data').then(() => socket.end(said)));
    const world = await worldOf(server, { 'photos.example': [publicAddress] });
    expect(visible(await rejection(fetchFrom(world, url)))).toEqual(failedSilently);
    expect(world.sockets).toHaveLength(1);
  });

  it('before it is asked anything, too', async () => {
    const server = createServer((socket) => void socket.destroy());
    const world = await worldOf(server, { 'photos.example': [publicAddress] });
    const start = performance.now();
    expect(visible(await rejection(fetchFrom(world, url)))).toEqual(failedSilently);
    expect(performance.now() - start).toBeLessThan(4000);
    expect(world.sockets).toHaveLength(1);
  });
});

it('needs nothing but an address, a signal and a cap', async () => {
  const { signal } = new AbortController();
  const fetching = fetchImage('http://127.0.0.1/', { signal, maxBytes: 1, errors: 'image' });
  expect(visible(await rejection(fetching))).toEqual(failedSilently);
});
