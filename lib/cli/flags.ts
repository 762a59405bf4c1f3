/** Flags from the parameter tables: an entry there is a flag and its help here. */
import { Option, type Command } from 'commander';
import { flagsOf } from '../params/flags.js';
import type { ParameterTable } from '../params/parameter.js';

/** Adds a flag per entry of the table, except those in `skip`. */
export function addFlags(
  command: Command,
  table: ParameterTable,
  skip: readonly string[] = [],
): void {
  for (const { name, flags, description } of flagsOf(table, skip)) {
    const entry = table[name];
    const [flag = flags] = flags.split(' ');
    // A switch takes no value: `--crop photo.jpg` must not read the picture as one.
    if (entry === undefined || !isSwitch(entry)) command.addOption(new Option(flags, description));
    else if (entry.default === true)
      command.addOption(new Option(flag.replace('--', '--no-'), `not: ${entry.doc}`));
    else command.addOption(new Option(flag, entry.doc));
  }
}

/** What was given on the command line for the entries of a table, unread: readOptions reads it. */
export function givenFlags(command: Command, table: ParameterTable): Record<string, unknown> {
  const names = Object.keys(table).filter((name) => command.getOptionValueSource(name) === 'cli');
  return Object.fromEntries(names.map((name) => [name, command.getOptionValue(name)]));
}

function isSwitch({ grammar }: ParameterTable[string]): boolean {
  return grammar.fromText('true') === true;
}
