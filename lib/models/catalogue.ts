import { rm, stat } from 'node:fs/promises';

import { BgcutError } from '../errors.js';
import { mismatch, placeOf, readStamp, writeStamp } from './cache.js';
import { hashFile } from './files.js';
import {
  builtinManifest,
  builtinManifests,
  isNpmSource,
  type Manifest,
  type ModelKind,
} from './manifest.js';
import type { OnProgress } from './progress.js';

/** What is known of a model before it is used. */
export interface ModelInfo {
  readonly name: string;
  readonly title: string;
  /** Whether it finds the subject, or tells its type. */
  readonly kind: ModelKind;
  readonly licence: string;
  readonly commercial: 'yes' | 'no' | 'unclear';
  /** Training data, terms, caveats. */
  readonly notes: string;
  /** Whether a file of it is in the cache. */
  readonly installed: boolean;
  /** Absolute path in the cache; null when not installed. */
  readonly file: string | null;
  /** Size on the disk, or what it will be; null when unknown. */
  readonly bytes: number | null;
  /** How it is fetched: from the npm registry, from an address, or not at all ("bring your own file"). */
  readonly source: string | null;
}

/** Options of listModels and verifyModel. */
export interface CatalogueOptions {
  /** Cache folder instead of BGCUT_CACHE or the platform's. */
  readonly cacheDir?: string | undefined;
}

/** All models that BgCut has a manifest of, the default one first. */
export async function listModels(options: CatalogueOptions = {}): Promise<ModelInfo[]> {
  return Promise.all([...builtinManifests().values()].map((m) => describe(m, options)));
}

async function describe(manifest: Manifest, { cacheDir }: CatalogueOptions): Promise<ModelInfo> {
  const { name, title, kind, licence, commercial, notes, source } = manifest;
  const place = placeOf(manifest, cacheDir);
  const found = await stat(place.file).catch(() => undefined);
  const installed = found?.isFile() === true;
  return {
    ...{ name, title, kind, licence, commercial, notes, installed },
    file: installed ? place.file : null,
    bytes: installed ? found.size : manifest.bytes,
    source:
      source && (isNpmSource(source) ? `npm:${source.package}@${source.version}` : source.url),
  };
}

/** A model whose content was checked in full. */
export interface VerifiedModel {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Whether the manifest knew the checksum or it was recorded when the file was first fetched. */
  readonly trust: 'manifest' | 'first-use';
}

/**
 * Reads a model in the cache in full and compares its SHA-256.
 *
 * @throws BgcutError model_unknown, model_missing, model_checksum_mismatch, aborted
 */
export async function verifyModel(
  name: string,
  options: CatalogueOptions & { progress?: OnProgress; signal?: AbortSignal } = {},
): Promise<VerifiedModel> {
  const { cacheDir, progress, signal } = options;
  const manifest = builtinManifest(name);
  const place = placeOf(manifest, cacheDir);
  const found = await stat(place.file).catch(() => undefined);
  if (!found?.isFile()) {
    throw new BgcutError('model_missing', {
      detail: `${name} is not in the cache. Run "bgcut models pull ${name}".`,
    });
  }
  const stamp = await readStamp(place.stamp);
  const total = found.size;
  const onBytes = (done: number) => progress?.({ model: name, phase: 'verify', done, total });
  const digest = await hashFile(place.file, onBytes, signal).catch((error: unknown) => {
    if (signal?.aborted) throw new BgcutError('aborted', { cause: signal.reason });
    throw error;
  });
  const expected = manifest.sha256 ?? stamp?.sha256 ?? digest.sha256;
  const trust = manifest.sha256 ? 'manifest' : 'first-use';
  if (digest.sha256 !== expected) {
    // Without its stamp the file is hashed again before its next use, and refused.
    if (manifest.sha256) await rm(place.stamp, { force: true }).catch(() => undefined);
    throw mismatch(
      `The model ${name}`,
      expected,
      digest,
      `Run "bgcut models pull ${name} --force".`,
    );
  }
  await writeStamp(place.stamp, place.file, {
    ...digest,
    from: stamp?.from ?? 'found in the cache',
    trust,
  });
  return { name, file: place.file, ...digest, trust };
}

/** One row of the licence table. */
export type LicenceRow = Pick<Manifest, 'name' | 'title' | 'licence' | 'commercial' | 'notes'>;

/** The licences of all models that BgCut has a manifest of. */
export function licences(): LicenceRow[] {
  return [...builtinManifests().values()].map(({ name, title, licence, commercial, notes }) => ({
    ...{ name, title, licence, commercial, notes },
  }));
}
