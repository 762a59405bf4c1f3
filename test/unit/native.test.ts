import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import type { BgcutError } from '#lib/errors';
import { addonCandidates, findRuntime, loadNativeFrom, type Surroundings } from '#lib/native';

const project = join(import.meta.dirname, '..', '..');
const folders: string[] = [];
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bgcut-native-'));
  folders.push(root);
});
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** A package whose dependencies are those of this project, but whose own files are in an empty folder. */
function surroundings(changes: Partial<Surroundings> = {}): Surroundings {
  return {
    root,
    platform: 'linux',
    arch: 'x64',
    libc: 'glibc 2.36',
    require: createRequire(join(project, 'x.js')),
    ...changes,
  };
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

describe('a failed load says what was tried and what to do', () => {
  it('when nothing is compiled', () => {
    const error = failureOf(surroundings());
    expect(error.code).toBe('native_load_failed');
    expect(error.detail).toContain(
      'looked for build/Release/bgcut.node and prebuilds/linux-x64/bgcut.node',
    );
    expect(error.detail).toContain('`npm run build`');
    expect(error.detail).toContain(`This is linux x64 glibc 2.36 Node ${process.versions.node}.`);
  });

  it('when what is there is not an addon', () => {
    put('build/Release/bgcut.node', 'not a shared library');
    const error = failureOf(surroundings());
    expect(error.detail).toMatch(
      /^build\/Release\/bgcut\.node was found but can't be loaded: .*bgcut\.node/,
    );
    expect(error.detail).toContain('compile it again with `npm run build`');
    expect(error.detail).not.toContain(root);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('when sharp is missing', () => {
    const error = failureOf(surroundings({ require: createRequire(join(root, 'x.js')) }));
    expect(error.detail).toMatch(
      /package sharp, which can't be loaded: Cannot find module 'sharp'/,
    );
    expect(error.detail).toContain('`npm install`');
  });

  it('on musl, which has no ONNX Runtime', () => {
    expect(failureOf(surroundings({ libc: 'musl' })).detail).toContain(
      'musl (Alpine) is not supported',
    );
    expect(failureOf(surroundings()).detail).not.toContain('Alpine');
  });
});

it('looks for its own build first, then for a prebuilt one of this platform', () => {
  const paths = (libc: string) =>
    addonCandidates({ root: '/r', platform: 'linux', arch: 'arm64', libc });
  expect(paths('glibc 2.36')).toEqual([
    join('/r', 'build/Release/bgcut.node'),
    join('/r', 'prebuilds/linux-arm64/bgcut.node'),
  ]);
  expect(paths('musl')[1]).toBe(join('/r', 'prebuilds/linuxmusl-arm64/bgcut.node'));
});

describe('ONNX Runtime', () => {
  const library: Record<string, string> = {
    linux: 'libonnxruntime.so.1',
    darwin: 'libonnxruntime.1.dylib',
    win32: 'onnxruntime.dll',
  };

  it.each([
    ['linux', 'x64'],
    ['linux', 'arm64'],
    ['darwin', 'arm64'],
    ['win32', 'x64'],
    ['win32', 'arm64'],
  ])('is found for %s %s', (platform, arch) => {
    const found = findRuntime(surroundings({ platform, arch }));
    expect(found.endsWith(join(platform, arch, library[platform]!))).toBe(true);
  });

  it.each([
    ['darwin', 'x64'],
    ['freebsd', 'x64'],
    ['linux', 'ia32'],
  ])('says that there is none for %s %s', (platform, arch) => {
    expect(() => findRuntime(surroundings({ platform, arch }))).toThrow(
      `onnxruntime-node has no library for ${platform} ${arch}.`,
    );
  });

  // The layouts that package managers make of a dependency: beside, nested, and linked from a store.
  it.each([
    ['hoisted', 'node_modules/bgcut/x.js', 'node_modules/onnxruntime-node'],
    ['nested', 'node_modules/bgcut/x.js', 'node_modules/bgcut/node_modules/onnxruntime-node'],
  ])('is found when %s', (_, from, at) => {
    put(from);
    put(`${at}/package.json`, '{"name":"onnxruntime-node","main":"dist/index.js"}');
    put(`${at}/dist/index.js`);
    const expected = put(`${at}/bin/napi-v9/linux/x64/libonnxruntime.so.1`);
    expect(findRuntime(surroundings({ require: createRequire(join(root, from)) }))).toBe(expected);
  });

  it.skipIf(process.platform === 'win32')(
    'is found when linked from a store, behind "exports"',
    () => {
      const store = 'node_modules/.pnpm/onnxruntime-node@1.30.0/node_modules/onnxruntime-node';
      put(`${store}/package.json`, '{"name":"onnxruntime-node","exports":"./dist/index.js"}');
      put(`${store}/dist/index.js`);
      const expected = put(`${store}/bin/napi-v6/linux/x64/libonnxruntime.so.1`);
      put('node_modules/bgcut/x.js');
      mkdirSync(join(root, 'node_modules/bgcut/node_modules'));
      symlinkSync(
        join(root, store),
        join(root, 'node_modules/bgcut/node_modules/onnxruntime-node'),
      );
      expect(
        findRuntime(
          surroundings({ require: createRequire(join(root, 'node_modules/bgcut/x.js')) }),
        ),
      ).toBe(expected);
    },
  );

  it.each(['build/Release', 'prebuilds/linux-x64'])(
    'is the copy in %s when the addon lies there',
    (folder) => {
      const copy = put(`${folder}/libbgcut-ortrt.so.1`);
      expect(findRuntime(surroundings())).not.toBe(copy); // no addon, no copy of its own
      put(`${folder}/bgcut.node`);
      expect(findRuntime(surroundings())).toBe(copy);
    },
  );

  it('that is not installed is said so', () => {
    const require = createRequire(join(root, 'x.js'));
    expect(() => findRuntime(surroundings({ require }))).toThrow(
      'onnxruntime-node is not installed',
    );
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
