import { createServer } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';

import { version } from '#lib/version';
import { internet, type Network } from '#lib/source/fetch/index';

import { rejection } from '../support/rejection.js';
import {
  atEnd,
  failedSilently,
  fetchFrom,
  publicAddress,
  visible,
  webOf,
  worldOf,
} from './support.js';

const url = 'http://photos.example/a%20picture.jpg?size=full&token=1#part';

describe('a fetch', () => {
  it('gives the bytes of the answer', async () => {
    const content = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251));
    const web = await webOf((_request, response) => response.end(content));
    const bytes = await fetchFrom(web, url);
    expect(bytes).toBeInstanceOf(Uint8Array);
    expect(Buffer.from(bytes).equals(content)).toBe(true);
  });

  it('may give none', async () => {
    const web = await webOf((_request, response) => response.end());
    expect(await fetchFrom(web, url)).toHaveLength(0);
  });

  it('asks for the address, under its name, and says who it is', async () => {
    const web = await webOf((_request, response) => response.end('picture'));
    await fetchFrom(web, url);
    const [request] = web.requests;
    expect(request).toMatchObject({ method: 'GET', url: '/a%20picture.jpg?size=full&token=1' });
    expect(request!.headers).toEqual({
      host: 'photos.example',
      connection: 'close',
      'user-agent': `bgcut/${version}`,
      accept: 'image/jpeg, image/png, image/webp, */*;q=0.1',
      'accept-encoding': 'identity',
    });
  });

  it('goes through no proxy, whatever the environment says', async () => {
    let proxied = 0;
    const proxy = createServer((_request, response) => {
      proxied += 1;
      response.end('proxied');
    });
    proxy.on('connect', (_request, socket: Socket) => {
      proxied += 1;
      socket.destroy();
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    atEnd(() => new Promise((resolve) => void proxy.close(() => resolve())));
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'ALL_PROXY']) {
      vi.stubEnv(name, address);
    }
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');
    const web = await webOf((_request, response) => response.end('direct'));
    expect(Buffer.from(await fetchFrom(web, url)).toString()).toBe('direct');
    vi.unstubAllEnvs();
    expect(proxied).toBe(0);
  });

  it('keeps nothing: no connection, no cookie, no copy', async () => {
    const web = await webOf((_request, response) => {
      response.writeHead(200, {
        'set-cookie': 'a=b',
        'cache-control': 'max-age=3600',
        etag: '"1"',
      });
      response.end('picture');
    });
    await fetchFrom(web, url);
    await fetchFrom(web, url);
    expect(web.sockets).toHaveLength(2);
    expect(web.requests[1]!.headers).toEqual(web.requests[0]!.headers);
  });
});

describe('an answer that is no picture', () => {
  it.each([201, 204, 206, 400, 401, 403, 404, 410, 429, 500, 503])(
    '%i is named, in the words of the API',
    async (status) => {
      const web = await webOf((_request, response) => response.writeHead(status).end());
      const image = await rejection(fetchFrom(web, url));
      const title = `Failed to download image from given image_url: HTTP Status ${status}`;
      expect(image).toMatchObject({ code: 'failed_image_download', title, message: title });
      const background = await rejection(fetchFrom(web, url, { errors: 'background' }));
      expect(background).toMatchObject({
        code: 'failed_bg_download',
        title: `Failed to download background image from given image_url: HTTP Status ${status}`,
      });
    },
  );

  it('shows nothing of what the server said', async () => {
    const web = await webOf((_request, response) => {
      response.writeHead(500, 'internal words', { 'x-secret': 'words' }).end('secret words');
    });
    const error = await rejection(fetchFrom(web, url));
    expect(JSON.stringify(visible(error))).not.toMatch(/words|secret|token/);
  });

  it('is not read', async () => {
    const web = await webOf((_request, response) => {
      response.writeHead(404).write('the beginning of an endless page');
    });
    await expect(fetchFrom(web, url)).rejects.toMatchObject({
      title: expect.stringMatching(/404$/) as string,
    });
  });
});

describe('every other failure', () => {
  const reset = (): Socket => new Socket().destroy(new Error('ECONNREFUSED 93.184.216.34:80'));

  it.each<[string, string, Partial<Network>]>([
    ['a refused address', 'http://10.0.0.1/', {}],
    ['a refused address of a name', 'http://private.example/', {}],
    ['a name that does not exist', 'http://nowhere.example/', {}],
    ['a refused port', 'http://photos.example:22/', {}],
    ['a port that nobody listens on', 'http://photos.example/', { dial: reset }],
    ['a server that never answers', 'http://photos.example/', { totalMs: 50 }],
    ['a redirect to a refused address', 'http://elsewhere.example/', {}],
  ])('%s reads the same', async (_name, address, more) => {
    const web = await webOf(
      ({ headers }, response) => {
        if (headers.host !== 'elsewhere.example') return;
        response.writeHead(302, { location: 'http://10.0.0.1/' }).end();
      },
      { 'private.example': ['10.0.0.1'], 'elsewhere.example': [publicAddress] },
    );
    const network = { ...web.network, ...more };
    const error = await rejection(fetchFrom({ network }, address));
    expect(visible(error)).toEqual(failedSilently);
    // What it was is for the log.
    expect(error.cause).toBeInstanceOf(Error);
    expect(JSON.stringify(error)).toBe(
      JSON.stringify({ code: failedSilently.code, title: failedSilently.title }),
    );
  });
});

describe('a policy', () => {
  it('can allow what is refused otherwise', async () => {
    const web = await webOf((_request, response) => response.end('picture'));
    const policy = {
      allowsPort: (port: number) => port === 8080,
      allowsName: () => false,
      allowsAddress: (address: string) => address === '10.0.0.1',
    };
    const world = { network: { ...web.network, policy } };
    expect(Buffer.from(await fetchFrom(world, 'http://10.0.0.1:8080/')).toString()).toBe('picture');
    for (const refused of ['10.0.0.2:8080', '10.0.0.1', 'photos.example:8080']) {
      const error = await rejection(fetchFrom(world, `http://${refused}/`));
      expect(visible(error)).toEqual(failedSilently);
    }
    expect(web.lookups).toEqual([]);
  });
});

describe('the real network', () => {
  it('connects to the addresses that it is given, one after the other, and asks nobody', async () => {
    const server = createServer();
    await worldOf(server);
    const { port } = server.address() as AddressInfo;
    // Nobody listens on the first two; were the name asked for, there would be no answer at all.
    const addresses = ['::1', '127.0.0.2', '127.0.0.1'].map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
    const socket = internet.dial({ hostname: 'nowhere.invalid', port, addresses });
    await once(socket, 'connect');
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  });

  it('knows all addresses of a name', async () => {
    const addresses = await internet.lookup('localhost');
    expect(addresses.length).toBeGreaterThan(0);
    for (const { address } of addresses) expect(address).toMatch(/^(127\.0\.0\.1|::1)$/);
  });
});
