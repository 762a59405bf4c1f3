import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import type { BgcutError } from '#lib/errors';
import { findNative, loadNativeFrom, type Surroundings } from '#lib/loading';
import { platformKey, type Published } from '#lib/published';

const project = join(import.meta.dirname, '..', '..');
const folders: string[] = [];
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bgcut-native-'));
  folders.push(root);
});
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

const version = {
  version: '1.0.0',
  license: 'MIT',
  engines: { node: '>=20' },
  dependencies: { sharp: '0.35.5' },
};

/** package.json as it is published, with one platform whose files have these SHA-256. */
function publishedWith(files: Record<string, string> = {}): Published {
  const linux = { package: '@bgcut/linux-x64', glibc: '2.28', files };
  return { ...version, bgcut: { platforms: { 'linux-x64': linux } } };
}

/** A package whose dependencies are those of this project, but whose own files are in an empty folder. */
function surroundings(changes: Partial<Surroundings> = {}): Surroundings {
  return {
    root,
    platform: 'linux',
    arch: 'x64',
    libc: 'glibc 2.36',
    cpu: 'A Fast One',
    published: publishedWith(),
    require: createRequire(join(project, 'x.js')),
    ...changes,
  };
}

/** The same as seen from node_modules/bgcut of an app in that folder. */
function installed(changes: Partial<Surroundings> = {}): Surroundings {
  const packed = join(root, 'node_modules/bgcut');
  return surroundings({ root: packed, require: createRequire(join(packed, 'x.js')), ...changes });
}

function put(path: string, text = ''): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function failureOf(where: Surroundings): BgcutError {
  try {
    loadNativeFrom(where);
  } catch (error) {
    return error as BgcutError;
  }
  throw new Error('it loaded');
}

/** The SHA-256 of `not a library`, by another program. */
const sha256 = execFileSync('sha256sum', { input: 'not a library' }).toString().slice(0, 64);

describe('a failed load says what was tried, what was found and needed, and what to do', () => {
  it('when the platform package is not installed', () => {
    const error = failureOf(installed());
    expect(error.code).toBe('native_load_failed');
    expect(error.detail?.split('\n')).toEqual([
      'this was tried:',
      `- ${join(root, 'node_modules/bgcut/build/Release/bgcut.node')}: there is no such file`,
      `- the package @bgcut/linux-x64: it is not installed where ${join(root, 'node_modules/bgcut')} would find it`,
      `This is linux x64, glibc 2.36, Node ${process.versions.node}, A Fast One. Needed: Node >=20, glibc 2.28 or newer, a CPU with SSE4.2 (x86-64-v2).`,
      'What to do:',
      '- Let the package manager install optional dependencies: `npm install --include=optional bgcut`.',
      '- Where node_modules or the lockfile come from another platform: `npm install --os=linux --cpu=x64 --libc=glibc bgcut`.',
      'docs/install.md has more.',
    ]);
  });

  it('when nothing is compiled in a checkout', () => {
    const error = failureOf(surroundings({ published: version }));
    expect(error.detail).toContain(`${join(root, 'build/Release/bgcut.node')}: there is no such`);
    expect(error.detail).toContain('`npm run build`');
    expect(error.detail).not.toContain('npm install');
  });

  it.runIf(process.platform === 'linux')("with the linker's own words", () => {
    const addon = put('build/Release/bgcut.node', 'not a library');
    const error = failureOf(surroundings());
    expect(error.detail).toMatch(
      new RegExp(`^- ${addon}: .*(invalid ELF header|file too short)`, 'm'),
    );
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('when a file is not the one that was published', () => {
    const folder = 'node_modules/@bgcut/linux-x64';
    put(`${folder}/package.json`, '{}');
    put(`${folder}/bgcut.node`, 'not a library');
    const { detail } = failureOf(
      installed({ published: publishedWith({ 'bgcut.node': 'a'.repeat(64) }) }),
    );
    expect(detail).toContain('Not as they were published: bgcut.node. Delete node_modules');
    const same = failureOf(installed({ published: publishedWith({ 'bgcut.node': sha256 }) }));
    expect(same.detail).not.toContain('Not as they were published');
  });

  it('when sharp is missing', () => {
    put('build/Release/bgcut.node');
    const error = failureOf(surroundings({ require: createRequire(join(root, 'x.js')) }));
    expect(error.detail).toContain("sharp, which brings libvips: Cannot find module 'sharp'");
    expect(error.detail).toContain('npm install --include=optional');
  });

  it.each([
    ["/lib/libc.so.6: version `GLIBC_2.38' not found (required by x)", 'Debian 12, Ubuntu 22.04'],
    ['libvips-cpp.so.9: cannot open shared object file', 'bgcut needs sharp 0.35.5 for itself'],
  ])('%s', (words, advice) => {
    put('build/Release/bgcut.node');
    const load = (id: string): object => {
      if (id === 'sharp') return {};
      throw new Error(`${words}\nRequire stack:`);
    };
    const { detail } = failureOf(surroundings({ require: load as NodeJS.Require }));
    expect(detail).toContain(`${words}\n`);
    expect(detail).toContain(advice);
    expect(detail).not.toContain('Require stack');
  });

  it('on a platform that has no package', () => {
    const { detail } = failureOf(installed({ platform: 'freebsd', libc: '' }));
    expect(detail).toContain('There is no package for this platform, only for linux-x64.');
    expect(detail).not.toContain('glibc');
  });

  it('on musl, with the two ways out', () => {
    const { detail } = failureOf(installed({ libc: 'musl' }));
    expect(detail).toContain('musl (Alpine) is not supported');
    expect(detail).toContain('node:22-bookworm-slim');
    expect(detail).toContain('docs/deploy.md');
    expect(failureOf(installed()).detail).not.toContain('Alpine');
  });
});

it('names platforms as the packages are named', () => {
  const key = (platform: string, libc: string) => platformKey({ platform, arch: 'x64', libc });
  expect(key('linux', 'glibc 2.36')).toBe('linux-x64');
  expect(key('linux', 'musl')).toBe('linuxmusl-x64');
  expect(key('win32', '')).toBe('win32-x64');
});

describe('the native part is found', () => {
  const files = { 'bgcut.node': sha256 };

  it('in the checkout before anywhere else', () => {
    put('node_modules/@bgcut/linux-x64/package.json', '{}');
    put('node_modules/@bgcut/linux-x64/bgcut.node');
    put('node_modules/bgcut/build/Release/bgcut.node');
    const folder = join(root, 'node_modules/bgcut/build/Release');
    expect(findNative(installed())).toEqual({ package: undefined, folder, files: {} });
  });

  // The layouts that package managers make of a dependency: beside and nested.
  it.each(['node_modules', 'node_modules/bgcut/node_modules'])('in %s', (modules) => {
    put(`${modules}/@bgcut/linux-x64/package.json`, '{}');
    put(`${modules}/@bgcut/linux-x64/bgcut.node`);
    const folder = join(root, modules, '@bgcut/linux-x64');
    expect(findNative(installed({ published: publishedWith(files) }))).toMatchObject({
      ...{ package: '@bgcut/linux-x64', folder, files },
    });
  });

  it.skipIf(process.platform === 'win32')('linked from a store', () => {
    const store = 'node_modules/.pnpm/x/node_modules/@bgcut/linux-x64';
    put(`${store}/package.json`, '{}');
    put(`${store}/bgcut.node`);
    mkdirSync(join(root, 'node_modules/bgcut/node_modules/@bgcut'), { recursive: true });
    symlinkSync(join(root, store), join(root, 'node_modules/bgcut/node_modules/@bgcut/linux-x64'));
    expect(findNative(installed())).toMatchObject({ folder: join(root, store) });
  });
});

it.each([
  ['require', `require('bgcut')`, []],
  ['import', `await import('bgcut')`, ['--input-type=module']],
])('%s of bgcut loads no native code', (_, load, flags) => {
  const script = `${load}; console.log(process.report.getReport().sharedObjects.filter((f) => /bgcut\\.node|vips|onnxruntime/.test(f)).length)`;
  const printed = execFileSync(process.execPath, [...flags, '-e', script], {
    cwd: project,
    encoding: 'utf8',
  });
  expect(printed.trim()).toBe('0');
});
