// BgCut's own kernels on the CPU against ONNX Runtime's, with the real model: the same masks.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';

import { temporaryFolder } from '../models/support.js';
import { photos, project } from '../support/project.js';

const pictures = ['astronaut.png', 'chelsea.png', 'coffee.png'].map((name) => join(photos, name));

/** The alphas of all pictures, at both sizes of the model's input, and whose kernels made them. */
async function cutOut(kernels: string) {
  const folder = temporaryFolder();
  const child = join(project, 'test/providers/kernels-child.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [child, folder, ...pictures], {
    cwd: project,
    env: { ...process.env, BGCUT_KERNELS: kernels },
  });
  const names = pictures.flatMap((_, index) => [`${index}-preview.png`, `${index}-full.png`]);
  const alphas = await Promise.all(
    names.map((name) => sharp(join(folder, name)).extractChannel(0).raw().toBuffer()),
  );
  return { ran: stdout, alphas };
}

describe('the kernels of the CPU', { timeout: 600_000 }, () => {
  let theirs: Awaited<ReturnType<typeof cutOut>>;
  beforeAll(async () => {
    theirs = await cutOut('onnxruntime');
  }, 600_000);

  it("are ONNX Runtime's where that is asked for, or where the CPU has not those that are", async () => {
    expect(theirs.ran).toBe('onnxruntime');
    const other = process.arch === 'arm64' ? 'avx512' : 'neon';
    expect((await cutOut(other)).ran).toBe('onnxruntime');
  });

  it.each(process.arch === 'x64' ? ['', 'avx512', 'avx2'] : [''])(
    'give the same masks: %j',
    async (kernels) => {
      const ours = await cutOut(kernels);
      if (kernels === '')
        expect(['amx', 'avx512', 'avx2', 'neon', 'onnxruntime']).toContain(ours.ran);
      for (const [index, alpha] of ours.alphas.entries()) {
        const other = theirs.alphas[index]!;
        expect(alpha.length).toBe(other.length);
        const differences = alpha.map((value, at) => Math.abs(value - other[at]!));
        const mean = differences.reduce((sum, value) => sum + value, 0) / alpha.length;
        const many = differences.filter((value) => value > 8).length / alpha.length;
        expect({ mean, many }, `picture ${index}`).toSatisfy(() => mean < 0.25 && many < 0.002);
      }
    },
  );
});
