/** Commands that have commands of their own and also do something without one. */
import type { Command } from 'commander';
import { nearest } from '../params/nearest.js';

/** Ends with the error of a sub-command that does not exist, and the nearest one that does. */
export function refuseSubcommand(command: Command, name: string): never {
  const near = nearest(
    name,
    command.commands.map((sub) => sub.name()),
  );
  const advice = near === undefined ? '' : `\n(Did you mean ${near}?)`;
  return command.error(`error: unknown command '${name}'${advice}`);
}
