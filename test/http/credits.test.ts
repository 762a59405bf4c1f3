import { beforeAll, describe, expect, it } from 'vitest';

import { offerFor } from '#lib/http/prices';
import { plain, scene } from '../support/pictures.js';
import { type ErrorAnswer, form, type Running, start } from './support.js';

let running: Running;
/** 0.16 and 0.78 megapixels, as in the recorded answers of the real server. */
let small: Buffer;
let large: Buffer;
let blank: Buffer;

beforeAll(async () => {
  running = await start({ freeCalls: 0 });
  small = await scene(500, 333).jpeg().toBuffer();
  large = await scene(720, 1080).jpeg().toBuffer();
  blank = await plain(50, 50, '#000').png().toBuffer();
});

const cut = (key: string, picture: Buffer, size: string, more: Record<string, string> = {}) =>
  running.call('/v1.0/removebg', {
    method: 'POST',
    key,
    body: form({ image_file: picture, size, format: 'jpg', ...more }),
  });

const account = async (key: string, at = running): Promise<Record<string, unknown>> => {
  const answer = await at.call('/v1.0/account', { key });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  return (await answer.json()) as Record<string, unknown>;
};

const charged = (answer: Response) => answer.headers.get('x-credits-charged');

describe('the account', () => {
  it('is told as the real server told it, to the byte', async () => {
    const key = await running.key({ subscription: 494_300 });
    const answer = await running.call('/v1.0/account', { key });
    expect(await answer.text()).toBe(
      '{"data":{"attributes":{"credits":{"subscription":4943,"payg":0,"enterprise":0,"total":4943},"api":{"free_calls":0,"sizes":"all"}}}}',
    );
  });

  it('has a large total where nothing is charged', async () => {
    const key = await running.key({ unlimited: true });
    const { data } = (await account(key)) as {
      data: { attributes: { credits: { total: number } } };
    };
    expect(data.attributes.credits.total).toBeGreaterThan(1000);
  });
});

describe('what a call costs', () => {
  it.each([
    ['preview', '0.25'],
    ['small', '0.25'],
    ['regular', '0.25'],
    ['medium', '1'],
    ['hd', '1'],
    ['full', '1'],
    ['4k', '1'],
    ['50MP', '1'],
  ])('%s: %s', async (size, price) => {
    const key = await running.key({ payg: 200 });
    const answer = await cut(key, small, size);
    expect([answer.status, charged(answer)]).toEqual([200, price]);
    expect(JSON.stringify(await account(key))).toContain(`"total":${2 - Number(price)}`);
  });

  it('auto: what the picture is worth, as it was recorded', async () => {
    const key = await running.key({ payg: 1000 });
    expect(charged(await cut(key, small, 'auto'))).toBe('0.25');
    expect(charged(await cut(key, large, 'auto'))).toBe('1');
    // 625 x 400 is exactly what a preview may have.
    expect(charged(await cut(key, await scene(625, 400).jpeg().toBuffer(), 'auto'))).toBe('0.25');
    expect(charged(await cut(key, await scene(626, 400).jpeg().toBuffer(), 'auto'))).toBe('1');
  });

  it('auto with less than a credit is a preview', async () => {
    const key = await running.key({ payg: 75 });
    const answer = await cut(key, large, 'auto');
    expect([answer.status, charged(answer)]).toEqual([200, '0.25']);
    const [width, height] = [answer.headers.get('x-width'), answer.headers.get('x-height')];
    expect(Number(width) * Number(height)).toBeLessThanOrEqual(250_000);
    expect([answer.headers.get('x-max-width'), answer.headers.get('x-max-height')]).toEqual([
      '720',
      '1080',
    ]);
  });

  it('says 402 and charges nothing when there is too little', async () => {
    const key = await running.key({ payg: 75 });
    const answer = await cut(key, large, 'full');
    expect(answer.status).toBe(402);
    expect(((await answer.json()) as ErrorAnswer).errors[0]).toEqual({
      title: 'Insufficient credits',
      code: 'insufficient_credits',
    });
    expect(JSON.stringify(await account(key))).toContain('"total":0.75');
    expect((await cut(await running.key(), small, 'auto')).status).toBe(402);
  });

  it('nothing for an error, one without a subject included', async () => {
    const key = await running.key({ payg: 100 });
    for (const answer of [
      await cut(key, blank, 'full'),
      await cut(key, Buffer.from('no picture'), 'full'),
      await cut(key, small, 'full', { roi: '0px 0px 9999px 10px' }),
      await cut(key, small, 'huge'),
    ]) {
      expect(answer.status).toBe(400);
    }
    expect(JSON.stringify(await account(key))).toContain('"total":1}');
  });

  it('a wrong file goes before too few credits', async () => {
    const answer = await cut(await running.key(), Buffer.from('no picture'), 'full');
    expect(((await answer.json()) as ErrorAnswer).errors[0]!.code).toBe('invalid_file_type');
  });

  it('never more than there is, however many calls come at once', async () => {
    const key = await running.key({ payg: 325 });
    const answers = await Promise.all(Array.from({ length: 12 }, () => cut(key, small, 'full')));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    expect(new Set(statuses)).toEqual(new Set([200, 402]));
    expect(JSON.stringify(await account(key))).toContain('"total":0.25');
  });
});

it('50 calls a month are free, of any size, and come before credits', async () => {
  let now = Date.UTC(2026, 10, 30, 23, 59);
  const free = await start({ clock: () => now });
  const key = await free.key({ payg: 100 });
  const send = (size: string) =>
    free.call('/v1.0/removebg', { method: 'POST', key, body: form({ image_file: blank2, size }) });
  const blank2 = await scene(40, 40).png().toBuffer();
  expect(JSON.stringify(await account(key, free))).toContain('"free_calls":50');
  for (let call = 0; call < 50; call += 1) {
    const answer = await send(call % 2 === 0 ? 'full' : 'preview');
    expect([answer.status, charged(answer)]).toEqual([200, '0']);
  }
  expect(JSON.stringify(await account(key, free))).toContain('"total":1},"api":{"free_calls":0');
  expect(charged(await send('full'))).toBe('1');
  expect((await send('preview')).status).toBe(402);
  now += 60_000;
  expect(JSON.stringify(await account(key, free))).toContain('"free_calls":50');
  expect(charged(await send('full'))).toBe('0');
});

describe('keys', () => {
  it('are refused from the moment they are revoked', async () => {
    const key = await running.key();
    await account(key);
    await running.store.revokeKey(key.split('_')[1]!, Date.now());
    const answer = await running.call('/v1.0/account', { key });
    expect([answer.status, await answer.text()]).toEqual([
      403,
      '{"errors":[{"title":"API Key invalid","code":"auth_failed"}]}',
    ]);
  });

  it('are not known by their id alone', async () => {
    const key = await running.key();
    const other = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;
    expect((await running.call('/v1.0/account', { key: other })).status).toBe(403);
  });
});

it('an offer never exceeds the purse', () => {
  const picture = { width: 1000, height: 1000 };
  const purse = (credits: number, freeCalls = 0) => ({ unlimited: false, freeCalls, credits });
  expect(offerFor('auto', picture, purse(100))).toEqual({ size: 'auto', price: 100 });
  expect(offerFor('auto', picture, purse(99))).toEqual({ size: 'preview', price: 25 });
  expect(() => offerFor('auto', picture, purse(24))).toThrow('Insufficient credits');
  expect(() => offerFor('hd', picture, purse(99))).toThrow('Insufficient credits');
  expect(offerFor('hd', picture, purse(0, 1))).toEqual({ size: 'hd', price: 100 });
});
