// threads.mjs CONCURRENCY CALLERS: looks at the threads of this process while so many callers keep an engine busy. Prints
// how many CPUs there are to share, how many threads the engine has at most, and how many of them were running, or ready
// to run, on average. The engine's own: those that were there before it don't count.
import { createEngine } from 'bgcut';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

import { usableCpus } from '#lib/threads';

const [concurrency = 1, callers = 1] = process.argv.slice(2).map(Number);
const path = (/** @type {string} */ name) =>
  new URL(`../../fixtures/${name}`, import.meta.url).pathname;
const picture = readFileSync(path('photos/astronaut.png'));

const tasks = () => readdirSync('/proc/self/task');
/** @param {string} task */
function isRunning(task) {
  try {
    const stat = readFileSync(`/proc/self/task/${task}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('R');
  } catch {
    return false; // it has ended
  }
}

const before = new Set(tasks());
const engine = await createEngine({
  device: 'cpu',
  model: path('models/tiny.onnx'),
  concurrency,
  queue: callers,
});
let stopped = false;
const caller = async () => {
  while (!stopped) {
    await engine.removeBg(picture, {
      size: 'full',
      format: 'png',
      typeLevel: 'none',
      semitransparency: false,
    });
  }
};
const busy = Promise.all(Array.from({ length: callers }, caller));
await wait(500);
let running = 0;
let most = 0;
let looks = 0;
for (const end = performance.now() + 3000; performance.now() < end; looks += 1) {
  const own = tasks().filter((task) => !before.has(task));
  most = Math.max(most, own.length);
  running += own.filter(isRunning).length;
  await wait(2);
}
stopped = true;
await busy;
await engine.dispose();
console.log(JSON.stringify({ cpus: usableCpus(), threads: most, running: running / looks }));
