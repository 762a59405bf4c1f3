import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';

import { rejection } from '../support/rejection.js';
import { failedSilently, fetchFrom, publicAddress, visible, webOf } from './support.js';

/** Answers /0, /1, … with a redirect to the next number, and `last` with a picture. */
function chain(last: number, status = 302): RequestListener {
  return (request, response) => {
    const hop = Number(request.url?.slice(1));
    if (hop === last) response.end('picture');
    else response.writeHead(status, { location: `/${hop + 1}` }).end('elsewhere');
  };
}

const text = async (bytes: Promise<Uint8Array>): Promise<string> =>
  Buffer.from(await bytes).toString();

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308])('%i is followed, three times', async (status) => {
    const web = await webOf(chain(3, status));
    expect(await text(fetchFrom(web, 'http://photos.example/0'))).toBe('picture');
    expect(web.requests.map(({ url }) => url)).toEqual(['/0', '/1', '/2', '/3']);
  });

  it('the fourth is the answer', async () => {
    const web = await webOf(chain(4));
    const error = await rejection(fetchFrom(web, 'http://photos.example/0'));
    expect(error.code).toBe('failed_image_download');
    expect(error.title).toBe('Failed to download image from given image_url: HTTP Status 302');
    expect(web.requests).toHaveLength(4);
    expect(web.dials).toHaveLength(4);
  });

  it('in a loop end', async () => {
    const web = await webOf((_request, response) => {
      response.writeHead(301, { location: 'http://photos.example/' }).end();
    });
    const error = await rejection(fetchFrom(web, 'http://photos.example/'));
    expect(error.title).toMatch(/: HTTP Status 301$/);
    expect(web.requests).toHaveLength(4);
  });

  it('go to other hosts, each under its own name', async () => {
    const web = await webOf(
      ({ headers, url }, response) => {
        if (headers.host === 'other.example') response.end(`picture ${url}`);
        else response.writeHead(302, { location: '//other.example/b.jpg?size=1#top' }).end();
      },
      { 'other.example': ['8.8.8.8'] },
    );
    expect(await text(fetchFrom(web, 'http://photos.example/a.jpg'))).toBe('picture /b.jpg?size=1');
    expect(web.dials.map(({ addresses }) => addresses[0]?.address)).toEqual([
      publicAddress,
      '8.8.8.8',
    ]);
  });

  it('carry nothing from one request to the next', async () => {
    const web = await webOf((request, response) => {
      if (request.url === '/b') response.end('picture');
      else response.writeHead(302, { location: '/b', 'set-cookie': 'a=b; Path=/' }).end();
    });
    await fetchFrom(web, 'http://photos.example/a?token=1');
    const [first, second] = web.requests.map(({ headers }) => headers);
    expect(second).toEqual(first);
    expect(Object.keys(second!)).not.toContain('cookie');
    expect(Object.keys(second!)).not.toContain('referer');
  });

  it.each<[string, string[], string]>([
    ['nowhere', [], ': HTTP Status 302'],
    ['two places', ['/a', '/b'], ''],
    ['an empty place, which is itself', [''], ': HTTP Status 302'],
  ])('to %s fail', async (_name, location, reason) => {
    const web = await webOf((_request, response) => {
      if (location.length > 0) response.setHeader('location', location);
      response.writeHead(302).end();
    });
    const error = await rejection(fetchFrom(web, 'http://photos.example/'));
    expect(error.title).toBe(`${failedSilently.title}${reason}`);
  });

  it.each([300, 304, 305, 306])('status %i is none', async (status) => {
    const web = await webOf((_request, response) => {
      response.writeHead(status, { location: '/b' }).end();
    });
    const error = await rejection(fetchFrom(web, 'http://photos.example/a'));
    expect(error.title).toMatch(new RegExp(`: HTTP Status ${status}$`));
    expect(web.requests).toHaveLength(1);
  });
});

describe('a name that changes its address', () => {
  it('is resolved once for a connection, which goes where the check looked', async () => {
    const answers = [[publicAddress], ['127.0.0.1']];
    const web = await webOf((_request, response) => response.end('picture'), {
      'rebind.example': () => answers.shift()!,
    });
    expect(await text(fetchFrom(web, 'http://rebind.example/'))).toBe('picture');
    expect(web.lookups).toEqual(['rebind.example']);
    expect(web.dials.map(({ addresses }) => addresses)).toEqual([
      [{ address: publicAddress, family: 4 }],
    ]);
    expect(answers).toHaveLength(1);
  });

  it('is checked anew when it redirects to itself', async () => {
    const answers = [[publicAddress], ['127.0.0.1']];
    const web = await webOf(chain(1), { 'rebind.example': () => answers.shift()! });
    const error = await rejection(fetchFrom(web, 'http://rebind.example/0'));
    expect(visible(error)).toEqual(failedSilently);
    expect(web.dials).toHaveLength(1);
    expect(web.requests).toHaveLength(1);
  });
});
