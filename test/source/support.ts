/** A small internet for the tests: names, a resolver and a wire that leads every connection to one local server. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Server as NetServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect } from 'vitest';

import type { BgcutError } from '#lib/errors';
import {
  fetchImage,
  type FetchOptions,
  internet,
  type Network,
  type Target,
} from '#lib/source/fetch/index';

/** A public address. Nothing is ever sent to it. */
export const publicAddress = '93.184.216.34';

/** What the resolver of the tests knows: the addresses of a name, or one answer after the other. */
export type Names = Record<string, string[] | (() => string[] | Promise<string[]>)>;

/** The network of a test and what happened on it. */
export interface World {
  readonly network: Network;
  /** Every connection that was begun, with the addresses it was to go to. */
  readonly dials: Target[];
  /** Every name that was asked for. */
  readonly lookups: string[];
  /** The connections that the server has had. */
  readonly sockets: Socket[];
}

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs at the end of the test, last first. */
export function atEnd(cleanup: () => Promise<void>): void {
  cleanups.push(cleanup);
}

/**
 * A network whose every connection, wherever it was to go, reaches this server, until the end of the test; there it
 * must have none left. Names that aren't given don't exist.
 */
export async function worldOf(server: NetServer, names: Names = {}): Promise<World> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  atEnd(async () => {
    await allClosed(sockets);
    await new Promise((resolve) => server.close(resolve));
  });
  const dials: Target[] = [];
  const lookups: string[] = [];
  const network: Network = {
    ...internet,
    dial: (target) => {
      dials.push(target);
      return connect(port, '127.0.0.1');
    },
    lookup: async (name) => {
      lookups.push(name);
      const known = names[name];
      if (known === undefined) throw Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' });
      const addresses = typeof known === 'function' ? await known() : known;
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
  };
  return { network, dials, lookups, sockets };
}

/** A network with an HTTP server, which also keeps the requests that it got. */
export async function webOf(
  answer: RequestListener,
  names: Names = {},
): Promise<World & { requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  const world = await worldOf(server, { 'photos.example': [publicAddress], ...names });
  return { ...world, requests };
}

async function allClosed(sockets: readonly Socket[]): Promise<void> {
  const end = performance.now() + 5000;
  while (sockets.some((socket) => !socket.destroyed) && performance.now() < end) await wait(5);
  const open = sockets.filter((socket) => !socket.destroyed);
  for (const socket of open) socket.destroy();
  expect(open, 'connections left open').toHaveLength(0);
}

/** Fetches a picture of at most 1000 bytes through the world. */
export function fetchFrom(
  { network }: Pick<World, 'network'>,
  url: string,
  options: Partial<FetchOptions> = {},
): Promise<Uint8Array> {
  const signal = new AbortController().signal;
  return fetchImage(url, { signal, maxBytes: 1000, errors: 'image', network, ...options });
}

/** What a user sees of an error. */
export function visible({ code, title, detail, message }: BgcutError): Record<string, unknown> {
  return { code, title, detail, message };
}

/** A failure without a reason, as a user sees it. */
export const failedSilently = {
  code: 'failed_image_download',
  title: 'Failed to download image from given image_url',
  detail: undefined,
  message: 'Failed to download image from given image_url',
};
