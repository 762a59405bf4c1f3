import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';

import type { Digest } from './files.js';
import type { NpmSource } from './manifest.js';
import { fetchFiles } from './npm.js';
import { rewriteIsnet } from './recipes/isnet.js';
import { convertNanodet } from './recipes/nanodet.js';

/**
 * Runs in a worker thread: fetching, inflating, hashing and rewriting 100 MB would hold up the caller's event loop,
 * and the thread gives its memory back when it ends.
 */

/** What the thread is to do. */
export interface PrepareTask {
  readonly source: NpmSource;
  /** A tarball or a joined file instead of the package from the registry. */
  readonly from: { readonly tarball: string } | { readonly joined: string } | null;
  /** An existing folder that is the thread's own. */
  readonly folder: string;
  /** File to write the finished model to. */
  readonly target: string;
}

/** What the thread reports. */
export type PrepareMessage =
  | { readonly kind: 'bytes'; readonly done: number }
  | { readonly kind: 'preparing' }
  | { readonly kind: 'done'; readonly digest: Digest }
  | { readonly kind: 'failed'; readonly code: string | undefined; readonly message: string };

/** What makes a model of the files of its package. */
const recipes: Record<NpmSource['recipe'], (files: Buffer[]) => Uint8Array> = {
  isnet: ([file]) => rewriteIsnet(given(file)),
  nanodet: ([json, weights]) => convertNanodet(given(json), given(weights)),
};

function given(file: Buffer | undefined): Buffer {
  if (!file) throw new Error('a file of the recipe is missing');
  return file;
}

async function prepare({ source, from, folder, target }: PrepareTask): Promise<Digest> {
  const files =
    from && 'joined' in from
      ? [await readFile(from.joined)]
      : await fetchFiles(source, { ...(from && { spec: from.tarball }), folder, onBytes });
  post({ kind: 'preparing' });
  let model: Uint8Array;
  try {
    model = recipes[source.recipe](files);
  } catch (error) {
    throw Object.assign(error as Error, { code: 'ERECIPE' });
  }
  await writeFile(target, model);
  return { sha256: createHash('sha256').update(model).digest('hex'), bytes: model.length };
}

let reported = 0;

function onBytes(done: number): void {
  // A message per network packet would keep both threads busy.
  if (done - reported < 1 << 18 && done > reported) return;
  reported = done;
  post({ kind: 'bytes', done });
}

function post(message: PrepareMessage): void {
  parentPort?.postMessage(message);
}

prepare(workerData as PrepareTask).then(
  (digest) => post({ kind: 'done', digest }),
  (error: unknown) => {
    // Cloned errors lose their code.
    const { code, message } = error as NodeJS.ErrnoException;
    post({ kind: 'failed', code, message });
  },
);
