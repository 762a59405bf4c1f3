// @ts-check
/** One call in a process of its own: node memory-child.mjs PICTURE OPTIONS. Prints its peak memory as JSON. */
import { createEngine } from 'bgcut';

import { peakMemory } from './peak.mjs';

const [path, options] = process.argv.slice(2);
if (path === undefined || options === undefined) throw new Error('a picture and options, please');

const engine = await createEngine({ device: 'cpu' });
const loaded = process.memoryUsage().rss / 1e6;
const { width, height, timings } = await engine.removeBg(path, JSON.parse(options));
const measured = {
  loaded,
  peak: peakMemory(),
  milliseconds: timings.total,
  pixels: width * height,
};
process.stdout.write(JSON.stringify(measured));
await engine.dispose();
