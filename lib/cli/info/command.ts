/** The definition of `bgcut info`. */
import type { Command } from 'commander';

/** Flags of `bgcut info`. */
export interface InfoFlags {
  readonly json?: true;
  readonly model?: string;
}

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
    .option(
      '--model <name or path>',
      'load this model on the best device, and tell how many of its nodes run where',
    )
    .action(async (flags: InfoFlags) => {
      const { info } = await import('./action.js');
      await info(flags);
    });
}
