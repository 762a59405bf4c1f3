/** The definition of `bgcut providers` and its sub-commands. */
import type { Command } from 'commander';
import { refuseSubcommand } from '../subcommand.js';

interface JsonFlag {
  readonly json?: true;
}

/** Flags of `bgcut providers add`. */
export interface AddFlags extends JsonFlag {
  readonly from?: string;
  readonly force?: true;
}

/** Adds `bgcut providers` to the program. */
export function defineProviders(program: Command): void {
  const providers = program
    .command('providers')
    .summary('files of GPU providers: what is here, fetch, remove')
    .description(
      'Tells which files of GPU providers are on this machine, and which libraries they miss.\n' +
        'ONNX Runtime brings its CPU, WebGPU, DirectML and CoreML providers along; CUDA and TensorRT\n' +
        'are fetched by "add", and by nothing else.',
    )
    .option('--json', 'JSON on standard output')
    .addHelpText('after', examples)
    // Without a sub-command it lists; commander would call a misspelt one an argument too many.
    .allowExcessArguments();
  providers.action(async ({ json }: JsonFlag) => {
    const [unknown] = providers.args;
    if (unknown !== undefined) refuseSubcommand(providers, unknown);
    const { list } = await import('./action.js');
    await list(json ?? false);
  });
  const asksForJson = (command: Command) => command.optsWithGlobals<JsonFlag>().json ?? false;
  providers
    .command('add')
    .description('fetch the files of a provider into the cache folder, and check them')
    .argument('<name>', 'cuda: CUDA and TensorRT, for Linux x64')
    .option('--from <file or url>', 'take the package from there (.tgz)')
    .option('--force', 'fetch them even if they are there')
    .option('--json', 'JSON on standard output')
    .action(async (name: string, flags: AddFlags, command: Command) => {
      const { add } = await import('./action.js');
      await add(name, flags, asksForJson(command));
    });
  providers
    .command('remove')
    .description('remove the files of a provider from the cache folder')
    .argument('<name>', 'cuda')
    .option('--json', 'JSON on standard output')
    .action(async (name: string, _flags: JsonFlag, command: Command) => {
      const { remove } = await import('./action.js');
      await remove(name, asksForJson(command));
    });
}

const examples = `
Examples:
  bgcut providers              what is here, and what is missing
  bgcut providers add cuda     fetch 179 MB from the npm registry, once
  bgcut info                   whether the devices run

They are kept in BGCUT_CACHE, else in the cache folder of the platform.
`;
