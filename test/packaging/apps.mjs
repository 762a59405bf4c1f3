// An app that has bgcut from a registry, and what must hold in it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { install, MANAGERS, runNode } from './managers.mjs';

const exec = promisify(execFile);
export const root = join(import.meta.dirname, '..', '..');
const tinyModel = join(root, 'test', 'fixtures', 'models', 'tiny.onnx');
const photo = join(root, 'test', 'fixtures', 'photos', 'chelsea.png');

/** @typedef {import('./managers.mjs').App & { manager: import('./managers.mjs').Manager }} InstalledApp */

/**
 * Runs `npm run package` into a folder of its own.
 * @returns {Promise<{ folder: string, files: string[] }>} the tarballs, absolute paths
 */
export async function makePackages() {
  const folder = await mkdtemp(join(tmpdir(), 'bgcut-packages-'));
  const script = join(root, 'native', 'package', 'main.mjs');
  const { stdout } = await exec(process.execPath, [script, '--out', folder], { cwd: root });
  return {
    folder,
    files: stdout
      .trim()
      .split('\n')
      .filter((line) => line.endsWith('.tgz')),
  };
}

/**
 * An app whose only dependency is bgcut, with the consumers' programs in it, installed.
 * @param {string} registry
 * @param {string} name of MANAGERS
 * @param {string} [node] that it runs in, absolute path
 * @returns {Promise<InstalledApp>}
 */
export async function makeApp(registry, name, node = process.execPath) {
  const manager = MANAGERS[name];
  assert(manager, `no package manager ${name}`);
  const home = await realpath(await mkdtemp(join(tmpdir(), 'bgcut-app-')));
  const folder = join(home, 'app');
  await mkdir(folder);
  await cp(join(root, 'test', 'packaging', 'consumers'), folder, { recursive: true });
  const manifest = { name: 'app', version: '1.0.0', private: true, dependencies: { bgcut: '*' } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  const app = { folder, home, registry, node, manager };
  await install(app, manager);
  return app;
}

/**
 * Deletes what was installed and installs it again, from the package manager's cache alone.
 * @param {InstalledApp} app
 */
export async function reinstallOffline(app) {
  for (const name of await readdir(app.folder)) {
    if (/^(node_modules|\.pnp\..*|\.yarn)$/.test(name)) {
      await rm(join(app.folder, name), { recursive: true });
    }
  }
  await install({ ...app, registry: 'http://127.0.0.1:9' }, app.manager, { offline: true });
}

/**
 * Runs one of the consumers' programs, which prints one JSON object and nothing else.
 * @param {InstalledApp} app
 * @param {string[]} args
 * @returns {Promise<unknown>}
 */
export async function runProgram(app, ...args) {
  const { stdout, stderr } = await runNode(app, [...(app.manager.run ?? []), ...args]);
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

/**
 * The cut-outs of an ES module and of a CommonJS one, and both in one program.
 * @param {InstalledApp} app
 */
export async function checkPrograms(app) {
  const expected = { format: 'png', width: 451, height: 300, isPng: true, code: 'invalid_size' };
  for (const program of ['import.mjs', 'require.cjs']) {
    assert.deepEqual(await runProgram(app, `./${program}`, tinyModel, photo), expected);
  }
  const both = /** @type {object} */ (await runProgram(app, './both.mjs'));
  assert.deepEqual(
    { ...both, names: undefined },
    { names: undefined, sameNames: true, sameValues: true, instance: true, code: 'invalid_size' },
  );
}

/**
 * `bgcut info` of an installed bgcut: everything comes from the package of the platform, and is as it was published.
 * @param {InstalledApp} app
 */
export async function checkInfo(app) {
  const info = /** @type {{ native: { package: string, files: { intact: boolean }[] } }} */ (
    await runProgram(app, './command.cjs', 'info', '--json')
  );
  assert.equal(info.native.package, `@bgcut/${process.platform}-${process.arch}`);
  assert(info.native.files.length >= 2);
  assert(info.native.files.every(({ intact }) => intact));
}

/**
 * The types, for the module resolutions that people use. TypeScript and the types of Node are this project's own.
 * @param {InstalledApp} app
 */
export async function checkTypes({ folder }) {
  const types = join(folder, 'node_modules', '@types');
  await mkdir(types, { recursive: true });
  await cp(join(root, 'node_modules', '@types', 'node'), join(types, 'node'), { recursive: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const undici = join(root, 'node_modules', 'undici-types');
  await cp(undici, join(folder, 'node_modules', 'undici-types'), { recursive: true });
  for (const resolution of ['nodenext', 'bundler']) {
    const project = join('types', `tsconfig.${resolution}.json`);
    await exec(process.execPath, [tsc, '-p', project], { cwd: folder });
  }
}

/**
 * A cut-out by the default model, from the cache of this machine or the registry that npm is configured for.
 * @param {InstalledApp} app
 */
export async function checkRealModel(app) {
  const { HOME = '', BGCUT_CACHE = '' } = process.env;
  const out = join(app.folder, 'cutout.png');
  await runNode(app, ['./command.cjs', 'remove', photo, '-o', out], {
    ...{ HOME, BGCUT_CACHE, BGCUT_OFFLINE: '0' },
    npm_config_registry: process.env.npm_config_registry ?? '',
  });
  // sharp reads the result back: the cat is there, and the room behind it is gone.
  const { default: sharp } = await import('sharp');
  const { data, info } = await sharp(out)
    .extractChannel(3)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (/** @type {number} */ x, /** @type {number} */ y) => data[y * info.width + x];
  assert.deepEqual([info.width, info.height], [451, 300]);
  assert.equal(at(225, 150), 255);
  assert(Number(at(2, 2)) < 32);
}

/** @param {InstalledApp} app */
export async function removeApp(app) {
  await rm(app.home, { recursive: true, force: true });
}
