/** The definition of `bgcut licences`. */
import type { Command } from 'commander';

/** Adds `bgcut licences` to the program. */
export function defineLicences(program: Command): void {
  program
    .command('licences')
    .summary('the terms of bgcut, its models and everything in it')
    .description(
      'Prints the licences of bgcut, the models, the native libraries and the installed packages, and whether\n' +
        'they allow commercial use as far as that is known.',
    )
    .option('--json', 'one JSON object on standard output')
    .action(async (flags: { json?: true }) => {
      const { printAllLicences } = await import('./action.js');
      await printAllLicences(flags.json ?? false);
    });
}
