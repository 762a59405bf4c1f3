// calls.mjs FOLDER: takes every file of a folder through one engine, in the order of their names. After each it takes
// a good picture. Prints, for each: the error's code or null, milliseconds, the growth of peak memory in megabytes (null
// where the system doesn't tell), and whether the good picture still gave the bytes that it gave at first.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BgcutError, createEngine } from 'bgcut';

const folder = process.argv[2] ?? '';
const model = new URL('../../fixtures/models/tiny.onnx', import.meta.url).pathname;
const good = new URL('../../fixtures/photos/rocket.jpg', import.meta.url).pathname;

/** @param {'VmHWM' | 'VmRSS'} name */
const memory = (name) =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) /
  1024;
const isMeasured = process.platform === 'linux';
/** Peak memory counts from now on: proc(5), clear_refs. */
const startMeasuring = () => {
  if (!isMeasured) return 0;
  writeFileSync('/proc/self/clear_refs', '5');
  return memory('VmRSS');
};

const engine = await createEngine({ device: 'cpu', threads: 2, model });
const takeGood = () => engine.removeBg(good, { size: 'full', format: 'png' });
const first = await takeGood();

/** @type {Record<string, unknown>} */
const report = {};
for (const name of readdirSync(folder).sort()) {
  const before = startMeasuring();
  const start = performance.now();
  let code = null;
  try {
    await engine.removeBg(join(folder, name), { format: 'png' });
  } catch (error) {
    if (!(error instanceof BgcutError)) throw error;
    code = error.code;
  }
  const ms = performance.now() - start;
  const growthMb = isMeasured ? memory('VmHWM') - before : null;
  const next = await takeGood();
  report[name] = { code, ms, growthMb, nextIsGood: next.data.equals(first.data) };
}
console.log(JSON.stringify(report));
await engine.dispose();
