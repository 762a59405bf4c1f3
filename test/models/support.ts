import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { InferenceSession, Tensor } from 'onnxruntime-node';
import { create as createTar } from 'tar';
import { afterEach } from 'vitest';

import { type Manifest, parseManifest } from '#lib/models/manifest';

export const top = join(import.meta.dirname, '..', '..');
export const fixtures = join(top, 'test', 'fixtures', 'models');
export const tinyFile = join(fixtures, 'tiny.onnx');

const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs at the end of the test, last first. */
export function atEnd(cleanup: () => void | Promise<void>): void {
  cleanups.push(cleanup);
}

/** A folder that lives as long as the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bgcut-models-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Sets environment variables for the test; undefined unsets. */
export function setEnvironment(values: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(values)) {
    const before = process.env[name];
    const set = (to: string | undefined) => {
      if (to === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = to;
    };
    set(value);
    atEnd(() => set(before));
  }
}

/** An HTTP server on this machine that keeps the requests it got. */
export interface TestServer {
  readonly url: string;
  readonly requests: IncomingMessage[];
}

/** Starts a server that lives as long as the test. */
export async function serve(answer: RequestListener): Promise<TestServer> {
  const requests: IncomingMessage[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** tiny.onnx with room for a unique weight behind it: as large as wanted, still a model. */
export function bulkyModel(bytes: number): Buffer {
  const tiny = readFileSync(tinyFile);
  const padding = randomBytes(bytes);
  // Field 6 of ModelProto, doc_string: any length-delimited bytes that no reader looks at.
  const length: number[] = [];
  for (let n = padding.length; ; n = Math.floor(n / 128)) {
    length.push(n < 128 ? n : (n % 128) + 128);
    if (n < 128) break;
  }
  return Buffer.concat([tiny, Buffer.from([(6 << 3) | 2, ...length]), padding]);
}

/** A manifest for tiny.onnx or one like it, as a user might write it. */
export function tinyManifest(more: Record<string, unknown> = {}): Manifest {
  const plain = JSON.parse(readFileSync(join(fixtures, 'tiny.json'), 'utf8')) as object;
  return parseManifest({ ...plain, ...more }, 'test');
}

/** All files below a folder, as relative paths. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Runs a model with ONNX Runtime's own binding on an input of 1 x 3 x height x width. */
export async function run(
  model: string | Uint8Array,
  height: number,
  width: number,
  input: Float32Array,
  output = 'output',
): Promise<{ dims: readonly number[]; data: Float32Array }> {
  const session = await InferenceSession.create(model as string, {
    intraOpNumThreads: 2,
    enableMemPattern: false,
    logSeverityLevel: 3,
  });
  try {
    const feeds = { input: new Tensor('float32', input, [1, 3, height, width]) };
    const { dims, data } = (await session.run(feeds, [output]))[output]!;
    return { dims, data: data as Float32Array };
  } finally {
    await session.release();
  }
}

/** Packs files as npm does, with a list of chunks like that of the package that carries IS-Net. */
export async function packModel(joined: Buffer, chunkBytes = 4096): Promise<Buffer> {
  const files: Record<string, Uint8Array | string> = {};
  const chunks: { hash: string; offsets: [number, number] }[] = [];
  for (let at = 0; at < joined.length; at += chunkBytes) {
    const chunk = joined.subarray(at, at + chunkBytes);
    files[`dist/${sha256(chunk)}`] = chunk;
    chunks.push({ hash: sha256(chunk), offsets: [at, at + chunk.length] });
  }
  files['dist/resources.json'] = JSON.stringify({
    '/models/medium': { chunks, size: joined.length, mime: 'x/y' },
  });
  return packFiles(files);
}

/** Packs files as npm does, by their path in the package, beside code that must never run. */
export async function packFiles(files: Record<string, Uint8Array | string>): Promise<Buffer> {
  const folder = temporaryFolder();
  const all = {
    'package.json': JSON.stringify({ name: 'model-package', version: '1.0.0' }),
    'dist/index.js': 'throw new Error("the code of the package must never run")',
    ...files,
  };
  for (const [path, content] of Object.entries(all)) {
    const file = join(folder, 'package', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  const file = join(folder, 'package.tgz');
  await createTar({ gzip: true, cwd: folder, file, portable: true, mtime: new Date(0) }, [
    'package',
  ]);
  return readFileSync(file);
}

export function integrity(bytes: Uint8Array): string {
  return `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
}

/**
 * An npm registry that has the one package of packFiles, set in the configuration as a user sets theirs, with a token.
 *
 * @param sendTarball answers what asks for the tarball
 */
export async function packageRegistry(
  tarball: Uint8Array,
  sendTarball: RequestListener = (_, response) => response.end(tarball),
): Promise<TestServer> {
  const server = await serve((request, response) => {
    if (request.url === '/model-package') {
      const dist = { tarball: `${server.url}/p.tgz`, integrity: integrity(tarball) };
      const version = { name: 'model-package', version: '1.0.0', dist };
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          name: 'model-package',
          'dist-tags': { latest: '1.0.0' },
          versions: { '1.0.0': version },
        }),
      );
    } else if (request.url === '/p.tgz') sendTarball(request, response);
    else response.writeHead(404).end('{}');
  });
  const home = temporaryFolder();
  const userconfig = join(home, 'npmrc');
  writeFileSync(
    userconfig,
    `registry=${server.url}/\n//${new URL(server.url).host}/:_authToken=hunter2\nfetch-retries=0\n`,
  );
  setEnvironment({
    npm_config_userconfig: userconfig,
    npm_config_cache: join(home, 'cache'),
    // Set by the npm that runs the tests, and stronger than the file.
    npm_config_registry: undefined,
    npm_config_offline: undefined,
    npm_config_prefer_offline: undefined,
  });
  return server;
}
