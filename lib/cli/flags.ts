/** Flags from the parameter tables: an entry there is a flag and its help here. */
import { Option, type Command } from 'commander';
import { flagsOf } from '../params/flags.js';
import type { ParameterTable } from '../params/parameter.js';
import { usageError } from './errors.js';

/** Adds a flag per entry of the table, except those in `skip`. */
export function addFlags(
  command: Command,
  table: ParameterTable,
  skip: readonly string[] = [],
): void {
  for (const { name, flags, description, perType } of flagsOf(table, skip)) {
    const entry = table[name];
    const [flag = flags] = flags.split(' ');
    if (perType) {
      const collect = (value: string, before: unknown) => withPart(flag, value, before);
      command.addOption(new Option(flags, description).argParser(collect));
      continue;
    }
    // A switch takes no value: `--crop photo.jpg` must not read the picture as one.
    if (entry === undefined || !isSwitch(entry)) command.addOption(new Option(flags, description));
    else if (entry.default === true)
      command.addOption(
        new Option(flag.replace('--', '--no-'), `${entry.doc} This flag turns it off.`),
      );
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

/** `drop` is the value for all types, `person=3D` that of one; the latter add up. */
function withPart(flag: string, value: string, before: unknown): unknown {
  const [, type, one] = /^([^=]*)=(.*)$/s.exec(value) ?? [];
  const isPart = type !== undefined;
  if (before !== undefined && isPart !== (typeof before === 'object')) {
    throw usageError(`${flag} takes one value for all types, or TYPE=VALUE for each; not both.`);
  }
  return isPart ? { ...(before as object | undefined), [type]: one } : value;
}
