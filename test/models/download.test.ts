import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { BgcutError } from '#lib/errors';
import type { Manifest } from '#lib/models/manifest';
import { pullManifest } from '#lib/models/pull';
import type { ModelProgress } from '#lib/models/progress';

import {
  bulkyModel,
  filesBelow,
  serve,
  setEnvironment,
  sha256,
  temporaryFolder,
  tinyManifest,
} from './support.js';

const content = bulkyModel(3_000_000);
const ETAG = '"v1"';

/** A server's whole or partial answer, as RFC 9110 has it. */
function answerWithRanges(request: IncomingMessage, response: ServerResponse, etag = ETAG): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const condition = request.headers['if-range'];
  const partial = start > 0 && (condition === undefined || condition === etag);
  if (partial) {
    const rest = content.subarray(start);
    response.writeHead(206, {
      etag,
      'content-length': rest.length,
      'content-range': `bytes ${start}-${content.length - 1}/${content.length}`,
    });
    response.end(rest);
  } else {
    response.writeHead(200, { etag, 'content-length': content.length });
    response.end(content);
  }
}

/** Sends the first bytes of an answer and breaks the connection. */
function breakAfter(bytes: number, response: ServerResponse, headers: object = { etag: ETAG }) {
  response.writeHead(200, { 'content-length': content.length, ...headers });
  response.write(content.subarray(0, bytes), () => setTimeout(() => response.destroy(), 20));
}

function manifestAt(url: string, more: Record<string, unknown> = {}): Manifest {
  return tinyManifest({ name: 'far', source: { kind: 'url', url }, ...more });
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(BgcutError);
  return (error as BgcutError).code;
}

describe('pulling from an address', () => {
  it('fetches, checks and keeps the file, and tells how far it is', async () => {
    const server = await serve((request, response) => answerWithRanges(request, response));
    const cacheDir = temporaryFolder();
    const seen: ModelProgress[] = [];
    const manifest = manifestAt(`${server.url}/m.onnx`, {
      sha256: sha256(content),
      bytes: content.length,
    });
    const result = await pullManifest(manifest, { cacheDir, progress: (p) => seen.push(p) });
    expect(result).toMatchObject({ name: 'far', sha256: sha256(content), fetched: true });
    expect(readFileSync(result.file).equals(content)).toBe(true);
    expect(filesBelow(cacheDir)).toEqual(['models/far/far.onnx', 'models/far/far.onnx.json']);
    expect([...new Set(seen.map((p) => p.phase))]).toEqual(['download', 'verify']);
    for (const phase of ['download', 'verify']) {
      const done = seen.filter((p) => p.phase === phase).map((p) => p.done);
      expect(done.toSorted((a, b) => a - b)).toEqual(done);
      expect(done.at(-1)).toBe(content.length);
    }
    expect(seen.every((p) => p.total === content.length && p.model === 'far')).toBe(true);
    // The second time nobody is asked.
    expect((await pullManifest(manifest, { cacheDir })).fetched).toBe(false);
    expect(server.requests).toHaveLength(1);
  });

  it('goes on where the connection broke, within one call', async () => {
    const server = await serve((request, response) => {
      if (server.requests.length === 1) breakAfter(1_000_000, response);
      else answerWithRanges(request, response);
    });
    const cacheDir = temporaryFolder();
    const { file } = await pullManifest(manifestAt(server.url, { sha256: sha256(content) }), {
      cacheDir,
    });
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(server.requests.map((r) => [r.headers.range, r.headers['if-range']])).toEqual([
      [undefined, undefined],
      ['bytes=1000000-', ETAG],
    ]);
  });

  it('goes on in a later call, and shows no file before it is whole', async () => {
    let broken = true;
    const server = await serve((request, response) => {
      if (!broken) answerWithRanges(request, response);
      else if (request.headers.range) response.writeHead(503).end();
      else breakAfter(500_000, response);
    });
    const cacheDir = temporaryFolder();
    const manifest = manifestAt(server.url, { sha256: sha256(content) });
    expect(await codeOf(pullManifest(manifest, { cacheDir }))).toBe('model_download_failed');
    expect(existsSync(join(cacheDir, 'models/far/far.onnx'))).toBe(false);
    broken = false;
    await pullManifest(manifest, { cacheDir });
    expect(server.requests.at(-1)?.headers.range).toBe('bytes=500000-');
    expect(filesBelow(cacheDir)).toEqual(['models/far/far.onnx', 'models/far/far.onnx.json']);
  });

  it('starts again where the server can not resume', async () => {
    const server = await serve((_, response) => {
      if (server.requests.length === 1) breakAfter(700_000, response, {});
      else response.writeHead(200, { 'content-length': content.length }).end(content);
    });
    const cacheDir = temporaryFolder();
    const { file } = await pullManifest(manifestAt(server.url), { cacheDir });
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it('starts again when the file changed in between', async () => {
    const server = await serve((request, response) => {
      if (server.requests.length === 1) breakAfter(700_000, response, { etag: '"old"' });
      else answerWithRanges(request, response);
    });
    const cacheDir = temporaryFolder();
    const { file } = await pullManifest(manifestAt(server.url), { cacheDir });
    expect(server.requests[1]?.headers['if-range']).toBe('"old"');
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it('never joins a part with the rest of something of another size', async () => {
    const server = await serve((request, response) => {
      if (server.requests.length === 1) breakAfter(700_000, response, {});
      else if (request.headers.range) {
        const start = 700_000;
        const size = content.length + 5;
        response.writeHead(206, { 'content-range': `bytes ${start}-${size - 1}/${size}` });
        response.end(Buffer.alloc(size - start));
      } else answerWithRanges(request, response);
    });
    const { file } = await pullManifest(manifestAt(server.url), { cacheDir: temporaryFolder() });
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it('keeps nothing of a file with another checksum', async () => {
    const server = await serve((request, response) => answerWithRanges(request, response));
    const cacheDir = temporaryFolder();
    const manifest = manifestAt(server.url, { sha256: 'ab'.repeat(32) });
    const failed = pullManifest(manifest, { cacheDir });
    expect(await codeOf(failed)).toBe('model_checksum_mismatch');
    await expect(failed).rejects.toThrow(sha256(content));
    expect(filesBelow(cacheDir)).toEqual([]);
  });

  it('replaces a part that turns out to be of another file', async () => {
    const server = await serve((request, response) => {
      // The same validator for another content: a server that can't be trusted to tell.
      if (server.requests.length > 2) answerWithRanges(request, response);
      else if (server.requests.length === 2) response.writeHead(403).end();
      else {
        response.writeHead(200, { etag: ETAG, 'content-length': content.length });
        response.write(Buffer.alloc(600_000), () => setTimeout(() => response.destroy(), 20));
      }
    });
    const cacheDir = temporaryFolder();
    const manifest = manifestAt(server.url, { sha256: sha256(content) });
    expect(await codeOf(pullManifest(manifest, { cacheDir }))).toBe('model_download_failed');
    const { file } = await pullManifest(manifest, { cacheDir });
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it.each([404, 403, 410])('gives up at once on %i', async (status) => {
    const server = await serve((_, response) => response.writeHead(status).end());
    const failed = pullManifest(manifestAt(server.url), { cacheDir: temporaryFolder() });
    expect(await codeOf(failed)).toBe('model_download_failed');
    await expect(failed).rejects.toThrow(String(status));
    expect(server.requests).toHaveLength(1);
  });

  it('tries again after 503 and 429', async () => {
    const server = await serve((request, response) => {
      const status = [503, 429][server.requests.length - 1];
      if (status) response.writeHead(status).end();
      else answerWithRanges(request, response);
    });
    await pullManifest(manifestAt(server.url), { cacheDir: temporaryFolder() });
    expect(server.requests).toHaveLength(3);
  });

  it('says that there is no server', async () => {
    const failed = pullManifest(manifestAt('http://127.0.0.1:9/m.onnx'), {
      cacheDir: temporaryFolder(),
    });
    expect(await codeOf(failed)).toBe('model_download_failed');
    await expect(failed).rejects.toThrow('ECONNREFUSED');
  });

  it('refuses what is no model, whatever its checksum', async () => {
    const page = Buffer.from('<!doctype html><title>Log in</title>');
    const server = await serve((_, response) => response.end(page));
    const cacheDir = temporaryFolder();
    const manifest = manifestAt(server.url, { sha256: sha256(page) });
    expect(await codeOf(pullManifest(manifest, { cacheDir }))).toBe('model_invalid');
    expect(filesBelow(cacheDir)).toEqual([]);
  });

  it('keeps secrets of the address to itself', async () => {
    const server = await serve((request, response) => {
      if (server.requests.length === 1) answerWithRanges(request, response);
      else response.writeHead(404).end();
    });
    const cacheDir = temporaryFolder();
    const from = `${server.url.replace('//', '//user:hunter2@')}/m.onnx?token=hunter2`;
    const manifest = tinyManifest({ name: 'far' });
    const { file } = await pullManifest(manifest, { cacheDir, from });
    expect(server.requests[0]?.url).toBe('/m.onnx?token=hunter2');
    expect(readFileSync(`${file}.json`, 'utf8')).not.toContain('hunter2');
    const failed = await pullManifest(manifest, { cacheDir, from }).catch((e: unknown) => e);
    expect((failed as BgcutError).message).toContain('404');
    expect((failed as BgcutError).message).not.toContain('hunter2');
  });

  it('goes through the proxy of the npm configuration', async () => {
    const proxy = await serve((request, response) => {
      expect(request.url).toBe('http://models.invalid/m.onnx');
      answerWithRanges(request, response);
    });
    setEnvironment({ npm_config_proxy: proxy.url, npm_config_https_proxy: proxy.url });
    await pullManifest(manifestAt('http://models.invalid/m.onnx'), {
      cacheDir: temporaryFolder(),
    });
    expect(proxy.requests).toHaveLength(1);
  });

  it('stops when told to, and goes on later', async () => {
    const stop = new AbortController();
    const server = await serve((request, response) => {
      if (server.requests.length > 1) {
        answerWithRanges(request, response);
        return;
      }
      response.writeHead(200, { etag: ETAG, 'content-length': content.length });
      response.write(content.subarray(0, 900_000));
      setTimeout(() => response.write(content.subarray(900_000, 900_100)), 200);
    });
    const cacheDir = temporaryFolder();
    const manifest = manifestAt(server.url, { sha256: sha256(content) });
    const stopped = pullManifest(manifest, {
      cacheDir,
      signal: stop.signal,
      progress: ({ done }) => {
        if (done > 900_000) stop.abort(new Error('enough'));
      },
    });
    expect(await codeOf(stopped)).toBe('aborted');
    await pullManifest(manifest, { cacheDir });
    expect(server.requests[1]?.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
  });
});

describe('a model whose checksum nobody published', () => {
  it('is recorded at the first fetch and held to that afterwards', async () => {
    let served = content;
    const server = await serve((_, response) => response.end(served));
    const cacheDir = temporaryFolder();
    const manifest = manifestAt(server.url);
    const first = await pullManifest(manifest, { cacheDir });
    expect(first.trust).toBe('first-use');
    served = bulkyModel(1000);
    const again = { cacheDir, from: server.url };
    expect(await codeOf(pullManifest(manifest, again))).toBe('model_checksum_mismatch');
    expect(readFileSync(first.file).equals(content)).toBe(true);
    const forced = await pullManifest(manifest, { ...again, force: true });
    expect(forced.sha256).toBe(sha256(served));
    expect(readFileSync(first.file).equals(served)).toBe(true);
  });
});
