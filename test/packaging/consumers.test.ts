// Programs of other people: they see the package as npm packs it, unpacked into a node_modules of their own.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as tar from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const exec = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const tinyModel = join(root, 'test', 'fixtures', 'models', 'tiny.onnx');
const photo = join(root, 'test', 'fixtures', 'photos', 'chelsea.png');
let consumers: string;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bgcut-consumers-'));
  consumers = join(folder, 'consumers');
  const installed = join(consumers, 'node_modules', 'bgcut');
  await cp(join(root, 'test', 'packaging', 'consumers'), consumers, { recursive: true });
  await mkdir(installed, { recursive: true });

  const pack = `npm pack --json --ignore-scripts --loglevel=error --pack-destination "${folder}"`;
  const { stdout } = await exec(pack, { cwd: root, shell: true });
  const [{ filename } = { filename: '' }] = JSON.parse(stdout) as { filename: string }[];
  await tar.extract({ file: join(folder, filename), cwd: installed, strip: 1 });

  // What an installation adds: the dependencies, and the compiled addon.
  await symlink(join(root, 'node_modules'), join(installed, 'node_modules'), 'junction');
  const types = join(consumers, 'node_modules', '@types');
  await symlink(join(root, 'node_modules', '@types'), types, 'junction');
  const addon = join('build', 'Release', 'bgcut.node');
  await cp(join(root, addon), join(installed, addon));
});
afterAll(() => rm(join(consumers, '..'), { recursive: true, force: true }));

async function runNode(...args: string[]): Promise<unknown> {
  const { stdout, stderr } = await exec(process.execPath, args, { cwd: consumers });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('the packed package', () => {
  const answer = { format: 'png', width: 451, height: 300, isPng: true, code: 'invalid_size' };

  it('works when it is imported', async () => {
    expect(await runNode('import.mjs', tinyModel, photo)).toEqual(answer);
  });

  it('works when it is required', async () => {
    expect(await runNode('require.cjs', tinyModel, photo)).toEqual(answer);
  });

  it('is one and the same in a program that does both', async () => {
    expect(await runNode('both.mjs')).toMatchObject({
      sameNames: true,
      sameValues: true,
      instance: true,
      code: 'invalid_size',
    });
  });

  it.each(['nodenext', 'bundler'])('has types for module resolution %s', async (resolution) => {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const project = join('types', `tsconfig.${resolution}.json`);
    const { code, stdout } = await exec(process.execPath, [tsc, '-p', project], { cwd: consumers })
      .then(() => ({ code: 0, stdout: '' }))
      .catch((error: unknown) => error as { code: number; stdout: string });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });

  it('brings the command bgcut', async () => {
    const main = join(consumers, 'node_modules', 'bgcut', 'dist', 'cli', 'main.js');
    const { stdout } = await exec(process.execPath, [main, '--version']);
    expect(stdout).toMatch(/^(bgcut )?0\.1\.0\n$/);
  });
});
