/** The store on a SQL database: every query there is. */
import { BgcutError } from '../../errors.js';
import type { Database, Query, Row } from './sql.js';
import type {
  Charge,
  CreditKind,
  KeyRecord,
  NewKey,
  RateStep,
  RateWindow,
  Store,
} from './store.js';

// A window has ended, or was begun by a clock that has been set back since.
const windowEnded = '(rate_started + $4 <= $2 or rate_started > $2 + $4)';

const statements = {
  addKey:
    'insert into bgcut_keys (id, name, hash, created_at, unlimited) values ($1, $2, $3, $4, $5)',
  findKey: 'select * from bgcut_keys where id = $1',
  listKeys: 'select * from bgcut_keys order by created_at, id',
  revokeKey:
    'update bgcut_keys set revoked_at = $2 where id = $1 and revoked_at is null returning id',
  addCredits: {
    subscription:
      'update bgcut_keys set subscription = subscription + $2 where id = $1 returning id',
    payg: 'update bgcut_keys set payg = payg + $2 where id = $1 returning id',
    enterprise: 'update bgcut_keys set enterprise = enterprise + $2 where id = $1 returning id',
  },
  // Both databases compute the right sides from the row as it was, and the condition from the row as it is locked.
  takeFree: `update bgcut_keys set
      free_used = case when free_month = $2 then free_used + 1 else 1 end,
      free_month = $2
    where id = $1 and $3 > case when free_month = $2 then free_used else 0 end
    returning id`,
  takeCredits: `update bgcut_keys set
      subscription = case when subscription >= $2 then subscription - $2 else 0 end,
      payg = case when subscription >= $2 then payg
        when subscription + payg >= $2 then payg - ($2 - subscription) else 0 end,
      enterprise = case when subscription + payg >= $2 then enterprise
        else enterprise - ($2 - subscription - payg) end
    where id = $1 and subscription + payg + enterprise >= $2
    returning id`,
  noteCharge: `insert into bgcut_charges (request_id, key_id, amount, charged_at)
    values ($1, $2, $3, $4) on conflict (request_id) do nothing returning request_id`,
  findCharge: 'select amount from bgcut_charges where request_id = $1',
  forgetCharges: 'delete from bgcut_charges where charged_at < $1',
  takeRate: `update bgcut_keys set
      rate_used = case when ${windowEnded} then $3 else rate_used + $3 end,
      rate_started = case when ${windowEnded} then $2 else rate_started end
    where id = $1 and (${windowEnded} or rate_used + $3 <= $5)
    returning rate_started, rate_used`,
  takeSubmission: `update bgcut_keys set
      submissions = case when submission_day = $2 then submissions + 1 else 1 end,
      submission_day = $2
    where id = $1 and $3 > case when submission_day = $2 then submissions else 0 end
    returning id`,
} as const;

/** How often a charge is tried where the database went away in the middle: it knows whether it has been made. */
const chargeAttempts = 3;

/** Keys, credits and limits in the tables of schema.ts. */
export class SqlStore implements Store {
  readonly #database: Database;

  /** The tables are there. */
  constructor(database: Database) {
    this.#database = database;
  }

  async addKey({ id, name, hash, createdAt, unlimited }: NewKey): Promise<void> {
    const values = [id, name, hash, createdAt, unlimited ? 1 : 0];
    await this.#database.query(statements.addKey, values);
  }

  async findKey(id: string): Promise<KeyRecord | undefined> {
    const [row] = await this.#database.query(statements.findKey, [id]);
    return row === undefined ? undefined : toKey(row);
  }

  async listKeys(): Promise<KeyRecord[]> {
    return (await this.#database.query(statements.listKeys)).map(toKey);
  }

  async revokeKey(id: string, at: number): Promise<boolean> {
    return found(await this.#database.query(statements.revokeKey, [id, at]));
  }

  async addCredits(id: string, kind: CreditKind, amount: number): Promise<boolean> {
    return found(await this.#database.query(statements.addCredits[kind], [id, amount]));
  }

  async charge(charge: Charge): Promise<number | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#database.transaction((query) => chargeOnce(query, charge));
      } catch (thrown) {
        if (thrown instanceof NotCharged) return thrown.earlier;
        if (attempt === chargeAttempts) throw thrown;
      }
    }
  }

  async takeRate(step: RateStep): Promise<RateWindow & { taken: boolean }> {
    const { keyId, cost, limit, windowMs, at } = step;
    const values = [keyId, at, cost, windowMs, limit];
    const [row] = await this.#database.query(statements.takeRate, values);
    if (row !== undefined) return { ...toWindow(row), taken: true };
    const key = await this.findKey(keyId);
    if (key === undefined) throw new BgcutError('store_unavailable');
    return { ...key.rate, taken: false };
  }

  async takeSubmission(keyId: string, day: string, limit: number): Promise<boolean> {
    return found(await this.#database.query(statements.takeSubmission, [keyId, day, limit]));
  }

  async forgetCharges(before: number): Promise<void> {
    await this.#database.query(statements.forgetCharges, [before]);
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/** Undoes a transaction: there is not enough, or the charge was made by an attempt whose answer got lost. */
class NotCharged extends Error {
  constructor(readonly earlier: number | undefined) {
    super('not charged');
  }
}

async function chargeOnce(query: Query, charge: Charge): Promise<number> {
  const { keyId, requestId, amount, at, free } = charge;
  const earlier = async () => {
    const [row] = await query(statements.findCharge, [requestId]);
    return row === undefined ? undefined : Number(row.amount);
  };
  const isFree = found(await query(statements.takeFree, [keyId, free.month, free.limit]));
  if (!isFree && !found(await query(statements.takeCredits, [keyId, amount]))) {
    throw new NotCharged(await earlier());
  }
  const taken = isFree ? 0 : amount;
  const noted = await query(statements.noteCharge, [requestId, keyId, taken, at]);
  if (!found(noted)) throw new NotCharged(await earlier());
  return taken;
}

function found(rows: readonly Row[]): boolean {
  return rows.length > 0;
}

function toKey(row: Row): KeyRecord {
  const number = (column: string) => Number(row[column]);
  return {
    id: String(row.id),
    name: String(row.name),
    hash: String(row.hash),
    createdAt: number('created_at'),
    revokedAt: row.revoked_at === null ? null : number('revoked_at'),
    unlimited: row.unlimited === 1,
    credits: {
      subscription: number('subscription'),
      payg: number('payg'),
      enterprise: number('enterprise'),
    },
    free: { month: String(row.free_month), used: number('free_used') },
    rate: toWindow(row),
  };
}

function toWindow(row: Row): RateWindow {
  return { startedAt: Number(row.rate_started), used: Number(row.rate_used) };
}
