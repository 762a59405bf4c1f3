/** The commands and what they share. Only definitions: what a command does is imported when it runs. */
import { Command } from 'commander';
import { defineInfo } from './info/command.js';
import { defineKeys } from './keys/command.js';
import { defineLicences } from './licences/command.js';
import { defineModels } from './models/command.js';
import { defineProviders } from './providers/command.js';
import { defineRemove } from './remove/command.js';
import { defineServe } from './serve/command.js';
import { defineWarmup } from './warmup/command.js';
import { paint } from './terminal.js';
import { version } from '../version.js';

/** The whole command line. Its parse methods reject with a CommanderError after the message has been printed. */
export function buildProgram(): Command {
  const program = new Command('bgcut')
    .description('Removes the background of photographs, on this machine.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', examples)
    .exitOverride()
    // Commander writes 'error: sentence' and, on a second line, the nearest name that exists.
    .configureOutput({
      outputError: (text, write) => {
        write(
          text.replace(
            /^error: (.*)/,
            `${paint('red', 'bgcut:')} $1 ${paint('dim', '(invalid_usage)')}`,
          ),
        );
      },
    });
  defineRemove(program);
  defineInfo(program);
  defineModels(program);
  defineLicences(program);
  defineProviders(program);
  defineWarmup(program);
  defineServe(program);
  defineKeys(program);
  return program;
}

const examples = `
Examples:
  bgcut remove photo.jpg                 writes photo-cutout.png beside it
  bgcut remove photos/ -o cutouts/       a whole folder
  bgcut info                             what runs here
  bgcut models pull isnet                fetch the model now, for later use without a network
  bgcut serve                            answer the HTTP API

Pictures never leave this machine. See "bgcut help remove" for every option.
`;
