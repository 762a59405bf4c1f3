/** What `bgcut keys` and `bgcut credits` do. */
import { BgcutError } from '../../errors.js';
import { makeKey } from '../../http/keys.js';
import { shown, sum } from '../../http/prices.js';
import { dataFolder, placeSettings, readSettings } from '../../http/settings.js';
import { creditKinds, type KeyRecord, openStore, type Store } from '../../http/store/index.js';
import { usageError } from '../errors.js';
import { formatTable } from '../format.js';
import { printJson, printLine } from '../terminal.js';
import type { CreateFlags, CreditFlags, PlaceFlags } from './command.js';

/** Makes a key and prints it. */
export async function createKey(
  name: string,
  { unlimited }: CreateFlags,
  place: PlaceFlags,
): Promise<void> {
  await withStore(place, async (store) => {
    const { id, key, hash } = makeKey();
    const createdAt = Date.now();
    await store.addKey({ id, name, hash, createdAt, unlimited: unlimited ?? false });
    await printLine(`Key ${id} "${name}" has been made. It is shown only now:\n${key}`);
  });
}

/** Prints the keys, the oldest first. */
export async function listKeys(json: boolean, place: PlaceFlags): Promise<void> {
  await withStore(place, async (store) => {
    const keys = await store.listKeys();
    if (json) return printJson(keys.map(reportOf));
    const head = [
      'ID',
      'CREATED',
      'STATE',
      ...creditKinds.map((kind) => kind.toUpperCase()),
      'NAME',
    ];
    const rows = keys.map((key) => [
      key.id,
      dateOf(key.createdAt),
      key.revokedAt === null ? (key.unlimited ? 'unlimited' : 'active') : 'revoked',
      ...creditKinds.map((kind) => String(shown(key.credits[kind]))),
      key.name,
    ]);
    return printLine(formatTable([head, ...rows]).join('\n'));
  });
}

/** Revokes a key; rejects with key_unknown. */
export async function revokeKey(id: string, place: PlaceFlags): Promise<void> {
  await withStore(place, async (store) => {
    if (!(await store.revokeKey(id, Date.now()))) throw unknownKey(id);
    await printLine(`Key ${id} is refused from now on.`);
  });
}

/** Adds credits; rejects with key_unknown. */
export async function addCredits(id: string, flags: CreditFlags, place: PlaceFlags): Promise<void> {
  const given = creditKinds.flatMap((kind) => {
    const text = flags[kind];
    return text === undefined ? [] : [{ kind, amount: hundredths(kind, text) }];
  });
  if (given.length === 0) throw usageError('Say how many: --payg 100, for example.');
  await withStore(place, async (store) => {
    for (const { kind, amount } of given) {
      if (!(await store.addCredits(id, kind, amount))) throw unknownKey(id);
    }
    const key = await store.findKey(id);
    const total = key === undefined ? 0 : shown(sum(key.credits));
    await printLine(`Key ${id} has ${total} credits now.`);
  });
}

/** Credits in hundredths: `100`, `12.5`, `0.25`. */
function hundredths(kind: string, text: string): number {
  const amount = /^\d{1,10}(\.\d{1,2})?$/.test(text) ? Math.round(Number(text) * 100) : 0;
  if (amount === 0) throw usageError(`--${kind} takes a number above 0 with at most two decimals.`);
  return amount;
}

function unknownKey(id: string): BgcutError {
  return new BgcutError('key_unknown', { detail: `No key in use has the id ${id}.` });
}

async function withStore(place: PlaceFlags, work: (store: Store) => Promise<void>): Promise<void> {
  const { data, database } = readSettings(placeSettings, place);
  const store = await openStore({ data: dataFolder(data), database });
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** A key as `--json` prints it. Names are stable. */
function reportOf(key: KeyRecord): object {
  const { id, name, createdAt, revokedAt, unlimited, credits, rate } = key;
  const moment = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return {
    id,
    name,
    created: moment(createdAt),
    revoked: moment(revokedAt),
    lastUsed: rate.startedAt === 0 ? null : moment(rate.startedAt),
    unlimited,
    credits: Object.fromEntries(creditKinds.map((kind) => [kind, shown(credits[kind])])),
  };
}
