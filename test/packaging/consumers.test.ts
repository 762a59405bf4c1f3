// What a user gets: the tarballs of `npm run package`, installed from a registry by npm. `npm run test:packages` does the
// same with every package manager and Node.
import { execFileSync } from 'node:child_process';
import { appendFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import * as tar from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  checkInfo,
  checkPrograms,
  checkTypes,
  makeApp,
  makePackages,
  reinstallOffline,
  removeApp,
} from './apps.mjs';
import { runNode } from './managers.mjs';
import { startRegistry } from './registry.mjs';

interface Manifest {
  name: string;
  version: string;
  scripts?: Record<string, string>;
  gypfile?: boolean;
  dependencies: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  bgcut: {
    files: Record<string, string>;
    platforms: Record<string, { files: Record<string, string> }>;
  };
}

let packages: Awaited<ReturnType<typeof makePackages>>;
let registry: Awaited<ReturnType<typeof startRegistry>>;
let app: Awaited<ReturnType<typeof makeApp>>;
const platform = `${process.platform}-${process.arch}`;

beforeAll(async () => {
  packages = await makePackages();
  registry = await startRegistry(packages.files);
  app = await makeApp(registry.url, 'npm');
}, 300_000);
afterAll(async () => {
  await registry.close();
  await removeApp(app);
  await rm(packages.folder, { recursive: true, force: true });
});

const installed = (...path: string[]) => join(app.folder, 'node_modules', ...path);
const manifestOf = async (...path: string[]) =>
  JSON.parse(await readFile(installed(...path, 'package.json'), 'utf8')) as Manifest;

describe('the tarballs', () => {
  it('are bgcut and a package for this platform, of one version', async () => {
    const names = packages.files.map((file) => basename(file));
    expect(names.sort()).toEqual(['bgcut-0.1.0.tgz', `bgcut-${platform}-0.1.0.tgz`].sort());
    const main = await manifestOf('bgcut');
    expect(main.optionalDependencies).toEqual({ [`@bgcut/${platform}`]: main.version });
  });

  it('have no install script, and bgcut has no binary and asks for no onnxruntime-node', async () => {
    for (const name of ['bgcut', `@bgcut/${platform}`]) {
      const { scripts, gypfile } = await manifestOf(name);
      expect({ scripts, gypfile }).toEqual({ scripts: undefined, gypfile: undefined });
    }
    const { dependencies } = await manifestOf('bgcut');
    expect(dependencies).not.toHaveProperty('onnxruntime-node');
    const tree = await readFile(join(app.folder, 'package-lock.json'), 'utf8');
    expect(tree).not.toContain('onnxruntime-node');
    expect(tree).not.toContain('hasInstallScript');
  });

  it('keep the promise of 60 MB for the CPU package', async () => {
    const file = packages.files.find((each) => each.includes(platform))!;
    let bytes = 0;
    await tar.list({ file, onReadEntry: (entry) => (bytes += entry.size) });
    expect(bytes).toBeGreaterThan(20e6);
    expect(bytes).toBeLessThanOrEqual(60e6);
  });

  it.runIf(process.platform === 'linux')('state the SHA-256 of each binary, twice', async () => {
    const { bgcut } = await manifestOf('@bgcut', platform);
    const main = await manifestOf('bgcut');
    expect(main.bgcut.platforms[platform]!.files).toEqual(bgcut.files);
    for (const [name, sha256] of Object.entries(bgcut.files)) {
      const printed = execFileSync('sha256sum', [installed('@bgcut', platform, name)]);
      expect(printed.toString().slice(0, 64)).toBe(sha256);
    }
  });

  it('have nothing that publint finds', async () => {
    const { messages } = await publint({ pkgDir: installed('bgcut'), pack: false, strict: true });
    const manifest = await manifestOf('bgcut');
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });
});

describe('an app that installs bgcut', () => {
  it('cuts out as an ES module and as CommonJS, which are one and the same', () =>
    checkPrograms(app));

  it('has types for the module resolutions nodenext and bundler', () => checkTypes(app));

  it('has the command bgcut, whose files are as published', async () => {
    await checkInfo(app);
    const { stdout } = await runNode(app, ['./command.cjs', '--version']);
    expect(stdout).toMatch(/^(bgcut )?0\.1\.0\n$/);
  });

  it('is told when a file is not the one that was published', async () => {
    const file = Object.keys((await manifestOf('@bgcut', platform)).bgcut.files).at(-1)!;
    const before = await readFile(installed('@bgcut', platform, file));
    await appendFile(installed('@bgcut', platform, file), '\0');
    const failure = await runNode(app, ['./command.cjs', 'info']).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 69 });
    expect((failure as { stdout: string }).stdout).toContain(`${file}  NOT as published`);
    await writeFile(installed('@bgcut', platform, file), before);
    await checkInfo(app);
  });

  it('is told what to do where the native part was not installed', async () => {
    const place = installed('@bgcut');
    await rename(place, `${place}-away`);
    const failure = await runNode(app, ['./command.cjs', 'info']).catch((error: unknown) => error);
    await rename(`${place}-away`, place);
    expect(failure).toMatchObject({ code: 69 });
    const { stderr } = failure as { stderr: string };
    expect(stderr).toContain(`the package @bgcut/${platform}: it is not installed`);
    expect(stderr).toContain('`npm install --include=optional bgcut`');
    expect(stderr).toContain(`--os=${process.platform} --cpu=${process.arch}`);
  });

  it('installs again from the cache alone', async () => {
    const before = registry.requests();
    await reinstallOffline(app);
    expect(registry.requests()).toBe(before);
    await checkInfo(app);
  });
});
