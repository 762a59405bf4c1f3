// growth.mjs WARM COUNTED: takes so many mixed calls to warm up, then as many that count: every format and size, good
// pictures, broken ones, ones that are stopped, engines that come and go. Prints the growth of the resident set during
// the counted ones, in megabytes, all and over their second half, and how many calls gave a result.
import { createEngine } from 'bgcut';
import { readFileSync } from 'node:fs';

const [warm = 0, counted = 0] = process.argv.slice(2).map(Number);
/** @param {string} name */
const path = (name) => new URL(`../../fixtures/${name}`, import.meta.url).pathname;
/** @satisfies {import('bgcut').EngineOptions} */
const options = /** @type {const} */ ({
  device: 'cpu',
  threads: 2,
  model: path('models/tiny.onnx'),
});
const photos = ['astronaut.png', 'chelsea.png', 'coffee.png', 'rocket.jpg'].map((name) =>
  path(`photos/${name}`),
);
const formats = /** @type {const} */ (['png', 'jpg', 'webp', 'zip', 'auto']);
const sizes = /** @type {const} */ (['preview', 'full', 'medium']);
const broken = readFileSync(path('photos/rocket.jpg')).subarray(0, 40_000);

let engine = await createEngine(options);
let made = 0;

/** @param {number} i */
async function call(i) {
  const picture = i % 10 === 9 ? broken : photos[i % photos.length];
  const timeout = i % 10 === 8 ? 1 + (i % 20) : 0;
  if (i % 20 === 17) {
    await engine.dispose();
    engine = await createEngine(options);
  }
  try {
    await engine.removeBg(/** @type {string | Buffer} */ (picture), {
      format: formats[i % formats.length] ?? 'png',
      size: sizes[i % sizes.length] ?? 'full',
      channels: i % 7 === 0 ? 'alpha' : 'rgba',
      timeout,
    });
    made += 1;
  } catch (error) {
    if (picture !== broken && timeout === 0) throw error;
  }
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
