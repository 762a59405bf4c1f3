/** The definitions of `bgcut keys` and `bgcut credits`. */
import type { Command } from 'commander';
import { creditKinds } from '../../http/store/store.js';
import { placeSettings } from '../../http/settings.js';
import { addFlags, givenFlags } from '../flags.js';

/** Flags that say where the data is. */
export type PlaceFlags = Readonly<Record<string, unknown>>;

/** Flags of `bgcut keys create`. */
export interface CreateFlags {
  readonly unlimited?: true;
}

/** Flags of `bgcut credits add`: numbers as text. */
export type CreditFlags = Readonly<Partial<Record<(typeof creditKinds)[number], string>>>;

/** Adds `bgcut keys` and `bgcut credits` to the program. */
export function defineKeys(program: Command): void {
  const keys = program
    .command('keys')
    .summary('make, list and revoke the keys of a server')
    .description(
      'The API keys of a server, also while it runs. They are in the folder of --data, or in --database.',
    );
  const create = keys
    .command('create')
    .description('make a key; the last line is the key, which is shown only once')
    .argument('<name>', 'what it is for')
    .option('--unlimited', 'its calls cost nothing');
  addFlags(create, placeSettings);
  create.action(async (name: string, flags: CreateFlags, command: Command) => {
    const { createKey } = await import('./action.js');
    await createKey(name, flags, givenFlags(command, placeSettings));
  });

  const list = keys
    .command('list')
    .description('list the keys and what is left of their credits')
    .option('--json', 'JSON on standard output');
  addFlags(list, placeSettings);
  list.action(async ({ json }: { json?: true }, command: Command) => {
    const { listKeys } = await import('./action.js');
    await listKeys(json ?? false, givenFlags(command, placeSettings));
  });

  const revoke = keys
    .command('revoke')
    .description('refuse a key from now on')
    .argument('<id>', 'the id of the key, as "bgcut keys list" prints it');
  addFlags(revoke, placeSettings);
  revoke.action(async (id: string, _flags: object, command: Command) => {
    const { revokeKey } = await import('./action.js');
    await revokeKey(id, givenFlags(command, placeSettings));
  });

  const add = program
    .command('credits')
    .summary('add credits to a key')
    .description('The credits of a key, also while the server runs.')
    .command('add')
    .description('add credits to a key')
    .argument('<id>', 'the id of the key, as "bgcut keys list" prints it');
  for (const kind of creditKinds) add.option(`--${kind} <credits>`, `credits of that kind`);
  addFlags(add, placeSettings);
  add.action(async (id: string, flags: CreditFlags, command: Command) => {
    const { addCredits } = await import('./action.js');
    await addCredits(id, flags, givenFlags(command, placeSettings));
  });
}
