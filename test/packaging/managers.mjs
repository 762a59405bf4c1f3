// How each package manager installs an app: without running install scripts, from one registry, with a cache of its own.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const tools = join(import.meta.dirname, 'tools', 'node_modules');

/** npm's own program: the one that came with this Node, or that runs this script. */
const npm =
  [
    join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ].find((path) => existsSync(path)) ??
  process.env.npm_execpath ??
  '';

/**
 * @typedef {object} App
 * @property {string} folder its own, absolute
 * @property {string} home what it takes for the user's home: settings, caches
 * @property {string} registry
 * @property {string} node the Node that it runs in, absolute path
 */

/**
 * @typedef {object} Manager
 * @property {string} program what Node runs
 * @property {(registry: string) => Record<string, string>} [files] settings, by file name in the app's folder
 * @property {string[]} install
 * @property {string[]} offline the arguments of a second install, which may ask no registry
 * @property {string[]} [run] put before a program's name
 */

/** @param {string} linker @returns {Manager} */
function berry(linker) {
  const settings = (/** @type {string} */ registry) =>
    [
      `nodeLinker: ${linker}`,
      `npmRegistryServer: ${registry}`,
      'unsafeHttpWhitelist: [127.0.0.1]',
      'enableScripts: false',
      'enableTelemetry: false',
      'enableGlobalCache: true',
      'enableImmutableInstalls: false',
      'npmMinimalAgeGate: 0',
    ].join('\n');
  return {
    program: join(tools, 'yarn4', 'bin', 'yarn.js'),
    // The empty lockfile says that this is a project of its own.
    files: (registry) => ({ '.yarnrc.yml': settings(registry), 'yarn.lock': '' }),
    install: ['install'],
    offline: ['install', '--immutable'],
    ...(linker === 'pnp'
      ? { run: ['--require', './.pnp.cjs', '--loader', './.pnp.loader.mjs', '--no-warnings'] }
      : {}),
  };
}

/** @param {string[]} flags @returns {Manager} */
function npmWith(...flags) {
  const always = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...flags];
  return {
    program: npm,
    install: ['install', ...always],
    offline: ['ci', '--offline', ...always],
  };
}

/** By name and layout. @type {Record<string, Manager>} */
export const MANAGERS = {
  npm: npmWith(),
  'npm nested': npmWith('--install-strategy=nested'),
  'npm linked': npmWith('--install-strategy=linked'),
  pnpm: {
    program: join(tools, 'pnpm', 'bin', 'pnpm.cjs'),
    install: ['install', '--ignore-scripts'],
    offline: ['install', '--ignore-scripts', '--offline', '--frozen-lockfile'],
  },
  // Fastify's light-my-request, which nothing here calls, needs a package that asks for Node 22: for yarn 1 an error.
  'yarn 1': {
    program: join(tools, 'yarn1', 'bin', 'yarn.js'),
    install: ['install', '--ignore-scripts', '--ignore-engines'],
    offline: ['install', '--ignore-scripts', '--ignore-engines', '--offline', '--frozen-lockfile'],
  },
  'yarn 4 node-modules': berry('node-modules'),
  'yarn 4 pnp': berry('pnp'),
};

/**
 * The environment of a user who has Node and nothing else: no compiler, no npm, no settings.
 * @param {App} app
 */
export async function environment({ home, registry, node }) {
  const bin = join(home, 'bin');
  await mkdir(bin, { recursive: true });
  if (!existsSync(join(bin, 'node'))) await symlink(node, join(bin, 'node'));
  return {
    // Windows starts no program without its own variables.
    ...(process.platform === 'win32' ? process.env : {}),
    PATH: bin,
    HOME: home,
    USERPROFILE: home,
    TMPDIR: process.env.TMPDIR ?? '/tmp',
    npm_config_registry: registry,
    YARN_REGISTRY: registry,
    // Otherwise one for all users, where root runs it.
    YARN_CACHE_FOLDER: join(home, 'yarn'),
    NO_COLOR: '1',
    BGCUT_OFFLINE: '1',
  };
}

/**
 * Runs a program in an app.
 * @param {App} app
 * @param {string[]} args of Node
 * @param {Record<string, string>} [more] variables
 * @returns {Promise<{ stdout: string, stderr: string }>} rejects where it fails, with what it printed
 */
export async function runNode(app, args, more = {}) {
  const env = { ...(await environment(app)), ...more };
  return exec(app.node, args, { cwd: app.folder, env, maxBuffer: 64e6 });
}

/**
 * Writes the app's settings and installs; or installs again with no registry to ask.
 * @param {App} app its folder has a package.json
 * @param {Manager} manager
 * @param {{ offline?: boolean }} [options]
 */
export async function install(app, manager, { offline = false } = {}) {
  const { program, files, install: first, offline: again } = manager;
  if (!offline) {
    for (const [name, text] of Object.entries(files?.(app.registry) ?? {})) {
      await writeFile(join(app.folder, name), text);
    }
  }
  await runNode(app, [program, ...(offline ? again : first)], {
    ...(offline ? { YARN_ENABLE_NETWORK: '0' } : {}),
  });
}
