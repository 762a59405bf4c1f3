import { beforeAll, describe, expect, it } from 'vitest';

import { plain, scene } from '../support/pictures.js';
import { rgba } from '../support/pixels.js';
import { readZip } from '../support/zip.js';
import { online } from '../conformance/web.js';
import { bytesOf, form, path, type Running, senders, start } from './support.js';

let running: Running;
let key: string;
let picture: Buffer;

beforeAll(async () => {
  running = await start();
  key = await running.key({ unlimited: true });
  picture = await scene(500, 333).jpeg().toBuffer();
});

const { post, json, urlencoded } = senders(() => ({ running, key }));
const base64 = () => picture.toString('base64');

describe('a picture comes back', () => {
  it('in a smaller file where the server is told to try', async () => {
    const patient = await start({ effort: 'small' });
    const body = () => form({ image_file: picture, size: 'auto', format: 'png' });
    const small = await patient.call(path, {
      method: 'POST',
      key: await patient.key({ unlimited: true }),
      body: body(),
    });
    const [fast, smaller] = [await bytesOf(await post(body())), await bytesOf(small)];
    expect(smaller.length).toBeLessThan(fast.length);
    expect((await rgba(smaller)).data.equals((await rgba(fast)).data)).toBe(true);
  });

  it('from a multipart form, with every header of the API', async () => {
    const body = form({ image_file: picture, size: 'auto', format: 'png' });
    const answer = await post(body, { origin: 'https://example.com' });
    expect(answer.status).toBe(200);
    const { headers } = answer;
    expect(headers.get('content-type')).toBe('image/png');
    const data = await bytesOf(answer);
    expect(headers.get('content-length')).toBe(String(data.length));
    const pixels = await rgba(data);
    expect([pixels.width, pixels.height]).toEqual([500, 333]);
    const said = (name: string) => headers.get(`x-${name}`);
    expect([said('width'), said('height'), said('max-width'), said('max-height')]).toEqual([
      '500',
      '333',
      '500',
      '333',
    ]);
    expect(said('type')).toMatch(/^(person|product|animal|car|other)$/);
    expect(said('credits-charged')).toBe('0');
    expect(said('ratelimit-limit')).toBe('500');
    expect(Number(said('ratelimit-remaining'))).toBeLessThan(500);
    const reset = Number(said('ratelimit-reset')) - Date.now() / 1000;
    expect(reset).toBeGreaterThan(0);
    expect(reset).toBeLessThanOrEqual(61);
    // The box of the subject is where its pixels are.
    const [top, left, width, height] = ['top', 'left', 'width', 'height'].map((side) =>
      Number(said(`foreground-${side}`)),
    );
    let [x0, y0, x1, y1] = [500, 333, 0, 0];
    for (let y = 0; y < 333; y += 1) {
      for (let x = 0; x < 500; x += 1) {
        if (pixels.data[(y * 500 + x) * 4 + 3]! < 8) continue;
        [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x + 1), y + 1];
      }
    }
    expect([top, left, width, height]).toEqual([y0, x0, x1 - x0, y1 - y0]);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    const exposed = headers.get('access-control-expose-headers')!.toLowerCase().split(', ');
    for (const [name] of headers) {
      if (name.startsWith('x-') && name !== 'x-request-id') expect(exposed).toContain(name);
    }
    expect(exposed).toContain('retry-after');
  });

  it('the same from every kind of body', async () => {
    const options = { size: 'preview', format: 'png', roi: '0 0 100% 50%' };
    const expected = await bytesOf(await post(form({ ...options, image_file: picture })));
    const answers = [
      await post(form({ image_file: picture, ...options })),
      await post(form({ ...options, image_file_b64: base64() })),
      await urlencoded({ ...options, image_file_b64: base64() }),
      await json({ ...options, image_file_b64: `data:image/jpeg;base64,${base64()}`, crop: false }),
      await online({ 'a.jpg': picture }, (root) =>
        urlencoded({ ...options, image_url: `${root}a.jpg` }),
      ),
      await online({ 'a.jpg': picture }, (root) => json({ ...options, image_url: `${root}a.jpg` })),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect((await bytesOf(answer)).equals(expected)).toBe(true);
    }
  });

  it('with parameters one by one per type, flat and as objects', async () => {
    const options = { format: 'png', type: 'person', image_file_b64: base64() };
    const shadows = [
      await urlencoded({
        ...options,
        'shadow_type[person]': 'drop',
        'shadow_opacity[person]': '80',
      }),
      await json({ ...options, shadow_type: { person: 'drop' }, shadow_opacity: { person: 80 } }),
      await json({ ...options, 'shadow_type[person]': 'drop', 'shadow_opacity[person]': 80 }),
    ];
    const [first, ...others] = await Promise.all(shadows.map(bytesOf));
    for (const other of others) expect(other.equals(first!)).toBe(true);
    const without = await bytesOf(await urlencoded(options));
    expect(without.equals(first!)).toBe(false);
  });

  it('over a background, from a file beside the picture', async () => {
    const background = await plain(40, 40, '#00ff00').png().toBuffer();
    const answer = await post(
      form({ bg_image_file: background, image_file: picture, format: 'png' }),
    );
    const { data } = await rgba(await bytesOf(answer));
    expect(data.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
  });

  it.each([
    ['png', 'image/png'],
    ['jpg', 'image/jpeg'],
    ['webp', 'image/webp'],
    ['zip', 'application/zip'],
  ])('as %s', async (format, contentType) => {
    const answer = await post(form({ image_file: picture, format }));
    expect(answer.headers.get('content-type')).toBe(contentType);
    const data = await bytesOf(answer);
    if (format !== 'zip') expect((await rgba(data)).width).toBe(500);
    else expect(readZip(data).map(({ name }) => name)).toEqual(['color.jpg', 'alpha.png']);
  });

  it.each([
    ['application/json', true],
    ['application/json, image/*;q=0.5', true],
    ['image/png, application/json', false],
    ['application/json, text/plain, */*', false],
    ['*/*', false],
    ['image/*', false],
  ])('for Accept: %s, as JSON: %s', async (accept, asJson) => {
    const fields = { image_file: picture, format: 'png', size: 'preview' };
    const answer = await post(form(fields), { accept });
    expect(answer.status).toBe(200);
    const binary = await bytesOf(await post(form(fields)));
    if (!asJson) {
      expect((await bytesOf(answer)).equals(binary)).toBe(true);
      return;
    }
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const { data } = (await answer.json()) as { data: Record<string, unknown> };
    expect(Object.keys(data)).toEqual([
      'result_b64',
      'foreground_top',
      'foreground_left',
      'foreground_width',
      'foreground_height',
    ]);
    expect(data.result_b64).toBe(binary.toString('base64'));
    expect(data.foreground_width).toBe(Number(answer.headers.get('x-foreground-width')));
    expect(answer.headers.get('x-width')).toBe('500');
  });

  it('without X-Type at type_level=none', async () => {
    const answer = await post(form({ image_file: picture, type_level: 'none' }));
    expect(answer.headers.has('x-type')).toBe(false);
    const forced = await post(form({ image_file: picture, type: 'graphic', type_level: '2' }));
    expect(forced.headers.get('x-type')).toBe('graphics');
  });
});

describe('what clients really send is understood', () => {
  it('empty parts, unknown fields, an empty file beside an address', async () => {
    const empty = { type_level: '', roi: '', crop: '', crop_margin: '', scale: '', bg_color: '' };
    const fields = {
      api_key: 'x',
      foo: 'bar',
      shadow_method: 'latest',
      image_file: Buffer.alloc(0),
    };
    const answer = await online({ 'a.jpg': picture }, (root) =>
      post(form({ ...empty, ...fields, image_url: `${root}a.jpg`, size: 'auto' })),
    );
    expect(answer.status).toBe(200);
  });

  it('a file without a name, or under a lie', async () => {
    const boundary = 'xyz';
    const part = (headers: string, body: Buffer | string) =>
      Buffer.concat([
        Buffer.from(`--${boundary}\r\n${headers}\r\n\r\n`),
        Buffer.from(body),
        Buffer.from('\r\n'),
      ]);
    const end = Buffer.from(`--${boundary}--\r\n`);
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
    for (const disposition of [
      'Content-Disposition: form-data; name="image_file"',
      'Content-Disposition: form-data; name="image_file"; filename="image_file"',
      `Content-Disposition: form-data; name="image_file"; filename="x.gif"\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\nContent-Length: ${picture.length}`,
    ]) {
      const size = part(
        'Content-Disposition: form-data; name="size"; filename="size.txt"',
        'preview',
      );
      const body = Buffer.concat([part(disposition, picture), size, end]);
      const answer = await post(new Uint8Array(body), headers);
      expect([answer.status, answer.headers.get('x-width')]).toEqual([200, '500']);
    }
  });

  it('the key in any letter case, or as a bearer token', async () => {
    for (const [name, value] of [
      ['X-API-KEY', key],
      ['X-Api-Key', key],
      ['authorization', `Bearer ${key}`],
    ] as const) {
      const headers = { [name]: value };
      const body = form({ image_file: picture });
      const answer = await running.call(path, { method: 'POST', body, headers });
      expect(answer.status).toBe(200);
    }
  });

  it('a page of another origin', async () => {
    const answer = await running.call(path, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://example.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-api-key,content-type',
      },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-allow-methods')).toContain('POST');
    expect(answer.headers.get('access-control-allow-headers')!.toLowerCase()).toContain(
      'x-api-key',
    );
  });
});
