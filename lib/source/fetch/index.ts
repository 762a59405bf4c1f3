/** The one way from a web address of a stranger to the bytes of a picture. SECURITY.md says what it promises. */
import { BgcutError } from '../../errors.js';
import { Stop } from '../../stop.js';
import { version } from '../../version.js';
import type { ReadLimits } from '../collect.js';
import { readBody } from './body.js';
import { guardedConnector } from './connect.js';
import { internet, type Network } from './network.js';

export { internet, type Network, type Target } from './network.js';
export { type Policy, publicInternet } from './policy.js';

/** How a picture is fetched. */
export interface FetchOptions {
  readonly signal: AbortSignal;
  /** Bytes, counted while they arrive and again after decompression. */
  readonly maxBytes: number;
  /** Whether the address is that of the picture or that of its background: the codes and titles of its errors. */
  readonly errors: keyof typeof codes;
  /** The public internet unless given. */
  readonly network?: Network;
}

const codes = {
  image: { invalid: 'invalid_image_url', failed: 'failed_image_download' },
  background: { invalid: 'invalid_bg_image_url', failed: 'failed_bg_download' },
} as const;

/** Redirects that are followed; the answer of the next one counts as the last. */
const maxRedirects = 3;

const redirects = new Set([301, 302, 303, 307, 308]);

const requestHeaders = {
  'user-agent': `bgcut/${version}`,
  accept: 'image/jpeg, image/png, image/webp, */*;q=0.1',
  'accept-encoding': 'identity',
};

/**
 * The bytes that an http or https address answers with, whatever they are: the content decides later.
 * Every address of the name, and every redirect (at most 3, none from https to http), must be allowed by the network's
 * policy, and is connected to as it was checked. No proxy, no cookies, no cache, no credentials; 5 s for a connection,
 * 10 s for everything.
 *
 * Rejects with the signal's reason; invalid_image_url (no absolute http or https URL, or one with credentials);
 * file_too_large; or failed_image_download. For a background the codes are invalid_bg_image_url and failed_bg_download.
 * The title of a failure names the HTTP status that a permitted server answered with, and otherwise no reason: nobody
 * learns from it whether an address was refused, unreachable or too slow.
 */
export async function fetchImage(
  url: string,
  { signal, maxBytes, errors, network = internet }: FetchOptions,
): Promise<Uint8Array> {
  signal.throwIfAborted();
  const first = webAddress(url);
  if (first === undefined) throw new BgcutError(codes[errors].invalid);
  const stop = new Stop(signal, network.totalMs);
  try {
    return await follow(first, network, { maxBytes, signal: stop.signal });
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof BgcutError && thrown.code === 'file_too_large') throw thrown;
    const failed = new BgcutError(codes[errors].failed, { cause: thrown });
    if (!(thrown instanceof UnexpectedStatus)) throw failed;
    throw new BgcutError(failed.code, {
      title: `${failed.title}: ${thrown.message}`,
      cause: thrown,
    });
  } finally {
    stop.end();
  }
}

/** A server that passed the check answered with something else than a picture. */
class UnexpectedStatus extends Error {
  constructor(status: number) {
    super(`HTTP Status ${status}`);
  }
}

type Limits = ReadLimits & { readonly signal: AbortSignal };

async function follow(first: URL, network: Network, limits: Limits): Promise<Uint8Array> {
  let url = first;
  for (let left = maxRedirects; ; left -= 1) {
    const answer = await visit(url, network, limits, left > 0);
    if (!(answer instanceof URL)) return answer;
    url = answer;
  }
}

/** One request over a connection of its own: the bytes, or where it is redirected to. */
async function visit(
  url: URL,
  network: Network,
  limits: Limits,
  mayRedirect: boolean,
): Promise<Uint8Array | URL> {
  // Late: it takes a tenth of a second, and most calls fetch nothing.
  const { Client } = await import('undici');
  const client = new Client(url.origin, {
    connect: guardedConnector(network, limits.signal),
    headersTimeout: network.totalMs,
    bodyTimeout: network.totalMs,
  });
  try {
    const { statusCode, headers, body } = await client.request({
      method: 'GET',
      path: `${url.pathname}${url.search}`,
      headers: requestHeaders,
      reset: true,
      signal: limits.signal,
    });
    if (mayRedirect && redirects.has(statusCode) && headers.location !== undefined) {
      return redirected(url, headers.location);
    }
    if (statusCode !== 200) throw new UnexpectedStatus(statusCode);
    return await readBody(body, headers, limits);
  } finally {
    await client.destroy();
  }
}

function redirected(from: URL, location: string | string[]): URL {
  const to = typeof location === 'string' ? webAddress(location, from) : undefined;
  if (to === undefined) throw new Error('the redirect leads to no web address');
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw new Error('the redirect leads from https to http');
  }
  return to;
}

/** As browsers read it; undefined for anything but http and https, and for an address with user name or password. */
function webAddress(text: string, base?: URL): URL | undefined {
  if (!URL.canParse(text, base?.href)) return undefined;
  const url = new URL(text, base);
  const web = url.protocol === 'http:' || url.protocol === 'https:';
  return web && url.username === '' && url.password === '' ? url : undefined;
}
