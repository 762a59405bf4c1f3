// @ts-check
/** The server of load.mjs, in a process of its own: prints its address and key, and tells how it is when it is asked. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { createServer } from 'bgcut/server';

const [data = '', model = ''] = process.argv.slice(2);
const server = await createServer({
  ...{ data, model, port: 0, device: 'cpu', log: 'silent', rateLimit: 1_000_000 },
  queue: 2,
});
const histogram = monitorEventLoopDelay({ resolution: 1 });
histogram.enable();
process.on('message', (message) => {
  if (message === 'reset') histogram.reset();
  const delay = histogram.count === 0 ? 0 : histogram.percentile(99) / 1e6;
  global.gc?.();
  process.send?.({ rss: process.memoryUsage().rss, delay, longest: histogram.max / 1e6 });
});
process.send?.({ url: await server.listen(), key: server.firstKey });
process.on('SIGTERM', () => {
  void server.close().then(() => process.exit(0));
});
