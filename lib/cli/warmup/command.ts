/** The definition of `bgcut warmup`. */
import type { Command } from 'commander';
import { engineOptions } from '../../params/options.js';
import { addFlags, givenFlags } from '../flags.js';
import { onCommandLine } from '../engine-flags.js';

const { device, model, gpuMemoryLimit, threads, offline } = onCommandLine;
const flags = { device, model, gpuMemoryLimit, threads, offline };

/** Adds `bgcut warmup` to the program. */
export function defineWarmup(program: Command): void {
  const command = program
    .command('warmup')
    .summary('make everything ready: models, TensorRT, first run')
    .description(
      'Fetches the models that calls use, loads the weights, builds the engine of TensorRT where that\n' +
        'device is named (minutes, once for each model, GPU and version), runs a picture, and tells what\n' +
        'ran where. A server or command that starts later on finds all that done.',
    )
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', examples);
  addFlags(command, flags);
  command.action(async ({ json }: { json?: true }) => {
    const { warmUp } = await import('./action.js');
    await warmUp(givenFlags(command, engineOptions), json ?? false);
  });
}

const examples = `
Examples:
  bgcut warmup                      on the best device that runs here
  bgcut warmup --device tensorrt    build TensorRT's engine before the server starts
  bgcut warmup --model u2net --json
`;
