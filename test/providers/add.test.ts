/** Fetching provider files from a registry, with a set of our own in the place of the real, large one. */
import {
  existsSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { BgcutError } from '#lib/errors';
import { addProvider } from '#lib/providers/fetch';
import { providerFolder, providerState, removeFolder, withProviders } from '#lib/providers/folder';
import { cudaPackage, type ProviderPackage } from '#lib/providers/packages';
import {
  atEnd,
  filesBelow,
  integrity,
  packageRegistry,
  packFiles,
  setEnvironment,
  sha256,
  temporaryFolder,
} from '../models/support.js';

const shared = Buffer.from('the shared library');
const cuda = Buffer.alloc(100_000, 'cuda');
let tarball: Buffer;
let cache: string;

beforeAll(async () => {
  tarball = await packFiles({ 'lib/shared.so': shared, 'lib/cuda.so': cuda });
});

beforeEach(() => {
  cache = temporaryFolder();
  setEnvironment({ BGCUT_CACHE: cache });
});

function setOf(more: Partial<ProviderPackage['source']> = {}): ProviderPackage {
  const { platform, arch } = process;
  return {
    ...cudaPackage,
    ...{ platform, arch },
    source: {
      kind: 'npm-files',
      package: 'model-package',
      version: '1.0.0',
      integrity: integrity(tarball),
      packedBytes: tarball.length,
      files: [
        { path: 'lib/shared.so', sha256: sha256(shared), bytes: shared.length },
        { path: 'lib/cuda.so', sha256: sha256(cuda), bytes: cuda.length },
      ],
      ...more,
    },
  };
}

const registry = (sendTarball?: RequestListener) => packageRegistry(tarball, sendTarball);

async function failure(promise: Promise<unknown>): Promise<BgcutError> {
  const error: unknown = await promise.then(
    () => new Error('it resolved'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof BgcutError) return error;
  throw error;
}

describe('bgcut providers add', () => {
  it('fetches the files, once, and nothing else of the package', async () => {
    const server = await registry();
    const set = setOf();
    expect(providerState(set)).toBe('absent');
    expect(await addProvider(set)).toBe(true);
    expect(providerState(set)).toBe('ready');
    expect(filesBelow(cache)).toEqual([
      'providers/cuda-1.0.0/cuda.so',
      'providers/cuda-1.0.0/shared.so',
    ]);
    expect(readFileSync(join(providerFolder(set), 'cuda.so')).equals(cuda)).toBe(true);
    const asked = server.requests.length;
    expect(await addProvider(set)).toBe(false);
    expect(server.requests).toHaveLength(asked);
    expect(await addProvider(set, { force: true })).toBe(true);
  });

  it('fetches again what is damaged', async () => {
    await registry();
    const set = setOf();
    await addProvider(set);
    truncateSync(join(providerFolder(set), 'cuda.so'), 1000);
    expect(providerState(set)).toBe('damaged');
    expect(await addProvider(set)).toBe(true);
    expect(providerState(set)).toBe('ready');
  });

  it('takes the package from a file', async () => {
    const server = await registry();
    const from = join(temporaryFolder(), 'carried.tgz');
    writeFileSync(from, tarball);
    expect(await addProvider(setOf(), { from })).toBe(true);
    expect(server.requests).toHaveLength(0);
  });

  it.each([
    ['a tarball that is not the published one', { integrity: integrity(Buffer.from('other')) }],
    [
      'a file with another SHA-256',
      { files: [{ path: 'lib/cuda.so', sha256: 'ab'.repeat(32), bytes: 100_000 }] },
    ],
    ['a file with another size', { files: [{ path: 'lib/cuda.so', sha256: '', bytes: 99_999 }] }],
    ['a file that is missing', { files: [{ path: 'lib/trt.so', sha256: '', bytes: 100_000 }] }],
  ])('keeps nothing of %s', async (_, source) => {
    await registry();
    const set = setOf(source);
    expect((await failure(addProvider(set))).code).toBe('provider_checksum_mismatch');
    expect(filesBelow(cache)).toEqual([]);
    expect(providerState(set)).toBe('absent');
  });

  it('keeps nothing of a tarball that ends early, and what was there before stays', async () => {
    await registry();
    await addProvider(setOf());
    await registry((_, response) => response.end(tarball.subarray(0, tarball.length / 2)));
    const error = await failure(addProvider(setOf(), { force: true }));
    expect(error.code).toBe('provider_checksum_mismatch');
    expect(providerState(setOf())).toBe('ready');
    expect(filesBelow(cache)).toHaveLength(2);
  });

  it.each([
    ['a package that does not exist', { package: 'no-such-package' }, /does not have the package/],
    ['a version that does not exist', { version: '9.9.9' }, /does not have that version/],
  ])('says so for %s', async (_, source, sentence) => {
    await registry();
    const error = await failure(addProvider(setOf(source)));
    expect(error.code).toBe('provider_download_failed');
    expect(error.detail).toMatch(sentence);
  });

  it('says that no registry answers', async () => {
    await registry();
    setEnvironment({ npm_config_registry: 'http://127.0.0.1:9/' });
    const error = await failure(addProvider(setOf()));
    expect(error.code).toBe('provider_download_failed');
    expect(error.detail).toContain('ECONNREFUSED');
  });

  it('refuses another platform before it fetches anything', async () => {
    const server = await registry();
    const error = await failure(addProvider({ ...setOf(), platform: 'sunos' }));
    expect(error.code).toBe('provider_unavailable');
    expect(server.requests).toHaveLength(0);
  });

  it('stops when told to, and leaves nothing behind', async () => {
    const stop = new AbortController();
    await registry((_, response) => {
      response.writeHead(200, { 'content-length': tarball.length });
      response.write(tarball.subarray(0, 100), () => stop.abort(new Error('enough')));
      atEnd(() => void response.destroy());
    });
    await expect(addProvider(setOf(), { signal: stop.signal })).rejects.toThrow('enough');
    expect(filesBelow(cache)).toEqual([]);
  });
});

describe('ONNX Runtime is loaded', () => {
  it('as it is without provider files, or with damaged ones', async () => {
    await registry();
    const set = setOf();
    expect(withProviders('/x/libonnxruntime.so.1', set)).toBe('/x/libonnxruntime.so.1');
    await addProvider(set);
    truncateSync(join(providerFolder(set), 'cuda.so'), 1000);
    expect(withProviders('/x/libonnxruntime.so.1', set)).toBe('/x/libonnxruntime.so.1');
  });

  it('through a link beside the files, which follows it when it moves', async () => {
    await registry();
    const set = setOf();
    await addProvider(set);
    for (const runtime of ['/x/libonnxruntime.so.1', '/y/libonnxruntime.so.1']) {
      const link = withProviders(runtime, set);
      expect(link).toBe(join(providerFolder(set), 'libonnxruntime.so.1'));
      expect(lstatSync(link).isSymbolicLink() && readlinkSync(link)).toBe(runtime);
    }
    expect(removeFolder(set)).toBe(true);
    expect(existsSync(providerFolder(set))).toBe(false);
    expect(removeFolder(set)).toBe(false);
  });

  it('as it is on another platform', async () => {
    await registry();
    const set = setOf();
    await addProvider(set);
    const runtime = '/x/libonnxruntime.so.1';
    expect(withProviders(runtime, { ...set, arch: 'mips' })).toBe(runtime);
  });
});
