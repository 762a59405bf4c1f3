/** What `bgcut remove` does: inputs, outputs, engine, pictures, summary. */
import { createEngine, type Engine, type RemoveOptions } from '../../index.js';
import { resolveModel } from '../../models/index.js';
import { engineOptions, readCall } from '../../params/options.js';
import { readOptions } from '../../params/parameter.js';
import { describeError, exitCodeOfFailures, usageError } from '../errors.js';
import { DownloadReport } from '../models/progress.js';
import { stopSignal } from '../signals.js';
import { printJson } from '../terminal.js';
import type { RemoveFlags } from './command.js';
import { fileIdentity, listInputs, type Inputs } from './inputs.js';
import {
  formatOfFile,
  makeFolder,
  type OutputMode,
  planDestinations,
  readOutputOption,
  settleOutputMode,
} from './outputs.js';
import { JsonReporter, PeopleReporter, type Reporter } from './report.js';
import { type Done, type Failed, type Job, runJobs } from './run.js';

/** The flags of one run; `call` and `engine` are as given, for readOptions to read. */
export interface RemoveRequest extends RemoveFlags {
  readonly call: Record<string, unknown>;
  readonly engine: Record<string, unknown>;
}

/**
 * Removes the background of everything that was asked for and sets the exit code to the number of failures.
 * Rejects when nothing could be started: with a CliError or BgcutError, which `--json` prints on standard output too.
 */
export async function remove(args: readonly string[], request: RemoveRequest): Promise<void> {
  try {
    await removeAll(args, request);
  } catch (error) {
    if (request.json && !stopSignal.aborted) {
      await printJson({ event: 'error', error: describeError(error) });
    }
    throw error;
  }
}

async function removeAll(args: readonly string[], request: RemoveRequest): Promise<void> {
  const startedAt = performance.now();
  const mode = await readOutputOption(request.output);
  // Values are checked before anything is read or loaded.
  const call = withFormatOf(mode, request.call);
  readCall(call);
  readOptions(engineOptions, request.engine);
  const inputs = await listInputs(args, {
    recursive: request.recursive ?? false,
    outputFolder: mode.kind === 'folder' ? mode.folder : undefined,
  });
  const output = settleOutputMode(mode, inputs);
  checkStreams(inputs, output, request.json ?? false);
  if (output.kind === 'folder') await makeFolder(output.folder);

  const reporter = request.json ? new JsonReporter() : new PeopleReporter();
  const tally = new Tally(reporter, startedAt, inputs);
  await tally.unusable();
  if (inputs.pictures.length > 0) {
    await using engine = await startEngine(request.engine);
    reporter.start(inputs.pictures.length);
    const destinations = planDestinations(inputs.pictures, output);
    const jobs = inputs.pictures.flatMap((picture, index): Job[] => {
      const destination = destinations[index];
      return destination ? [{ index, picture, destination }] : [];
    });
    const identities = new Map(inputs.identities);
    await protect(call.bgImageFile, identities);
    const report = (outcome: Done | Failed) => tally.picture(outcome);
    const inFlight = picturesInFlight(engine, call);
    await runJobs(jobs, {
      engine,
      inFlight,
      options: call,
      identities,
      signal: stopSignal,
      report,
    });
  }
  await tally.end('size' in call);
}

/** The options of a call, with the format that the extension of `-o FILE` stands for. */
function withFormatOf(mode: OutputMode, given: Record<string, unknown>): RemoveOptions {
  const format = mode.kind === 'file' ? formatOfFile(mode.file) : undefined;
  if (mode.kind !== 'file' || format === undefined) return given;
  const asked = typeof given.format === 'string' ? given.format.trim().toLowerCase() : '';
  if (asked !== '' && asked !== 'auto' && asked !== format) {
    throw usageError(`-o ${mode.file} has the extension of ${format}, but --format is ${asked}.`);
  }
  return { ...given, format };
}

function checkStreams(inputs: Inputs, output: OutputMode, json: boolean): void {
  if (inputs.pictures.some(({ source }) => source === 'stdin') && process.stdin.isTTY) {
    throw usageError('Standard input is the terminal; give it a picture with < or a pipe.');
  }
  if (output.kind !== 'stdout') return;
  if (json)
    throw usageError(
      'The picture and --json would both go to standard output; name a file with -o.',
    );
  if (process.stdout.isTTY) {
    throw usageError(
      'A picture is not written to the terminal; name a file with -o, or use > or a pipe.',
    );
  }
}

/** Finds the model first, so that a download shows how far it is, then starts the engine with it. */
async function startEngine(given: Record<string, unknown>): Promise<Engine> {
  const { model, offline } = readOptions(engineOptions, given);
  const download = new DownloadReport();
  try {
    await resolveModel(model, { offline, signal: stopSignal, ...download.hooks });
  } finally {
    download.end();
  }
  return createEngine(given);
}

/**
 * How many pictures are between reading and written at once: those being worked on, one being read and one being
 * written. With a timeout, which counts from the start of a call, none waits for its turn inside a call.
 */
function picturesInFlight(engine: Engine, call: RemoveOptions): number {
  const { concurrency } = engine.info();
  return readCall(call).timeout > 0 ? concurrency : concurrency + 2;
}

/** The background is an input too: no result may overwrite it. */
async function protect(file: unknown, identities: Map<string, string>): Promise<void> {
  if (typeof file !== 'string') return;
  const identity = await fileIdentity(file).catch(() => undefined);
  if (identity !== undefined) identities.set(identity, file);
}

/** Counts, reports, and says at the end how it went. */
class Tally {
  private done = 0;
  private failed = 0;
  private reduced = false;

  constructor(
    private readonly reporter: Reporter,
    private readonly startedAt: number,
    private readonly inputs: Inputs,
  ) {}

  async unusable(): Promise<void> {
    for (const { name, error } of this.inputs.unusable) {
      await this.picture({ ok: false, index: null, input: name, error });
    }
  }

  async picture(outcome: Done | Failed): Promise<void> {
    if (outcome.ok) {
      const { result } = outcome;
      this.done += 1;
      this.reduced ||= result.width * result.height < result.maxWidth * result.maxHeight;
    } else {
      this.failed += 1;
    }
    await this.reporter.picture(outcome);
  }

  async end(sizeWasGiven: boolean): Promise<void> {
    if (this.reduced && !sizeWasGiven) {
      this.reporter.notice('The results are previews; --size full keeps the size of the pictures.');
    }
    await this.reporter.end({
      pictures: this.inputs.pictures.length + this.inputs.unusable.length,
      done: this.done,
      failed: this.failed,
      interrupted: stopSignal.aborted,
      ms: performance.now() - this.startedAt,
    });
    process.exitCode = exitCodeOfFailures(this.failed);
  }
}
