// `npm run package` for a release: every platform, from folders that CI's machines have filled. Here they are filled with
// stand-ins, since what is looked at is the packages around them.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as tar from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { LARGEST, readBinaries } from '../../native/package/binaries.mjs';
import { PLATFORMS } from '../../native/package/platforms.mjs';
import { runtimeFiles } from '../../native/runtime.mjs';
import { project } from '../support/project.js';

const exec = promisify(execFile);
const script = join(project, 'native', 'package', 'main.mjs');
const repository = 'https://git.example/bgcut';
let folder: string;
let prebuilds: string;

async function fill(key: string, text: string): Promise<string> {
  const at = join(prebuilds, key);
  await mkdir(at, { recursive: true });
  for (const name of ['bgcut.node', ...runtimeFiles(PLATFORMS[key]!.os)]) {
    await writeFile(join(at, name), text);
  }
  return at;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bgcut-release-'));
  prebuilds = join(folder, 'prebuilds');
  const text = '\0GLIBC_2.9\0GLIBC_2.27\0GLIBC_2.14.1\0GLIBCXX_3.4.30\0';
  for (const key of Object.keys(PLATFORMS)) await fill(key, text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const make = (out: string, ...flags: string[]) =>
  exec(process.execPath, [script, '--out', join(folder, out), '--prebuilds', prebuilds, ...flags]);

async function manifest(out: string, name: string): Promise<Record<string, unknown>> {
  const cwd = join(folder, `${out}-${name}`);
  await mkdir(cwd);
  await tar.extract({ file: join(folder, out, `${name}-0.1.0.tgz`), cwd, strip: 1 });
  return JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8')) as Record<string, unknown>;
}

describe('a release', () => {
  beforeAll(() => make('out', '--all', '--repository', repository));

  it('has a package for each platform, which only that platform installs', async () => {
    expect(await readdir(join(folder, 'out'))).toHaveLength(Object.keys(PLATFORMS).length + 1);
    for (const [key, { os, cpu }] of Object.entries(PLATFORMS)) {
      const made = await manifest('out', `bgcut-${key}`);
      expect(made).toMatchObject({ name: `@bgcut/${key}`, os: [os], cpu: [cpu] });
      expect(made.libc).toEqual(os === 'linux' ? ['glibc'] : undefined);
      expect(made.repository).toEqual({ type: 'git', url: `git+${repository}.git` });
    }
  });

  it('names them all in bgcut, with the glibc that the files ask for', async () => {
    const made = (await manifest('out', 'bgcut')) as {
      optionalDependencies: object;
      bgcut: { platforms: Record<string, { glibc?: string }> };
    };
    const names = Object.keys(PLATFORMS).map((key) => `@bgcut/${key}`);
    expect(Object.keys(made.optionalDependencies)).toEqual(names);
    expect(made.bgcut.platforms['linux-arm64']).toMatchObject({ glibc: '2.27' });
    expect(made.bgcut.platforms['darwin-arm64']!.glibc).toBeUndefined();
    expect(made).not.toHaveProperty('private');
    expect(made).not.toHaveProperty('devDependencies');
  });

  it('is refused where a platform or a file is missing, or one is too large', async () => {
    await rm(join(prebuilds, 'win32-x64', 'DirectML.dll'));
    const { stderr } = (await make('x').catch((error: unknown) => error)) as { stderr: string };
    expect(stderr).toMatch(/^The package for win32-x64 can't be made: .*missing\.\n$/);
    await rm(join(prebuilds, 'win32-x64'), { recursive: true });
    await expect(make('x', '--all')).rejects.toMatchObject({
      stderr: 'A release needs every platform: win32-x64 is missing.\n',
    });
    const large = await fill('darwin-arm64', 'x'.repeat(LARGEST / 2 + 1));
    await expect(readBinaries('darwin-arm64', large)).rejects.toThrow('more than the 60 MB');
  });
});
