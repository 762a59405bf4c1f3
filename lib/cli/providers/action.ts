/** What `bgcut providers` does. */
import { nearest } from '../../params/nearest.js';
import { addProvider } from '../../providers/fetch.js';
import {
  providerFolder,
  type ProviderState,
  providerState,
  removeFolder,
} from '../../providers/folder.js';
import { type ProviderPackage, providerPackages } from '../../providers/packages.js';
import { usageError } from '../errors.js';
import { formatBytes, formatTable } from '../format.js';
import { stopSignal } from '../signals.js';
import { paint, printJson, printLine } from '../terminal.js';
import type { AddFlags } from './command.js';
import { missingLibraries } from './libraries.js';
import { FetchBar } from './progress.js';

/** What `bgcut providers --json` prints, one object per set of files. Field names are stable. */
interface Listed {
  readonly name: string;
  readonly devices: readonly string[];
  /** Whether the files are made for this platform at all. */
  readonly supported: boolean;
  readonly state: ProviderState;
  readonly folder: string;
  readonly package: string;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly licence: string;
  /** Libraries of NVIDIA that the loader does not find, by device. */
  readonly missing: Readonly<Record<string, readonly string[]>>;
}

/** Prints the sets of files, and what they miss. */
export async function list(json: boolean): Promise<void> {
  const listed = await Promise.all(providerPackages.map(describe));
  if (json) return printJson(listed);
  for (const set of listed) await printLine(paragraph(set));
}

async function describe(set: ProviderPackage): Promise<Listed> {
  const { name, devices, platform, arch, licence, source } = set;
  const supported = process.platform === platform && process.arch === arch;
  const wanted = [...new Set(devices.flatMap((device) => set.needs[device]))];
  const absent = supported ? await missingLibraries(wanted) : wanted;
  const missing = devices.map((device) => [
    device,
    set.needs[device].filter((library) => absent.includes(library)),
  ]);
  return {
    ...{ name, devices, supported, state: providerState(set), folder: providerFolder(set) },
    package: `${source.package}@${source.version}`,
    packedBytes: source.packedBytes,
    bytes: source.files.reduce((sum, { bytes }) => sum + bytes, 0),
    licence,
    missing: Object.fromEntries(missing) as Listed['missing'],
  };
}

function paragraph(set: Listed): string {
  const { name, state, folder, bytes, packedBytes, supported } = set;
  const head = paint('bold', name, process.stdout);
  if (!supported) return `${head}: not for ${process.platform} ${process.arch}`;
  const files = {
    absent: `not here; "bgcut providers add ${name}" fetches ${formatBytes(packedBytes)} (${set.package}, ${set.licence})`,
    damaged: `damaged; "bgcut providers add ${name}" fetches them again`,
    ready: `here, ${formatBytes(bytes)}: ${folder}`,
  }[state];
  const rows = Object.entries(set.missing).map(([device, libraries]) => [
    device,
    libraries.length === 0 ? 'every library it needs is here' : `missing: ${libraries.join(', ')}`,
  ]);
  return [head, ...formatTable([['files', files], ...rows]).map((line) => `  ${line}`)].join('\n');
}

/** Fetches a set of files. Rejects with a BgcutError. */
export async function add(name: string, flags: AddFlags, json: boolean): Promise<void> {
  const set = named(name);
  const bar = new FetchBar(set);
  const { from, force } = flags;
  const options = { from, force, onBytes: bar.onBytes, signal: stopSignal };
  const fetched = await addProvider(set, options).finally(() => {
    bar.end();
  });
  const folder = providerFolder(set);
  if (json) return printJson({ name, fetched, folder });
  await printLine(
    `${name}: ${fetched ? 'fetched, checksums as expected' : 'was here already'}: ${folder}`,
  );
  const { missing } = await describe(set);
  const libraries = missing.cuda ?? [];
  if (libraries.length > 0) await printLine(`Still missing for cuda: ${libraries.join(', ')}.`);
}

/** Removes a set of files. */
export async function remove(name: string, json: boolean): Promise<void> {
  const set = named(name);
  const removed = removeFolder(set);
  if (json) return printJson({ name, removed });
  await printLine(`${name}: ${removed ? 'removed' : 'was not here'}`);
}

function named(name: string): ProviderPackage {
  const found = providerPackages.find((set) => set.name === name);
  if (found !== undefined) return found;
  const names = providerPackages.map((set) => set.name);
  const near = nearest(name, names);
  const advice = near === undefined ? `There is ${names.join(', ')}.` : `Did you mean ${near}?`;
  throw usageError(`There are no files of a provider called "${name}". ${advice}`);
}
