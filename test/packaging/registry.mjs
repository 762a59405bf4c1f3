// A registry on the loopback that has the tarballs of `npm run package` and, of everything else, what the registry has
// that npm is configured for (from npm's own cache where it is there). A package manager that is pointed at it installs
// bgcut as its users will.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import pacote from 'pacote';
import * as tar from 'tar';

const root = join(import.meta.dirname, '..', '..');
/** @type {typeof import('#lib/models/npm')} */
const { npmOptions } = createRequire(import.meta.url)(join(root, 'dist', 'models', 'npm.js'));

/**
 * @typedef {{ name: string, version: string, dist?: { tarball: string, integrity?: string, shasum?: string } }} Version
 * @typedef {{ name: string, 'dist-tags': Record<string, string>, versions: Record<string, Version> }} Packument
 */

/**
 * @param {Buffer} tarball
 * @returns {Promise<Version>} its package.json
 */
async function manifestOf(tarball) {
  /** @type {Buffer[]} */
  const chunks = [];
  const reader = new tar.Parser({
    filter: (path) => path === 'package/package.json',
    onReadEntry: (entry) => entry.on('data', (chunk) => chunks.push(chunk)),
  });
  await new Promise((done, fail) => {
    reader.on('end', done).on('error', fail);
    reader.end(tarball);
  });
  return /** @type {Version} */ (JSON.parse(Buffer.concat(chunks).toString()));
}

/**
 * Starts it on a free port.
 * @param {string[]} files the tarballs, absolute paths
 * @returns {Promise<{ url: string, requests: () => number, close: () => Promise<void> }>} requests: how many it has had
 */
export async function startRegistry(files) {
  /** @type {Map<string, { tarball: Buffer, version: Version }>} */
  const own = new Map();
  for (const file of files) {
    const tarball = await readFile(file);
    const version = await manifestOf(tarball);
    own.set(version.name, { tarball, version });
  }
  const options = { ...(await npmOptions()), preferOffline: true };
  let requests = 0;
  let url = '';

  /** @param {string} name @returns {Promise<Packument>} */
  async function packument(name) {
    const ours = own.get(name);
    if (ours) {
      const { tarball, version } = ours;
      const hash = (/** @type {string} */ algorithm) => createHash(algorithm).update(tarball);
      const integrity = `sha512-${hash('sha512').digest('base64')}`;
      const dist = { tarball: '', integrity, shasum: hash('sha1').digest('hex') };
      const versions = { [version.version]: { ...version, dist } };
      return { name, 'dist-tags': { latest: version.version }, versions };
    }
    return /** @type {Packument} */ (
      /** @type {unknown} */ (await pacote.packument(name, options))
    );
  }

  /** @param {string} path @returns {Promise<Buffer>} */
  async function answer(path) {
    const [, name = '', file] = /^\/((?:@[^/]+\/)?[^/]+)(?:\/-\/(.+)\.tgz)?$/.exec(path) ?? [];
    if (file !== undefined) {
      const version = file.slice(basename(name).length + 1);
      return own.get(name)?.tarball ?? (await pacote.tarball(`${name}@${version}`, options));
    }
    const document = await packument(name);
    const versions = Object.entries(document.versions).map(([number, each]) => {
      // The address that npm's registry uses: yarn remembers any other one, and names folders after it.
      const tarball = `${url}/${name}/-/${basename(name)}-${number}.tgz`;
      const dist = { ...each.dist, tarball };
      return [number, { ...each, dist }];
    });
    return Buffer.from(JSON.stringify({ ...document, versions: Object.fromEntries(versions) }));
  }

  const server = createServer((request, response) => {
    requests += 1;
    answer(decodeURIComponent(request.url ?? '/')).then(
      (body) => response.end(body),
      (/** @type {unknown} */ error) => {
        const missing = error instanceof Error && 'code' in error && error.code === 'E404';
        response.statusCode = missing ? 404 : 500;
        response.end('{}');
      },
    );
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', () => done(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    requests: () => requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
