import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it, vi } from 'vitest';

import type { Network } from '#lib/source/fetch/index';

import { rejection } from '../support/rejection.js';
import {
  failedSilently,
  fetchFrom,
  publicAddress,
  visible,
  type World,
  worldOf,
} from './support.js';

const pem = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'tls', `${name}.pem`), 'utf8');
const names = {
  'photos.example': [publicAddress],
  'photos.example.': [publicAddress],
  'other.example': [publicAddress],
  'stranger.example': [publicAddress],
};

interface SecureWorld extends World {
  /** The server names that clients asked for. */
  readonly serverNames: (string | false | null)[];
}

/** A server whose certificate is for photos.example, other.example and one address. */
async function secureWeb(
  answer: RequestListener = (_request, response) => void response.end('picture'),
  trust: Partial<Network> = { ca: pem('ca') },
): Promise<SecureWorld> {
  const server = createServer({ key: pem('key'), cert: pem('cert') }, answer);
  const serverNames: SecureWorld['serverNames'] = [];
  server.on('secureConnection', (socket: TLSSocket) => serverNames.push(socket.servername));
  server.on('tlsClientError', () => undefined);
  const world = await worldOf(server, names);
  return { ...world, network: { ...world.network, ...trust }, serverNames };
}

const text = async (bytes: Promise<Uint8Array>): Promise<string> =>
  Buffer.from(await bytes).toString();

describe('https', () => {
  it('is for the name, although the connection goes to an address', async () => {
    const hosts: unknown[] = [];
    const web = await secureWeb((request, response) => {
      hosts.push(request.headers.host);
      response.end('picture');
    });
    expect(await text(fetchFrom(web, 'https://photos.example/a.jpg'))).toBe('picture');
    expect(web.serverNames).toEqual(['photos.example']);
    expect(hosts).toEqual(['photos.example']);
    expect(web.dials).toMatchObject([{ port: 443, addresses: [{ address: publicAddress }] }]);
  });

  it('takes a last dot for what it is', async () => {
    const web = await secureWeb();
    expect(await text(fetchFrom(web, 'https://photos.example./'))).toBe('picture');
    expect(web.serverNames).toEqual(['photos.example']);
  });

  it('works with an address in place of a name', async () => {
    const web = await secureWeb();
    expect(await text(fetchFrom(web, `https://${publicAddress}/`))).toBe('picture');
  });

  it.each([
    ['a name that the certificate is not for', 'https://stranger.example/'],
    ['an address that the certificate is not for', 'https://8.8.8.8/'],
  ])('fails for %s', async (_name, url) => {
    const web = await secureWeb();
    expect(visible(await rejection(fetchFrom(web, url)))).toEqual(failedSilently);
  });

  it('fails for a certificate that nobody vouches for, whatever the environment says', async () => {
    const web = await secureWeb(undefined, {});
    for (const setting of ['1', '0']) {
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', setting);
      const error = await rejection(fetchFrom(web, 'https://photos.example/'));
      expect(visible(error)).toEqual(failedSilently);
    }
    vi.unstubAllEnvs();
    expect(web.dials).toHaveLength(2);
  });

  it('fails where the server speaks no TLS', async () => {
    const web = await secureWeb();
    const plain = fetchFrom(web, 'http://photos.example:443/');
    expect(visible(await rejection(plain))).toEqual(failedSilently);
  });
});

describe('redirects of https', () => {
  it('to https are followed', async () => {
    const web = await secureWeb(({ headers }, response) => {
      if (headers.host === 'other.example') response.end('picture');
      else response.writeHead(301, { location: 'https://other.example/' }).end();
    });
    expect(await text(fetchFrom(web, 'https://photos.example/'))).toBe('picture');
    expect(web.serverNames).toEqual(['photos.example', 'other.example']);
  });

  it('to http are refused', async () => {
    const web = await secureWeb((_request, response) => {
      response.writeHead(301, { location: 'http://photos.example/' }).end();
    });
    const error = await rejection(fetchFrom(web, 'https://photos.example/'));
    expect(visible(error)).toEqual(failedSilently);
    expect(web.dials).toHaveLength(1);
  });
});
