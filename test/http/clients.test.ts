// Clients of the hosted API, replayed: what they send, read back as they read it.
import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

import { photos } from '../support/project.js';
import { rgba } from '../support/pixels.js';
import { readZip } from '../support/zip.js';
import { online } from '../conformance/web.js';
import { bytesOf, type ErrorAnswer, newFolder, type Running, start } from './support.js';

let running: Running;
let key: string;
const path = join(photos, 'rocket.jpg');
const photo = readFileSync(path);

beforeAll(async () => {
  running = await start({ freeCalls: 0 });
  key = await running.key({ payg: 1_000_000 });
});

const post = (body: RequestInit['body'], headers: Record<string, string> = {}) =>
  running.call('/v1.0/removebg', { method: 'POST', key, body, headers });

/** A form in just that order: text, or a file with its name and type. */
function parts(
  ...fields: [name: string, value: string | [name: string, type: string]][]
): FormData {
  const form = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([photo], { type: value[1] }), value[0]);
  }
  return form;
}

describe('npm remove.bg, its host pointed at the server', () => {
  interface Answer {
    base64img: string;
    creditsCharged: string;
    detectedType: string;
    resultWidth: string;
    resultHeight: string;
    rateLimitRemaining: string;
  }
  interface Client {
    removeBackgroundFromImageUrl(options: object): Promise<Answer>;
    removeBackgroundFromImageFile(options: object): Promise<Answer>;
    removeBackgroundFromImageBase64(options: object): Promise<Answer>;
  }
  let client: Client;

  beforeAll(() => {
    const file = createRequire(import.meta.url).resolve('remove.bg');
    const source = readFileSync(file, 'utf8');
    const pointed = source.replace(
      'https://api.remove.bg/v1.0/removebg',
      `${running.url}/v1.0/removebg`,
    );
    expect(pointed).not.toBe(source);
    const module = new Module(file) as Module & { _compile(code: string, file: string): void };
    module.filename = file;
    module.paths = createRequire(file).resolve.paths('x') ?? [dirname(file)];
    module._compile(pointed, file);
    client = module.exports as Client;
  });

  const expectPicture = async (answer: Answer) => {
    const { width, height } = await rgba(Buffer.from(answer.base64img, 'base64'));
    expect([answer.resultWidth, answer.resultHeight]).toEqual([`${width}`, `${height}`]);
    expect(answer.creditsCharged).toBe('1');
    expect(answer.detectedType).toMatch(/^\w+$/);
    expect(Number(answer.rateLimitRemaining)).toBeGreaterThan(0);
  };

  it('from a file, into a file', async () => {
    const outputFile = join(newFolder(), 'out.png');
    const options = { apiKey: key, path, size: 'full', crop: true, outputFile };
    const answer = await client.removeBackgroundFromImageFile(options);
    await expectPicture(answer);
    expect(readFileSync(outputFile).toString('base64')).toBe(answer.base64img);
  });

  it('from base64 and from an address', async () => {
    const base64img = photo.toString('base64');
    const options = {
      apiKey: key,
      size: 'full',
      type: 'product',
      scale: '50%',
      bg_color: '81d4fa77',
    };
    const answer = await client.removeBackgroundFromImageBase64({ ...options, base64img });
    await expectPicture(answer);
    expect(answer.detectedType).toBe('product');
    await online({ 'a.jpg': photo }, async (root) => {
      const url = `${root}a.jpg`;
      await expectPicture(await client.removeBackgroundFromImageUrl({ ...options, url }));
    });
  });

  it('is told what is wrong', async () => {
    const bad = { apiKey: key, base64img: 'AAAA', size: 'huge' };
    await expect(client.removeBackgroundFromImageBase64(bad)).rejects.toMatchObject([
      { title: "Invalid value for parameter 'size'", code: 'invalid_size' },
    ]);
    const stranger = { ...bad, apiKey: 'nobody' };
    await expect(client.removeBackgroundFromImageBase64(stranger)).rejects.toEqual([
      { title: 'API Key invalid', code: 'auth_failed' },
    ]);
  });
});

describe('the official ones', () => {
  it('Ruby gem: a form, and urlencoded', async () => {
    const headers = {
      'user-agent': 'remove-bg-ruby-2.2.2',
      'accept-encoding': 'gzip;q=1.0,deflate;q=0.6,identity;q=0.3',
      accept: '*/*',
    };
    const zip = await post(
      parts(
        ['format', 'zip'],
        ['size', 'auto'],
        ['image_file', ['person-in-field.jpg', 'image/jpeg']],
      ),
      headers,
    );
    expect([zip.status, zip.headers.get('content-type')]).toEqual([200, 'application/zip']);
    expect(zip.headers.get('content-encoding')).toBeNull();
    const said = [
      'x-width',
      'x-height',
      'x-ratelimit-limit',
      'x-ratelimit-remaining',
      'x-ratelimit-reset',
    ];
    for (const name of said) expect(zip.headers.get(name)).toMatch(/^\d+$/);
    expect(Number(zip.headers.get('x-credits-charged'))).toBe(1);
    expect(readZip(await bytesOf(zip)).map(({ name }) => name)).toEqual(['color.jpg', 'alpha.png']);
    const png = await online({ 'a.jpg': photo }, (root) =>
      post(new URLSearchParams({ image_url: `${root}a.jpg`, size: 'auto', foo: 'bar' }), headers),
    );
    expect(png.headers.get('content-type')).toBe('image/png');
    const bad = await post(new URLSearchParams({ image_url: 'x' }), headers);
    expect(typeof ((await bad.json()) as ErrorAnswer).errors[0]!.title).toBe('string');
    // Its account reader breaks on a member too many or too few.
    const { data } = (await (await running.call('/v1.0/account', { key })).json()) as {
      data: { attributes: { credits: object; api: object } };
    };
    expect(Object.keys(data.attributes.credits)).toEqual([
      'subscription',
      'payg',
      'enterprise',
      'total',
    ]);
    expect(Object.keys(data.attributes.api)).toEqual(['free_calls', 'sizes']);
  });

  it('Go: alpha.png is 8-bit grey, of the size of color.jpg', async () => {
    const answer = await post(
      parts(
        ['size', 'auto'],
        ['format', 'zip'],
        ['channels', 'rgba'],
        ['image_file', ['a.jpg', 'application/octet-stream']],
      ),
      { 'user-agent': 'remove-bg-go-1' },
    );
    const [, alpha] = readZip(await bytesOf(answer));
    // The header of a PNG: bit depth 8, colour type 0.
    expect([...alpha!.data.subarray(24, 26)]).toEqual([8, 0]);
  });

  it('Node CLI: every option, most of them empty, after the file', async () => {
    const empty = [
      'type_level',
      'roi',
      'crop',
      'crop_margin',
      'scale',
      'position',
      'add_shadow',
      'semitransparency',
      'bg_color',
    ];
    const answer = await post(
      parts(
        ['image_file', ['a.jpg', 'image/jpeg']],
        ['size', 'auto'],
        ['type', 'auto'],
        ['channels', 'rgba'],
        ['format', 'zip'],
        ...empty.map((name): [string, string] => [name, '']),
      ),
    );
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip']);
  });

  it('the browser sample: an address and an empty file, JSON, a key in the form', async () => {
    const form = await online({ 'a.jpg': photo }, async (root) => {
      const body = new FormData();
      body.append('api_key', key);
      body.append('image_url', `${root}a.jpg`);
      body.append('image_file', new Blob([]), '');
      const answer = await post(body, { accept: 'application/json', origin: 'http://localhost' });
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
        200,
        '*',
      ]);
      return (await answer.json()) as { data: { result_b64: string } };
    });
    expect((await rgba(Buffer.from(form.data.result_b64, 'base64'))).width).toBeGreaterThan(0);
  });
});

describe('others', () => {
  it('Python removebg: all options on every call', async () => {
    const options = {
      ...{
        size: 'regular',
        type: 'auto',
        type_level: 'none',
        format: 'auto',
        roi: '0 0 100% 100%',
      },
      ...{ crop: 'false', scale: 'original', position: 'original', channels: 'rgba' },
      ...{ add_shadow: 'false', semitransparency: 'true' },
    };
    const answer = await post(
      new URLSearchParams({ ...options, image_file_b64: photo.toString('base64') }),
    );
    expect(answer.status).toBe(200);
    expect(answer.headers.has('x-type')).toBe(false);
    const form = parts(['image_file', ['a.jpg', '']], ...Object.entries(options));
    expect((await post(form)).status).toBe(200);
  });

  it('Python remove-bg-api: the account first, a data URL, and headers read as int', async () => {
    expect((await running.call('/v1.0/account', { key })).status).toBe(200);
    const b64 = `data:image/jpeg;base64,${photo.toString('base64')}`;
    const answer = await post(
      new URLSearchParams({ image_file_b64: b64, size: 'full', format: 'auto', type: 'auto' }),
    );
    expect(answer.headers.get('x-credits-charged')).toMatch(/^\d+$/);
  });

  it('PHP mtownsend: a file that is always called .png, a colour with #, booleans as 1', async () => {
    const answer = await post(
      parts(
        ['image_file', ['rocket.png', 'image/png']],
        ['size', 'auto'],
        ['bg_color', '#CBD5E0'],
        ['add_shadow', '1'],
      ),
    );
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    const { errors } = (await (
      await post(new URLSearchParams({ size: 'x', image_url: 'y' }))
    ).json()) as ErrorAnswer;
    // implode(' - ', $errors[0])
    expect(Object.values(errors[0]!).join(' - ')).toMatch(
      /^Invalid value for parameter 'size' - invalid_size/,
    );
  });

  it('npm removebg-wrapper: size=auto beside a file or an address, the body or its text', async () => {
    const file = await post(parts(['image_file', ['a.jpg', 'image/jpeg']], ['size', 'auto']));
    expect((await rgba(await bytesOf(file))).width).toBe(640);
    const address = await online({ 'a.jpg': photo }, (root) =>
      post(parts(['image_url', `${root}a.jpg`], ['size', 'auto'])),
    );
    expect((await rgba(await bytesOf(address))).width).toBe(640);
    expect(await (await post(parts(['size', 'auto']))).text()).toContain('No image given');
  });

  it('iOS samples: urlencoded, or a form with filename.jpg, and an image/* to read', async () => {
    const headers = { accept: 'image/*;q=0.9,*/*;q=0.8' };
    const form = await post(parts(['image_file', ['filename.jpg', 'image/jpeg']]), headers);
    const address = await online({ 'a.jpg': photo }, (root) =>
      post(new URLSearchParams({ image_url: `${root}a.jpg` }), headers),
    );
    for (const answer of [form, address]) {
      expect(answer.headers.get('content-type')).toMatch(/^image\/(png|jpeg)$/);
      expect((await rgba(await bytesOf(answer))).width).toBeGreaterThan(0);
    }
  });

  it('.NET and Swift: Accept image/*, an address in a form, types at level 2', async () => {
    const answer = await online({ 'a.jpg': photo }, (root) =>
      post(
        parts(
          ['image_url', `${root}a.jpg`],
          ['bg_color', '#FFF'],
          ['type_level', '2'],
          ['crop', 'false'],
        ),
        {
          accept: 'image/*',
        },
      ),
    );
    expect(answer.headers.get('content-type')).toMatch(/^image\//);
    for (const side of ['top', 'left', 'width', 'height']) {
      expect(answer.headers.get(`x-foreground-${side}`)).toMatch(/^\d+$/);
    }
  });
});
