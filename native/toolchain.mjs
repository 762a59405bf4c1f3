// What it takes to compile the native code: which programs and packages, how to get them on this platform, and a
// way to run them that shows their output only when they fail. Used by build.mjs and test.mjs.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/** The package's root folder. */
export const root = resolve(import.meta.dirname, '..');

const require = createRequire(join(root, 'package.json'));

/** A failure whose message is one sentence for the person at the terminal: no stack is printed for it. */
export class BuildError extends Error {}

/**
 * The folder of an installed package, found along Node's own search path, so that it works hoisted, nested and linked
 * and whatever the package's "exports" hide.
 * @param {string} name
 * @returns {string | undefined} absolute path, or undefined where the package isn't installed
 */
export function packageFolder(name) {
  return (require.resolve.paths(name) ?? [])
    .map((folder) => join(folder, name))
    .find((folder) => existsSync(join(folder, 'package.json')));
}

/** @param {string[]} command program and arguments */
function runs([program = '', ...args]) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/**
 * The C++ compiler that will be used: $CXX, else g++ or clang++. On Windows Visual Studio isn't on the PATH and CMake
 * finds it by itself, so nothing is looked for.
 */
function hasCompiler() {
  if (process.platform === 'win32') return true;
  const candidates = process.env.CXX ? [process.env.CXX] : ['g++', 'clang++'];
  return candidates.some((compiler) => runs([compiler, '--version']));
}

/** The clang++ that builds the fuzzers: Debian 12's, else the default one; undefined where there is none. */
export function clang() {
  return ['clang++-14', 'clang++'].find((compiler) => runs([compiler, '--version']));
}

/** CMake drives ninja or make; on Windows it drives MSBuild, which comes with the compiler. */
function hasMake() {
  return (
    process.platform === 'win32' || ['ninja', 'make'].some((tool) => runs([tool, '--version']))
  );
}

/** Debian, Fedora, Alpine, Arch or ''. */
function linuxFamily() {
  try {
    const release = readFileSync('/etc/os-release', 'utf8');
    const ids = [...release.matchAll(/^(?:ID|ID_LIKE)=(.*)$/gm)].map((match) => match[1]).join(' ');
    return /debian|ubuntu|fedora|rhel|alpine|arch/.exec(ids)?.[0] ?? '';
  } catch {
    return '';
  }
}

/** @type {Partial<Record<string, { install: string, packages: Record<string, string> }>>} */
const INSTALLERS = {
  debian: {
    install: 'sudo apt-get install',
    packages: { compiler: 'g++', cmake: 'cmake', make: 'make', gtest: 'libgtest-dev' },
  },
  fedora: {
    install: 'sudo dnf install',
    packages: { compiler: 'gcc-c++', cmake: 'cmake', make: 'make', gtest: 'gtest-devel' },
  },
  alpine: {
    install: 'apk add',
    packages: { compiler: 'g++', cmake: 'cmake', make: 'make', gtest: 'gtest-dev' },
  },
  arch: {
    install: 'sudo pacman -S',
    packages: { compiler: 'gcc', cmake: 'cmake', make: 'make', gtest: 'gtest' },
  },
  darwin: {
    install: 'xcode-select --install; brew install',
    packages: { compiler: '', cmake: 'cmake', make: '', gtest: 'googletest' },
  },
  win32: {
    install: 'winget install',
    packages: {
      compiler: 'Microsoft.VisualStudio.2022.BuildTools',
      cmake: 'Kitware.CMake',
      make: '',
      gtest: '',
    },
  },
};
/** @type {Partial<Record<string, string>>} */
const ALIASES = { ubuntu: 'debian', rhel: 'fedora' };

const TITLES = {
  compiler: 'a C++ compiler',
  cmake: 'cmake',
  make: 'make (or ninja)',
  gtest: 'GoogleTest',
};

/**
 * How to install the named tools here, as a part of a sentence.
 * @param {(keyof typeof TITLES)[]} tools
 */
export function howToInstall(tools) {
  const family = process.platform === 'linux' ? linuxFamily() : process.platform;
  const installer = INSTALLERS[ALIASES[family] ?? family];
  if (!installer) return "install them with your system's package manager";
  const packages = tools.map((tool) => installer.packages[tool]).filter(Boolean);
  return `install with \`${[installer.install, ...packages].join(' ')}\``;
}

/**
 * Throws one sentence that names every missing tool and how to get it.
 * @param {string} purpose what can't be done, as the start of the sentence
 */
export function requireTools(purpose) {
  /** @type {(keyof typeof TITLES)[]} */
  const missing = [];
  if (!hasCompiler()) missing.push('compiler');
  if (!runs(['cmake', '--version'])) missing.push('cmake');
  if (!hasMake()) missing.push('make');
  if (missing.length === 0) return;
  const names = new Intl.ListFormat('en').format(missing.map((tool) => TITLES[tool]));
  throw new BuildError(
    `${purpose} without ${names}: ${howToInstall(missing)}, then run the command again.`,
  );
}

/**
 * Runs a program and keeps its output for the case that it fails.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, show?: boolean, signal?: AbortSignal }} [options] show: pass the output through as
 *   it comes; signal: kills the program
 * @returns {Promise<{ code: number, output: string }>} output: stdout and stderr as they came ('' when shown)
 */
export function run(program, args, { env = process.env, show = false, signal } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd: root,
      env,
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    signal?.addEventListener('abort', () => child.kill('SIGKILL'));
    /** @type {Buffer[]} */
    const chunks = [];
    child.stdout?.on('data', (/** @type {Buffer} */ chunk) => chunks.push(chunk));
    child.stderr?.on('data', (/** @type {Buffer} */ chunk) => chunks.push(chunk));
    child.on('error', fail);
    child.on('close', (code) => {
      done({ code: code ?? 1, output: Buffer.concat(chunks).toString() });
    });
  });
}

/**
 * Runs CMake; its output is shown only when it fails.
 * @param {string[]} args
 */
export async function cmake(args) {
  const { code, output } = await run('cmake', args);
  if (code === 0) return;
  process.stderr.write(`${output}\n`);
  throw new BuildError(
    /could not find\b.*\bGTest/is.test(output)
      ? `The native tests can't be compiled without GoogleTest: ${howToInstall(['gtest'])}, then run the command again.`
      : "The native tests can't be compiled: the compiler's or CMake's message is above.",
  );
}

/**
 * Configures a build of the native tests, which know nothing of Node.
 * @param {string} sanitizers for the compiler's -fsanitize=, or ''
 * @returns {Promise<{ folder: string, type: string }>} where it is built and CMake's build type
 */
export async function configureTests(sanitizers) {
  requireTools("The native tests can't be compiled");
  const folder = join(
    root,
    'build',
    sanitizers ? `native-tests-${sanitizers.replace(',', '-')}` : 'native-tests',
  );
  const type = sanitizers ? 'RelWithDebInfo' : 'Release';
  const definitions = [
    '-DBGCUT_BUILD_ADDON=OFF',
    '-DBGCUT_BUILD_TESTS=ON',
    `-DCMAKE_BUILD_TYPE=${type}`,
    `-DBGCUT_SANITIZE=${sanitizers}`,
  ];
  await cmake(['-S', root, '-B', folder, ...definitions]);
  return { folder, type };
}

/**
 * Runs a script's main function: a BuildError becomes its sentence on stderr and exit code 1.
 * @param {() => Promise<void>} main
 */
export async function script(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
