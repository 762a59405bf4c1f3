/** PostgreSQL: for several servers that share keys, credits and limits. */
import type { Pool, PoolClient } from 'pg';

import { BgcutError } from '../../errors.js';
import type { Database, Query, Row, SqlValue } from './sql.js';

const connectMs = 5000;
const statementMs = 10_000;
const connections = 10;

/** Any number; the same for all servers. */
const lockNumber = 4_242_001;

/** Connects to a postgres:// address. Rejects with package_missing without the package pg, else with store_unavailable. */
export async function openPostgres(address: string): Promise<Database> {
  const { default: pg } = await import('pg').catch((cause: unknown) => {
    const detail = 'PostgreSQL needs the package pg: npm install pg';
    throw new BgcutError('package_missing', { detail, cause });
  });
  const standardParser = pg.types.getTypeParser as (type: number, format?: string) => Parser;
  const pool = new pg.Pool({
    connectionString: address,
    max: connections,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    query_timeout: statementMs,
    application_name: 'bgcut',
    // Counts and milliseconds are far below 2^53.
    types: {
      getTypeParser: (type: number, format?: 'text' | 'binary') =>
        type === int8 ? Number : standardParser(type, format),
    },
  });
  // A connection that breaks while nobody uses it: the pool makes another one.
  pool.on('error', () => undefined);
  const database = new Postgres(pool);
  try {
    await database.query('select 1');
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
  return database;
}

const int8 = 20;

type Parser = (text: string) => unknown;

class Postgres implements Database {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  readonly query: Query = (sql, values) => run(this.#pool, sql, values);

  async transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect().catch((cause: unknown) => {
      throw new BgcutError('store_unavailable', { cause });
    });
    const query: Query = (sql, values) => run(client, sql, values);
    let broken = true;
    try {
      await query('begin');
      const result = await work(query);
      await query('commit');
      broken = false;
      return result;
    } catch (thrown) {
      broken = await query('rollback').then(
        () => false,
        () => true,
      );
      throw thrown;
    } finally {
      client.release(broken);
    }
  }

  exclusively<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.transaction(async (query) => {
      await query('select pg_advisory_xact_lock($1)', [lockNumber]);
      return work(query);
    });
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}

async function run(
  on: Pool | PoolClient,
  sql: string,
  values: readonly SqlValue[] = [],
): Promise<Row[]> {
  try {
    const { rows } = await on.query<Row>(sql, [...values]);
    return rows;
  } catch (cause) {
    throw new BgcutError('store_unavailable', { cause });
  }
}
