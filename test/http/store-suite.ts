/** What every store must do: the same suite against SQLite and PostgreSQL. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeKey } from '#lib/http/keys';
import type { Charge, Store } from '#lib/http/store/index';

const minute = 60_000;

/** `open` opens the same data each time; the two stores of the suite are two servers on it. */
export function storeSuite(open: () => Promise<Store>): void {
  let store: Store;
  let other: Store;
  beforeAll(async () => {
    // At once, as two servers that are started together do.
    [store, other] = await Promise.all([open(), open()]);
  });
  afterAll(async () => {
    await Promise.all([store.close(), other.close()]);
  });

  const newKey = async (): Promise<string> => {
    const { id, hash } = makeKey();
    await store.addKey({ id, name: 'a key', hash, createdAt: 5, unlimited: false });
    return id;
  };
  const charge = (keyId: string, changes: Partial<Charge> = {}): Charge => ({
    keyId,
    requestId: randomUUID(),
    amount: 100,
    at: Date.now(),
    free: { month: '2026-11', limit: 0 },
    ...changes,
  });
  const balance = async (id: string) => (await other.findKey(id))!.credits;

  describe('keys', () => {
    it('are found by the other server as they were made', async () => {
      const { id, hash } = makeKey();
      await store.addKey({
        id,
        name: "it's; --",
        hash,
        createdAt: 1_700_000_000_000,
        unlimited: true,
      });
      expect(await other.findKey(id)).toEqual({
        id,
        name: "it's; --",
        hash,
        createdAt: 1_700_000_000_000,
        revokedAt: null,
        unlimited: true,
        credits: { subscription: 0, payg: 0, enterprise: 0 },
        free: { month: '', used: 0 },
        rate: { startedAt: 0, used: 0 },
      });
      expect(await store.findKey('nobody')).toBeUndefined();
      expect((await other.listKeys()).map((key) => key.id)).toContain(id);
    });

    it('are revoked once', async () => {
      const id = await newKey();
      expect(await store.revokeKey(id, 1234)).toBe(true);
      expect(await other.findKey(id)).toMatchObject({ revokedAt: 1234 });
      expect(await other.revokeKey(id, 5678)).toBe(false);
      expect(await other.revokeKey('nobody', 1)).toBe(false);
    });
  });

  describe('charges', () => {
    it('use free calls first, then subscription, payg and enterprise', async () => {
      const id = await newKey();
      await store.addCredits(id, 'subscription', 150);
      await store.addCredits(id, 'payg', 100);
      expect(await other.addCredits(id, 'enterprise', 25)).toBe(true);
      expect(await store.addCredits('nobody', 'payg', 25)).toBe(false);
      const free = { month: '2026-11', limit: 2 };
      const taken = [];
      for (let call = 0; call < 5; call += 1) {
        taken.push(await store.charge(charge(id, { free })));
      }
      expect(taken).toEqual([0, 0, 100, 100, undefined]);
      expect(await balance(id)).toEqual({ subscription: 0, payg: 50, enterprise: 25 });
      expect(await store.charge(charge(id, { free, amount: 75 }))).toBe(75);
      expect(await balance(id)).toEqual({ subscription: 0, payg: 0, enterprise: 0 });
      expect(await store.findKey(id)).toMatchObject({ free: { month: '2026-11', used: 2 } });
    });

    it('have free calls again in a new month', async () => {
      const id = await newKey();
      const call = (month: string) => store.charge(charge(id, { free: { month, limit: 1 } }));
      expect([await call('2026-11'), await call('2026-11'), await call('2026-12')]).toEqual([
        0,
        undefined,
        0,
      ]);
    });

    it('count once, however often they are made', async () => {
      const id = await newKey();
      await store.addCredits(id, 'payg', 1000);
      const same = charge(id);
      const answers = await Promise.all([
        store.charge(same),
        other.charge(same),
        store.charge(same),
      ]);
      expect(answers).toEqual([100, 100, 100]);
      expect(await balance(id)).toMatchObject({ payg: 900 });
      const freely = charge(id, { free: { month: '2026-11', limit: 9 } });
      expect([await store.charge(freely), await other.charge(freely)]).toEqual([0, 0]);
      expect(await store.findKey(id)).toMatchObject({ free: { used: 1 } });
    });

    it('count once even when nothing is left for a second one', async () => {
      const id = await newKey();
      await store.addCredits(id, 'payg', 100);
      const same = charge(id);
      expect([await store.charge(same), await store.charge(same)]).toEqual([100, 100]);
    });

    it('never go below zero, and lose nothing, with both servers at once', async () => {
      const id = await newKey();
      await store.addCredits(id, 'subscription', 1030);
      await store.addCredits(id, 'payg', 1010);
      const free = { month: '2026-11', limit: 5 };
      const calls = Array.from({ length: 60 }, (_, n) =>
        (n % 2 === 0 ? store : other).charge(charge(id, { free, amount: n % 3 === 0 ? 25 : 100 })),
      );
      const taken = (await Promise.all(calls)).filter((amount) => amount !== undefined);
      expect(taken.filter((amount) => amount === 0)).toHaveLength(5);
      const { subscription, payg } = await balance(id);
      expect(subscription + payg).toBeGreaterThanOrEqual(0);
      expect(2040 - taken.reduce((sum, amount) => sum + amount, 0)).toBe(subscription + payg);
    });

    it('are forgotten when they are old', async () => {
      const id = await newKey();
      await store.addCredits(id, 'payg', 1000);
      const old = charge(id, { at: 1000 });
      await store.charge(old);
      await store.forgetCharges(1001);
      expect(await store.charge(old)).toBe(100);
      expect(await balance(id)).toMatchObject({ payg: 800 });
    });
  });

  describe('the rate limit', () => {
    const step = { cost: 1, limit: 500, windowMs: minute, at: 1_000_000 };

    it('is a fixed window from the first step', async () => {
      const keyId = await newKey();
      const take = (at: number, cost: number) => store.takeRate({ ...step, keyId, at, cost });
      expect(await take(1_000_000, 490)).toEqual({ startedAt: 1_000_000, used: 490, taken: true });
      expect(await take(1_030_000, 11)).toEqual({ startedAt: 1_000_000, used: 490, taken: false });
      expect(await take(1_059_999, 10)).toEqual({ startedAt: 1_000_000, used: 500, taken: true });
      expect(await take(1_060_000, 7)).toEqual({ startedAt: 1_060_000, used: 7, taken: true });
    });

    it('begins anew when the clock has been set back', async () => {
      const keyId = await newKey();
      await store.takeRate({ ...step, keyId, cost: 500, at: 9_000_000 });
      const { taken } = await store.takeRate({ ...step, keyId, at: 1_000_000 });
      expect(taken).toBe(true);
    });

    it('is shared exactly by both servers at once', async () => {
      const keyId = await newKey();
      const steps = Array.from({ length: 80 }, (_, n) =>
        (n % 2 === 0 ? store : other).takeRate({ ...step, keyId, cost: 10 }),
      );
      const taken = (await Promise.all(steps)).filter((one) => one.taken);
      expect(taken).toHaveLength(50);
      expect(Math.max(...taken.map(({ used }) => used))).toBe(500);
    });
  });

  it('counts submissions by the day', async () => {
    const id = await newKey();
    const take = (day: string) => other.takeSubmission(id, day, 2);
    expect([
      await take('2026-11-22'),
      await take('2026-11-22'),
      await take('2026-11-22'),
      await take('2026-11-23'),
    ]).toEqual([true, true, false, true]);
  });
}
