import { describe, expect, it } from 'vitest';

import { rateCost } from '#lib/http/ratelimit';
import { plain, scene } from '../support/pictures.js';
import { type ErrorAnswer, form, start } from './support.js';

/** The reference's table. */
const table = [
  [625, 400, 1, 500],
  [1200, 800, 1, 500],
  [1600, 1200, 2, 250],
  [2500, 1600, 4, 125],
  [4000, 2500, 10, 50],
  [6250, 4000, 25, 20],
  [8000, 6250, 50, 10],
] as const;

// Whole seconds, so that what is said can be compared.
const noon = Date.UTC(2026, 10, 22, 12);

describe('the table of the reference, row by row', () => {
  it.each(table)(
    '%i x %i: %i megapixels, %i a minute',
    async (width, height, megapixels, perMinute) => {
      let now = noon;
      const minute = await start({ clock: () => now });
      const key = await minute.key({ unlimited: true });
      const picture = await scene(width, height).jpeg({ quality: 50 }).toBuffer();
      const send = async () => {
        const body = form({ image_file: picture, format: 'jpg' });
        const answer = await minute.call('/v1.0/removebg', { method: 'POST', key, body });
        return [answer.status, Number(answer.headers.get('x-ratelimit-remaining'))];
      };
      expect(await send()).toEqual([200, 500 - megapixels]);
      // All but the last one without their work, which has nothing to do with the limit.
      const step = { keyId: key.split('_')[1]!, cost: megapixels, limit: 500, windowMs: 60_000 };
      for (let call = 2; call < perMinute; call += 1) {
        expect((await minute.store.takeRate({ ...step, at: noon + call })).taken).toBe(true);
      }
      now += 59_000;
      expect(await send()).toEqual([200, 0]);
      expect(await send()).toEqual([429, 0]);
      now += 1000;
      expect(await send()).toEqual([200, 500 - megapixels]);
    },
  );

  it('counts a pixel more as a megapixel more', () => {
    expect(rateCost({ width: 1000, height: 1000 }, 500)).toBe(1);
    expect(rateCost({ width: 1000, height: 1001 }, 500)).toBe(2);
    expect(rateCost({ width: 1, height: 1 }, 500)).toBe(1);
  });
});

describe('over the socket', () => {
  it('counts down by the megapixels of the input, and says when it starts anew', async () => {
    let now = noon;
    const running = await start({ clock: () => now });
    const key = await running.key({ unlimited: true });
    const send = async (picture: Buffer) => {
      const body = form({ image_file: picture, size: 'preview', format: 'jpg' });
      const answer = await running.call('/v1.0/removebg', { method: 'POST', key, body });
      const said = (name: string) => answer.headers.get(name);
      return {
        status: answer.status,
        answer,
        limit: said('x-ratelimit-limit'),
        remaining: said('x-ratelimit-remaining'),
        reset: said('x-ratelimit-reset'),
        retryAfter: said('retry-after'),
      };
    };
    const small = await scene(500, 333).jpeg().toBuffer();
    const twelve = await scene(4000, 3000).jpeg().toBuffer();
    const reset = String(noon / 1000 + 60);
    const first = await send(small);
    expect(first).toMatchObject({ limit: '500', remaining: '499', reset, retryAfter: null });
    now += 20_000;
    expect(await send(twelve)).toMatchObject({ status: 200, remaining: '487', reset });
    // What is no picture costs nothing, what is one does, whatever comes of it.
    expect((await send(Buffer.from('none'))).status).toBe(400);
    const empty = await plain(30, 30, '#000').png().toBuffer();
    expect((await send(empty)).status).toBe(400);
    expect(await send(small)).toMatchObject({ remaining: '485' });

    const id = key.split('_')[1]!;
    const step = { keyId: id, cost: 480, limit: 500, windowMs: 60_000, at: now };
    expect((await running.store.takeRate(step)).taken).toBe(true);
    // Five are left: twelve do not fit, a small one does.
    const refused = await send(twelve);
    expect(refused).toMatchObject({
      status: 429,
      limit: '500',
      remaining: '0',
      reset,
      retryAfter: '40',
    });
    expect(((await refused.answer.json()) as ErrorAnswer).errors).toEqual([
      { title: 'Rate limit exceeded', code: 'rate_limit_exceeded' },
    ]);
    for (const remaining of ['4', '3', '2', '1', '0']) {
      expect(await send(small)).toMatchObject({ status: 200, remaining });
    }
    // Nothing is left: refused before the body is looked at.
    const body = '{';
    const headers = { 'content-type': 'application/json' };
    const early = await running.call('/v1.0/removebg', { method: 'POST', key, body, headers });
    expect([early.status, early.headers.get('retry-after')]).toEqual([429, '40']);
    // The account is not limited, and another key has its own window.
    expect((await running.call('/v1.0/account', { key })).status).toBe(200);
    now += 39_999;
    expect(await send(small)).toMatchObject({ status: 429, retryAfter: '1' });
    now += 1;
    expect(await send(small)).toMatchObject({
      status: 200,
      remaining: '499',
      reset: String(noon / 1000 + 120),
    });
  });

  it('lets the largest picture through a limit that is smaller than it', async () => {
    const running = await start({ rateLimit: 3 });
    const key = await running.key({ unlimited: true });
    const picture = await scene(2500, 1600).jpeg().toBuffer();
    const send = () =>
      running.call('/v1.0/removebg', { method: 'POST', key, body: form({ image_file: picture }) });
    expect((await send()).status).toBe(200);
    expect((await send()).status).toBe(429);
  });
});
