// @ts-check
/** Runs Python scripts of the bench, in an environment of their own in the temporary folder. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * Runs a script that stands beside the list of packages: it reads `input` as JSON and answers in JSON, as
 * its last line.
 *
 * @typedef {(script: string, input: unknown) => Promise<any>} Python
 */

export const oracles = fileURLToPath(new URL('requirements.txt', import.meta.url));

const run = promisify(execFile);
const bytes = { maxBuffer: 2 ** 28 };

/**
 * The scripts beside a list of packages, in an environment with them.
 *
 * @param {string} list file with pip's requirements
 * @returns {Promise<Python>}
 */
export async function openPython(list) {
  const environment = await pythonEnvironment(list);
  return async (script, input) => {
    const python = join(environment, 'bin', 'python');
    const running = run(python, [join(dirname(list), script)], bytes);
    running.child.stdin?.end(JSON.stringify(input));
    const { stdout } = await running; // PyMatting prints warnings before the answer
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  };
}

/**
 * Installs the pinned packages, once for each list of them; the folder of the environment.
 *
 * @param {string} list file with pip's requirements
 * @returns {Promise<string>}
 */
export async function pythonEnvironment(list) {
  const hash = createHash('sha256').update(await readFile(list));
  const name = `${basename(list, '.txt')}-${hash.digest('hex').slice(0, 12)}`;
  const environment = join(tmpdir(), 'bgcut-bench', 'python', name);
  if (!existsSync(environment)) await install(environment, list);
  return environment;
}

/** @param {string} environment @param {string} list */
async function install(environment, list) {
  process.stderr.write(`${basename(list)}: installing …\n`);
  await mkdir(dirname(environment), { recursive: true });
  try {
    await run('python3', ['-m', 'venv', environment], bytes);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', list];
    await run(join(environment, 'bin', 'python'), pip, bytes);
  } catch (error) {
    await rm(environment, { recursive: true, force: true }); // half an environment is none
    throw error;
  }
}
