// Compiles the native addon with cmake-js into build/Release/bgcut.node (build/Debug with --debug), when it is missing
// or older than what it is made of. `npm run build:native` and, through it, `npm test` and `npm run demo` call this.
//
// ONNX Runtime is put beside the addon (runtime.mjs), where lib/loading.ts finds it. It looks for its GPU providers
// (libonnxruntime_providers_*.so) beside itself: those go there too.
//
// The work happens in build/addon; only a finished addon is renamed into place, with a stamp beside it, under a lock:
// a build that is interrupted, or that runs twice at once, leaves either the old addon or the new one.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { copyRuntime, runtimeFiles } from './runtime.mjs';
import { BuildError, packageFolder, requireTools, root, run, script } from './toolchain.mjs';

const SOURCE = /(\.(cc|h|cmake)|CMakeLists\.txt)$/;

/** Packages whose headers or libraries go into the addon: another version means another addon. */
const PACKAGES = [
  'cmake-js',
  'node-addon-api',
  'node-api-headers',
  'com.github.asus4.onnxruntime',
  'onnxruntime-node',
  '@img/sharp-libvips-dev',
];
/** The library of libvips for this platform; on Alpine and its like it is the second. */
const LIBVIPS = ['', 'musl'].map(
  (libc) => `@img/sharp-libvips-${process.platform}${libc}-${process.arch}`,
);

/** @param {(string | Buffer)[]} parts */
function sha256(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

/** Every file of this package that the result depends on; the native tests aren't part of the addon. */
async function sourceFiles() {
  const entries = await readdir(join(root, 'native'), { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((file) => !file.startsWith('native/test/'));
  return ['CMakeLists.txt', 'native/rename-soname.mjs', 'native/runtime.mjs', ...files].sort();
}

async function packageVersions() {
  const versions = [];
  for (const name of PACKAGES) {
    const folder = packageFolder(name);
    if (!folder) throw new BuildError(missingPackage(name));
    versions.push(await versionOf(name, folder));
  }
  const libvips = LIBVIPS.map((name) => ({ name, folder: packageFolder(name) ?? '' })).find(
    ({ folder }) => folder,
  );
  if (!libvips) throw new BuildError(missingPackage(LIBVIPS[0] ?? ''));
  versions.push(await versionOf(libvips.name, libvips.folder));
  return versions;
}

/**
 * @param {string} name
 * @param {string} folder
 */
async function versionOf(name, folder) {
  const manifest = await readFile(join(folder, 'package.json'), 'utf8');
  const { version } = /** @type {{ version: string }} */ (JSON.parse(manifest));
  return `${name}@${version}`;
}

/** @param {string} name */
function missingPackage(name) {
  return `The native addon can't be compiled: the package ${name} isn't installed; run \`npm ci\` with development and optional dependencies.`;
}

/**
 * What the addon is made of. `setup` is what CMake is configured from: when it changes, everything is compiled anew
 * (npm gives all files of a package the same old date, so make would not notice a new header).
 * @param {string} config Release or Debug
 * @returns {Promise<{ setup: string, sources: string }>}
 */
async function fingerprint(config) {
  const { CXX = '', CC = '' } = process.env;
  const setup = [
    config,
    process.platform,
    process.arch,
    CXX,
    CC,
    root,
    ...(await packageVersions()),
  ];
  const sources = [];
  for (const file of await sourceFiles()) sources.push(file, await readFile(join(root, file)));
  return { setup: sha256(setup), sources: sha256(sources) };
}

/**
 * @param {string} file
 * @returns {Promise<{ setup?: string, sources?: string }>}
 */
async function readStamp(file) {
  try {
    return /** @type {{ setup?: string, sources?: string }} */ (
      JSON.parse(await readFile(file, 'utf8'))
    );
  } catch {
    return {}; // none, or half of one: then it is stale
  }
}

/**
 * @param {string} command configure | build
 * @param {string} config
 * @param {string} out
 */
async function cmakeJs(command, config, out) {
  const cli = join(packageFolder('cmake-js') ?? '', 'bin', 'cmake-js');
  const args = [cli, command, '--directory', root, '--out', out, '--config', config];
  if (command === 'build') args.push('--parallel', String(availableParallelism()));
  if (process.env.CXX) {
    args.push('--cxx', process.env.CXX, '--cc', process.env.CC ?? process.env.CXX);
  }
  const { code, output } = await run(process.execPath, args);
  if (code === 0) return;
  process.stderr.write(`\n${output}\n`);
  throw new BuildError(
    /no Visual C\+\+ compiler/i.test(output)
      ? "The native addon can't be compiled: Visual C++ isn't installed; install with `winget install Microsoft.VisualStudio.2022.BuildTools` and choose “Desktop development with C++”, then run the command again."
      : "The native addon can't be compiled: the compiler's or CMake's message is above.",
  );
}

/** @param {string} config Release or Debug */
async function build(config) {
  const target = join(root, 'build', config);
  const work = join(
    root,
    'build',
    config === 'Release' ? 'addon' : `addon-${config.toLowerCase()}`,
  );
  const addon = join(target, 'bgcut.node');
  const made = [addon, ...runtimeFiles(process.platform).map((name) => join(target, name))];
  const stamp = join(target, 'bgcut.json');
  const wanted = await fingerprint(config);

  const isCurrent = async () => {
    const { setup, sources } = await readStamp(stamp);
    if (setup !== wanted.setup || sources !== wanted.sources) return false;
    return made.every((file) => existsSync(file));
  };
  if (await isCurrent()) return;

  requireTools("The native addon can't be compiled");
  const { default: lockfile } = await import('proper-lockfile');
  await mkdir(target, { recursive: true });
  const release = await lockfile.lock(target, {
    lockfilePath: join(root, 'build', `${config}.lock`),
    retries: { forever: true, factor: 1, minTimeout: 250 },
  });
  try {
    if (await isCurrent()) return; // another process built it while this one waited for the lock
    const start = performance.now();
    process.stdout.write('Compiling the native addon … ');
    const configured = join(work, 'bgcut-setup.txt');
    const previous = await readFile(configured, 'utf8').catch(() => '');
    if (previous !== wanted.setup) await rm(work, { recursive: true, force: true });
    await cmakeJs('configure', config, work);
    await writeFile(configured, wanted.setup);
    await cmakeJs('build', config, work);
    await copyFile(join(work, config, 'bgcut.node'), `${addon}.new`);
    await rm(stamp, { force: true });
    await rename(`${addon}.new`, addon);
    await copyRuntime(target);
    await writeFile(stamp, JSON.stringify(wanted));
    process.stdout.write(`${((performance.now() - start) / 1000).toFixed(0)} s\n`);
  } finally {
    await release();
  }
}

await script(async () => {
  const { values } = parseArgs({
    options: {
      debug: { type: 'boolean', default: false },
      config: { type: 'string' }, // as node-gyp calls it, through binding.gyp
    },
  });
  const config = values.config ?? (values.debug ? 'Debug' : 'Release');
  if (!['Release', 'Debug'].includes(config)) {
    throw new BuildError(`There is no configuration “${config}”: say Release or Debug.`);
  }
  await build(config);
});
