/**
 * API keys: `bgcut_`, a public id, and 128 random bits. A store holds the id and the SHA-256 of the whole key, which is
 * enough for a secret that nobody can guess; a password would need a slow hash.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A key that has just been made. `key` is shown once and kept nowhere. */
export interface MadeKey {
  /** 12 hex digits. */
  readonly id: string;
  readonly key: string;
  /** SHA-256 of the key, in hex. */
  readonly hash: string;
}

/** Makes a key. */
export function makeKey(): MadeKey {
  const id = randomBytes(6).toString('hex');
  const key = `bgcut_${id}_${randomBytes(16).toString('hex')}`;
  return { id, key, hash: digest(key).toString('hex') };
}

/** The id in a key, undefined for text that is none. */
export function idOfKey(key: string): string | undefined {
  return /^bgcut_([\da-f]{12})_[\da-f]{32}$/.exec(key)?.[1];
}

const nobody = digest('');

/** Whether a key is the one with that hash, in a time that depends on neither; undefined is the hash of no key. */
export function isKey(key: string, hash: string | undefined): boolean {
  const expected = hash === undefined ? nobody : Buffer.from(hash, 'hex');
  const given = digest(key);
  return expected.length === given.length && timingSafeEqual(given, expected) && hash !== undefined;
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
