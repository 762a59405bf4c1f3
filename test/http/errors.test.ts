// What is refused: every documented error as its client reads it, to the byte, and which of two goes first.
import { beforeAll, describe, expect, it } from 'vitest';

import { plain, scene } from '../support/pictures.js';
import { pngChunk, pngHeader, pngSignature } from '../support/png.js';
import { online } from '../conformance/web.js';
import { type ErrorAnswer, form, path, type Running, senders, start } from './support.js';

let running: Running;
let key: string;
let picture: Buffer;

beforeAll(async () => {
  running = await start();
  key = await running.key({ unlimited: true });
  picture = await scene(500, 333).jpeg().toBuffer();
});

const { post, json, urlencoded } = senders(() => ({ running, key }));

describe('errors', () => {
  const failing = async (answer: Response): Promise<[number, ErrorAnswer['errors'][0]]> => {
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.has('x-credits-charged')).toBe(false);
    const text = await answer.text();
    // Clients print the values in their order, and read no other kind of value.
    expect(text).toMatch(
      /^\{"errors":\[\{"title":"(\\.|[^"\\])+","code":"[a-z_]+"(,"detail":"(\\.|[^"\\])+")?\}\]\}$/,
    );
    return [answer.status, (JSON.parse(text) as ErrorAnswer).errors[0]!];
  };

  it('403 says what the real server said, to the byte', async () => {
    const send = (own?: string) =>
      running.call(path, { method: 'POST', body: 'x', ...(own === undefined ? {} : { key: own }) });
    expect(await (await send('nonsense')).text()).toBe(
      '{"errors":[{"title":"API Key invalid","code":"auth_failed"}]}',
    );
    const missing = await send();
    expect(missing.status).toBe(403);
    expect(await missing.text()).toBe(
      '{"errors":[{"title":"Missing API Key","code":"auth_failed"}]}',
    );
    const unknown = await send(`bgcut_${'0'.repeat(12)}_${'0'.repeat(32)}`);
    expect([unknown.status, await unknown.text()]).toEqual([
      403,
      '{"errors":[{"title":"API Key invalid","code":"auth_failed"}]}',
    ]);
  });

  it.each<[string, Record<string, string>]>([
    ['missing_source', {}],
    ['missing_source', { image_url: '', image_file_b64: '  ' }],
    ['multiple_sources', { image_url: 'http://a.example/b.png', image_file_b64: 'AAAA' }],
    ['invalid_image_url', { image_url: 'no address' }],
    ['failed_image_download', { image_url: 'http://127.0.0.1/a.png' }],
    ['invalid_size', { image_url: 'http://127.0.0.1/a.png', size: 'huge' }],
    ['invalid_bg_color', { image_url: 'http://127.0.0.1/a.png', bg_color: 'nocolor' }],
    [
      'multiple_bg_sources',
      { image_url: 'http://a.example/', bg_color: 'red', bg_image_url: 'http://a.example/' },
    ],
    ['invalid_input', { image_file_b64: '!!!!' }],
    ['invalid_file_type', { image_file_b64: Buffer.from('GIF89a and so on').toString('base64') }],
  ])('%s', async (code, fields) => {
    for (const answer of [
      await urlencoded(fields),
      await json(fields),
      await post(form({ a: '', ...fields })),
    ]) {
      const [status, error] = await failing(answer);
      expect([status, error.code]).toEqual([400, code]);
    }
  });

  const onlyOne = (sources: string, parameters: string) =>
    `Multiple ${sources} given: Please provide either the ${parameters} parameter.`;
  const noSize = Buffer.concat([pngSignature, pngHeader(0, 0), pngChunk('IEND')]);

  it.each<[code: string, title: string, detail: string | undefined, fields: object]>([
    [
      'missing_source',
      'No image given',
      'Please provide the source image in the image_url, image_file or image_file_b64 parameter.',
      {},
    ],
    [
      'multiple_sources',
      onlyOne('image sources', 'image_url, image_file or image_file_b64'),
      undefined,
      { image_file: 'picture', image_url: 'http://a.example/' },
    ],
    [
      'invalid_image_url',
      'Invalid image_url: Please provide a valid URL.',
      undefined,
      { image_url: 'no address' },
    ],
    [
      'invalid_file_type',
      'Invalid file type',
      'Expected jpg/png/webp, received gif',
      { image_file: () => plain(20, 20, '#fff').gif().toBuffer() },
    ],
    [
      'failed_to_read_image',
      'There was an error reading the image.',
      undefined,
      { image_file: () => picture.subarray(0, 1000), size: 'full' },
    ],
    [
      'invalid_dimensions',
      'Failed to read image dimensions',
      'The dimensions of the given image could not be read.',
      { image_file: () => noSize },
    ],
    [
      'resolution_too_high',
      'Image resolution too high',
      'Input image has 60 megapixels, maximum supported input resolution is 50 megapixels',
      { image_file: () => plain(10_000, 6000, '#fff').png().toBuffer() },
    ],
    [
      'unknown_foreground',
      'Could not identify foreground in image.',
      undefined,
      { image_file: () => plain(50, 50, '#000').png().toBuffer() },
    ],
    [
      'invalid_size',
      "Invalid value for parameter 'size'",
      undefined,
      { image_file: 'picture', size: '51MP' },
    ],
    [
      'invalid_channels',
      "Invalid value for parameter 'channels'",
      undefined,
      { image_file: 'picture', channels: 'rgb' },
    ],
    [
      'roi_exceeds_bounds',
      'ROI exceeds image bounds',
      'The given roi parameter defines a region that exceeds the image bounds',
      { image_file: 'picture', roi: '0px 0px 501px 10px' },
    ],
    [
      'roi_region_empty',
      'ROI region is empty',
      'The given roi parameter defines an empty region',
      { image_file: 'picture', roi: '10px 10px 10px 20px' },
    ],
    ...Object.entries({
      ...{ format: 'gif', roi: '1 2 3 4', crop_margin: '30', scale: '5%', position: 'top' },
      ...{ semitransparency: 'maybe', bg_color: '#12345', type: 'dog', type_level: '3' },
      ...{ crop: 'yes', add_shadow: 'on', shadow_type: 'long', shadow_opacity: '101' },
    }).map(([name, value]): [string, string, undefined, object] => [
      `invalid_${name}`,
      `Invalid ${name} parameter given`,
      undefined,
      { image_file: 'picture', [name]: value },
    ]),
    [
      'invalid_bg_image_url',
      'Invalid bg_image_url: Please provide a valid URL.',
      undefined,
      { image_file: 'picture', bg_image_url: 'ground.png' },
    ],
    [
      'multiple_bg_sources',
      onlyOne('background sources', 'bg_color, the bg_image_url or the bg_image_file'),
      undefined,
      { image_file: 'picture', bg_color: 'red', bg_image_url: 'http://a.example/' },
    ],
  ])('%s: %s', async (code, title, detail, fields) => {
    const given: Record<string, string | Uint8Array> = {};
    for (const [name, value] of Object.entries(fields) as [
      string,
      string | (() => Promise<Buffer>),
    ][]) {
      if (typeof value === 'function') given[name] = await value();
      else given[name] = value === 'picture' ? picture : value;
    }
    const [status, error] = await failing(await post(form(given)));
    expect([status, error.code, error.title]).toEqual([400, code, title]);
    if (detail !== undefined) expect(error.detail).toBe(detail);
  });

  it('name the status of a download', async () => {
    const answer = await online({}, (root) =>
      urlencoded({ image_url: `${root}404.png`, size: 'auto' }),
    );
    const [status, { title }] = await failing(answer);
    expect([status, title]).toEqual([
      400,
      'Failed to download image from given image_url: HTTP Status 404',
    ]);
  });

  it('too large is 400, by every way in', async () => {
    const large = Buffer.alloc(22_000_001);
    for (const answer of [
      await post(form({ image_file: large })),
      await post(form({ bg_image_file: large, image_file: picture })),
      await json({ image_file_b64: large.toString('base64') }),
    ]) {
      const [status, error] = await failing(answer);
      expect([status, error.code, error.detail]).toEqual([
        400,
        'file_too_large',
        'File exceeds limit of 22MB',
      ]);
    }
  });

  it('a picture of just the limit is read', async () => {
    const padded = Buffer.concat([picture, Buffer.alloc(22_000_000 - picture.length)]);
    expect((await post(form({ image_file: padded }))).status).toBe(200);
    expect((await urlencoded({ image_file_b64: padded.toString('base64') })).status).toBe(200);
    expect((await json({ image_file_b64: padded.toString('base64') })).status).toBe(200);
  });

  it.each([
    ['no JSON', { 'content-type': 'application/json' }, '{"size":'],
    ['a list', { 'content-type': 'application/json' }, '[]'],
    ['another type', { 'content-type': 'image/jpeg' }, 'abc'],
    ['no boundary', { 'content-type': 'multipart/form-data' }, 'abc'],
    [
      'cut off',
      { 'content-type': 'multipart/form-data; boundary=x' },
      '--x\r\nContent-Disposition: form-data; name="image_file"; filename="a"\r\n\r\nabc',
    ],
    ['compressed', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, 'abc'],
  ])('a body that is none: %s', async (_what, headers, body) => {
    const [status, error] = await failing(await post(body, headers));
    expect([status, error.code]).toEqual([400, 'invalid_body']);
    expect(error.detail).toBeTruthy();
  });

  it('go in their order: key, body, source, parameters, download, file', async () => {
    const order: [string, () => Promise<Response>][] = [
      [
        'auth_failed',
        () =>
          running.call(path, {
            method: 'POST',
            body: '{',
            headers: { 'content-type': 'application/json' },
          }),
      ],
      ['invalid_body', () => post('{', { 'content-type': 'application/json' })],
      ['missing_source', () => json({ size: 'huge' })],
      ['invalid_size', () => json({ size: 'huge', image_url: 'http://127.0.0.1/' })],
      [
        'failed_image_download',
        () => json({ image_url: 'http://127.0.0.1/', bg_image_url: 'http://127.0.0.1/' }),
      ],
      [
        'failed_bg_download',
        () => json({ image_file_b64: 'AAAA', bg_image_url: 'http://127.0.0.1/' }),
      ],
    ];
    for (const [code, send] of order) {
      const [, error] = await failing(await send());
      expect(error.code).toBe(code);
    }
  });

  it('go in their order to the end: the limit before the body, too few credits before the work', async () => {
    const poor = await start({ freeCalls: 0, rateLimit: 2 });
    const own = await poor.key();
    const send = (image_file: Uint8Array) =>
      poor.call(path, { method: 'POST', key: own, body: form({ image_file, size: 'full' }) });
    // What is wrong with the file goes first; nothing would be found in the second picture.
    expect((await failing(await send(Buffer.from('none'))))[0]).toBe(400);
    const empty = await plain(30, 30, '#000').png().toBuffer();
    expect((await failing(await send(empty)))[0]).toBe(402);
    expect((await failing(await send(empty)))[0]).toBe(402);
    expect((await failing(await send(Buffer.from('none'))))[0]).toBe(429);
    await poor.store.revokeKey(own.split('_')[1]!, Date.now());
    expect((await failing(await send(empty)))[0]).toBe(403);
  });

  it('404 and 405 have the same shape', async () => {
    const [status, error] = await failing(await running.call('/v2/removebg', { key }));
    expect([status, error.code]).toEqual([404, 'not_found']);
    const wrong = await running.call(path, { key });
    expect(wrong.headers.get('allow')).toBe('POST, OPTIONS');
    const [wrongStatus, wrongError] = await failing(wrong);
    expect([wrongStatus, wrongError.code]).toEqual([405, 'method_not_allowed']);
    for (const method of ['PUT', 'DELETE', 'QUERY', 'PROPFIND']) {
      expect((await running.call(path, { key, method })).status).toBe(405);
      expect((await running.call('/v1.0/account', { key, method })).status).toBe(405);
    }
  });
});
