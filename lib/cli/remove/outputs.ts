/** Where results go: their names, the guard that no input is overwritten, and writing that leaves all or nothing. */
import { randomBytes } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Result } from '../../index.js';
import { makeFolders } from '../../folders.js';
import { CliError, fileReason, usageError } from '../errors.js';
import { fileIdentity, type Inputs, type Picture } from './inputs.js';

/** What `-o` and the inputs together ask for. */
export type OutputMode =
  | { readonly kind: 'stdout' }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'beside' };

/** Where one result goes; `stem` still lacks the extension, which the format of the result decides. */
export type Destination =
  | { readonly kind: 'stdout' }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'named'; readonly folder: string; readonly stem: string };

type Format = Result['format'];

/** Formats by the extensions that `-o FILE` may have. */
const formatByExtension: Readonly<Record<string, Format>> = {
  '.png': 'png',
  '.jpg': 'jpg',
  '.jpeg': 'jpg',
  '.jpe': 'jpg',
  '.jfif': 'jpg',
  '.webp': 'webp',
  '.zip': 'zip',
};

/** The format that the extension of an output file stands for, undefined for any other extension. */
export function formatOfFile(file: string): Format | undefined {
  return formatByExtension[path.extname(file).toLowerCase()];
}

/**
 * Reads `-o` without knowing the inputs yet: '-' is standard output; an existing folder, a path that ends in a
 * separator, and a new path without an extension are folders; the rest is a file.
 */
export async function readOutputOption(output: string | undefined): Promise<OutputMode> {
  if (output === undefined) return { kind: 'beside' };
  if (output === '') throw usageError('-o needs a file, a folder, or - for standard output.');
  if (output === '-') return { kind: 'stdout' };
  const existing = await stat(output).catch(() => undefined);
  if (existing?.isDirectory()) return { kind: 'folder', folder: output };
  const endsInSeparator = output.endsWith('/') || output.endsWith(path.sep);
  if (endsInSeparator || (!existing && path.extname(output) === ''))
    return { kind: 'folder', folder: output };
  return { kind: 'file', file: output };
}

/** Checks `-o` against the inputs and settles the default: standard input alone goes to standard output. */
export function settleOutputMode(mode: OutputMode, inputs: Inputs): OutputMode {
  const several = inputs.fromFolder || inputs.pictures.length + inputs.unusable.length > 1;
  const stdin = inputs.pictures.some(({ source }) => source === 'stdin');
  if (mode.kind === 'stdout' && several) {
    throw usageError('-o - takes one picture; name a folder for several.');
  }
  if (mode.kind === 'file' && several) {
    throw usageError(
      `-o ${mode.file} is a file, but several pictures were asked for; name a folder (${mode.file}/).`,
    );
  }
  if (mode.kind === 'beside' && stdin) {
    if (several) throw usageError('Standard input among other pictures needs -o with a folder.');
    return { kind: 'stdout' };
  }
  return mode;
}

/**
 * One destination per picture, all different. Two pictures that would share a name (a.jpg and a.png, or the same
 * name from two folders) get `name`, `name-2`, ... in the order of the inputs.
 */
export function planDestinations(pictures: readonly Picture[], mode: OutputMode): Destination[] {
  if (mode.kind === 'stdout' || mode.kind === 'file') return pictures.map(() => mode);
  const wanted = pictures.map((picture) => wantedName(picture, mode));
  const reserved = new Set(wanted.map(({ folder, stem }) => nameKey(folder, stem)));
  const given = new Set<string>();
  return wanted.map(({ folder, stem }) => {
    let name = stem;
    if (given.has(nameKey(folder, stem))) {
      let number = 2;
      while (reserved.has(nameKey(folder, `${stem}-${number}`))) number += 1;
      name = `${stem}-${number}`;
      reserved.add(nameKey(folder, name));
    }
    given.add(nameKey(folder, name));
    return { kind: 'named', folder, stem: name };
  });
}

function wantedName(
  picture: Picture,
  mode: { kind: 'folder'; folder: string } | { kind: 'beside' },
) {
  const { source } = picture;
  const stem = stemOf(source);
  if (mode.kind === 'folder') return { folder: path.join(mode.folder, picture.subfolder), stem };
  const beside = source !== 'stdin' && 'path' in source ? path.dirname(source.path) : '.';
  return { folder: beside, stem: `${stem}-cutout` };
}

function stemOf(source: Picture['source']): string {
  if (source === 'stdin') return source;
  if ('path' in source) return path.parse(source.path).name;
  const segments = URL.canParse(source.url) ? new URL(source.url).pathname.split('/') : [];
  // An address may spell what is no part of a name: %2F, a colon, a line break.
  const name = unescaped(segments.at(-1) ?? '').replace(/[^\p{L}\p{N} ._-]/gu, '-');
  return path.parse(name).name.slice(0, 100) || 'picture';
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Equal for two names that a file system may take for one: letter case and Unicode form do not count. */
function nameKey(folder: string, stem: string): string {
  let real = path.resolve(folder);
  try {
    real = realpathSync(real);
  } catch {
    // A folder that does not exist yet has no other names.
  }
  return path.join(real, stem).normalize('NFC').toLowerCase();
}

/** The path of a result of the given format. */
export function outputFile(
  destination: Exclude<Destination, { kind: 'stdout' }>,
  format: string,
): string {
  if (destination.kind === 'file') return destination.file;
  return path.join(destination.folder, `${destination.stem}.${format}`);
}

/** Makes the output folder. Rejects with a CliError. */
export async function makeFolder(folder: string): Promise<void> {
  await makeFolders(folder).catch((error: unknown) => {
    const text = `The folder ${folder} can not be made: ${fileReason(error)}.`;
    throw new CliError('output_unwritable', text, { cause: error });
  });
}

/**
 * Throws a CliError when the file is one of the inputs under whatever name: by device and inode, so that links, `..`,
 * and file systems that ignore letter case are seen through.
 */
export async function refuseInput(file: string, identities: Inputs['identities']): Promise<void> {
  const identity = await fileIdentity(file).catch(() => undefined);
  const input = identity === undefined ? undefined : identities.get(identity);
  if (input === undefined) return;
  const text = `${file} would overwrite the input ${input}; choose another output with -o.`;
  throw new CliError('output_is_input', text);
}

/**
 * Writes a result: to a temporary file beside it, then renamed, so that a reader sees the old file or the whole new
 * one. An earlier result is replaced; a link is followed; a device or pipe is written into directly. The temporary
 * file is gone afterwards, also when the signal stops the writing. Rejects with a CliError, or the signal's reason.
 */
export async function writeResult(
  file: string,
  data: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  await makeFolder(path.dirname(file));
  try {
    const target = await realpath(file).catch(() => file);
    const existing = await stat(target).catch(() => undefined);
    if (existing && !existing.isFile()) await writeInto(target, 'w', data, signal);
    else await replaceFile(target, data, signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new CliError('output_unwritable', `${file} can not be written: ${fileReason(error)}.`, {
      cause: error,
    });
  }
}

// Temporary files of this moment: what an exit in the middle of a write has to remove.
const temporaries = new Set<string>();
process.on('exit', () => temporaries.forEach((file) => rmSync(file, { force: true })));

async function replaceFile(target: string, data: Uint8Array, signal: AbortSignal): Promise<void> {
  const temporary = path.join(path.dirname(target), `.bgcut-${randomBytes(8).toString('hex')}.tmp`);
  temporaries.add(temporary);
  try {
    await writeInto(temporary, 'wx', data, signal);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    temporaries.delete(temporary);
  }
}

async function writeInto(
  file: string,
  flags: 'w' | 'wx',
  data: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const handle = await open(file, flags);
  try {
    await handle.writeFile(data, { signal });
  } finally {
    await handle.close();
  }
}
