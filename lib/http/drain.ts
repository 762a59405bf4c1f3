/** An orderly end: nothing new is begun, what is under way is finished, and then everything closes. */
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Engine } from '../engine.js';
import { BgcutError } from '../errors.js';
import { isHeldBack } from './body/continue.js';
import { hasBody } from './body/form.js';

/** What the last answers get after the time is up. */
const graceMs = 1000;

/** Resolves when the body has been thrown away, or after a moment. */
async function arrived(request: IncomingMessage): Promise<void> {
  if (!hasBody(request) || isHeldBack(request)) return;
  const ended = new Promise<void>((resolve) => {
    request.on('end', resolve);
    request.on('close', resolve);
  });
  request.resume();
  await Promise.race([ended, delay(graceMs, undefined, { ref: false })]);
}

/** Counts the requests under way. */
export class Drain {
  readonly #timeoutMs: number;
  #underWay = 0;
  #stopping = false;
  #emptied: (() => void) | undefined;

  /** Milliseconds that requests get to finish. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Whether nothing new is begun any more. */
  get stopping(): boolean {
    return this.#stopping;
  }

  /** A request arrives: counts it, or refuses it with server_stopping. Liveness is answered to the end. */
  enter(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
    this.#underWay += 1;
    reply.raw.on('close', () => {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#emptied?.();
    });
    if (this.#stopping) void reply.header('Connection', 'close');
    if (!this.#stopping || this.#isProbe(request)) {
      done();
      return;
    }
    // Whoever is still sending when the connection closes would not get to read the answer.
    void arrived(request.raw).then(() => done(new BgcutError('server_stopping')));
  }

  /** Resolves when all requests have been answered or the time is up, and `app` has closed. */
  async run(app: FastifyInstance, engine: Engine): Promise<void> {
    this.#stopping = true;
    if (!(await this.#empty(this.#timeoutMs))) {
      // Whoever still waits is told so; a request that is still arriving is cut off.
      await engine.dispose();
      await this.#empty(graceMs);
    }
    app.server.closeAllConnections();
    await app.close();
  }

  async #empty(ms: number): Promise<boolean> {
    if (this.#underWay === 0) return true;
    const timer = new AbortController();
    const emptied = new Promise<boolean>((resolve) => {
      this.#emptied = () => resolve(true);
    });
    const late = delay(ms, false, { signal: timer.signal }).catch(() => false);
    const result = await Promise.race([emptied, late]);
    timer.abort();
    return result;
  }

  #isProbe({ url }: FastifyRequest): boolean {
    return url === '/health' || url === '/ready';
  }
}
