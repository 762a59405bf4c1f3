import { access, constants, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { existsSync } from 'node:fs';
import { createHash } from 'node:crypto';

import { BgcutError } from '../errors.js';
import { bindManifest } from './bind.js';
import { cacheFolder, checkCached, mismatch, placeOf, readStamp, writeStamp } from './cache.js';
import { hashFile, makeFolder } from './files.js';
import {
  type BoundManifest,
  builtinManifest,
  builtinManifests,
  isNpmSource,
  type Manifest,
  type ModelKind,
  parseManifest,
  readManifest,
} from './manifest.js';
import type { OnProgress } from './progress.js';

/**
 * Names a model: a manifest that comes with BgCut; the path of an .onnx file with its manifest beside it (same name,
 * .json) or of a known file name; or a file with a manifest, given by name, path or value.
 */
export type ModelSpec = string | { readonly file: string; readonly manifest: string | object };

/** How a model is resolved. */
export interface ResolveOptions {
  /** What the model has to find; default: the subject's mask. */
  readonly kind?: ModelKind | undefined;
  /** Never fetch; default: whether BGCUT_OFFLINE is set to something but 0. */
  readonly offline?: boolean | undefined;
  /** Cache folder instead of BGCUT_CACHE or the platform's. */
  readonly cacheDir?: string | undefined;
  /** Takes the one line that says that a model is being fetched; default: standard error. */
  readonly log?: ((line: string) => void) | undefined;
  readonly progress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A model that can be loaded. */
export interface ResolvedModel {
  /** Name of the manifest. */
  readonly name: string;
  /** Absolute path of the ONNX file; exists and is intact. */
  readonly file: string;
  readonly manifest: BoundManifest;
}

/**
 * Finds a model's file and manifest; fetches the file when it is one that comes from elsewhere and isn't in the cache
 * yet, unless offline.
 *
 * @throws BgcutError model_unknown, model_missing, model_invalid, manifest_invalid, model_checksum_mismatch, and what
 *   pullModel throws
 */
export async function resolveModel(
  spec: ModelSpec,
  options: ResolveOptions = {},
): Promise<ResolvedModel> {
  try {
    if (typeof spec !== 'string')
      return await ownFile(spec.file, namedManifest(spec.manifest), options);
    if (isPath(spec)) return await ownFile(spec, undefined, options);
    const manifest = builtinManifest(spec);
    checkKind(manifest, options);
    return await builtin(manifest, options);
  } catch (error) {
    if (options.signal?.aborted) {
      throw new BgcutError('aborted', { cause: options.signal.reason });
    }
    throw error;
  }
}

function checkKind({ name, kind }: Manifest, options: ResolveOptions): void {
  const { kind: wanted = 'segmentation' } = options;
  if (kind === wanted) return;
  const finds = {
    segmentation: 'finds the subject',
    detector: 'tells the type of a subject',
    matting: 'makes a matte of picture and trimap',
  };
  throw new BgcutError('model_invalid', {
    detail: `The model ${name} ${finds[kind]}; what is wanted here is one that ${finds[wanted]}.`,
  });
}

/** Whether BGCUT_OFFLINE forbids fetching. */
export function isOffline(): boolean {
  return !['', '0', 'false', undefined].includes(process.env.BGCUT_OFFLINE);
}

function isPath(spec: string): boolean {
  return /[/\\]/.test(spec) || /\.onnx$/i.test(spec);
}

function namedManifest(given: string | object): Manifest {
  if (typeof given !== 'string') return parseManifest(given, 'The manifest');
  return isPath(given) || /\.json$/i.test(given) ? readManifest(given) : builtinManifest(given);
}

/** Folders into which this thread is fetching. */
const announced = new Set<string>();

async function builtin(manifest: Manifest, options: ResolveOptions): Promise<ResolvedModel> {
  const { offline = isOffline(), cacheDir, signal, log = toStderr } = options;
  const place = placeOf(manifest, cacheDir);
  const state = await checkCached(manifest, place, signal);
  if (state !== 'intact') {
    const { name } = manifest;
    if (offline || manifest.source === null) throw notHere(manifest, state === 'damaged');
    // Calls that start at the same time wait for one fetch, so one line tells of it.
    if (!announced.has(place.folder)) {
      announced.add(place.folder);
      log(
        `bgcut: fetching the model ${name} (${size(manifest)}) into ${place.folder}, once; licence: ${manifest.licence}, commercial use: ${manifest.commercial}`,
      );
    }
    // What downloads and unpacks takes longer to load than all the rest, and is needed once.
    const { pullManifest } = await import('./pull.js');
    await pullManifest(manifest, options).finally(() => announced.delete(place.folder));
  }
  return {
    name: manifest.name,
    file: place.file,
    manifest: await bindManifest(manifest, place.file),
  };
}

function notHere({ name, source }: Manifest, damaged: boolean): BgcutError {
  const command = `bgcut models pull ${name}${source === null ? ' --from FILE' : ''}`;
  if (damaged) {
    return new BgcutError('model_checksum_mismatch', {
      detail: `The model ${name} in the cache is damaged. Run "${command}" while online.`,
    });
  }
  const why =
    source === null ? 'no download address is known for it' : 'fetching it is off (offline)';
  return new BgcutError('model_missing', {
    detail: `${name} is not in the cache, and ${why}. Run "${command}"${source === null ? '' : ' while online'}.`,
  });
}

function size({ source, bytes }: Manifest): string {
  const fetched = isNpmSource(source) ? source.packedBytes : bytes;
  return fetched === null ? 'size unknown' : `${Math.round(fetched / 1e6)} MB`;
}

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function ownFile(
  given: string,
  named: Manifest | undefined,
  options: ResolveOptions,
): Promise<ResolvedModel> {
  const file = resolve(given);
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) {
    const what = found ? 'is a folder' : 'does not exist';
    throw new BgcutError('model_missing', { detail: `The model file ${given} ${what}.` });
  }
  await access(file, constants.R_OK).catch((cause: unknown) => {
    throw new BgcutError('model_missing', {
      detail: `The model file ${given} may not be read by this process.`,
      cause,
    });
  });
  const manifest = named ?? manifestBeside(file) ?? manifestByFileName(file, given);
  checkKind(manifest, options);
  // With a manifest named in words the user says "this file is like that one"; its checksum is of another file.
  if (named === undefined && manifest.sha256 !== null) await checkOwn(file, manifest, options);
  return { name: manifest.name, file, manifest: await bindManifest(manifest, file) };
}

function manifestBeside(file: string): Manifest | undefined {
  const beside = [file.replace(/\.onnx$/i, '.json'), `${file}.json`];
  const found = beside.find((path) => path !== file && existsSync(path));
  return found === undefined ? undefined : readManifest(found);
}

function manifestByFileName(file: string, given: string): Manifest {
  const name = basename(file).toLowerCase();
  for (const manifest of builtinManifests().values()) {
    if (manifest.file.toLowerCase() === name || `${manifest.name}.onnx` === name) return manifest;
  }
  const sidecar = basename(file).replace(/\.onnx$/i, '.json');
  throw new BgcutError('manifest_invalid', {
    detail: `Nothing says how to feed ${given}: put ${sidecar} beside it (models/README.md shows how), or name a manifest: { file, manifest: 'u2net' }.`,
  });
}

/** Checks a user's own file once; the record is kept in the cache, as long as size and time of the file stay. */
async function checkOwn(file: string, manifest: Manifest, options: ResolveOptions): Promise<void> {
  const { cacheDir, signal } = options;
  const folder = join(cacheFolder(cacheDir), 'verified');
  const stamp = join(
    folder,
    `${createHash('sha256').update(file).digest('hex').slice(0, 32)}.json`,
  );
  const known = await readStamp(stamp);
  const found = await stat(file);
  const same = known?.bytes === found.size && known.mtimeMs === found.mtimeMs;
  if (same && known.sha256 === manifest.sha256) return;
  const digest = await hashFile(file, undefined, signal);
  if (digest.sha256 !== manifest.sha256) {
    throw mismatch(
      `The model file ${basename(file)}`,
      String(manifest.sha256),
      digest,
      `If it is meant to be another file than the manifest of ${manifest.name} describes, name the manifest: { file, manifest: '${manifest.name}' }.`,
    );
  }
  await makeFolder(folder).then(
    () => writeStamp(stamp, file, { ...digest, from: file, trust: 'manifest' }),
    () => undefined,
  );
}
