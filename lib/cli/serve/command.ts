/** The definition of `bgcut serve`. */
import type { Command } from 'commander';
import { serverSettings } from '../../http/settings.js';
import { text } from '../../params/grammar.js';
import { engineOptions } from '../../params/options.js';
import { addFlags, givenFlags } from '../flags.js';

const engineFlags = {
  ...engineOptions,
  model: { ...engineOptions.model, grammar: text('a name or a path') },
  mattingModel: { ...engineOptions.mattingModel, grammar: text('a name or a path') },
};

/** Adds `bgcut serve` to the program. */
export function defineServe(program: Command): void {
  const command = program
    .command('serve')
    .summary('answer the HTTP API')
    .description(
      'Answers /v1.0/removebg, /v1.0/account and /v1.0/improve as the hosted API does, until Ctrl+C or SIGTERM.\n' +
        'The first start makes a key, which is printed once.',
    )
    .option('--config <file>', 'a JSON file of settings; flags and BGCUT_ variables go first')
    .addHelpText('after', examples);
  command.optionsGroup('Server:');
  addFlags(command, serverSettings);
  command.optionsGroup('Engine:');
  addFlags(command, engineFlags);
  command.action(async (given: { config?: string }) => {
    const { serve } = await import('./action.js');
    await serve(
      { ...givenFlags(command, serverSettings), ...givenFlags(command, engineOptions) },
      given.config ?? process.env.BGCUT_CONFIG,
    );
  });
}

const examples = `
Examples:
  bgcut serve                                          on http://127.0.0.1:8080
  bgcut serve --host 0.0.0.0 --port 80 --data /srv/bgcut
  bgcut serve --database postgres://bgcut@db/bgcut     several servers on the same data
  BGCUT_PORT=9000 bgcut serve                          every flag is a variable too

All settings and routes: docs/server.md.
`;
