// @ts-check
/**
 * The server of load.mjs, in a process of its own and as `bgcut serve` runs it: prints its address and key, and tells how
 * it is when it is asked.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Writable } from 'node:stream';

import { createServer } from 'bgcut/server';

import { collectSeldom } from '#lib/cli/serve/heap';

import { percentile } from './figure.mjs';

const [data = '', model = '', asked] = process.argv.slice(2);
const quality = /** @type {'fast' | 'balanced' | 'best'} */ (asked);

/** Milliseconds of refusals as the server itself counts them, from its own log. @type {number[]} */
const refusals = [];
const logStream = new Writable({
  write(/** @type {Buffer} */ chunk, _encoding, done) {
    for (const line of chunk.toString().trim().split('\n')) {
      const { status, ms } = /** @type {{ status?: number, ms?: number }} */ (JSON.parse(line));
      if (status === 503 && ms !== undefined) refusals.push(ms);
    }
    done();
  },
});

collectSeldom();
const server = await createServer({
  ...{ data, model, quality, port: 0, device: 'cpu', logStream, rateLimit: 1_000_000 },
  queue: 2,
});
const histogram = monitorEventLoopDelay({ resolution: 1 });
histogram.enable();
process.on('message', (message) => {
  if (message === 'measure') histogram.reset();
  const delay = histogram.count === 0 ? 0 : histogram.percentile(99) / 1e6;
  const inside = percentile(refusals, 0.99);
  global.gc?.();
  const { rss } = process.memoryUsage();
  process.send?.({ rss, delay, inside });
});
process.send?.({ url: await server.listen(), key: server.firstKey });
process.on('SIGTERM', () => {
  void server.close().then(() => process.exit(0));
});
