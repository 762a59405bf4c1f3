/** What operators and their tools ask: /health, /ready, /metrics. */
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';

import type { BgcutEngine } from '../../engine.js';
import type { Drain } from '../drain.js';
import { Readiness } from '../ready.js';

/** What the answers are made from. */
export interface Operations {
  readonly engine: BgcutEngine;
  readonly drain: Drain;
  /** Undefined where there is no /metrics. */
  readonly registry: Registry | undefined;
}

/** Adds the routes. /ready is true once a stored picture has given its stored result, until the server stops. */
export function addOperations(app: FastifyInstance, { engine, drain, registry }: Operations): void {
  const readiness = new Readiness(engine);
  app.addHook('onListen', async () => {
    await readiness.check();
    if (readiness.problem !== undefined) app.log.error(readiness.problem);
  });
  app.get('/health', () => ({ status: 'ok' }));
  app.get('/ready', (_request, reply) => {
    if (drain.stopping) return reply.code(503).send({ status: 'stopping' });
    if (readiness.ready) return { status: 'ready' };
    const { problem } = readiness;
    return reply
      .code(503)
      .send(problem === undefined ? { status: 'starting' } : { status: 'failed', problem });
  });
  if (registry === undefined) return;
  app.get('/metrics', async (_request, reply) => {
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}
