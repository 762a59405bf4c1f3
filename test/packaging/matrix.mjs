// npm run test:packages: installs the tarballs of `npm run package` as users do, and uses what was installed. Every
// package manager and layout, every supported Node, ES modules, CommonJS and TypeScript, again offline, with nothing but
// Node on the PATH; Bun; and once the real model. Linux x64. A line per case; the exit code is the number of failures.
//   npm run test:packages [-- WORDS]   only the cases whose names have one of the words
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  checkInfo,
  checkPrograms,
  checkRealModel,
  checkTypes,
  makeApp,
  makePackages,
  reinstallOffline,
  removeApp,
  root,
} from './apps.mjs';
import { MANAGERS } from './managers.mjs';
import { startRegistry } from './registry.mjs';

const exec = promisify(execFile);
const tools = join(import.meta.dirname, 'tools');
const programs = join(tools, 'node_modules');
const nodes = ['node20', 'node22', 'node24'];

/** @typedef {{ name: string, run: (registry: string) => Promise<void> }} Case */

/** @param {string} manager @param {string} node @returns {Case} */
function installing(manager, node) {
  return {
    name: `${manager}, ${node}`,
    run: async (registry) => {
      const app = await makeApp(registry, manager, join(programs, node, 'bin', 'node'));
      try {
        await checkPrograms(app);
        await checkInfo(app);
        if (!app.manager.run) await checkTypes(app); // the compiler knows nothing of yarn's archives
        await reinstallOffline(app);
        await checkPrograms(app);
      } finally {
        await removeApp(app);
      }
    },
  };
}

/** @type {Case[]} */
const cases = [
  ...nodes.map((node) => installing('npm', node)),
  ...Object.keys(MANAGERS)
    .filter((name) => name !== 'npm')
    .flatMap((name) => ['node20', 'node24'].map((node) => installing(name, node))),
  {
    name: 'Bun instead of Node',
    run: async (registry) => {
      const app = await makeApp(registry, 'npm');
      try {
        await checkPrograms({ ...app, node: join(programs, 'bun', 'bin', 'bun') });
      } finally {
        await removeApp(app);
      }
    },
  },
  {
    name: 'the real model',
    run: async (registry) => {
      const app = await makeApp(registry, 'npm');
      try {
        await checkRealModel(app);
      } finally {
        await removeApp(app);
      }
    },
  },
];

const words = process.argv.slice(2);
const chosen = cases.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);
assert(chosen.length > 0, `no case is called ${words.join(', ')}`);
await exec(`npm ci --ignore-scripts --prefix "${tools}"`, { cwd: root, shell: true });
const packages = await makePackages();
const registry = await startRegistry(packages.files);
let failed = 0;
try {
  for (const { name, run } of chosen) {
    const start = performance.now();
    const seconds = () => ((performance.now() - start) / 1000).toFixed(0);
    try {
      await run(registry.url);
      console.log(`✓ ${name} (${seconds()} s)`);
    } catch (error) {
      failed += 1;
      console.log(`✗ ${name} (${seconds()} s)`);
      console.log(error);
    }
  }
} finally {
  await registry.close();
  await rm(packages.folder, { recursive: true, force: true });
}
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed;
