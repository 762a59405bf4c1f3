/** SQLite: a file beside the server, which other processes (`bgcut keys`) may open at the same time. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type Libsql from 'libsql';

import { BgcutError } from '../../errors.js';
import type { Database, Query, Row, SqlValue } from './sql.js';

/** Milliseconds to wait for another process to end its transaction, which takes less than one; and between two looks. */
const busyMs = 5000;
const lookMs = 3;

/**
 * Opens `bgcut.db` in a folder, which is made unless it is there. A process that is killed loses nothing that was
 * answered; a power cut may lose the last moments, but never half of a transaction.
 */
export async function openSqlite(folder: string): Promise<Database> {
  const { default: Connection } = await import('libsql').catch((cause: unknown) => {
    const detail =
      'SQLite does not run on this platform: use PostgreSQL, with the setting database.';
    throw new BgcutError('package_missing', { detail, cause });
  });
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const connection = new Connection(join(folder, 'bgcut.db'));
    await unlessBusy(() => connection.pragma('journal_mode = wal'));
    connection.pragma('synchronous = normal');
    return new Sqlite(connection);
  } catch (cause) {
    const detail = `The folder ${folder} can not be used for data.`;
    throw new BgcutError('store_unavailable', { detail, cause });
  }
}

/** Statements are run on this thread: each takes some ten microseconds. */
class Sqlite implements Database {
  readonly #connection: Libsql.Database;
  readonly #statements = new Map<string, Libsql.Statement>();
  /** Settles when the transaction before has ended: one connection has one at a time. */
  #free: Promise<unknown> = Promise.resolve();

  constructor(connection: Libsql.Database) {
    this.#connection = connection;
  }

  readonly query: Query = (sql, values) => this.#alone(() => this.#run(sql, values));

  transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.#alone(async () => {
      // From here on nobody else writes, so that no later statement finds the database busy.
      await this.#run('begin immediate');
      try {
        const result = await work((sql, values) => this.#run(sql, values));
        await this.#run('commit');
        return result;
      } catch (thrown) {
        if (this.#connection.inTransaction) await this.#run('rollback');
        throw thrown;
      }
    });
  }

  exclusively<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.transaction(work); // SQLite has one writer anyway
  }

  async close(): Promise<void> {
    await this.#alone(() => this.#connection.close());
  }

  #alone<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.#free.then(work);
    this.#free = turn.catch(() => undefined);
    return turn;
  }

  async #run(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    try {
      return await unlessBusy(() => this.#statement(sql).all(...values) as Row[]);
    } catch (cause) {
      throw new BgcutError('store_unavailable', { cause });
    }
  }

  #statement(sql: string): Libsql.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql.replaceAll(/\$(\d+)/g, '?$1'));
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** Tries again while another process writes. SQLite could wait by itself, but on the thread that serves everybody. */
async function unlessBusy<T>(work: () => T): Promise<T> {
  const end = performance.now() + busyMs;
  for (;;) {
    try {
      return work();
    } catch (thrown) {
      const { code } = thrown as { code?: string };
      if (code?.startsWith('SQLITE_BUSY') !== true || performance.now() > end) throw thrown;
    }
    await delay(lookMs);
  }
}
