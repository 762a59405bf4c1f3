/** The facade as a server of its own: engine, store, limits of connections, health, and an orderly end. */
import { METHODS } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import fastify, { type FastifyInstance, type FastifyReply, LogController } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';

import { BgcutEngine, type Engine } from '../engine.js';
import { BgcutError } from '../errors.js';
import { engineOptions } from '../params/options.js';
import { holdBodiesBack, isHeldBack } from './body/continue.js';
import { connectionLimits, answerMalformed } from './connections.js';
import { allowEverywhere } from './cors.js';
import { Drain } from './drain.js';
import { openSubmissions } from './improve/index.js';
import { makeKey } from './keys.js';
import { asOurs, bgcutPlugin } from './plugin.js';
import { addOperations } from './routes/operations.js';
import {
  dataFolder,
  readSettings,
  serverOptions,
  type ServerSettings,
  type ServerSettingsOptions,
} from './settings.js';
import { asRefusal, errorBody, isFault, statusOf } from './status.js';
import { openStore, type Store } from './store/index.js';

/** Settings, and what a program may bring itself. */
export interface ServerOptions extends ServerSettingsOptions {
  /** An engine of the caller's, which stays theirs; its options among the settings then have no effect. */
  engine?: Engine | undefined;
  /** A store of the caller's, which stays theirs. */
  store?: Store | undefined;
  /** Where the log goes; standard error unless given. */
  logStream?: Writable | undefined;
  /** Milliseconds since 1970; Date.now unless given. */
  clock?: (() => number) | undefined;
}

/** A server that has been made. */
export interface BgcutServer {
  /** The Fastify instance: routes may be added until listen(). */
  readonly app: FastifyInstance;
  /** The key that was made because the store had none: shown once, stored nowhere. */
  readonly firstKey: string | undefined;
  /** Listens; resolves with the address, as http://127.0.0.1:8080. Rejects with address_in_use. */
  listen(): Promise<string>;
  /**
   * Refuses new requests with 503, waits for those under way up to `drainTimeout`, and ends everything it has opened.
   * May be called again.
   */
  close(): Promise<void>;
}

/** Charges are kept that long, so that none is made twice. */
const dayMs = 86_400_000;
const chargesKeptMs = 40 * dayMs;

/**
 * Makes a server: starts the engine, opens the store, and makes a key if there is none. Settings that are not given are
 * read from the environment (BGCUT_PORT …). Rejects with a BgcutError: see docs/errors.md.
 */
export async function createServer(options: ServerOptions = {}): Promise<BgcutServer> {
  const { engine: ownEngine, store: ownStore, logStream, clock = Date.now, ...given } = options;
  const settings = readSettings(serverOptions, given);
  const data = dataFolder(settings.data);
  const opened: (() => Promise<unknown>)[] = [];
  const undo = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const store = ownStore ?? (await openStore({ data, database: settings.database }));
    if (ownStore === undefined) opened.push(() => store.close());
    opened.push(await forgetOldCharges(store, clock));
    const engine = ownEngine === undefined ? await startEngine(settings) : asOurs(ownEngine);
    if (ownEngine === undefined) opened.push(() => engine.dispose());
    const submissions = await openSubmissions(settings.improve ?? join(data, 'improve'));
    const firstKey = await addFirstKey(store, clock());
    const drain = new Drain(settings.drainTimeout);
    const registry = new Registry();
    const app = newApp(settings, logStream, drain);
    if (settings.metrics) collectDefaultMetrics({ register: registry });
    addOperations(app, { engine, drain, registry: settings.metrics ? registry : undefined });
    await app.register(bgcutPlugin, {
      ...{ engine, store, registry, submissions, clock },
      ...settings,
      bodyMemory: settings.bodyMemory * 1e6,
    });
    let closing: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      await drain.run(app, engine);
      await undo();
    };
    return {
      app,
      firstKey,
      listen: () => listen(app, settings),
      close: () => (closing ??= close()),
    };
  } catch (thrown) {
    await undo();
    throw thrown;
  }
}

/** Forgets them now and once a day; what it resolves with ends that. */
async function forgetOldCharges(store: Store, clock: () => number): Promise<() => Promise<void>> {
  const forget = () => store.forgetCharges(clock() - chargesKeptMs);
  await forget();
  // A store that does not answer just now will tomorrow.
  const timer = setInterval(() => void forget().catch(() => undefined), dayMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    return Promise.resolve();
  };
}

async function startEngine(settings: ServerSettings): Promise<BgcutEngine> {
  const names = Object.keys(engineOptions) as (keyof typeof engineOptions)[];
  const own = Object.fromEntries(names.map((name) => [name, settings[name]]));
  const engine = new BgcutEngine(own as ConstructorParameters<typeof BgcutEngine>[0]);
  await engine.started();
  return engine;
}

/** A server without any key would be of no use, and one that needs none would be everybody's. */
async function addFirstKey(store: Store, at: number): Promise<string | undefined> {
  if ((await store.listKeys()).length > 0) return undefined;
  const { id, key, hash } = makeKey();
  await store.addKey({ id, hash, name: 'first key', createdAt: at, unlimited: true });
  return key;
}

function newApp(
  settings: ServerSettings,
  logStream: Writable | undefined,
  drain: Drain,
): FastifyInstance {
  const app: FastifyInstance = fastify({
    ...connectionLimits(settings),
    clientErrorHandler: answerMalformed,
    logger: { level: settings.log, stream: logStream ?? process.stderr, base: null },
    // The plugin writes one line a request.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => crypto.randomUUID(),
    requestIdHeader: false,
    // The drain answers those, in the shape of our errors.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: true,
  });
  // Those that Fastify does not know are 405 as well, not 404.
  for (const method of METHODS) {
    if (method === 'CONNECT' || app.supportedMethods.includes(method)) continue;
    app.addHttpMethod(method, { hasBody: true });
  }
  app.server.maxConnections = maxConnections;
  holdBodiesBack(app.server, (request, response) => app.routing(request, response));
  app.addHook('onSend', (request, reply, payload, done) => {
    if (isHeldBack(request.raw)) void reply.header('Connection', 'close');
    done(null, payload);
  });
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    drain.enter(request, reply, done);
  });
  app.setNotFoundHandler((request, reply) => {
    allowEverywhere(request, reply);
    return answer(reply, new BgcutError('not_found'));
  });
  app.setErrorHandler((thrown, request, reply) => {
    const error = asRefusal(thrown);
    if (isFault(error.code)) request.log.error({ err: error }, error.code);
    allowEverywhere(request, reply);
    return answer(reply, error);
  });
  return app;
}

const maxConnections = 2048;

function answer(reply: FastifyReply, error: BgcutError): unknown {
  const status = statusOf(error.code);
  if (status === 503) void reply.header('Retry-After', 1);
  return reply.code(status).type('application/json; charset=utf-8').send(errorBody(error));
}

async function listen(app: FastifyInstance, { host, port }: ServerSettings): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    throw new BgcutError('address_in_use', { detail: `${host} port ${port}`, cause });
  }
  const { address, family, port: taken } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
}
