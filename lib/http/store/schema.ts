/** The tables, and the steps that bring an older database up to date. */
import { BgcutError } from '../../errors.js';
import type { Database, Query } from './sql.js';

/** Step n brings version n to n + 1. A step is never changed once it has been released. */
const steps: readonly (readonly string[])[] = [
  [
    `create table bgcut_keys (
      id text primary key,
      name text not null,
      hash text not null,
      created_at bigint not null,
      revoked_at bigint,
      unlimited integer not null,
      subscription bigint not null default 0 check (subscription >= 0),
      payg bigint not null default 0 check (payg >= 0),
      enterprise bigint not null default 0 check (enterprise >= 0),
      free_month text not null default '',
      free_used integer not null default 0,
      rate_started bigint not null default 0,
      rate_used integer not null default 0,
      submission_day text not null default '',
      submissions integer not null default 0
    )`,
    `create table bgcut_charges (
      request_id text primary key,
      key_id text not null,
      amount bigint not null,
      charged_at bigint not null
    )`,
    'create index bgcut_charges_by_time on bgcut_charges (charged_at)',
  ],
];

/** Creates or updates the tables; several servers may do it at once. */
export async function migrate(database: Database): Promise<void> {
  await database.exclusively(async (query) => {
    await query('create table if not exists bgcut_schema (version integer not null)');
    const version = await currentVersion(query);
    if (version > steps.length) {
      const detail = 'The data was written by a newer version of bgcut.';
      throw new BgcutError('store_unavailable', { detail });
    }
    for (const step of steps.slice(version)) {
      for (const statement of step) await query(statement);
    }
    await query('update bgcut_schema set version = $1', [steps.length]);
  });
}

async function currentVersion(query: Query): Promise<number> {
  const [row] = await query('select version from bgcut_schema');
  if (row !== undefined) return Number(row.version);
  await query('insert into bgcut_schema (version) values (0)');
  return 0;
}
