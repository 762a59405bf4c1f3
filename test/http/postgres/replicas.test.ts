// Run by `npm run test:postgres`.
import { describe, expect, it } from 'vitest';

import { openStore } from 'bgcut/server';
import { scene } from '../../support/pictures.js';
import { newKey, serve } from '../child.js';
import { form, newFolder, type Running, start } from '../support.js';
import { freshDatabase } from './database.js';

async function replicas(): Promise<[Running, Running]> {
  const database = await freshDatabase();
  const data = newFolder();
  const stores = await Promise.all([1, 2].map(() => openStore({ data, database })));
  const options = { freeCalls: 10, rateLimit: 60 };
  const [one, two] = await Promise.all(stores.map((store) => start({ ...options, store })));
  return [one!, two!];
}

describe('two servers on one PostgreSQL', () => {
  it('share credits, free calls and the limit exactly, under load', async () => {
    const [one, two] = await replicas();
    const picture = await scene(60, 40).jpeg().toBuffer();
    const key = await one.key({ payg: 500 });
    const send = (n: number) =>
      (n % 2 === 0 ? one : two).call('/v1.0/removebg', {
        method: 'POST',
        key,
        body: form({ image_file: picture, size: n % 3 === 0 ? 'preview' : 'full' }),
      });
    const answers = await Promise.all(Array.from({ length: 90 }, (_, n) => send(n)));
    const statuses = answers.map(({ status }) => status);
    // 60 were let in by the limit; of those 10 were free and the rest paid with 5 credits.
    expect(statuses.filter((status) => status === 429)).toHaveLength(30);
    const good = answers.filter(({ status }) => status === 200);
    const prices = good.map(({ headers }) => Number(headers.get('x-credits-charged')));
    expect(prices.filter((price) => price === 0)).toHaveLength(10);
    const paid = prices.reduce((sum, price) => sum + price, 0);
    const { data } = (await (await two.call('/v1.0/account', { key })).json()) as {
      data: { attributes: { credits: { total: number }; api: { free_calls: number } } };
    };
    expect(data.attributes.credits.total).toBe(5 - paid);
    expect(data.attributes.credits.total).toBeGreaterThanOrEqual(0);
    expect(data.attributes.api.free_calls).toBe(0);
    expect(statuses.every((status) => [200, 402, 429].includes(status))).toBe(true);
  });

  it('know each other’s keys at once, and their end', async () => {
    const [one, two] = await replicas();
    const key = await one.key({ payg: 100 });
    expect((await two.call('/v1.0/account', { key })).status).toBe(200);
    await one.store.revokeKey(key.split('_')[1]!, Date.now());
    expect((await two.call('/v1.0/account', { key })).status).toBe(403);
  });

  it('two processes charge no credit and let in no picture too many', async () => {
    const database = await freshDatabase();
    const data = newFolder();
    const flags = ['--database', database, '--free-calls', '10', '--rate-limit', '60'];
    // Together: both bring the same empty database up to date.
    const servers = await Promise.all(
      [1, 2].map(() => serve(data, ...flags, '--queue', '200', '--timeout', '100000')),
    );
    try {
      const key = await newKey(data, 30, '--database', database);
      const picture = await scene(60, 40).jpeg().toBuffer();
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          fetch(`${servers[n % 2]!.url}/v1.0/removebg`, {
            method: 'POST',
            headers: { 'x-api-key': key },
            body: form({ image_file: picture, size: 'full' }),
          }),
        ),
      );
      const count = (status: number) => answers.filter((one) => one.status === status).length;
      // The limit lets 60 in: 10 are free, 30 paid with the 30 credits, and 20 find the account empty.
      expect([count(200), count(402), count(429)]).toEqual([40, 20, 40]);
      for (const { url } of servers) {
        const headers = { 'x-api-key': key };
        const account = await (await fetch(`${url}/v1.0/account`, { headers })).text();
        expect(account).toContain('"total":0},"api":{"free_calls":0');
      }
    } finally {
      for (const { child } of servers) child.kill('SIGTERM');
      expect(
        (await Promise.all(servers.map(({ ended }) => ended))).map(({ code }) => code),
      ).toEqual([0, 0]);
    }
  });
});
