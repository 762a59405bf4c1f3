// @ts-check
/** Runs the Python of this folder, in an environment of its own in the temporary folder. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** How a Python script is run: its name in this folder, and what it reads as JSON. @typedef {(script: string, input: unknown) => Promise<any>} Python */

const folder = fileURLToPath(new URL('.', import.meta.url));
const bytes = { maxBuffer: 2 ** 28 };

/**
 * Installs the pinned packages, once for each list of them, and returns what runs a script with them.
 *
 * @param {string} list file with pip's requirements, in this folder
 * @returns {Promise<Python>}
 */
export async function openPython(list) {
  const hash = createHash('sha256').update(await readFile(join(folder, list)));
  const name = `${basename(list, '.txt')}-${hash.digest('hex').slice(0, 12)}`;
  const environment = join(tmpdir(), 'bgcut-bench', 'python', name);
  if (!existsSync(environment)) await install(environment, list);
  return (script, input) => runScript(join(environment, 'bin', 'python'), script, input);
}

/** @param {string} environment @param {string} list */
async function install(environment, list) {
  process.stderr.write(`${list}: installing …\n`);
  const made = `${environment}.${process.pid}`;
  await mkdir(join(made, '..'), { recursive: true });
  try {
    const run = promisify(execFile);
    await run('python3', ['-m', 'venv', made], bytes);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r'];
    await run(join(made, 'bin', 'python'), [...pip, join(folder, list)], bytes);
    await rename(made, environment);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/**
 * @param {string} python
 * @param {string} script
 * @param {unknown} input
 */
async function runScript(python, script, input) {
  const running = promisify(execFile)(python, [join(folder, script)], bytes);
  running.child.stdin?.end(JSON.stringify(input));
  const { stdout } = await running;
  return JSON.parse(stdout);
}
