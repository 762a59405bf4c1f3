/** What `bgcut models` does. */
import { BgcutError } from '../../errors.js';
import {
  DEFAULT_MODEL,
  DETECTOR,
  listModels,
  type PulledModel,
  verifyModel,
} from '../../models/index.js';
import { pullModel } from '../../models/pull.js';
import { describeError, exitCodeOfFailures } from '../errors.js';
import { formatBytes, formatTable } from '../format.js';
import { stopSignal } from '../signals.js';
import { errorLine, paint, printJson, printLine, say } from '../terminal.js';
import type { PullFlags } from './command.js';
import { DownloadReport } from './progress.js';

/** Prints the models, the default one first. */
export async function list(json: boolean): Promise<void> {
  const models = await listModels();
  if (json) return printJson(models);
  const head = ['NAME', 'HERE', 'SIZE', 'COMMERCIAL USE', 'TITLE'];
  const rows = models.map(({ name, installed, source, bytes, commercial, title }) => [
    name,
    installed ? 'yes' : source === null ? 'bring your own' : 'no',
    bytes === null ? '?' : formatBytes(bytes),
    commercial,
    title,
  ]);
  await printLine(formatTable([head, ...rows]).join('\n'));
}

/** Fetches the models that a call uses by itself; what they came to goes to standard output. */
export async function pullDefaults(flags: PullFlags, json: boolean): Promise<void> {
  const reports: PulledModel[] = [];
  for (const name of [DEFAULT_MODEL, DETECTOR]) {
    const pulled = await fetchOne(name, flags);
    if (json) reports.push(pulled);
    else await printPulled(pulled);
  }
  if (json) await printJson(reports);
}

/** Fetches one model; what it came to goes to standard output. Rejects with a BgcutError. */
export async function pull(name: string, flags: PullFlags, json: boolean): Promise<void> {
  const pulled = await fetchOne(name, flags);
  await (json ? printJson(pulled) : printPulled(pulled));
}

async function fetchOne(name: string, flags: PullFlags): Promise<PulledModel> {
  const { from, force } = flags;
  const { hooks, end } = reporting();
  return pullModel(name, { from, force, signal: stopSignal, ...hooks }).finally(end);
}

async function printPulled(pulled: PulledModel): Promise<void> {
  const { name, fetched, file, bytes, sha256, trust } = pulled;
  const known =
    trust === 'manifest' ? 'checksum as expected' : `SHA-256 ${sha256}, noted for the next check`;
  const how = fetched ? 'fetched' : 'was here already';
  await printLine(`${name}: ${how}, ${formatBytes(bytes)}, ${known}: ${file}`);
}

/** Checks the named models, or all installed ones. The exit code is the number of those that are not intact. */
export async function verify(names: readonly string[], json: boolean): Promise<void> {
  const chosen = names.length > 0 ? names : await installedNames();
  if (chosen.length === 0 && !json) say('No model is on this machine: nothing to check.');
  const { hooks, end } = reporting();
  const results: object[] = [];
  let failed = 0;
  for (const name of chosen) {
    try {
      const verified = await verifyModel(name, { ...hooks, signal: stopSignal }).finally(end);
      results.push({ ok: true, ...verified });
      if (!json)
        await printLine(
          `${name}: ${paint('green', 'intact', process.stdout)}, ${formatBytes(verified.bytes)}`,
        );
    } catch (error) {
      if (stopSignal.aborted || !(error instanceof BgcutError)) throw error;
      failed += 1;
      results.push({ ok: false, name, error: describeError(error) });
      say(errorLine(error, name));
    }
  }
  if (json) await printJson(results);
  process.exitCode = exitCodeOfFailures(failed);
}

async function installedNames(): Promise<string[]> {
  const models = await listModels();
  return models.filter(({ installed }) => installed).map(({ name }) => name);
}

function reporting(): Pick<DownloadReport, 'hooks'> & { end: () => void } {
  const report = new DownloadReport();
  return {
    hooks: report.hooks,
    end: () => {
      report.end();
    },
  };
}
