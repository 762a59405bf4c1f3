// @ts-check
/**
 * Where the CPU time of a 12 MP call goes: node bench/profile.mjs, on Linux with `perf`. Samples eight calls (full PNG, two
 * threads) of a process of its own once it is warm, and prints the shares of the libraries, and the functions of BgCut, libc
 * and the kernel that take most; ONNX Runtime and libvips come without names.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { createEngine } from 'bgcut';

import { testPicture } from './picture.mjs';
import { table } from './report.mjs';
import { savedFile } from './saved.mjs';

const warmUp = 6000;

/** @param {string} program @param {string[]} args */
const run = (program, args) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

if (process.argv[2] === 'calls') await calls();
else profile();

async function calls() {
  const picture = await testPicture(4000, 3000);
  const engine = await createEngine({ device: 'cpu' });
  const start = performance.now();
  let counted = 0;
  while (counted < 8) {
    const sampled = performance.now() - start > warmUp;
    await engine.removeBg(picture, { size: 'full', format: 'png' });
    if (sampled) counted += 1;
  }
  await engine.dispose();
}

function profile() {
  const data = savedFile('perf').replace(/json$/, 'data');
  mkdirSync(fileURLToPath(new URL('../out/bench/', import.meta.url)), { recursive: true });
  const script = fileURLToPath(import.meta.url);
  const record = ['record', '-e', 'cpu-clock', '-F', '499', '-D', `${warmUp + 1500}`, '-o', data];
  run('perf', [...record, process.execPath, script, 'calls']);
  const common = ['report', '-i', data, '--stdio', '-g', 'none', '-w', '12,48,80'];
  const libraries = lines(run('perf', [...common, '--sort', 'dso']), 0.3);
  const functions = lines(run('perf', [...common, '--sort', 'dso,symbol']), 0.25)
    .filter(([, name = '']) => !name.includes('0x'))
    .map(([share = '', name = '']) => [
      share,
      name.replace(/\(anonymous namespace\)::|bgcut::/g, '').replace(/\(.*$/, ''),
    ]);
  process.stdout.write(`${table([['share', 'library'], ...libraries])}\n\n`);
  process.stdout.write(`${table([['share', 'function'], ...functions.slice(0, 20)])}\n`);
}

/**
 * The rows of a report of perf whose share is at least so many percent.
 *
 * @param {string} report @param {number} least
 */
function lines(report, least) {
  return report
    .split('\n')
    .map((line) => /^\s*([\d.]+)%\s+(.*?)\s*$/.exec(line))
    .flatMap((found) =>
      found === null ? [] : [[`${found[1]} %`, found[2]?.replace(/\s+\[[.k]\]\s+/, ' ') ?? '']],
    )
    .filter(([share = '']) => Number.parseFloat(share) >= least);
}
