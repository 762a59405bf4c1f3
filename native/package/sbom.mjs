// The bill of materials of what is published, as CycloneDX 1.5: npm's own for the packages, and beside it what npm can't
// see, the native libraries and the models. The same input gives the same bytes: no date, and a serial number made of
// the content.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../toolchain.mjs';
import { source, versionOf } from './manifests.mjs';
import { packageName, PLATFORMS } from './platforms.mjs';

/**
 * @typedef {import('./binaries.mjs').Binaries} Binaries
 * @typedef {{ name: string, version?: string, scope?: string, properties?: object[], 'bom-ref': string, [field: string]: unknown }} Component
 * @typedef {{ ref: string, dependsOn?: string[] }} Dependency
 * @typedef {{ serialNumber?: string, metadata: { timestamp?: string, component: Component }, components: Component[], dependencies: Dependency[] }} Bom
 */

const exec = promisify(execFile);
const require = createRequire(import.meta.url);
/** @type {typeof import('#lib/licences/native')} */
const { libvipsLibraries, RUNTIME_LICENCE } = require(join(root, 'dist', 'licences', 'native.js'));
/** @type {typeof import('#lib/models/manifest')} */
const { builtinManifests, isNpmSource } = require(join(root, 'dist', 'models', 'manifest.js'));

/** @returns {Promise<Bom>} npm's view of the packages, those of every platform */
async function npmBom() {
  const command = 'npm sbom --sbom-format cyclonedx --omit dev --package-lock-only';
  const { stdout } = await exec(command, { cwd: root, shell: true, maxBuffer: 64e6 });
  return /** @type {Bom} */ (JSON.parse(stdout));
}

/** @param {string} expression */
function licences(expression) {
  return / (AND|OR) /.test(expression) ? [{ expression }] : [{ license: { id: expression } }];
}

/**
 * @param {string} name
 * @param {string} version
 * @param {string} licence
 * @param {string} purl
 * @returns {Component}
 */
function library(name, version, licence, purl) {
  return { 'bom-ref': purl, type: 'library', name, version, purl, licenses: licences(licence) };
}

/**
 * A platform's package, its files inside it.
 * @param {Binaries} binaries
 * @returns {Component}
 */
function platformComponent({ key, files }) {
  const name = packageName(key);
  const ref = `${name}@${source.version}`;
  const purl = `pkg:npm/${name.replace('@', '%40')}@${source.version}`;
  const inside = Object.entries(files).map(([file, sha256]) => ({
    'bom-ref': `${ref}/${file}`,
    ...{ type: 'file', name: file, hashes: [{ alg: 'SHA-256', content: sha256 }] },
  }));
  return {
    ...library(name, source.version, `${source.license} AND ${RUNTIME_LICENCE}`, purl),
    ...{ 'bom-ref': ref, scope: 'optional', components: inside },
  };
}

/** libvips and its codecs, of the platform that this runs on: sharp has the same ones everywhere. */
function nativeLibraries() {
  const { platform, arch } = process;
  const found = libvipsLibraries({ platform, arch, libc: '' });
  return found.map(({ name, version, licence }) =>
    library(name, version ?? '', licence, `pkg:generic/${name}@${version}`),
  );
}

/** Weights that are fetched on request: nothing of them is in the package, but its user may come to run them. */
function modelComponents() {
  return [...builtinManifests().values()].map((model) => ({
    'bom-ref': `model:${model.name}`,
    ...{ type: 'machine-learning-model', name: model.name, description: model.title },
    scope: 'optional',
    licenses: [{ license: { name: model.licence } }],
    ...(model.sha256 ? { hashes: [{ alg: 'SHA-256', content: model.sha256 }] } : {}),
    properties: [
      { name: 'bgcut:commercial', value: model.commercial },
      ...(model.source
        ? [
            {
              name: 'bgcut:source',
              value: isNpmSource(model.source)
                ? `npm:${model.source.package}@${model.source.version}`
                : model.source.url,
            },
          ]
        : []),
      ...(model.notes ? [{ name: 'bgcut:notes', value: model.notes }] : []),
    ],
  }));
}

/**
 * @param {Binaries[]} platforms what is packaged; none: the packages and libraries alone
 * @returns {Promise<string>} JSON
 */
export async function makeSbom(platforms) {
  const bom = await npmBom();
  const { component } = bom.metadata;
  const runtimeVersion = versionOf('onnxruntime-node');
  const runtime = library(
    ...['onnxruntime', runtimeVersion, RUNTIME_LICENCE],
    `pkg:github/microsoft/onnxruntime@v${runtimeVersion}`,
  );
  const packages = platforms.map(platformComponent);
  const libraries = nativeLibraries();
  const models = modelComponents();
  // npm calls it after the folder that the checkout lies in.
  Object.assign(component, { name: source.name, properties: [] });
  delete bom.metadata.timestamp;
  delete bom.serialNumber;
  bom.components.push(...packages, runtime, ...libraries, ...models);

  const refs = (/** @type {Component[]} */ list) => list.map((each) => each['bom-ref']);
  const needs = new Map(bom.dependencies.map((each) => [each.ref, each.dependsOn ?? []]));
  const add = (/** @type {string} */ ref, /** @type {string[]} */ more) =>
    needs.set(ref, [...(needs.get(ref) ?? []), ...more]);
  add(component['bom-ref'], [...refs(packages), ...refs(models)]);
  for (const { key } of platforms) {
    const { libvips = '' } = PLATFORMS[key] ?? {};
    const ref = `${packageName(key)}@${source.version}`;
    add(ref, [runtime['bom-ref'], `${libvips}@${versionOf(libvips)}`]);
  }
  for (const { libvips } of Object.values(PLATFORMS)) {
    add(`${libvips}@${versionOf(libvips)}`, refs(libraries));
  }
  bom.dependencies = [...needs].map(([ref, dependsOn]) => ({ ref, dependsOn }));

  const digest = createHash('sha256').update(JSON.stringify(bom)).digest('hex');
  // A UUID of version 8: of digits that its maker chooses.
  const [, a, b, c, d, e] = /^(.{8})(.{4})(.{3})(.{3})(.{12})/.exec(digest) ?? [];
  const { serialNumber: _, ...rest } = bom;
  const numbered = { ...rest, serialNumber: `urn:uuid:${a}-${b}-8${c}-8${d}-${e}` };
  return `${JSON.stringify(numbered, null, 2)}\n`;
}
