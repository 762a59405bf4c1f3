// growth.mjs WARM COUNTED: takes so many mixed calls to warm up, then as many that count: every format and size, good
// pictures, broken ones, ones that are stopped, engines that come and go. Prints the growth of the resident set during
// the counted ones, in megabytes, all and over their second half.
import { createEngine } from 'bgcut';
import { readFileSync } from 'node:fs';

const [warm, counted] = process.argv.slice(2).map(Number);
const path = (name) => new URL(`../../fixtures/${name}`, import.meta.url).pathname;
const photos = ['astronaut.png', 'chelsea.png', 'coffee.png', 'rocket.jpg'].map((name) =>
  path(`photos/${name}`),
);
const options = { device: 'cpu', threads: 2, model: path('models/tiny.onnx') };
const formats = ['png', 'jpg', 'webp', 'zip', 'auto'];
const sizes = ['preview', 'full', 'medium'];
const broken = readFileSync(photos[3]).subarray(0, 40_000);

let engine = await createEngine(options);
let made = 0;

/** @param {number} i */
async function call(i) {
  const picture = photos[i % photos.length];
  const format = formats[i % formats.length];
  const size = sizes[i % sizes.length];
  const channels = i % 7 === 0 ? 'alpha' : 'rgba';
  if (i % 10 === 9) return engine.removeBg(broken).catch(() => undefined);
  if (i % 10 === 8) {
    return engine.removeBg(picture, { size, format, timeout: 1 + (i % 20) }).catch(() => undefined);
  }
  if (i % 20 === 17) {
    await engine.dispose();
    engine = await createEngine(options);
  }
  const { data } = await engine.removeBg(picture, { size, format, channels });
  made += data.length > 0 ? 1 : 0;
}

/** Megabytes, after a collection: buffers of results are freed with their wrappers. */
function resident() {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1e6;
}

for (let i = 0; i < warm; i++) await call(i);
const start = resident();
for (let i = 0; i < counted / 2; i++) await call(i);
const middle = resident();
for (let i = 0; i < counted / 2; i++) await call(i);
const end = resident();
await engine.dispose();
console.log(JSON.stringify({ growthMb: end - start, laterMb: end - middle, made }));
