/** From the arguments of `bgcut remove` to the list of pictures: files, the pictures of folders, web addresses, or standard input. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { BgcutError } from '../../errors.js';
import { CliError, fileReason, usageError } from '../errors.js';

/** One picture to work on. */
export interface Picture {
  readonly source: FileSource | UrlSource | 'stdin';
  /** For JSON and messages: the path as the user would write it, the address, or '-'. */
  readonly name: string;
  /** The sub-folder below the folder that was named, '' for a picture named itself. */
  readonly subfolder: string;
}

export interface FileSource {
  readonly path: string;
}

export interface UrlSource {
  readonly url: string;
}

/** An argument, or something found in a folder, that can not be worked on. */
export interface Unusable {
  readonly name: string;
  readonly error: CliError | BgcutError;
}

/** Everything that was asked for. */
export interface Inputs {
  readonly pictures: readonly Picture[];
  readonly unusable: readonly Unusable[];
  /** Identity (see `fileIdentity`) -> name, of every picture: no output may land on one of them. */
  readonly identities: ReadonlyMap<string, string>;
  /** Whether any argument was a folder: then the outputs go to a folder too. */
  readonly fromFolder: boolean;
}

const pictureExtension = /\.(jpe?g|jpe|jfif|png|webp)$/i;
// What this command itself leaves beside the inputs: a second run over a folder must not cut out its own results.
const ownResult = /-cutout(-\d+)?\.(png|jpg|webp|zip)$/;

/**
 * Lists the pictures behind the arguments, in their order, folders sorted by name; a path named twice is taken once.
 * A folder gives the files that look like pictures by name, without hidden files, `*-cutout.*`, and what lies in
 * `outputFolder`. A missing file or a folder without pictures becomes an entry of `unusable`. Throws only for misuse.
 */
export async function listInputs(
  args: readonly string[],
  options: { recursive: boolean; outputFolder: string | undefined },
): Promise<Inputs> {
  const list = new InputList(options.recursive, options.outputFolder);
  for (const arg of args) await list.add(arg);
  return list;
}

/** Device and inode of a file, following links: the same for every name of one file. Rejects like `stat`. */
export async function fileIdentity(file: string): Promise<string> {
  // bigint: inodes of NTFS and ReFS do not fit a double.
  const { dev, ino } = await stat(file, { bigint: true });
  return `${dev}:${ino}`;
}

class InputList implements Inputs {
  readonly pictures: Picture[] = [];
  readonly unusable: Unusable[] = [];
  readonly identities = new Map<string, string>();
  fromFolder = false;
  private readonly seen = new Set<string>();
  private readonly outputFolder: string | undefined;

  constructor(
    private readonly recursive: boolean,
    outputFolder: string | undefined,
  ) {
    this.outputFolder = outputFolder === undefined ? undefined : path.resolve(outputFolder);
  }

  async add(arg: string): Promise<void> {
    if (arg === '')
      throw usageError(
        'An input is an empty string; name a file, a folder, or - for standard input.',
      );
    if (arg === '-') {
      if (this.seen.has('-')) throw usageError('Standard input (-) can be read only once.');
      this.seen.add('-');
      this.pictures.push({ source: 'stdin', name: '-', subfolder: '' });
      return;
    }
    if (/^https?:\/\//i.test(arg)) {
      if (!this.seen.has(arg)) {
        this.pictures.push({ source: { url: arg }, name: arg, subfolder: '' });
      }
      this.seen.add(arg);
      return;
    }
    try {
      const found = await stat(arg);
      if (found.isDirectory()) await this.addFolder(arg);
      else await this.addFile(arg, '');
    } catch (error) {
      this.refuse(arg, error);
    }
  }

  private async addFile(file: string, subfolder: string): Promise<void> {
    const absolute = path.resolve(file);
    if (this.seen.has(absolute)) return;
    this.seen.add(absolute);
    this.identities.set(await fileIdentity(file), file);
    this.pictures.push({ source: { path: file }, name: file, subfolder });
  }

  private async addFolder(folder: string): Promise<void> {
    this.fromFolder = true;
    const problems = this.unusable.length;
    const found = await this.walk(folder, '');
    if (found === 0 && this.unusable.length === problems) {
      const hint = this.recursive ? '' : ' (sub-folders are read with --recursive)';
      const text = `The folder ${folder} holds no JPEG, PNG or WebP pictures${hint}.`;
      this.unusable.push({ name: folder, error: new CliError('no_pictures', text) });
    }
  }

  /** Adds the pictures of a folder; answers how many it saw, those named before included. */
  private async walk(folder: string, subfolder: string): Promise<number> {
    const entries = await readdir(folder, { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    let found = 0;
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const full = path.join(folder, entry.name);
      try {
        // isDirectory() is false for a link to a folder: those are not entered, so that a loop can not trap us.
        if (entry.isDirectory()) {
          if (!this.recursive || path.resolve(full) === this.outputFolder) continue;
          found += await this.walk(full, path.join(subfolder, entry.name));
        } else if (looksLikePicture(entry.name)) {
          found += 1;
          await this.addFile(full, subfolder);
        }
      } catch (error) {
        this.refuse(full, error);
      }
    }
    return found;
  }

  private refuse(name: string, error: unknown): void {
    const detail = `${fileReason(error)}.`;
    this.unusable.push({
      name,
      error: new BgcutError('source_unreadable', { detail, cause: error }),
    });
  }
}

function looksLikePicture(name: string): boolean {
  return pictureExtension.test(name) && !ownResult.test(name);
}
