/** Submissions in a folder: one sub-folder per tag, a picture and its description beside each other. */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { BgcutError } from '../../errors.js';
import { makeFolders } from '../../folders.js';
import { description, folderOfTag, type Submission, type Submissions } from './submissions.js';

/** Keeps submissions in a folder, which is made when the first one comes. */
export class FolderSubmissions implements Submissions {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async keep(submission: Submission): Promise<void> {
    const folder = join(this.#folder, folderOfTag(submission.tag));
    const path = join(folder, submission.id);
    try {
      await makeFolders(folder, 0o700);
      // The description comes last: what has one is complete.
      await writeWhole(`${path}.${submission.format}`, submission.bytes);
      await writeWhole(`${path}.json`, description(submission));
    } catch (cause) {
      throw new BgcutError('store_unavailable', { cause });
    }
  }
}

async function writeWhole(file: string, content: Uint8Array | string): Promise<void> {
  const partial = `${file}.partial`;
  await writeFile(partial, content, { mode: 0o600 });
  await rename(partial, file);
}
