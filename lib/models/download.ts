import { createWriteStream } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { rootCertificates } from 'node:tls';

import fetch from 'make-fetch-happen';
import promiseRetry from 'promise-retry';
import { z } from 'zod';

import { BgcutError } from '../errors.js';
import { npmOptions } from './npm.js';

/** What download needs beside the address. */
export interface DownloadOptions {
  /** Told the bytes on the disk so far and the size of the whole; null while that is unknown. */
  readonly onBytes?: (done: number, total: number | null) => void;
  readonly signal?: AbortSignal | undefined;
}

type Network = Partial<fetch.FetchOptions>;

/** An answer of the server whose body is yet to be read. */
interface Answer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: NodeJS.ReadableStream;
}

/** Milliseconds without a byte after which a connection counts as lost. */
const IDLE = 60_000;

/**
 * Downloads an address into a file, through the proxy and certificates of the user's npm configuration. What an
 * earlier try left in `part` is gone on with when the server says that the content is still the same.
 *
 * @param url http or https
 * @param part file that grows; complete when the promise resolves. `part`.json beside it says what it is part of.
 * @returns whether bytes of an earlier call were used
 * @throws BgcutError model_download_failed; the file system's error; the signal's reason
 */
export async function download(
  url: string,
  part: string,
  options: DownloadOptions = {},
): Promise<boolean> {
  const resumed = (await readProgress(part, url)) !== undefined;
  const network = await networkOptions();
  let furthest = -1;
  await promiseRetry(
    async (retry) => {
      for (;;) {
        try {
          await attempt(url, part, network, options);
          return;
        } catch (error) {
          options.signal?.throwIfAborted();
          if (!(error instanceof Interrupted)) throw error;
          const size = await sizeOf(part);
          // A connection that brings us further each time may be lost as often as it likes.
          if (size <= furthest) return retry(error);
          furthest = size;
        }
      }
    },
    { retries: 4, minTimeout: 300, maxTimeout: 5000 },
  ).catch((error: unknown) => {
    if (!(error instanceof Interrupted)) throw error;
    throw new BgcutError('model_download_failed', {
      detail: `${withoutSecrets(url)}: ${error.message}. What arrived is kept: the next try goes on from there.`,
      cause: error.cause,
    });
  });
  await rm(progressFile(part), { force: true });
  return resumed;
}

/** An address as it may be shown and stored: without user, password and query, where tokens stand. */
export function withoutSecrets(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** A try that failed in a way that another may not. */
class Interrupted extends Error {}

/** What is known about a part on the disk: enough to tell whether a server still has the same content. */
const progressSchema = z.object({
  url: z.string(),
  /** Strong ETag or Last-Modified. */
  validator: z.string().nullable(),
  total: z.number().nullable(),
});

type Progress = z.infer<typeof progressSchema>;

async function attempt(
  url: string,
  part: string,
  network: Network,
  { onBytes, signal }: DownloadOptions,
): Promise<void> {
  let known = await readProgress(part, url);
  let have = known ? await sizeOf(part) : 0;
  if (known?.total === have && have > 0) return;
  const response = await request(url, network, have > 0 ? rangeHeaders(have, known) : {}, signal);
  const range = response.headers.get('content-range');
  if (known && response.status === 206 && continues(range, have, known)) {
    // What comes belongs behind what we have.
  } else if (response.status === 200) {
    have = 0;
    known = await startProgress(part, url, response.headers);
  } else {
    // 206 or 416 that don't fit what we have: the content has changed, so from the start.
    response.body.resume();
    await rm(part, { force: true });
    throw new Interrupted('the server changed the file in the middle of the download');
  }
  const { total } = known;
  let done = have;
  onBytes?.(done, total);
  async function* counted(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of response.body) {
        done += (chunk as Buffer).length;
        onBytes?.(done, total);
        yield chunk as Buffer;
      }
    } catch (cause) {
      throw new Interrupted('the connection was lost', { cause });
    }
  }
  await pipeline(counted, createWriteStream(part, { flags: have > 0 ? 'a' : 'w' }), { signal });
  if (total !== null && done < total) throw new Interrupted('the connection was lost');
  if (total !== null && done > total) {
    await rm(part, { force: true });
    throw new Interrupted('the server sent more than it announced');
  }
}

async function request(
  url: string,
  network: Network,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const asked = {
    ...network,
    // Compressed on the way, the bytes on the disk would not be the bytes of the range.
    headers: { 'accept-encoding': 'identity', ...headers },
    signal,
  };
  let response;
  try {
    // Its types know an older AbortSignal.
    response = await fetch(url, asked as unknown as fetch.FetchOptions);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Interrupted(`the server can not be reached (${reason(cause)})`, { cause });
  }
  const { status, headers: answered } = response;
  const body = response.body ?? Readable.from([]);
  if (status === 200 || status === 206 || status === 416)
    return { status, headers: answered, body };
  body.resume();
  if (status >= 500 || status === 408 || status === 429) {
    throw new Interrupted(`the server answered ${status}`);
  }
  throw new BgcutError('model_download_failed', {
    detail: `${withoutSecrets(url)}: the server answered ${status} ${response.statusText}.`,
  });
}

function reason(cause: unknown): string {
  const { code, type } = cause as { code?: string; type?: string };
  return code ?? type ?? 'no answer';
}

function rangeHeaders(have: number, known: Progress | undefined): Record<string, string> {
  const validator = known?.validator;
  return { range: `bytes=${have}-`, ...(validator && { 'if-range': validator }) };
}

/** Whether a Content-Range starts where we stopped and belongs to a whole of the same size. */
function continues(range: string | null, have: number, known: Progress): boolean {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(range ?? '');
  if (!match || Number(match[1]) !== have) return false;
  // Without a validator the size is all that tells the same content from another.
  return known.total === null ? known.validator !== null : match[2] === String(known.total);
}

async function startProgress(
  part: string,
  url: string,
  headers: Answer['headers'],
): Promise<Progress> {
  const etag = headers.get('etag');
  const length = headers.get('content-length');
  const progress: Progress = {
    url: withoutSecrets(url),
    validator: etag && !etag.startsWith('W/') ? etag : headers.get('last-modified'),
    total: length === null ? null : Number(length),
  };
  await rm(part, { force: true });
  await writeFile(progressFile(part), JSON.stringify(progress));
  return progress;
}

async function readProgress(part: string, url: string): Promise<Progress | undefined> {
  try {
    const progress = progressSchema.parse(JSON.parse(await readFile(progressFile(part), 'utf8')));
    return progress.url === withoutSecrets(url) && (await sizeOf(part)) > 0 ? progress : undefined;
  } catch {
    return undefined;
  }
}

function progressFile(part: string): string {
  return `${part}.json`;
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    (s) => s.size,
    () => 0,
  );
}

/** Proxy and certificates as for npm; never its tokens, which belong to the registry. */
async function networkOptions(): Promise<Network> {
  const npm = (await npmOptions()) as {
    httpsProxy?: string | null;
    proxy?: string | null;
    noProxy?: string;
    strictSSL?: boolean;
    localAddress?: string;
    ca?: string | string[] | null;
  };
  return {
    proxy: npm.httpsProxy ?? npm.proxy ?? undefined,
    noProxy: npm.noProxy,
    strictSSL: npm.strictSSL,
    localAddress: npm.localAddress,
    // npm's `ca` may be that of a private registry only, while any public server may be asked here.
    ...(npm.ca && { ca: [...rootCertificates, ...[npm.ca].flat()] }),
    timeout: IDLE,
    retry: 0,
  };
}
