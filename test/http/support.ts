/** Servers for tests: the real one, on a real socket, with the model to which bright is foreground. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll } from 'vitest';

import { createEngine, type Engine } from 'bgcut';
import {
  type BgcutServer,
  createServer,
  openStore,
  type ServerOptions,
  type Store,
} from 'bgcut/server';
import { makeKey } from '#lib/http/keys';
import { onCpu, tinyModel } from '../support/project.js';

/** An error as clients read it. */
export interface ErrorAnswer {
  errors: { title: string; code?: string; detail?: string }[];
}

/** What fetch() takes, and a key. */
export type CallInit = Omit<RequestInit, 'headers'> & {
  key?: string;
  headers?: Record<string, string>;
};

/** A server under test. */
export interface Running {
  readonly url: string;
  readonly server: BgcutServer;
  readonly store: Store;
  /** The lines of its log. */
  readonly log: string[];
  /** Makes a key. Without `unlimited` it has what `credits` says, in hundredths. */
  key(options?: { unlimited?: boolean; payg?: number; subscription?: number }): Promise<string>;
  /** A request with a key. */
  call(path: string, init: CallInit): Promise<Response>;
}

const folder = mkdtempSync(join(tmpdir(), 'bgcut-http-'));
const running: BgcutServer[] = [];
const stores: Store[] = [];
let shared: Promise<Engine> | undefined;

afterAll(async () => {
  await Promise.all(running.map((server) => server.close()));
  await Promise.all(stores.map((store) => store.close()));
  await (await shared)?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** An empty folder of this test file. */
export const newFolder = (): string => mkdtempSync(join(folder, 'data-'));

/** The engine that all servers of a test file share unless they are given options of one. */
export const tinyEngine = (): Promise<Engine> =>
  (shared ??= createEngine({ ...onCpu, model: tinyModel, offline: true, queue: 200 }));

/** Starts a server on a free port; it ends with the test file. */
export async function start(options: ServerOptions = {}): Promise<Running> {
  const log: string[] = [];
  const logStream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      log.push(...chunk.toString().trim().split('\n'));
      done();
    },
  });
  const data = options.data ?? newFolder();
  const store = options.store ?? (await openStore({ data }));
  if (options.store === undefined) stores.push(store);
  const own =
    options.model === undefined ? { engine: options.engine ?? (await tinyEngine()) } : onCpu;
  const server = await createServer({ port: 0, logStream, ...own, ...options, data, store });
  running.push(server);
  const url = await server.listen();
  return {
    url,
    server,
    store,
    log,
    key: async ({ unlimited = false, payg = 0, subscription = 0 } = {}) => {
      const { id, key, hash } = makeKey();
      await store.addKey({ id, hash, name: 'test', createdAt: Date.now(), unlimited });
      await store.addCredits(id, 'payg', payg);
      await store.addCredits(id, 'subscription', subscription);
      return key;
    },
    call: (path, { key, ...init }) =>
      fetch(`${url}${path}`, {
        ...init,
        headers: { ...(key === undefined ? {} : { 'x-api-key': key }), ...init.headers },
      }),
  };
}

export const path = '/v1.0/removebg';

interface Senders {
  readonly post: (body: RequestInit['body'], headers?: Record<string, string>) => Promise<Response>;
  readonly json: (value: unknown, headers?: Record<string, string>) => Promise<Response>;
  readonly urlencoded: (fields: Record<string, string>) => Promise<Response>;
}

/** The three kinds of bodies, sent to that path of a server with a key, which are asked for at each request. */
export function senders(to: () => { running: Running; key: string }): Senders {
  const post: Senders['post'] = (body, headers = {}) => {
    const { running, key } = to();
    return running.call(path, { method: 'POST', key, body, headers });
  };
  const json: Senders['json'] = (value, headers = {}) =>
    post(JSON.stringify(value), { 'content-type': 'application/json', ...headers });
  const urlencoded: Senders['urlencoded'] = (fields) => post(new URLSearchParams(fields));
  return { post, json, urlencoded };
}

/** Waits until a server is ready. */
export async function untilReady(url: string): Promise<void> {
  const end = performance.now() + 60_000;
  while ((await fetch(`${url}/ready`)).status !== 200) {
    if (performance.now() > end) throw new Error('it does not become ready');
    await delay(20);
  }
}

/** A form: text, or bytes as a file. */
export function form(fields: Record<string, string | Uint8Array>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, new Blob([Uint8Array.from(value)]), 'picture.jpg');
  }
  return data;
}

/** The bytes of an answer. */
export const bytesOf = async (response: Response): Promise<Buffer> =>
  Buffer.from(await response.arrayBuffer());
