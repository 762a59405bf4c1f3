import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { folderOfTag } from '#lib/http/improve/submissions';
import { scene } from '../support/pictures.js';
import { online } from '../conformance/web.js';
import { type ErrorAnswer, form, newFolder, type Running, start } from './support.js';
import { bucketServer, type BucketServer } from './bucket.js';

const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
let picture: Buffer;
beforeAll(async () => {
  picture = await scene(60, 40).png().toBuffer();
});

const submit = (running: Running, key: string, body: RequestInit['body']) =>
  running.call('/v1.0/improve', { method: 'POST', key, body });

async function idOf(answer: Response): Promise<string> {
  const body = (await answer.json()) as { id: string };
  expect([answer.status, Object.keys(body)]).toEqual([200, ['id']]);
  expect(body.id).toMatch(uuid);
  return body.id;
}

describe('into a folder', () => {
  it('the picture with its tag and name, from every source', async () => {
    const data = newFolder();
    const running = await start({ data });
    const key = await running.key();
    const fields = { tag: 'hair', image_filename: 'me & you.png' };
    const id = await idOf(await submit(running, key, form({ ...fields, image_file: picture })));
    const folder = join(data, 'improve', 'tag-hair');
    expect(readFileSync(join(folder, `${id}.png`)).equals(picture)).toBe(true);
    expect(JSON.parse(readFileSync(join(folder, `${id}.json`), 'utf8'))).toMatchObject({
      ...{ id, tag: 'hair', filename: 'me & you.png', format: 'png', width: 60, height: 40 },
      bytes: picture.length,
      keyId: key.split('_')[1],
    });
    const base64 = new URLSearchParams({ image_file_b64: picture.toString('base64') });
    const second = await idOf(await submit(running, key, base64));
    const third = await online({ 'x/cat.png': picture }, async (root) =>
      idOf(await submit(running, key, new URLSearchParams({ image_url: `${root}x/cat.png` }))),
    );
    const untagged = join(data, 'improve', 'untagged');
    expect(readdirSync(untagged).sort()).toEqual(
      [second, third].flatMap((each) => [`${each}.json`, `${each}.png`]).sort(),
    );
    const { filename } = JSON.parse(readFileSync(join(untagged, `${third}.json`), 'utf8')) as {
      filename: string;
    };
    expect(filename).toBe('cat.png');
    // It costs nothing.
    expect(await running.store.findKey(key.split('_')[1]!)).toMatchObject({ free: { used: 0 } });
  });

  it('never leaves its folder, whatever the tag', () => {
    for (const tag of ['..', '../../etc', '/', 'a/b', '.', '\0', 'ä', 'x'.repeat(500), 'C:\\x']) {
      expect(folderOfTag(tag)).toMatch(/^tag-[\w-]+$/);
      expect(folderOfTag(tag).length).toBeLessThan(80);
    }
    expect(folderOfTag('a b')).not.toBe(folderOfTag('a_b'));
    expect(folderOfTag('a_b')).toBe('tag-a_b');
  });

  it('refuses what is no picture, and more than a day may have', async () => {
    const noon = Date.UTC(2026, 10, 22, 12);
    let now = noon;
    const running = await start({ clock: () => now });
    const key = await running.key();
    const codeOf = async (answer: Response) => [
      answer.status,
      ((await answer.json()) as ErrorAnswer).errors[0]!.code,
    ];
    const bad = form({ image_file: Buffer.from('no picture') });
    expect(await codeOf(await submit(running, key, bad))).toEqual([400, 'invalid_file_type']);
    expect(await codeOf(await submit(running, key, form({})))).toEqual([400, 'missing_source']);
    expect(await codeOf(await submit(running, 'nobody', form({})))).toEqual([403, 'auth_failed']);
    for (let count = 0; count < 100; count += 1) {
      expect((await submit(running, key, form({ image_file: picture }))).status).toBe(200);
    }
    const more = await submit(running, key, form({ image_file: picture }));
    expect(more.headers.get('retry-after')).toBe(String(12 * 3600));
    expect(more.headers.get('x-ratelimit-reset')).toBe(String(noon / 1000 + 12 * 3600));
    expect(await codeOf(more)).toEqual([429, 'rate_limit_exceeded']);
    now += 12 * 3600 * 1000;
    expect((await submit(running, key, form({ image_file: picture }))).status).toBe(200);
  });

  it('can be off', async () => {
    const running = await start({ improve: 'off' });
    const answer = await submit(running, await running.key(), form({ image_file: picture }));
    expect(answer.status).toBe(501);
  });
});

describe('into a bucket', () => {
  let bucket: BucketServer;
  beforeAll(async () => {
    bucket = await bucketServer('pictures');
    Object.assign(process.env, bucket.environment);
  });
  afterAll(async () => {
    for (const name of Object.keys(bucket.environment)) Reflect.deleteProperty(process.env, name);
    await bucket.close();
  });

  it('the picture and its description', async () => {
    const running = await start({ improve: 's3://pictures/some/prefix' });
    const body = form({ image_file: picture, tag: 'glass' });
    const id = await idOf(await submit(running, await running.key(), body));
    const path = `some/prefix/tag-glass/${id}`;
    expect((await bucket.get(`${path}.png`)).equals(picture)).toBe(true);
    const about = JSON.parse((await bucket.get(`${path}.json`)).toString()) as object;
    expect(about).toMatchObject({ id, tag: 'glass', width: 60 });
  });

  it('says 503 where there is no such bucket', async () => {
    const running = await start({ improve: 's3://nowhere' });
    const body = form({ image_file: picture });
    const answer = await submit(running, await running.key(), body);
    expect([answer.status, ((await answer.json()) as ErrorAnswer).errors[0]!.code]).toEqual([
      503,
      'store_unavailable',
    ]);
    expect(running.log.join()).toContain('NoSuchBucket');
  });
});
