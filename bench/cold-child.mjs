// @ts-check
/** A process that has done nothing yet: node cold-child.mjs PICTURE. Prints what its first preview takes, as JSON. */
import { createEngine } from 'bgcut';

import { median } from './figure.mjs';

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('a picture, please');

const start = performance.now();
const engine = await createEngine({ device: 'cpu' });
const load = performance.now() - start;
await engine.removeBg(path);
const first = performance.now(); // since the process began, Node and the imports included
/** @type {number[]} */
const warm = [];
for (let i = 0; i < 7; i++) warm.push((await engine.removeBg(path)).timings.total);
process.stdout.write(JSON.stringify({ load, first, warm: median(warm) }));
await engine.dispose();
