/** The definition of `bgcut remove`. */
import type { Command } from 'commander';
import { parameters } from '../../params/table.js';
import { callOptions, engineOptions } from '../../params/options.js';
import { text } from '../../params/grammar.js';
import { onCommandLine } from '../engine-flags.js';
import { usageError } from '../errors.js';
import { addFlags, givenFlags } from '../flags.js';

/** Flags of `bgcut remove` that are not in a parameter table. */
export interface RemoveFlags {
  readonly output?: string;
  readonly recursive?: true;
  readonly json?: true;
  readonly manifest?: string;
}

// The queue is filled by this command alone, and BGCUT_CACHE sets the cache folder for all commands.
const notFlags = ['queue', 'cacheDir'];

const parameterFlags = {
  ...parameters,
  bgImageFile: { ...parameters.bgImageFile, grammar: text('the path of a picture') },
  quality: callOptions.quality,
  effort: callOptions.effort,
};

/** Adds `bgcut remove` to the program. */
export function defineRemove(program: Command): void {
  const command = program
    .command('remove')
    .summary('remove the background of pictures')
    .description(
      'Removes the background of JPEG, PNG and WebP pictures.\n\n' +
        'One picture gives NAME-cutout.EXT beside it; with -o FOLDER the results are FOLDER/NAME.EXT.\n' +
        'An earlier result is overwritten, an input never.',
    )
    .argument(
      '<inputs...>',
      'pictures, folders of pictures, web addresses (https://…), or - for standard input',
    )
    .option(
      '-o, --output <path>',
      'a folder, a file (its extension is the format), or - for standard output',
    )
    .option('-r, --recursive', 'read the sub-folders of folders too; results keep their sub-folder')
    .option('--json', 'one JSON object per picture and a summary, on standard output')
    .addHelpText('after', examples);
  command.optionsGroup('Result:');
  addFlags(command, parameterFlags);
  command.optionsGroup('Engine:');
  addFlags(command, onCommandLine, notFlags);
  command.option(
    '--manifest <value>',
    'What describes the --model file: the name of a model that it is like, or a manifest file. ' +
      'By default the .json beside it.',
  );
  addFlags(command, { timeout: callOptions.timeout });
  command.action(async (inputs: string[], flags: RemoveFlags) => {
    const { remove } = await import('./action.js');
    await remove(inputs, {
      ...flags,
      call: givenFlags(command, callOptions),
      engine: withManifest(givenFlags(command, engineOptions), flags.manifest),
    });
  });
}

function withManifest(
  engine: Record<string, unknown>,
  manifest: string | undefined,
): Record<string, unknown> {
  if (manifest === undefined) return engine;
  if (engine.model === undefined)
    throw usageError('--manifest describes a file: name it with --model.');
  return { ...engine, model: { file: engine.model, manifest } };
}

const examples = `
Examples:
  bgcut remove photo.jpg                              photo-cutout.png, as a preview
  bgcut remove photo.jpg --size full -o cut.webp      the size of the input, as WebP
  bgcut remove photos/ -o cutouts/ --size full        every picture of a folder
  bgcut remove photo.jpg --crop --crop-margin 10%     cut to the subject, with some room
  bgcut remove photo.jpg --bg-color 81d4fa --shadow-type car=car --shadow-type person=3D
  bgcut remove - --format png < photo.jpg > cut.png   standard input and output
  bgcut remove *.jpg -o out/ --json | jq .            for programs

Exit code: 0, or the number of pictures that failed (63 at most); 64 for a command that
can't be understood, 69 when the engine can't start, 73 when the output folder can't be made,
130 after Ctrl+C.
`;
