// peak.mjs PICTURE SIZE: by how many megabytes a call makes this process larger at its peak, after a first small one.
import { readFileSync } from 'node:fs';
import { createEngine } from 'bgcut';

const [, , picture = '', size] = process.argv;
const model = new URL('../../fixtures/models/tiny.onnx', import.meta.url).pathname;
const photo = new URL('../../fixtures/photos/rocket.jpg', import.meta.url).pathname;
const peak = () =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;

const engine = await createEngine({ device: 'cpu', threads: 2, model });
await engine.removeBg(photo, { size: 'full', format: 'zip' });
const before = peak();
const result = await engine.removeBg(picture, {
  size: /** @type {import('bgcut').RemoveOptions['size']} */ (size),
  format: 'zip',
});
console.log(JSON.stringify({ growthMb: peak() - before, decodeMs: result.timings.decode }));
await engine.dispose();
