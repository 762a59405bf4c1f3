// @ts-check
/**
 * `npm run test:gpu -- [--device cuda] [PICTURES]`: whether a device does its work, on the machine that has it. The
 * oracle is ONNX Runtime's own kernels on the CPU, in float32.
 */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { BgcutError, createEngine } from 'bgcut';
import sharp from 'sharp';

import { usedMegabytes } from '../../../bench/nvidia.mjs';
import { check, exitStatus } from './checks.mjs';

/** @import { DeviceName } from '#lib/native' */
/** @import { Engine, RemoveOptions } from 'bgcut' */

// Read when the first engine starts.
process.env.BGCUT_KERNELS = 'onnxruntime';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const photos = join(project, 'test/fixtures/photos');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { device: { type: 'string', default: 'cuda' } },
});
const device = /** @type {DeviceName} */ (values.device);
const ownPictures = ['astronaut.png', 'chelsea.png', 'coffee.png', 'rocket.jpg'];
const files = positionals.length > 0 ? positionals : ownPictures.map((name) => join(photos, name));

/** @type {Error[]} */
const warnings = [];
process.on('warning', (warning) => warnings.push(warning));

/** The alpha of the cut-out, one byte per pixel. @param {Engine} engine @param {Buffer} picture @param {RemoveOptions} [options] */
async function matteOf(engine, picture, options = {}) {
  const { data } = await engine.removeBg(picture, {
    ...{ size: 'full', format: 'png', channels: 'alpha' },
    ...options,
  });
  return sharp(data).extractChannel(0).raw().toBuffer();
}

/** @param {Buffer} a @param {Buffer} b @returns {{ mean: number, far: number }} levels of 255; share beyond 8 levels */
function difference(a, b) {
  if (a.length !== b.length) return { mean: Number.NaN, far: Number.NaN };
  let sum = 0;
  let far = 0;
  for (let i = 0; i < a.length; i++) {
    const apart = Math.abs(a.readUInt8(i) - b.readUInt8(i));
    sum += apart;
    if (apart > 8) far += 1;
  }
  return { mean: sum / a.length, far: far / a.length };
}

/** @param {string[]} args */
const bgcut = (...args) =>
  execFileSync(process.execPath, [join(project, 'dist/cli/main.js'), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

/** The code that a call rejects with. @param {Promise<unknown>} call */
const codeOf = (call) =>
  call.then(
    () => 'nothing',
    (/** @type {unknown} */ error) =>
      error instanceof BgcutError ? `${error.code}: ${error.message}` : String(error),
  );

async function started() {
  const { devices } = /** @type {{ devices: { device: string, runs: boolean }[] }} */ (
    JSON.parse(bgcut('info', '--json'))
  );
  const told = devices.find((entry) => entry.device === device);
  check('bgcut info says that it runs', told?.runs === true, JSON.stringify(told));
  const before = usedMegabytes();
  const start = performance.now();
  const engine = await createEngine({ device, concurrency: 4, queue: 256 });
  const ms = performance.now() - start;
  const { provider, nodes, precision, fallbacks } = engine.info();
  const about = JSON.stringify({ provider, nodes, precision, fallbacks });
  check(
    'it starts',
    provider === device && fallbacks.length === 0,
    `${ms.toFixed(0)} ms, ${about}`,
  );
  const here = nodes[device] ?? 0;
  const onCpu = device === 'cpu' ? 0 : (nodes.cpu ?? 0);
  check('it has the graph', here > 20 * onCpu, `${here} nodes, ${onCpu} left to the CPU`);
  console.log(`     memory of the GPU: ${before} MB before, ${usedMegabytes()} MB with the model`);
  return engine;
}

/** @param {Engine} engine @param {Engine} cpu @param {Buffer[]} pictures */
async function compare(engine, cpu, pictures) {
  for (const [name, options] of /** @type {[string, RemoveOptions][]} */ ([
    ['plain mask', { quality: 'fast' }],
    ['matte', {}],
    ['preview', { size: 'preview' }],
  ])) {
    for (const [i, picture] of pictures.entries()) {
      const wanted = await matteOf(cpu, picture, options);
      const { mean, far } = difference(await matteOf(engine, picture, options), wanted);
      check(
        `${name} of ${basename(files[i] ?? '')}`,
        mean < 0.25 && far < 0.005,
        `${mean.toFixed(3)} levels of 255 on average, ${(100 * far).toFixed(3)} % beyond 8`,
      );
    }
  }
}

/** @param {Engine} engine @param {Buffer[]} pictures */
async function manyAtOnce(engine, pictures) {
  /** @type {Buffer[]} */
  const alone = [];
  for (const picture of pictures) alone.push(await matteOf(engine, picture));
  const calls = Array.from({ length: 6 }, () =>
    pictures.map((picture) => matteOf(engine, picture)),
  );
  const together = await Promise.all(calls.flat());
  const worst = together.map((matte, i) =>
    difference(matte, alone[i % pictures.length] ?? Buffer.alloc(0)),
  );
  const mean = Math.max(...worst.map((apart) => apart.mean));
  check('calls at once give what they give alone', mean < 0.1, `${mean.toFixed(4)} levels apart`);
}

/** @param {Engine} engine @param {Buffer} picture */
async function stops(engine, picture) {
  const codes = new Set();
  for (let ms = 1; ms <= 41; ms += 4) {
    const controller = new AbortController();
    const call = codeOf(engine.removeBg(picture, { size: 'full', signal: controller.signal }));
    await delay(ms);
    controller.abort();
    codes.add((await call).split(':')[0]);
  }
  check('a call can be stopped at any time', codes.has('aborted'), [...codes].join(', '));
  const { data } = await engine.removeBg(picture);
  check('and the next one works', data.length > 1000);
}

/** @param {Engine} engine @param {Buffer[]} pictures */
async function memory(engine, pictures) {
  let turn = 0;
  const calls = async (/** @type {number} */ count) => {
    const caller = async () => {
      while (count-- > 0) await engine.removeBg(pictures[turn++ % pictures.length] ?? '');
    };
    await Promise.all(Array.from({ length: 8 }, caller));
    return { gpu: usedMegabytes() ?? 0, rss: process.memoryUsage.rss() / 1e6 };
  };
  const before = await calls(100);
  const after = await calls(300);
  const told = `GPU ${before.gpu} and ${after.gpu} MB, process ${before.rss.toFixed(0)} and ${after.rss.toFixed(0)} MB`;
  const grown = Math.max(after.gpu - before.gpu, after.rss - before.rss);
  check('memory stays over further calls', grown <= 64, told);
}

/** @param {Buffer} picture */
async function limits(picture) {
  if (device !== 'cuda' && device !== 'tensorrt') return;
  const small = await codeOf(createEngine({ device, gpuMemoryLimit: 64 }));
  check(
    'a limit that is too small is told',
    /^provider_unavailable.*gpuMemoryLimit/.test(small),
    small,
  );
  const before = usedMegabytes() ?? 0;
  const engine = await createEngine({ device, gpuMemoryLimit: 800, concurrency: 16, queue: 64 });
  const codes = await Promise.all(
    Array.from({ length: 32 }, () => codeOf(engine.removeBg(picture, { size: 'full' }))),
  );
  const taken = (usedMegabytes() ?? 0) - before;
  check('a limit is kept', taken < 2000, `${taken} MB with a limit of 800 MB`);
  const ends = new Set(codes.map((code) => code.split(':')[0] ?? ''));
  ends.delete('nothing');
  const told = `${codes.filter((code) => code !== 'nothing').length} of 32 calls ${[...ends].join(', ')}`;
  check('calls that do not fit side by side run one by one', ends.size === 0, told);
  const { data } = await engine.removeBg(picture, { size: 'full' });
  check('and the next one works', data.length > 1000);
  await engine.dispose();
}

async function automatic() {
  const engine = await createEngine();
  const { provider, fallbacks } = engine.info();
  const wanted = device === 'cuda' || device === 'tensorrt' ? ['cuda', 'tensorrt'] : [provider];
  check('auto takes it', wanted.includes(provider) && fallbacks.length === 0, provider);
  await engine.dispose();
}

const pictures = await Promise.all(files.map((file) => readFile(file)));
const [first = Buffer.alloc(0)] = pictures;
const atFirst = usedMegabytes();
const engine = await started();
const cpu = await createEngine({ device: 'cpu' });
await compare(engine, cpu, pictures);
await cpu.dispose();
await manyAtOnce(engine, pictures);
await stops(engine, first);
await memory(engine, pictures);
const full = usedMegabytes();
await engine.dispose();
if (full !== undefined) {
  const left = usedMegabytes() ?? full;
  const told = `${atFirst} MB at first, ${full} with the engine, ${left} without`;
  check('a disposed engine gives its memory back', left < full - 100, told);
}
await limits(first);
await automatic();
check('no warning', warnings.length === 0, warnings.map(String).join(' '));
process.exitCode = exitStatus();
