/** Databases on the PostgreSQL that test/http/postgres/run.mjs has started. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';

const server = process.env.BGCUT_TEST_DATABASE;

/** Makes an empty database; its address. */
export async function freshDatabase(): Promise<string> {
  if (server === undefined) throw new Error('these tests are run by npm run test:postgres');
  const name = `bgcut_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const address = new URL(server);
  address.pathname = `/${name}`;
  return address.href;
}
