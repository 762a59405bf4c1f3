/** What `bgcut info` does. */
import { availableParallelism } from 'node:os';
import { createEngine } from '../../engine.js';
import type { EngineInfo } from '../../engine-info.js';
import { fromNativeError } from '../../errors.js';
import { checkFiles, type NativeFile } from '../../integrity.js';
import { findNative, surroundings } from '../../loading.js';
import { cacheFolder, DEFAULT_MODEL, listModels, type ModelInfo } from '../../models/index.js';
import { type DeviceName, loadNative } from '../../native.js';
import { usableCpus } from '../../threads.js';
import { version } from '../../version.js';
import { describeError, type ErrorReport, exitCode } from '../errors.js';
import { formatBytes, formatTable } from '../format.js';
import { placement } from '../placement.js';
import { errorLine, paint, printJson, printLine, say } from '../terminal.js';
import type { InfoFlags } from './command.js';
import { probe, type Probe } from './probe.js';

/** What `bgcut info --json` prints. Field names are stable. */
interface Info {
  readonly versions: {
    readonly bgcut: string;
    readonly node: string;
    readonly onnxruntime: string | null;
    readonly libvips: string | null;
  };
  /** Versions of the libraries behind the picture formats. */
  readonly codecs: Readonly<Record<string, string>>;
  readonly platform: string;
  readonly arch: string;
  readonly cpus: {
    /** CPUs that inference uses unless told otherwise: affinity and container quota respected. */
    readonly usable: number;
    readonly present: number;
  };
  /** Where the native part is; null when none was found. */
  readonly native: NativeInfo | null;
  readonly devices: readonly Probe[];
  readonly cacheFolder: string;
  readonly models: readonly ModelInfo[];
  /** Where the model that was asked for runs; absent where none was. */
  readonly loaded?: Loaded;
  /** Why the native part could not be loaded; then versions, codecs and devices are missing. */
  readonly error?: ErrorReport;
}

/** The native part and whether its files are the ones that were published. */
interface NativeInfo {
  /** The package that it is; null where it was compiled in this checkout. */
  readonly package: string | null;
  readonly folder: string;
  /** The files whose checksum is known; none in a checkout. */
  readonly files: readonly NativeFile[];
}

const devices: readonly DeviceName[] = ['cpu', 'cuda', 'tensorrt', 'directml', 'coreml', 'webgpu'];

/** A loaded model, and where it runs. */
type Loaded = Pick<EngineInfo, 'provider' | 'kernels' | 'precision' | 'nodes' | 'fallbacks'> & {
  readonly model: string;
};

/**
 * Prints what runs here. The exit code is 69 when the native part can't be loaded or is not what was published. Rejects
 * with a BgcutError where the model that was asked for can't be loaded.
 */
export async function info({ json, model }: InfoFlags): Promise<void> {
  const loaded = model === undefined ? undefined : await load(model);
  const gathered = { ...(await gather()), ...(loaded && { loaded }) };
  if (gathered.native?.files.some(({ intact }) => !intact)) process.exitCode = exitCode.unavailable;
  if (json) await printJson(gathered);
  else await printForPeople(gathered);
}

async function load(name: string): Promise<Loaded> {
  const engine = await createEngine({ model: name });
  const { provider, kernels, precision, nodes, fallbacks, model } = engine.info();
  await engine.dispose();
  return { model: model.name, provider, kernels, precision, nodes, fallbacks };
}

async function gather(): Promise<Info> {
  const about = {
    platform: process.platform,
    arch: process.arch,
    cpus: { usable: usableCpus(), present: availableParallelism() },
    native: nativeInfo(),
    cacheFolder: cacheFolder(),
    models: await listModels(),
  };
  const versions = { bgcut: version, node: process.versions.node };
  try {
    const addon = loadNative();
    const { libvips, onnxruntime } = addon.versions();
    const codecs = await codecsOf(libvips);
    const probes = await probeAll();
    return { versions: { ...versions, onnxruntime, libvips }, codecs, devices: probes, ...about };
  } catch (thrown) {
    process.exitCode = exitCode.unavailable;
    const error = fromNativeError(thrown);
    if (error.code !== 'native_load_failed') throw error;
    say(errorLine(error));
    return {
      versions: { ...versions, onnxruntime: null, libvips: null },
      ...{ codecs: {}, devices: [], ...about },
      error: describeError(error),
    };
  }
}

function nativeInfo(): NativeInfo | null {
  const found = findNative(surroundings());
  if ('length' in found) return null;
  return { package: found.package ?? null, folder: found.folder, files: checkFiles(found) };
}

async function probeAll(): Promise<Probe[]> {
  const probes: Probe[] = [];
  // One after another: two providers that start at once may get into each other's way.
  for (const device of devices) probes.push(await probe(device));
  return probes;
}

/** Where sharp's copy of libvips is the one in use, sharp knows what it was built with; libvips itself doesn't tell. */
async function codecsOf(libvips: string): Promise<Record<string, string>> {
  const { default: sharp } = await import('sharp');
  const built = sharp.versions as Record<string, string | undefined>;
  if (built.vips !== libvips) return {};
  const names = ['mozjpeg', 'png', 'webp', 'lcms', 'zlib-ng'];
  return Object.fromEntries(
    names.flatMap((name) => (built[name] === undefined ? [] : [[name, built[name]]])),
  );
}

async function printForPeople(gathered: Info): Promise<void> {
  const { versions, codecs, cpus, platform, arch } = gathered;
  const section = (title: string, rows: readonly (readonly string[])[]) => [
    paint('bold', title, process.stdout),
    ...formatTable(rows).map((line) => `  ${line}`),
    '',
  ];
  const lines = [
    ...section('Versions', [
      ...Object.entries(versions).map(([name, text]) => [name, text ?? 'not loaded']),
      [
        'codecs',
        Object.entries(codecs)
          .map((entry) => entry.join(' '))
          .join(', ') || 'unknown',
      ],
    ]),
    ...section('Machine', [
      ['platform', `${platform} ${arch}`],
      ['threads', `${cpus.usable} (of ${cpus.present} CPUs)`],
    ]),
    ...section('Native part', nativeRows(gathered.native)),
    ...section('Devices', gathered.devices.map(deviceRow)),
    ...(gathered.loaded
      ? section('Loaded', [[gathered.loaded.model, placement(gathered.loaded)]])
      : []),
    ...section('Models', [
      ['folder', gathered.cacheFolder],
      ...gathered.models
        .filter(({ name, installed }) => installed || name === DEFAULT_MODEL)
        .map(modelRow),
    ]),
  ];
  await printLine(lines.join('\n').trimEnd());
}

function deviceRow(probe: Probe): string[] {
  if (probe.runs) return [probe.device, paint('green', 'runs', process.stdout)];
  return [probe.device, `does not run: ${probe.reason}`];
}

function nativeRows(native: NativeInfo | null): string[][] {
  if (native === null) return [['not found', '']];
  const files = native.files.map(({ name, intact }) => [
    name,
    intact
      ? paint('green', 'as published', process.stdout)
      : `${paint('red', 'NOT as published', process.stdout)}: delete node_modules and install again`,
  ]);
  return [[native.package ?? 'compiled here', native.folder], ...files];
}

function modelRow({ name, title, bytes, installed, licence, commercial }: ModelInfo): string[] {
  const size = bytes === null ? 'size unknown' : formatBytes(bytes);
  const here = installed ? '' : ', fetched on first use';
  return [name, `${title}, ${size}${here}; licence: ${licence}; commercial use: ${commercial}`];
}
