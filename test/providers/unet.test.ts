// Which graphs BgCut's kernels take, and that each gives what ONNX Runtime gives for it.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { temporaryFolder } from '../models/support.js';
import { photos, project } from '../support/project.js';
import { type Change, smallUnet } from './small-unet.js';

const changes: Change[] = [
  {},
  { floor: true },
  { nearest: true },
  { activation: 'LeakyRelu' },
  { between: true },
  { pointwise: true },
  { groups: true },
];

interface Answer {
  kernels: string;
  alpha: string;
}

/** Whether this CPU must not be left to ONNX Runtime: asked of the system, not of BgCut. */
function hasOwnKernels(): boolean {
  if (process.platform !== 'linux') return false;
  return (
    process.arch === 'arm64' ||
    / avx2 .* fma | fma .* avx2 /.test(readFileSync('/proc/cpuinfo', 'utf8'))
  );
}

async function answers(models: string[], kernels: string, float16 = ['cpu']): Promise<Answer[]> {
  const child = join(project, 'test/providers/unet-child.mjs');
  const picture = join(photos, 'coffee.png');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [child, JSON.stringify(float16), picture, ...models],
    {
      cwd: project,
      env: { ...process.env, BGCUT_KERNELS: kernels },
      maxBuffer: 1 << 26,
    },
  );
  return JSON.parse(stdout) as Answer[];
}

it(
  'a graph is taken whole or left to ONNX Runtime, and means the same',
  { timeout: 120_000 },
  async () => {
    const folder = temporaryFolder();
    const models = changes.map((change, index) => {
      const file = join(folder, `${index}.onnx`);
      writeFileSync(file, smallUnet(change));
      return file;
    });
    const ours = await answers(models, '');
    const theirs = await answers(models, 'onnxruntime');
    // Without the manifest's leave nothing is kept as float16.
    const [without] = await answers(models.slice(0, 1), '', ['tensorrt']);
    expect(without!.kernels).toBe('onnxruntime');
    const [own] = ours;
    if (hasOwnKernels()) expect(own!.kernels).not.toBe('onnxruntime');
    for (const [index, change] of changes.entries()) {
      const { kernels, alpha } = ours[index]!;
      expect(kernels, JSON.stringify(change)).toBe(index === 0 ? own!.kernels : 'onnxruntime');
      expect(theirs[index]!.kernels).toBe('onnxruntime');
      const [a, b] = [alpha, theirs[index]!.alpha].map((text) => Buffer.from(text, 'base64'));
      expect(a!.length).toBe(b!.length);
      // There is something to see: neither all the same nor only black and white.
      expect(new Set(a).size).toBeGreaterThan(20);
      const largest = a!.reduce((most, value, at) => Math.max(most, Math.abs(value - b![at]!)), 0);
      expect(largest, JSON.stringify(change)).toBeLessThanOrEqual(2);
    }
  },
);
