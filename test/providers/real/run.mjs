// @ts-check
/**
 * `npm run test:cuda`: the real files of the CUDA provider, 179 MB from the npm registry, on a machine without a GPU:
 * what is told for each thing that is missing. With CUDA_LIBRARIES, folders with the libraries of CUDA 13 and cuDNN 9
 * (colon-separated), it goes on to what is missing then. Where a GPU is, its errors don't come: see docs/providers.md.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { check, exitStatus } from './checks.mjs';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const cache = mkdtempSync(join(tmpdir(), 'bgcut-cuda-'));
const { CUDA_LIBRARIES = '' } = process.env;

/** @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
function bgcut(args, env = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(project, 'dist/cli/main.js'), ...args],
    { env: { ...process.env, BGCUT_CACHE: cache, BGCUT_OFFLINE: '1', ...env }, encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

/** @param {string} what @param {string} text @param {RegExp} wanted */
function expect(what, text, wanted) {
  check(what, wanted.test(text), text);
}

/** What a named device says. @param {string} device @param {NodeJS.ProcessEnv} [env] */
function told(device, env) {
  const model = join(project, 'test/fixtures/models/tiny.onnx');
  const { status, stderr } = bgcut(['warmup', '--device', device, '--model', model], env);
  return `${status} ${stderr}`;
}

try {
  expect(
    'without the files',
    told('cuda'),
    /^69 .*bgcut providers add cuda.*\(provider_unavailable\)/,
  );
  expect(
    'fetched',
    bgcut(['providers', 'add', 'cuda']).stdout,
    /^cuda: fetched, checksums as expected/,
  );
  expect('fetched once', bgcut(['providers', 'add', 'cuda']).stdout, /^cuda: was here already/);
  expect(
    'cuda, no CUDA',
    told('cuda'),
    /^69 .*lib(cublas|cudart|curand)\w*\.so\.1\d was not found: it belongs to CUDA 13/,
  );
  expect('tensorrt, no CUDA', told('tensorrt'), /^69 .*lib\w+\.so\.1\d was not found/);
  if (CUDA_LIBRARIES !== '') {
    const env = { LD_LIBRARY_PATH: CUDA_LIBRARIES };
    expect(
      'cuda, no driver',
      told('cuda', env),
      /^69 .*(libcuda\.so\.1 was not found: it comes with NVIDIA's driver|driver is missing or too old)/,
    );
    expect(
      'tensorrt, no TensorRT',
      told('tensorrt', env),
      /^69 .*libnvinfer\.so\.10 was not found: it belongs to TensorRT 10/,
    );
  }
  const folder = join(cache, 'providers', readdirSync(join(cache, 'providers'))[0] ?? '');
  truncateSync(join(folder, 'libonnxruntime_providers_cuda.so'), 1_000_000);
  expect('truncated', told('cuda'), /^69 .*damaged. "bgcut providers add cuda" fetches them again/);
  expect('fetched again', bgcut(['providers', 'add', 'cuda']).stdout, /^cuda: fetched/);
  const onCpu = bgcut(['info', '--model', join(project, 'test/fixtures/models/tiny.onnx')]);
  expect('the CPU beside the files', onCpu.stdout.split('Loaded')[1] ?? '', /2 nodes on cpu/);
  expect('removed', bgcut(['providers', 'remove', 'cuda']).stdout, /^cuda: removed/);
} finally {
  rmSync(cache, { recursive: true, force: true });
}
process.exitCode = exitStatus();
