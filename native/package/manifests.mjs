// The package.json of what is published, made from the one of the checkout: one source for names, versions and ranges.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder, root } from '../toolchain.mjs';
import { packageName, PLATFORMS } from './platforms.mjs';

/**
 * @typedef {import('./binaries.mjs').Binaries} Binaries
 * @typedef {Record<string, unknown> & { name: string, version: string, license: string, engines: { node: string }, files: string[] }} Manifest
 */

/** @param {string} folder */
function readManifest(folder) {
  return /** @type {Manifest} */ (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
}

/** The checkout's. */
export const source = readManifest(root);

/**
 * The installed version of a package: of one for another platform, which isn't installed, the one that was locked.
 * @param {string} name
 */
export function versionOf(name) {
  const folder = packageFolder(name);
  if (folder) return readManifest(folder).version;
  const lock = /** @type {{ packages: Record<string, { version: string }> }} */ (
    JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  );
  const locked = lock.packages[`node_modules/${name}`];
  if (!locked) throw new Error(`${name} is not in package-lock.json`);
  return locked.version;
}

/** What only the checkout needs: its tools, and fields that npm and cmake-js read there. */
const OF_THE_CHECKOUT = [
  'private',
  'scripts',
  'devDependencies',
  'overrides',
  'imports',
  'binary',
  'gypfile',
];

/** @param {string | undefined} repository its address, which npm compares with where a release was built */
function published(repository) {
  return {
    ...(repository ? { repository: { type: 'git', url: `git+${repository}.git` } } : {}),
    publishConfig: { access: 'public' },
  };
}

/**
 * bgcut itself. `bgcut.platforms` is read by lib/published.ts: names, needs and checksums of the native parts.
 * @param {Binaries[]} all
 * @param {string | undefined} repository
 */
export function mainManifest(all, repository) {
  const kept = Object.entries(source).filter(([field]) => !OF_THE_CHECKOUT.includes(field));
  const platforms = all.map(({ key, glibc, files }) => [
    key,
    { package: packageName(key), glibc, files },
  ]);
  return {
    ...Object.fromEntries(kept),
    ...published(repository),
    files: [...source.files, 'sbom.cdx.json'],
    optionalDependencies: Object.fromEntries(
      all.map(({ key }) => [packageName(key), source.version]),
    ),
    bgcut: { platforms: Object.fromEntries(platforms) },
  };
}

/**
 * The package of one platform.
 * @param {Binaries} binaries
 * @param {string | undefined} repository
 */
export function platformManifest({ key, glibc, files }, repository) {
  const platform = PLATFORMS[key];
  if (!platform) throw new Error(`no platform ${key}`);
  const { os, cpu, title, libvips } = platform;
  // DirectML comes under terms of Microsoft's, which allow shipping it with a program.
  const license = `${source.license} AND MIT${os === 'win32' ? ' AND LicenseRef-DirectML' : ''}`;
  return {
    name: packageName(key),
    version: source.version,
    description: `The native part of bgcut for ${title}: its addon, and ONNX Runtime`,
    license,
    ...published(repository),
    os: [os],
    cpu: [cpu],
    ...(os === 'linux' ? { libc: ['glibc'] } : {}),
    engines: source.engines,
    // A shared library can't be loaded out of an archive.
    preferUnplugged: true,
    // What the addon was linked with. bgcut pins sharp, which brings the same.
    dependencies: { [libvips]: versionOf(libvips) },
    bgcut: { onnxruntime: versionOf('onnxruntime-node'), glibc, files },
  };
}
