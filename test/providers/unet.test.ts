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
  precision: string;
  alpha: string;
}

/** What the system, not BgCut, says of this CPU. */
const flags =
  process.platform === 'linux' ? readFileSync('/proc/cpuinfo', 'utf8').split(/\s+/) : [];

/** Whether this CPU must not be left to ONNX Runtime. */
const hasVectors =
  process.platform === 'linux' &&
  (process.arch === 'arm64' || (flags.includes('avx2') && flags.includes('fma')));

const hasTiles = flags.includes('amx_bf16') && flags.includes('avx512_bf16');

/** Device by device, as manifests have it. */
interface Allowed {
  float16?: string[];
  bfloat16?: string[];
}

async function answers(models: string[], kernels: string, allowed: Allowed): Promise<Answer[]> {
  const child = join(project, 'test/providers/unet-child.mjs');
  const picture = join(photos, 'coffee.png');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [child, JSON.stringify(allowed), picture, ...models],
    {
      cwd: project,
      env: { ...process.env, BGCUT_KERNELS: kernels },
      maxBuffer: 1 << 26,
    },
  );
  return JSON.parse(stdout) as Answer[];
}

function written(changed: Change[]): string[] {
  const folder = temporaryFolder();
  return changed.map((change, index) => {
    const file = join(folder, `${index}.onnx`);
    writeFileSync(file, smallUnet(change));
    return file;
  });
}

function largestDifference(a: Answer, b: Answer): number {
  const [ours, theirs] = [a, b].map(({ alpha }) => Buffer.from(alpha, 'base64'));
  expect(ours!.length).toBe(theirs!.length);
  // There is something to see: neither all the same nor only black and white.
  expect(new Set(ours).size).toBeGreaterThan(20);
  return ours!.reduce((most, value, at) => Math.max(most, Math.abs(value - theirs![at]!)), 0);
}

it.each([{ float16: ['cpu'] }, { float16: ['cpu'], bfloat16: ['cpu'] }])(
  'a graph is taken whole or left to ONNX Runtime, and means the same: %j',
  { timeout: 120_000 },
  async (allowed) => {
    const models = written(changes);
    const ours = await answers(models, '', allowed);
    const theirs = await answers(models, 'onnxruntime', allowed);
    const [own] = ours;
    if (hasVectors) expect(own!.kernels).not.toBe('onnxruntime');
    for (const [index, change] of changes.entries()) {
      const { kernels } = ours[index]!;
      expect(kernels, JSON.stringify(change)).toBe(index === 0 ? own!.kernels : 'onnxruntime');
      expect(theirs[index]!.kernels).toBe('onnxruntime');
      const difference = largestDifference(ours[index]!, theirs[index]!);
      expect(difference, JSON.stringify(change)).toBeLessThanOrEqual(kernels === 'amx' ? 4 : 2);
    }
  },
);

it('values are no less precise than the manifest allows', { timeout: 60_000 }, async () => {
  const model = written([{}]);
  const [none] = await answers(model, '', { float16: ['tensorrt'] });
  expect(none).toMatchObject({ kernels: 'onnxruntime', precision: 'float32' });
  const [half] = await answers(model, '', { float16: ['cpu'] });
  expect(half!.kernels).not.toBe('amx');
  if (hasVectors) expect(half!.precision).toBe('float16');
  const [tiles] = await answers(model, '', { bfloat16: ['cpu'] });
  expect(tiles).toMatchObject(
    hasTiles
      ? { kernels: 'amx', precision: 'bfloat16' }
      : { kernels: 'onnxruntime', precision: 'float32' },
  );
});
