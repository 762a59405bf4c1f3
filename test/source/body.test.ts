import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { brotliCompressSync, createGzip, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { createEngine } from 'bgcut';

import { rejection } from '../support/rejection.js';
import { onCpu, photos, tinyModel } from '../support/project.js';
import { failedSilently, fetchFrom, visible, webOf } from './support.js';

const url = 'http://photos.example/a.jpg';

/** The answer in pieces: chunked, so without a Content-Length. */
const inPieces =
  (size: number, pieces: number): RequestListener =>
  (_request, response) => {
    for (let i = 0; i < pieces; i += 1) response.write(Buffer.alloc(size, 'a'));
    response.end();
  };

/** Writes as long as it can, and tells what it got rid of. */
function endless(chunk: Buffer, headers: Record<string, string> = {}) {
  const sent = { bytes: 0 };
  async function* chunks(): AsyncGenerator<Buffer> {
    for (;;) {
      await nextTurn();
      sent.bytes += chunk.length;
      yield chunk;
    }
  }
  const answer: RequestListener = (_request, response) => {
    response.writeHead(200, headers);
    pipeline(chunks, response).catch(() => undefined);
  };
  return { answer, sent };
}

async function* zeros(): AsyncGenerator<Buffer> {
  for (;;) {
    await nextTurn();
    yield Buffer.alloc(100_000);
  }
}

describe('the cap', () => {
  it('is exact to the byte', async () => {
    const exact = await webOf(inPieces(100, 10));
    expect(await fetchFrom(exact, url)).toHaveLength(1000);
    const beyond = await webOf(inPieces(1001, 1));
    expect(visible(await rejection(fetchFrom(beyond, url)))).toMatchObject({
      code: 'file_too_large',
      title: 'File too large',
    });
  });

  it('has the same code for a background', async () => {
    const web = await webOf(inPieces(1001, 1));
    const fetching = fetchFrom(web, url, { errors: 'background' });
    await expect(fetching).rejects.toMatchObject({ code: 'file_too_large' });
  });

  it('stops a body without an end', async () => {
    const { answer, sent } = endless(Buffer.alloc(10_000));
    const web = await webOf(answer);
    const fetching = fetchFrom(web, url, { maxBytes: 100_000 });
    await expect(fetching).rejects.toMatchObject({ code: 'file_too_large' });
    // No more was taken than the buffers on the way hold; that the connection is closed every test checks.
    expect(sent.bytes).toBeLessThan(20_000_000);
  });

  it('stops at an announced length, without reading', async () => {
    const web = await webOf((_request, response) => {
      response.writeHead(200, { 'content-length': 1001 }).flushHeaders();
    });
    await expect(fetchFrom(web, url)).rejects.toMatchObject({ code: 'file_too_large' });
  });
});

describe('a Content-Length', () => {
  const raw =
    (head: string, body: string): RequestListener =>
    ({ socket }) =>
      void socket.end(`HTTP/1.1 200 OK\r\n${head}\r\n${body}`);

  it('that is too small ends the picture there', async () => {
    const web = await webOf(raw('Content-Length: 3\r\n', 'abcdef'));
    expect(Buffer.from(await fetchFrom(web, url)).toString()).toBe('abc');
  });

  it.each([
    ['that is too large', 'Content-Length: 900\r\n'],
    ['that is no number', 'Content-Length: many\r\n'],
    ['that is given twice', 'Content-Length: 3\r\nContent-Length: 6\r\n'],
    [
      'beside a Transfer-Encoding that breaks off',
      'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n',
    ],
  ])('%s is a failure', async (_name, head) => {
    const web = await webOf(raw(head, 'abcdef'));
    expect(visible(await rejection(fetchFrom(web, url)))).toEqual(failedSilently);
  });

  it('is not needed', async () => {
    const web = await webOf(raw('', 'abcdef'));
    expect(Buffer.from(await fetchFrom(web, url)).toString()).toBe('abcdef');
  });
});

describe('a compressed body', () => {
  const codings = {
    gzip: gzipSync,
    'X-GZIP': gzipSync,
    deflate: deflateSync,
    br: brotliCompressSync,
  };

  const answer =
    (coding: string, body: Buffer): RequestListener =>
    (_request, response) =>
      void response.writeHead(200, { 'content-encoding': coding }).end(body);

  it.each(Object.entries(codings))('in %s is decompressed', async (coding, compress) => {
    const web = await webOf(answer(coding, compress(Buffer.alloc(1000, 'abc'))));
    const bytes = await fetchFrom(web, url);
    expect(Buffer.from(bytes).equals(Buffer.alloc(1000, 'abc'))).toBe(true);
    // It wasn't asked for.
    expect(web.requests[0]!.headers['accept-encoding']).toBe('identity');
  });

  it.each(Object.entries(codings))('in %s is counted decompressed', async (coding, compress) => {
    const bomb = compress(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(60_000);
    const web = await webOf(answer(coding, bomb));
    const before = process.memoryUsage().rss;
    const fetching = fetchFrom(web, url, { maxBytes: 1_000_000 });
    await expect(fetching).rejects.toMatchObject({ code: 'file_too_large' });
    expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
  });

  it('is counted decompressed before it has ended', async () => {
    const web = await webOf((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      pipeline(zeros, createGzip(), response).catch(() => undefined);
    });
    const fetching = fetchFrom(web, url, { maxBytes: 1_000_000 });
    await expect(fetching).rejects.toMatchObject({ code: 'file_too_large' });
  });

  it('is counted compressed as well', async () => {
    // Decompressed it is nothing, for ever.
    const { answer: nothing, sent } = endless(gzipSync(''), { 'content-encoding': 'gzip' });
    const web = await webOf(nothing);
    const fetching = fetchFrom(web, url, { maxBytes: 10_000 });
    await expect(fetching).rejects.toMatchObject({ code: 'file_too_large' });
    expect(sent.bytes).toBeGreaterThan(10_000);
  });

  it.each([
    ['twice', 'gzip, gzip', gzipSync(gzipSync('abc'))],
    ['in a way that is not known', 'pack200', Buffer.from('abc')],
    ['to garbage', 'gzip', Buffer.from('this is not gzip')],
    ['and cut off', 'gzip', gzipSync(Buffer.alloc(900, 'abc')).subarray(0, 15)],
  ])('%s is a failure', async (_name, coding, body) => {
    const web = await webOf(answer(coding, body));
    expect(visible(await rejection(fetchFrom(web, url)))).toEqual(failedSilently);
  });

  it('that says so about plain bytes is taken as it is', async () => {
    const web = await webOf(answer('identity', Buffer.from('abc')));
    expect(Buffer.from(await fetchFrom(web, url)).toString()).toBe('abc');
  });
});

describe('the content decides, not what the server calls it', () => {
  const photo = readFileSync(join(photos, 'chelsea.png'));

  const fetchAs = async (type: string, body: string | Buffer): Promise<Uint8Array> => {
    const web = await webOf((_request, response) => {
      response.writeHead(200, { 'content-type': type }).end(body);
    });
    return fetchFrom(web, url, { maxBytes: 1_000_000 });
  };

  it('a picture as text/html is a picture, a page as image/jpeg is none', async () => {
    await using engine = await createEngine({ ...onCpu, model: tinyModel });
    const result = await engine.removeBg(await fetchAs('text/html', photo));
    expect(result.width).toBeGreaterThan(0);
    const page = await fetchAs('image/jpeg', '<!doctype html><title>Not here</title>'.repeat(9));
    await expect(engine.removeBg(page)).rejects.toMatchObject({ code: 'invalid_file_type' });
  });
});
