import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { idOfKey, isKey, makeKey } from '#lib/http/keys';
import { openStore } from '#lib/http/store/index';
import { rejection } from '../support/rejection.js';
import { storeSuite } from './store-suite.js';

const folder = mkdtempSync(join(tmpdir(), 'bgcut-store-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the embedded store', () => {
  storeSuite(() => openStore({ data: join(folder, 'suite') }));

  it('keeps its data, in a folder that is for its owner alone', async () => {
    const data = join(folder, 'kept', 'below');
    const { id, key, hash } = makeKey();
    const store = await openStore({ data });
    await store.addKey({ id, name: 'kept', hash, createdAt: 1, unlimited: false });
    await store.close();
    const again = await openStore({ data });
    expect(await again.findKey(id)).toMatchObject({ name: 'kept', hash });
    await again.close();
    expect(statSync(data).mode & 0o077).toBe(0);
    // Nowhere on disk is anything that a thief could use.
    const secret = key.split('_')[2]!;
    for (const file of readdirSync(data)) {
      expect(readFileSync(join(data, file), 'latin1')).not.toContain(secret);
    }
  });

  it('says what is wrong with its place', async () => {
    const data = join(import.meta.filename, 'below');
    const error = await rejection(openStore({ data }));
    expect([error.code, error.detail]).toEqual([
      'store_unavailable',
      `The folder ${data} can not be used for data.`,
    ]);
  });
});

describe('keys', () => {
  it('carry 128 random bits and their own id', () => {
    const made = Array.from({ length: 1000 }, makeKey);
    expect(new Set(made.map(({ key }) => key)).size).toBe(1000);
    for (const { id, key, hash } of made) {
      expect(key).toMatch(/^bgcut_[\da-f]{12}_[\da-f]{32}$/);
      expect(idOfKey(key)).toBe(id);
      expect(isKey(key, hash)).toBe(true);
    }
    // Every one of the 128 bits is set in about half of them.
    for (let bit = 0; bit < 128; bit += 1) {
      const digit = 19 + (bit >> 2);
      const set = made.filter(({ key }) => (parseInt(key[digit]!, 16) >> (bit & 3)) & 1).length;
      expect(set).toBeGreaterThan(400);
      expect(set).toBeLessThan(600);
    }
  });

  it('are recognised whole or not at all', () => {
    const { key, hash } = makeKey();
    expect(isKey(key.slice(0, -1), hash)).toBe(false);
    expect(isKey(makeKey().key, hash)).toBe(false);
    expect(isKey(key, undefined)).toBe(false);
    expect(isKey('', undefined)).toBe(false);
    for (const text of ['', 'bgcut_', `${key}0`, ` ${key}`, key.toUpperCase(), 'x'.repeat(1e6)]) {
      expect(idOfKey(text)).toBeUndefined();
    }
  });
});
