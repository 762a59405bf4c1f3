/** Who calls: the key of a request. */
import type { FastifyRequest } from 'fastify';

import { BgcutError } from '../errors.js';
import { idOfKey, isKey } from './keys.js';
import type { KeyRecord, Store } from './store/index.js';

/**
 * The key that a request carries, in X-Api-Key or as a bearer token. Read from the store each time, so that a revoked
 * one is refused at once. Rejects with auth_failed: the same answer for every key that does not serve.
 */
export async function authenticate(request: FastifyRequest, store: Store): Promise<KeyRecord> {
  const given = keyOf(request);
  if (given === undefined) throw new BgcutError('auth_failed', { title: 'Missing API Key' });
  const id = idOfKey(given);
  const key = id === undefined ? undefined : await store.findKey(id);
  const matches = isKey(given, key?.hash);
  if (matches && key?.revokedAt === null) return key;
  throw new BgcutError('auth_failed');
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const header = headers['x-api-key'];
  const own = (Array.isArray(header) ? header[0] : header)?.trim();
  if (own !== undefined && own !== '') return own;
  const [, token] = /^bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '') ?? [];
  return token;
}
