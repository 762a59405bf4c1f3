// @ts-check
/**
 * node bench/profile.mjs: which code the CPUs are in during calls of 12 MP to full PNG, by sampling with perf (Debian's
 * linux-perf) once the engine is warm. Prints a table of libraries, and one of the functions of our own that take most.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

import { createEngine } from 'bgcut';
import { format } from 'prettier';

import { testPicture } from './picture.mjs';
import { table } from './report.mjs';

const calls = 12;
const samplesPerSecond = 997; // no multiple of anything that the machine does
const ownFunctions = 12;

/** The kernels of native/convnet, and who calls them. */
const inference = 'BgCut: inference';

/** What a library is, by the beginning of its file's name; the rest is `other`. @type {[string, string][]} */
const libraries = [
  ['libbgcut-ort', 'ONNX Runtime: the type'],
  ['libonnxruntime', 'ONNX Runtime: the type'],
  ['libvips', 'libvips and its codecs: JPEG, resizing, PNG'],
  ['bgcut', 'BgCut: tensor, matte, colours, mask'],
  ['libc', 'C library: copying, allocating'],
  ['[kernel', 'kernel: pages of memory that are new'],
  ['node', 'Node: JavaScript'],
];

const folder = await mkdtemp(join(tmpdir(), 'bgcut-profile-'));
try {
  process.stdout.write(await format(await profile(), { parser: 'markdown' }));
} finally {
  await rm(folder, { recursive: true });
}

async function profile() {
  const path = await testPicture(4000, 3000);
  const engine = await createEngine({ device: 'cpu' });
  const call = () => engine.removeBg(path, { size: 'full', format: 'png' });
  await call();
  await call();
  const data = join(folder, 'perf.data');
  const settings = ['-F', String(samplesPerSecond), '-e', 'cpu-clock', '-p', String(process.pid)];
  const perf = spawn('perf', ['record', '-q', ...settings, '-o', data], { stdio: 'inherit' });
  const ended = once(perf, 'exit');
  await wait(1000);
  const start = performance.now();
  for (let i = 0; i < calls; i++) await call();
  const each = (performance.now() - start) / calls;
  perf.kill('SIGINT');
  await ended;
  await engine.dispose();

  const { stdout } = await promisify(execFile)(
    'perf',
    ['script', '-i', data, '-F', 'ip,sym,dso', '-G'],
    { maxBuffer: 1 << 30 },
  );
  return tables(stdout, each);
}

/** Of a function, or of what a thread runs of it: without parameters, and without the words that C++ adds. @param {string} symbol */
function nameOf(symbol) {
  const plain = symbol.replaceAll('(anonymous namespace)::', '').replace(/\[clone .*?\]/g, '');
  const names = Array.from(plain.matchAll(/bgcut::([\w:]+)/g), ([, name = '']) => name);
  const own = names.find((name) => !name.startsWith('parallel_'));
  return own ?? plain.replace(/\(.*$/, '');
}

/** @param {string} script a line for each sample: address, symbol, (file) @param {number} each milliseconds of a call */
function tables(script, each) {
  /** @type {Map<string, number>} */
  const byLibrary = new Map();
  /** @type {Map<string, number>} */
  const byFunction = new Map();
  const add = (/** @type {Map<string, number>} */ to, /** @type {string} */ key) =>
    to.set(key, (to.get(key) ?? 0) + 1);
  let samples = 0;
  for (const line of script.split('\n')) {
    const [, symbol = '', file = ''] = /^\s*[0-9a-f]+ (.*) \((.*)\)\s*$/.exec(line) ?? [];
    if (file === '') continue;
    samples++;
    const base = file.split('/').at(-1) ?? file;
    const library = libraries.find(([start]) => base.startsWith(start))?.[1] ?? 'other';
    add(byLibrary, symbol.includes('convnet::') ? inference : library);
    if (base.startsWith('bgcut')) add(byFunction, nameOf(symbol));
  }
  /** @param {Map<string, number>} counts @param {number} most */
  const rows = (counts, most) =>
    [...counts]
      .sort(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(([name, count]) => {
        const share = (100 * count) / samples;
        return [name, `${share.toFixed(1)} %`];
      });
  const intro =
    `12 MP JPEG to full PNG: ${String(samples)} samples of ${String(calls)} calls of ${each.toFixed(0)} ms, ` +
    `${(samples / samplesPerSecond / calls).toFixed(2)} s of CPU each.`;
  return [
    intro,
    table([['library', 'of the CPU time'], ...rows(byLibrary, Infinity)]),
    table([['function of ours', 'of the CPU time'], ...rows(byFunction, ownFunctions)]),
  ].join('\n\n');
}
