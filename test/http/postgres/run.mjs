// @ts-check
/**
 * npm run test:postgres: starts a PostgreSQL of its own (Debian's package postgresql) in a temporary folder, runs the
 * tests beside this file against it, and stops it again. Arguments go to vitest.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'bgcut-postgres-'));
const data = join(folder, 'data');

/** Debian keeps the server's programs out of the path. */
function searchPath() {
  const debian = '/usr/lib/postgresql';
  let versions = /** @type {string[]} */ ([]);
  try {
    versions = readdirSync(debian).sort((a, b) => Number(b) - Number(a));
  } catch {
    // another system: they are in the path
  }
  const folders = versions.map((version) => join(debian, version, 'bin'));
  return [...folders, process.env.PATH ?? ''].join(delimiter);
}

/** @param {string} flag */
const idOf = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));

// PostgreSQL refuses to be run by root.
const asRoot = process.getuid?.() === 0;
const user = asRoot ? { uid: idOf('-u'), gid: idOf('-g') } : undefined;
chmodSync(folder, 0o700);
if (user !== undefined) chownSync(folder, user.uid, user.gid);

/** @param {string} program @param {string[]} args */
function run(program, ...args) {
  const env = { ...process.env, PATH: searchPath() };
  execFileSync(program, args, {
    env,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    ...user,
  });
}

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });

/** @type {number | null} */
let status;
let started = false;
try {
  run('initdb', '-D', data, '-U', 'bgcut', '-A', 'trust', '-E', 'UTF8', '--no-sync');
  const port = await freePort();
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -k ${folder} -c max_connections=200 -c fsync=off`;
  run('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start');
  started = true;
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  const config = join('test', 'http', 'postgres', 'vitest.config.mts');
  const tests = spawnSync(
    process.execPath,
    [vitest, 'run', '--config', config, ...process.argv.slice(2)],
    {
      stdio: 'inherit',
      env: { ...process.env, BGCUT_TEST_DATABASE: `postgres://bgcut@127.0.0.1:${port}/postgres` },
    },
  );
  status = tests.status;
} finally {
  if (started) run('pg_ctl', '-D', data, '-w', '-m', 'immediate', 'stop');
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = status ?? 1;
