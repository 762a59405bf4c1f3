/** The definition of `bgcut info`. */
import type { Command } from 'commander';

/** Adds `bgcut info` to the program. */
export function defineInfo(program: Command): void {
  program
    .command('info')
    .summary('what runs here: versions, devices, models')
    .description(
      'Prints the versions of what bgcut consists of, the devices that inference can run on (each is\n' +
        'really tried, and the reason given where it fails), and the models on this machine.',
    )
    .option('--json', 'one JSON object on standard output')
    .action(async (flags: { json?: true }) => {
      const { info } = await import('./action.js');
      await info(flags.json ?? false);
    });
}
