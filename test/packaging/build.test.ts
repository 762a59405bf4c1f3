// native/build.mjs on a small project of its own, so that the real addon is neither touched nor needed.
import { execFile } from 'node:child_process';
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runtimeFiles } from '../../native/runtime.mjs';

const root = join(import.meta.dirname, '..', '..');
let project: string;
/** ONNX Runtime's file beside the addon. */
const [runtime = ''] = runtimeFiles(process.platform);

const CMAKE = `
cmake_minimum_required(VERSION 3.18)
project(bgcut LANGUAGES CXX)
add_library(bgcut SHARED native/addon.cc \${CMAKE_JS_SRC})
set_target_properties(bgcut PROPERTIES PREFIX "" SUFFIX ".node")
target_include_directories(bgcut PRIVATE \${CMAKE_JS_INC})
target_link_libraries(bgcut PRIVATE \${CMAKE_JS_LIB})
`;

/** An addon whose whole export is a number. */
async function writeAddon(value: number): Promise<void> {
  await writeFile(
    join(project, 'native', 'addon.cc'),
    `#include <node_api.h>\nNAPI_MODULE_INIT() { napi_value v; napi_create_int32(env, ${value}, &v); return v; }\n`,
  );
}

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function node(args: string[], env: NodeJS.ProcessEnv = process.env): Promise<Ended> {
  return new Promise((done) => {
    const options = { cwd: project, env };
    const child = execFile(process.execPath, args, options, (_error, stdout, stderr) => {
      done({ code: child.exitCode ?? 1, stdout, stderr });
    });
  });
}

const build = (env?: NodeJS.ProcessEnv): Promise<Ended> => node(['native/build.mjs'], env);
/** What the compiled addon exports, loaded in a new process. */
const load = async (): Promise<string> =>
  (await node(['-p', 'require("./build/Release/bgcut.node")'])).stdout.trim();

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'bgcut-build-'));
  await mkdir(join(project, 'native', 'test'), { recursive: true });
  const scripts = ['build', 'rename-soname', 'runtime', 'toolchain'].map(
    (name) => `native/${name}.mjs`,
  );
  for (const file of ['package.json', 'binding.gyp', ...scripts]) {
    await cp(join(root, file), join(project, file));
  }
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'), 'junction');
  await writeFile(join(project, 'CMakeLists.txt'), CMAKE);
  await writeAddon(1);
});
afterAll(() => rm(project, { recursive: true, force: true }));

describe('the build of the native addon', () => {
  it('says in one sentence what is missing and how to get it', async () => {
    const bin = join(project, 'bin');
    await mkdir(bin);
    await symlink(process.execPath, join(bin, 'node'));
    const { code, stdout, stderr } = await build({ ...process.env, CXX: '', PATH: bin });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^The native addon can't be compiled without .*\n$/); // one line, no stack
    for (const tool of ['a C++ compiler', 'cmake', 'make']) expect(stderr).toContain(tool);
    expect(stderr).toMatch(/install/);
    expect(existsSync(join(project, 'build'))).toBe(false);
  });

  it('compiles a missing addon and reports it in one line', async () => {
    const { code, stdout, stderr } = await build();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Compiling the native addon … \d+ s\n$/);
    expect(await load()).toBe('1');
  });

  it('does nothing and says nothing while nothing changed', async () => {
    expect(await build()).toEqual({ code: 0, stdout: '', stderr: '' });
    await writeFile(join(project, 'native', 'test', 'any_test.cc'), 'not part of the addon');
    expect(await build()).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('compiles again after a change of a source, once, though two processes ask', async () => {
    await writeAddon(2);
    const [first, second] = await Promise.all([build(), build()]);
    expect([first.code, second.code]).toEqual([0, 0]);
    const lines = [first.stdout, second.stdout].filter((stdout) => stdout.startsWith('Compiling'));
    expect(lines).toHaveLength(1);
    expect(await load()).toBe('2');
  });

  it('compiles again after a change of CMakeLists.txt', async () => {
    await appendFile(join(project, 'CMakeLists.txt'), '# another line\n');
    expect((await build()).stdout).toMatch(/^Compiling/);
  });

  it('compiles again when the addon is gone', async () => {
    await rm(join(project, 'build', 'Release', 'bgcut.node'));
    expect((await build()).stdout).toMatch(/^Compiling/);
    expect(await load()).toBe('2');
  });

  it('puts ONNX Runtime beside the addon, again when it is gone', async () => {
    const copy = join(project, 'build', 'Release', runtime);
    const made = await readFile(copy);
    await rm(copy);
    expect((await build()).code).toBe(0);
    expect((await readFile(copy)).equals(made)).toBe(true);
    expect(await readdir(dirname(copy))).not.toContain(`${runtime}.new`);
  });

  it('keeps the working addon and shows the message when the compiler fails', async () => {
    await appendFile(join(project, 'native', 'addon.cc'), 'no such thing;\n');
    const { code, stderr } = await build();
    expect(code).toBe(1);
    expect(stderr).toContain('addon.cc');
    expect(stderr.trim().split('\n').at(-1)).toMatch(/^The native addon can't be compiled: /);
    expect(await load()).toBe('2');
    await writeAddon(3);
    expect((await build()).code).toBe(0);
    expect(await load()).toBe('3');
  });

  it('is what prebuildify runs through binding.gyp, for a folder that can be packaged', async ({
    skip,
  }) => {
    const prefix = join(dirname(process.execPath), '..');
    skip(!existsSync(join(prefix, 'include', 'node', 'common.gypi')), "Node's headers are absent");
    const cli = join(root, 'node_modules', 'prebuildify', 'bin.js');
    const env = { ...process.env, npm_config_nodedir: prefix };
    const { code, stderr } = await node([cli, '--napi', '--name', 'bgcut'], env);
    expect(code, stderr).toBe(0);
    // prebuildify moves the files out of build/Release.
    const folder = join(project, 'prebuilds', `${process.platform}-${process.arch}`);
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['bgcut.node', runtime]));
    const { stdout } = await node(['-p', `require(${JSON.stringify(join(folder, 'bgcut.node'))})`]);
    expect(stdout.trim()).toBe('3');
  });
});
