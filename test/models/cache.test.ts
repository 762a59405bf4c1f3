import { fork } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { BgcutError } from '#lib/errors';
import { cacheFolder } from '#lib/models/cache';
import { storageError } from '#lib/models/files';
import { pullManifest } from '#lib/models/pull';

import {
  atEnd,
  bulkyModel,
  filesBelow,
  serve,
  setEnvironment,
  sha256,
  temporaryFolder,
  tinyManifest,
} from './support.js';

const content = bulkyModel(2_000_000);

function manifestAt(url: string) {
  return tinyManifest({
    name: 'far',
    source: { kind: 'url', url },
    sha256: sha256(content),
    bytes: content.length,
  });
}

/** Another process that pulls; resolves with its exit code and what it printed. */
function pullInChild(url: string, cacheDir: string) {
  const child = fork(join(import.meta.dirname, 'pull-child.mjs'), [], { stdio: 'pipe' });
  atEnd(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.send({ manifest: manifestAt(url), cacheDir });
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, output })),
  );
  return { child, ended };
}

describe('the cache folder', () => {
  it('is the one given, else BGCUT_CACHE, else the platform’s', () => {
    setEnvironment({ BGCUT_CACHE: '/somewhere' });
    expect(cacheFolder('/given')).toBe('/given');
    expect(cacheFolder()).toBe('/somewhere');
    setEnvironment({ BGCUT_CACHE: '', XDG_CACHE_HOME: undefined });
    if (process.platform === 'linux') expect(cacheFolder()).toBe(join(homedir(), '.cache/bgcut'));
    else expect(cacheFolder()).toContain('bgcut');
  });
});

describe('two processes that pull at once', () => {
  it('fetch the model once', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 1_000_000));
      setTimeout(() => response.end(content.subarray(1_000_000)), 1500);
    });
    const cacheDir = temporaryFolder();
    const results = await Promise.all([1, 2, 3].map(() => pullInChild(server.url, cacheDir).ended));
    for (const { code, output } of results) {
      expect(output).toContain(sha256(content));
      expect(code).toBe(0);
    }
    expect(server.requests).toHaveLength(1);
    expect(filesBelow(cacheDir)).toEqual(['models/far/far.onnx', 'models/far/far.onnx.json']);
  });

  it('never wait for one that was killed in the middle, and use what it got', async () => {
    const server = await serve((request, response) => {
      const start = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      const headers = { etag: '"v"', 'content-length': content.length - start };
      const range = `bytes ${start}-${content.length - 1}/${content.length}`;
      if (start > 0) response.writeHead(206, { ...headers, 'content-range': range });
      else response.writeHead(200, headers);
      if (server.requests.length === 1) response.write(content.subarray(0, 1_500_000));
      else response.end(content.subarray(start));
    });
    const cacheDir = temporaryFolder();
    const file = join(cacheDir, 'models/far/far.onnx');
    const { child, ended } = pullInChild(server.url, cacheDir);
    const part = `${file}.part`;
    while (!existsSync(part) || statSync(part).size < 1_000_000) await delay(20);
    child.kill('SIGKILL');
    await ended;
    expect(existsSync(file)).toBe(false);
    // The lock of a dead process goes stale by the age of its folder.
    const old = new Date(Date.now() - 60_000);
    utimesSync(join(cacheDir, 'models/far/.lock'), old, old);
    const { fetched } = await pullManifest(manifestAt(server.url), { cacheDir });
    expect(fetched).toBe(true);
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(server.requests[1]?.headers.range).toMatch(/^bytes=1\d{6}-$/);
  });

  it('are right even where nothing can be locked', async () => {
    const server = await serve((_, response) => response.end(content));
    const cacheDir = temporaryFolder();
    // A file in the place of the lock: taking it fails for good, as on a file system without locks.
    mkdirSync(join(cacheDir, 'models/far'), { recursive: true });
    const lock = join(cacheDir, 'models/far/.lock');
    writeFileSync(lock, '');
    utimesSync(lock, new Date(0), new Date(0));
    const pulls = [1, 2, 3].map(() => pullManifest(manifestAt(server.url), { cacheDir }));
    for (const { file } of await Promise.all(pulls)) {
      expect(readFileSync(file).equals(content)).toBe(true);
    }
    expect(filesBelow(cacheDir).filter((f) => !f.endsWith('.lock'))).toEqual([
      'models/far/far.onnx',
      'models/far/far.onnx.json',
    ]);
  });
});

describe('a model in the cache', () => {
  async function cached() {
    const server = await serve((_, response) => response.end(content));
    const cacheDir = temporaryFolder();
    const manifest = manifestAt(server.url);
    const { file } = await pullManifest(manifest, { cacheDir });
    const again = () => pullManifest(manifest, { cacheDir });
    return { server, cacheDir, file, again };
  }

  it('is fetched again when it was cut off', async () => {
    const { file, again } = await cached();
    truncateSync(file, 1000);
    expect((await again()).fetched).toBe(true);
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it('is fetched again when a byte of it changed', async () => {
    const { file, again } = await cached();
    const changed = Buffer.from(content);
    changed[1_000_000]! ^= 1;
    writeFileSync(file, changed);
    expect((await again()).fetched).toBe(true);
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it('is still good when only its time changed, or its record was lost', async () => {
    const { file, again, server } = await cached();
    utimesSync(file, new Date(0), new Date(0));
    expect((await again()).fetched).toBe(false);
    rmSync(`${file}.json`);
    expect((await again()).fetched).toBe(false);
    writeFileSync(`${file}.json`, '{"sha256":');
    expect((await again()).fetched).toBe(false);
    expect(server.requests).toHaveLength(1);
  });

  it('brings the leavings of a crash to an end', async () => {
    const { cacheDir, again } = await cached();
    const left = join(cacheDir, 'models/far/.far.onnx.1.deadbeef.tmp');
    const recent = join(cacheDir, 'models/far/.far.onnx.2.deadbeef.tmp');
    writeFileSync(left, 'x');
    writeFileSync(recent, 'x');
    const old = new Date(Date.now() - 48 * 3600_000);
    utimesSync(left, old, old);
    await again();
    expect(existsSync(left)).toBe(false);
    // It may be another process at work right now.
    expect(existsSync(recent)).toBe(true);
  });
});

describe('a cache that can not be written', () => {
  it('says which folder and what to set', async () => {
    const blocked = join(temporaryFolder(), 'a-file');
    writeFileSync(blocked, '');
    const cacheDir = join(blocked, 'cache');
    const failed = pullManifest(manifestAt('http://127.0.0.1:9/'), { cacheDir });
    const error = (await failed.catch((e: unknown) => e)) as BgcutError;
    expect(error).toBeInstanceOf(BgcutError);
    expect(error.code).toBe('cache_unwritable');
    expect(error.message).toContain(cacheDir);
    expect(error.message).toContain('BGCUT_CACHE');
  });

  // /sys takes no new folders, whoever asks; /proc says that its own folder isn't there.
  const nobodys = ['/sys/bgcut', '/proc/bgcut/cache'];
  it.runIf(process.platform === 'linux').each(nobodys)('says so of %s', async (cacheDir) => {
    const failed = pullManifest(manifestAt('http://127.0.0.1:9/'), { cacheDir });
    const error = (await failed.catch((e: unknown) => e)) as BgcutError;
    expect([error.code, error.message]).toEqual([
      'cache_unwritable',
      expect.stringContaining(cacheDir),
    ]);
  });

  it.each([
    ['ENOSPC', 'the disk is full'],
    ['EDQUOT', 'quota'],
    ['EROFS', 'read-only'],
  ])('says what %s means', (code, words) => {
    const error = storageError(Object.assign(new Error('private'), { code }), '/cache');
    expect(error?.code).toBe('cache_unwritable');
    expect(error?.message).toContain(words);
    expect(error?.message).not.toContain('private');
  });

  it('does not blame the cache for everything', () => {
    expect(storageError(Object.assign(new Error(), { code: 'EIO' }), '/cache')).toBeUndefined();
    expect(storageError(new Error('no code'), '/cache')).toBeUndefined();
  });
});
