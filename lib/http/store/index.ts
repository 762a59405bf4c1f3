/** Keys, credits and limits: embedded, or in PostgreSQL. */
import { openPostgres } from './postgres.js';
import { migrate } from './schema.js';
import { openSqlite } from './sqlite.js';
import { SqlStore } from './sqlstore.js';
import type { Store } from './store.js';

export { creditKinds } from './store.js';
export type {
  Charge,
  CreditKind,
  Credits,
  KeyRecord,
  NewKey,
  RateStep,
  RateWindow,
  Store,
} from './store.js';

/** Where the data is: a folder for SQLite, or the address of a PostgreSQL, which goes first. */
export interface StorePlace {
  readonly data: string;
  readonly database?: string | undefined;
}

/** Opens a store and brings its tables up to date. Rejects with store_unavailable or package_missing. */
export async function openStore({ data, database: address }: StorePlace): Promise<Store> {
  const database = address === undefined ? await openSqlite(data) : await openPostgres(address);
  try {
    await migrate(database);
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
  return new SqlStore(database);
}
