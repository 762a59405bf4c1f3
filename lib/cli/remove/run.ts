/** Works through the pictures: a few calls at a time, so that reading and writing overlap with inference. */
import type { Engine, Input, RemoveOptions, Result } from '../../index.js';
import { CliError } from '../errors.js';
import { writeOut } from '../terminal.js';
import type { Picture } from './inputs.js';
import { outputFile, refuseInput, writeResult, type Destination } from './outputs.js';

/** One picture with the place of its result. `index` counts from 0 in the order of the inputs. */
export interface Job {
  readonly index: number;
  readonly picture: Picture;
  readonly destination: Destination;
}

/** A picture whose result has been written. */
export interface Done {
  readonly ok: true;
  readonly index: number;
  readonly input: string;
  /** The file, or '-' for standard output. */
  readonly output: string;
  readonly result: Result;
}

/** A picture without a result. */
export interface Failed {
  readonly ok: false;
  /** null for an argument in which no picture was found. */
  readonly index: number | null;
  readonly input: string;
  readonly error: unknown;
}

/** The end of a run. */
export interface Totals {
  /** Everything that was asked for, failures included. */
  readonly pictures: number;
  readonly done: number;
  readonly failed: number;
  /** Stopped by Ctrl+C, SIGTERM or a reader that went away: pictures may be neither done nor failed. */
  readonly interrupted: boolean;
  /** Wall-clock time of the run, in milliseconds. */
  readonly ms: number;
}

/** What the pictures of one run share. */
export interface RunContext {
  readonly engine: Engine;
  /** How many pictures may be between reading and written at the same time. */
  readonly inFlight: number;
  readonly options: RemoveOptions;
  readonly identities: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  readonly report: (outcome: Done | Failed) => Promise<void>;
}

/**
 * Runs every job and reports each as it ends; one that fails does not stop the others. When the signal is aborted
 * no job is started any more, and those under way end unreported. Rejects only when reporting does.
 */
export async function runJobs(jobs: readonly Job[], context: RunContext): Promise<void> {
  const broken = new AbortController();
  const signal = AbortSignal.any([context.signal, broken.signal]);
  // One iterator for all: each takes the next job when it is free.
  const queue = jobs.values();
  const work = async () => {
    for (const job of queue) {
      if (signal.aborted) return;
      const outcome = await cutOut(job, { ...context, signal });
      if (outcome) await context.report(outcome);
    }
  };
  const workers = Array.from({ length: Math.min(context.inFlight, jobs.length) }, () =>
    work().catch((error: unknown) => {
      broken.abort(error);
    }),
  );
  await Promise.all(workers);
  if (broken.signal.aborted) throw broken.signal.reason;
}

/** Undefined when the signal ended it. */
async function cutOut(job: Job, context: RunContext): Promise<Done | Failed | undefined> {
  const { engine, options, signal } = context;
  const { index, destination } = job;
  const input = job.picture.name;
  try {
    if (destination.kind === 'file') await refuseInput(destination.file, context.identities);
    const result = await engine.removeBg(inputOf(job.picture), { ...options, signal });
    if (destination.kind === 'stdout') {
      await writePicture(result.data);
      return { ok: true, index, input, output: '-', result };
    }
    const output = outputFile(destination, result.format);
    await refuseInput(output, context.identities);
    await writeResult(output, result.data, signal);
    return { ok: true, index, input, output, result };
  } catch (error) {
    return signal.aborted ? undefined : { ok: false, index, input, error };
  }
}

function inputOf({ source }: Picture): Input {
  if (source === 'stdin') return process.stdin;
  return 'path' in source ? source.path : source;
}

async function writePicture(data: Uint8Array): Promise<void> {
  await writeOut(data).catch((cause: unknown) => {
    const text = 'The picture could not be written to standard output: nobody reads it.';
    throw new CliError('output_unwritable', text, { cause });
  });
}
