/** The facade as a Fastify plugin: routes, keys, errors, and what is noted of each request. */
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { Registry } from 'prom-client';

import { BgcutEngine, type Engine } from '../engine.js';
import { BgcutError } from '../errors.js';
import { authenticate } from './auth.js';
import { allowEverywhere, preflight } from './cors.js';
import type { Facade } from './facade.js';
import type { Submissions } from './improve/submissions.js';
import { defaultLimits, type FacadeLimits } from './limits.js';
import { Load } from './load.js';
import { Metrics } from './metrics.js';
import { noteOf } from './log.js';
import { RateLimited, rateState } from './ratelimit.js';
import { account } from './routes/account.js';
import { improve } from './routes/improve.js';
import { addPage } from './routes/page.js';
import { addReference } from './routes/reference.js';
import { removebg } from './routes/removebg.js';
import { asRefusal, errorBody, isFault, statusOf } from './status.js';
import type { KeyRecord, Store } from './store/index.js';

/** What the facade stands on. Limits have the defaults of the API. */
export interface PluginOptions extends Partial<FacadeLimits> {
  /** What createEngine() gave; it stays the caller's to dispose of. */
  readonly engine: Engine;
  /** What openStore() gave, or a store of the caller's own; it stays the caller's to close. */
  readonly store: Store;
  /** Where the figures go; a registry of its own unless given. Each facade of a process needs its own. */
  readonly registry?: Registry;
  /** Where /improve puts pictures; without it the route answers 501. */
  readonly submissions?: Submissions | undefined;
  /** Whether there is a page at / that people can try the API on; not unless given. */
  readonly page?: boolean;
  /** Milliseconds since 1970; Date.now unless given. */
  readonly clock?: () => number;
}

/**
 * Adds /v1.0/removebg, /v1.0/account, /v1.0/improve, /docs and /openapi.json to a Fastify instance, below `prefix` where one is given.
 * Bodies are read by the plugin itself: the parsers and limits of the instance do not apply, those for headers and
 * connections do. Rejects with invalid_option for an engine that is not bgcut's.
 */
// eslint-disable-next-line @typescript-eslint/require-await -- Fastify tells a plugin without a callback by its promise
export const bgcutPlugin: FastifyPluginAsync<PluginOptions> = async (scope, options) => {
  const facade = openFacade(options);
  scope.decorateRequest('bgcut', null);
  scope.removeAllContentTypeParsers();
  // The stream is left to the route, which reads it once it knows who asks.
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
  scope.setErrorHandler((thrown, request, reply) => refuse(facade, thrown, request, reply));
  scope.addHook('onRequest', (request, reply, done) => {
    allowEverywhere(request, reply);
    // Not Fastify's onResponse, which says nothing of clients that went away.
    reply.raw.on('close', () => note(facade, request, reply));
    done();
  });
  addRoute(scope, facade, 'POST', '/v1.0/removebg', async (key, request, reply) => {
    await checkRate(facade, key);
    const place = facade.load.enter();
    return removebg(facade, { key, place, request, reply }).finally(() => place.leave());
  });
  addRoute(scope, facade, 'POST', '/v1.0/improve', async (key, request) => {
    facade.load.check();
    return improve(facade, key, request);
  });
  addRoute(scope, facade, 'GET', '/v1.0/account', (key) => Promise.resolve(account(facade, key)));
  addReference(scope);
  if (options.page === true) addPage(scope);
};

/** The engine by its class: a facade asks more of it than the public interface has. Throws invalid_option. */
export function asOurs(engine: Engine): BgcutEngine {
  if (engine instanceof BgcutEngine) return engine;
  const detail = 'Pass the engine that createEngine() of this package gave.';
  throw new BgcutError('invalid_option', { detail });
}

function openFacade(options: PluginOptions): Facade {
  const { engine, store, submissions, registry = new Registry(), clock = Date.now } = options;
  const limits = { ...defaultLimits };
  for (const name of Object.keys(limits) as (keyof FacadeLimits)[]) {
    Object.assign(limits, { [name]: options[name] ?? limits[name] });
  }
  const ours = asOurs(engine);
  const load = new Load(ours, limits.bodyMemory);
  const metrics = new Metrics(registry, ours, load);
  return { engine: ours, store, limits, load, metrics, submissions, clock };
}

type Handler = (key: KeyRecord, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** A route for who has a key, with its preflight, and a refusal of all other methods. */
function addRoute(
  scope: FastifyInstance,
  facade: Facade,
  method: 'GET' | 'POST',
  url: string,
  handler: Handler,
): void {
  scope.route({
    method,
    url,
    // Whoever may not call is told before the body is read.
    onRequest: async (request) => {
      request.bgcut = {};
      request.bgcut.key = await authenticate(request, facade.store);
    },
    handler: async (request, reply) => {
      const key = request.bgcut?.key;
      if (key === undefined) throw new BgcutError('auth_failed');
      return handler(key, request, reply);
    },
  });
  scope.options(url, (_request, reply) => preflight(reply, method));
  // HEAD of a GET is Fastify's own.
  const answered = [method, 'OPTIONS', ...(method === 'GET' ? ['HEAD'] : [])];
  const others = scope.supportedMethods.filter((other) => !answered.includes(other));
  scope.route({
    method: others,
    url,
    // Before the body, of which Fastify expects something with some methods.
    onRequest: (_request, reply, done) => {
      void reply.header('Allow', `${method}, OPTIONS`);
      done(new BgcutError('method_not_allowed'));
    },
    handler: () => undefined,
  });
}

/** Throws rate_limit_exceeded while nothing of the window is left. */
function checkRate({ limits, clock }: Facade, key: KeyRecord): Promise<void> {
  const state = rateState(key.rate, limits.rateLimit, clock());
  return state.remaining > 0 ? Promise.resolve() : Promise.reject(new RateLimited(state));
}

/** A request has ended, one way or another. */
function note({ metrics }: Facade, request: FastifyRequest, reply: FastifyReply): void {
  const { routeOptions, method } = request;
  const { status, line } = noteOf(request, reply);
  metrics.answered(`${method} ${routeOptions.url ?? ''}`, status, reply.elapsedTime);
  request.log.info(line, 'request');
}

/** Answers with an error, in its shape and with its headers. */
function refuse(
  { metrics, load }: Facade,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = asRefusal(thrown);
  const status = statusOf(error.code);
  const notes = (request.bgcut ??= {});
  notes.code = error.code;
  metrics.failed(error.code, status);
  if (isFault(error.code)) request.log.error({ err: error }, error.code);
  if (status === 503) void reply.header('Retry-After', load.retryAfter());
  if (error instanceof RateLimited) {
    const { limit, reset, retryAfter } = error.state;
    void reply.headers({
      'Retry-After': retryAfter,
      'X-RateLimit-Limit': limit,
      'X-RateLimit-Remaining': 0,
      'X-RateLimit-Reset': reset,
    });
  }
  return reply.code(status).type('application/json; charset=utf-8').send(errorBody(error));
}
