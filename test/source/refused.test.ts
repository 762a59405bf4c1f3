import { createServer } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';

import { rejection } from '../support/rejection.js';
import { failedSilently, fetchFrom, visible, type World, worldOf } from './support.js';
import { invalid, names, refused, relative } from './vectors.js';

// Whatever reaches it would succeed: a connection that should not have been made is seen three times over.
let world: World;
let location: string | undefined;

beforeEach(async () => {
  location = undefined;
  const server = createServer((_request, response) => {
    if (location === undefined) response.end('reached');
    else response.writeHead(302, { location }).end();
    location = undefined;
  });
  world = await worldOf(server, names);
});

const failedBackground = {
  code: 'failed_bg_download',
  title: 'Failed to download background image from given image_url',
  detail: undefined,
  message: 'Failed to download background image from given image_url',
};

async function expectRefusedRedirect(url: string): Promise<void> {
  // As bytes on the wire, which is how a server sends what isn't ASCII.
  location = Buffer.from(url).toString('latin1');
  const error = await rejection(fetchFrom(world, 'http://start.example/'));
  expect(visible(error)).toEqual(failedSilently);
  expect(world.dials.map(({ hostname }) => hostname)).toEqual(['start.example']);
  expect(world.sockets).toHaveLength(1);
}

function expectNoConnection(): void {
  expect(world.dials).toEqual([]);
  expect(world.sockets).toHaveLength(0);
}

const cases = (groups: Record<string, string[]>): [string, string][] =>
  Object.entries(groups).flatMap(([group, urls]) =>
    urls.map((url): [string, string] => [group, url]),
  );

describe('a refused address', () => {
  it.each(cases(refused))('%s: %s', async (_group, url) => {
    expect(visible(await rejection(fetchFrom(world, url)))).toEqual(failedSilently);
    const background = fetchFrom(world, url, { errors: 'background' });
    expect(visible(await rejection(background))).toEqual(failedBackground);
    expectNoConnection();
    await expectRefusedRedirect(url);
  });
});

describe('an invalid address', () => {
  it.each(cases(invalid))('%s: %s', async (_group, url) => {
    const title = 'Invalid image_url: Please provide a valid URL.';
    const image = await rejection(fetchFrom(world, url));
    expect(visible(image)).toEqual({
      code: 'invalid_image_url',
      title,
      detail: undefined,
      message: title,
    });
    const background = await rejection(fetchFrom(world, url, { errors: 'background' }));
    expect(background).toMatchObject({
      code: 'invalid_bg_image_url',
      title: 'Invalid bg_image_url: Please provide a valid URL.',
    });
    expectNoConnection();
    expect(world.lookups).toEqual([]);
    await expectRefusedRedirect(url);
  });
});

describe('an address that is not absolute', () => {
  it.each(['', 'a.jpg', 'C:\\a.jpg', ...relative.map(({ url }) => url)])('%j', async (url) => {
    for (const [errors, code] of [
      ['image', 'invalid_image_url'],
      ['background', 'invalid_bg_image_url'],
    ] as const) {
      await expect(fetchFrom(world, url, { errors })).rejects.toMatchObject({ code });
    }
    expectNoConnection();
  });

  it.each(relative)('as a redirect: $url is $redirect', async ({ url, redirect }) => {
    if (redirect === 'refused') {
      await expectRefusedRedirect(url);
    } else {
      location = url;
      const bytes = await fetchFrom(world, 'http://start.example/');
      expect(Buffer.from(bytes).toString()).toBe('reached');
    }
  });
});

describe('names of the own network', () => {
  it.each(['localhost', 'a.localhost', 'router', 'printer.local', 'metadata.google.internal'])(
    '%s is not even asked for',
    async (name) => {
      await rejection(fetchFrom(world, `http://${name}/`));
      expect(world.lookups).toEqual([]);
    },
  );
});

// The control: on the same network what is public is reached, so that the tests above can fail.
describe('a public address', () => {
  it.each([
    'http://photos.example/a.jpg',
    'http://PHOTOS.example./a.jpg',
    'http://photos.example:80/',
    'http://photos.example:443/',
    'http:/\\photos.example/',
    'http://photos.example#@127.0.0.1/',
    'http://93.184.216.34/',
    'http://1572395042/',
    'http://[2a00:1450:4001:80b::200e]/',
    'http://[::ffff:93.184.216.34]/',
    'http://[64:ff9b::5db8:d822]/',
    'http://[2a00:1450::5efe:5db8:d822]/',
  ])('%s', async (url) => {
    expect(Buffer.from(await fetchFrom(world, url)).toString()).toBe('reached');
    expect(world.dials).toHaveLength(1);
    expect(world.sockets).toHaveLength(1);
    location = url;
    expect(Buffer.from(await fetchFrom(world, 'http://start.example/')).toString()).toBe('reached');
  });
});

it('covers what it should', () => {
  expect([...cases(refused), ...cases(invalid)].length).toBeGreaterThanOrEqual(60);
});
