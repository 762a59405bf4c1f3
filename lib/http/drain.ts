/** An orderly end: nothing new is begun, what is under way is finished, and then everything closes. */
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Engine } from '../engine.js';
import { BgcutError } from '../errors.js';

/** What the last answers get after the time is up. */
const graceMs = 1000;

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
    if (this.#stopping) void reply.header('Connection', 'close');
    if (this.#stopping && !this.#isProbe(request)) {
      done(new BgcutError('server_stopping'));
      return;
    }
    this.#underWay += 1;
    reply.raw.on('close', () => {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#emptied?.();
    });
    done();
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
