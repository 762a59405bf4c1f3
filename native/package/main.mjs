// npm run package -- --out DIR [--prebuilds DIR] [--all] [--repository URL]
// npm run sbom -- [--prebuilds DIR]
//
// Makes the tarballs that are published: bgcut, which is JavaScript alone, and for each platform a package with the
// addon and ONNX Runtime, an optional dependency of bgcut. No package has an install script.
//
// The native part of this platform is compiled here, unless --prebuilds has it; those of other platforms come from
// --prebuilds DIR/<platform>-<arch>/, as CI's machines (or prebuildify) have made them. --all refuses to make less than
// every platform: for a release. The tarballs' names go to standard output; with --sbom it is the bill of materials alone,
// which is in the package of bgcut as well, as sbom.cdx.json.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { BuildError, packageFolder, root, run, script } from '../toolchain.mjs';
import { readBinaries } from './binaries.mjs';
import { mainManifest, platformManifest, source } from './manifests.mjs';
import { here, PLATFORMS } from './platforms.mjs';
import { makeSbom } from './sbom.mjs';

/** @typedef {import('./binaries.mjs').Binaries} Binaries */

const exec = promisify(execFile);

/**
 * @param {string} command of npm, in this project's own words
 * @param {string} cwd
 * @returns {Promise<string>} what it printed
 */
async function npm(command, cwd) {
  const { stdout } = await exec(`npm ${command}`, { cwd, shell: true, maxBuffer: 64e6 });
  return stdout;
}

/** Compiles what this platform needs, if it is missing or stale. */
async function compile() {
  const { code } = await run(process.execPath, [join(root, 'native', 'build.mjs')], { show: true });
  if (code !== 0) throw new BuildError("The packages can't be made without the native addon.");
}

/**
 * @param {string | undefined} prebuilds absolute
 * @param {boolean} all whether every platform must be there
 */
async function gather(prebuilds, all) {
  /** @type {Binaries[]} */
  const found = [];
  for (const key of Object.keys(PLATFORMS)) {
    const given = prebuilds && join(prebuilds, key);
    if (given && existsSync(given)) found.push(await readBinaries(key, given));
    else if (key === here) {
      await compile();
      found.push(await readBinaries(key, join(root, 'build', 'Release')));
    } else if (all) throw new BuildError(`A release needs every platform: ${key} is missing.`);
  }
  return found;
}

/**
 * @param {string} folder with package.json and all files
 * @param {string} out
 */
async function pack(folder, out) {
  const answer = await npm(
    `pack --json --ignore-scripts --loglevel=error --pack-destination "${out}"`,
    folder,
  );
  const [{ filename } = { filename: '' }] = /** @type {{ filename: string }[]} */ (
    JSON.parse(answer)
  );
  process.stdout.write(`${join(out, filename)}\n`);
}

/**
 * @param {string} folder
 * @param {object} manifest
 */
async function writeManifest(folder, manifest) {
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * @param {Binaries} binaries
 * @param {string} folder empty
 * @param {string | undefined} repository
 */
async function stagePlatform(binaries, folder, repository) {
  for (const name of Object.keys(binaries.files)) {
    await copyFile(join(binaries.folder, name), join(folder, name));
  }
  for (const name of ['LICENSE', 'NOTICE']) await copyFile(join(root, name), join(folder, name));
  // The package with ONNX Runtime's headers carries its licence and those of what is linked into it.
  const notices = packageFolder('com.github.asus4.onnxruntime') ?? '';
  await copyFile(join(notices, 'LICENSE'), join(folder, 'LICENSE-onnxruntime'));
  await copyFile(
    join(notices, 'ThirdPartyNotices.txt'),
    join(folder, 'ThirdPartyNotices-onnxruntime.txt'),
  );
  const manifest = platformManifest(binaries, repository);
  await writeManifest(folder, manifest);
  await writeFile(join(folder, 'README.md'), readme(manifest));
}

/** @param {ReturnType<typeof platformManifest>} manifest */
function readme({ name, description, bgcut }) {
  return `# ${name}

${description} ${bgcut.onnxruntime} (MIT). Not for use by itself: \`npm install bgcut\` installs it where it fits.

The SHA-256 of each file stands in package.json under \`bgcut.files\` and in that of bgcut; \`npx bgcut info\` compares them.
Licences: LICENSE, LICENSE-onnxruntime, ThirdPartyNotices-onnxruntime.txt.${
    'DirectML.dll' in bgcut.files
      ? ' DirectML.dll is under the Microsoft Software License Terms of the package Microsoft.AI.DirectML.'
      : ''
  }
`;
}

/**
 * @param {Binaries[]} all
 * @param {string} folder empty
 * @param {string | undefined} repository
 */
async function stageMain(all, folder, repository) {
  const listed = await npm('pack --dry-run --json --ignore-scripts --loglevel=error', root);
  const [{ files } = { files: [] }] = /** @type {{ files: { path: string }[] }[]} */ (
    JSON.parse(listed)
  );
  for (const { path } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(root, path), join(folder, path));
  }
  await writeManifest(folder, mainManifest(all, repository));
  await writeFile(join(folder, 'sbom.cdx.json'), await makeSbom(all));
}

await script(async () => {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: 'packages' },
      prebuilds: { type: 'string' },
      all: { type: 'boolean', default: false },
      repository: { type: 'string' },
      sbom: { type: 'boolean', default: false },
    },
  });
  const all = await gather(values.prebuilds && resolve(values.prebuilds), values.all);
  if (all.length === 0) throw new BuildError(`There is no native part for ${here}.`);
  if (values.sbom) {
    process.stdout.write(await makeSbom(all));
    return;
  }
  const out = resolve(values.out);
  await mkdir(out, { recursive: true });
  const stage = await mkdtemp(join(tmpdir(), `bgcut-package-${source.version}-`));
  try {
    for (const binaries of all) {
      const folder = join(stage, binaries.key);
      await mkdir(folder);
      await stagePlatform(binaries, folder, values.repository);
      await pack(folder, out);
    }
    const folder = join(stage, 'bgcut');
    await mkdir(folder);
    await stageMain(all, folder, values.repository);
    await pack(folder, out);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
});
