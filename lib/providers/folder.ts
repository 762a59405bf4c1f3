/** Where fetched provider files lie, and how ONNX Runtime is made to find them. */
import { readlinkSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { basename, join, posix } from 'node:path';

import { cacheFolder } from '../models/cache.js';
import { temporaryName } from '../models/files.js';
import { cudaPackage, type ProviderPackage } from './packages.js';

/** The folder of a set of files: one for each version, in the cache folder of BGCUT_CACHE or of the platform. */
export function providerFolder({ name, source }: ProviderPackage): string {
  return join(cacheFolder(), 'providers', `${name}-${source.version}`);
}

/** What a look at the folder found; `damaged`: a file is missing, or has another size than the published one. */
export type ProviderState = 'absent' | 'damaged' | 'ready';

/** Looks at names and sizes alone, which takes no time. The content was checked when it was fetched. */
export function providerState(set: ProviderPackage): ProviderState {
  const folder = providerFolder(set);
  const sizes = set.source.files.map(({ path }) => sizeOf(join(folder, posix.basename(path))));
  if (sizes.every((size) => size === undefined)) return 'absent';
  return set.source.files.every(({ bytes }, i) => sizes[i] === bytes) ? 'ready' : 'damaged';
}

function sizeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.size;
}

/**
 * The path by which ONNX Runtime is to be loaded. It looks for its provider files in the folder that it was loaded
 * from: where such files were fetched, that is a link to it in their folder.
 *
 * @param runtime absolute path of its library
 */
export function withProviders(runtime: string, set: ProviderPackage = cudaPackage): string {
  const { platform, arch } = process;
  if (platform !== set.platform || arch !== set.arch || providerState(set) !== 'ready')
    return runtime;
  const link = join(providerFolder(set), basename(runtime));
  try {
    if (targetOf(link) !== runtime) {
      const temporary = temporaryName(link);
      symlinkSync(runtime, temporary);
      renameSync(temporary, link);
    }
    return link;
  } catch {
    // A cache that can't be written, and no link in it that fits: then without those providers.
    return runtime;
  }
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

/** Removes a set of files. Whether there was anything. */
export function removeFolder(set: ProviderPackage): boolean {
  const folder = providerFolder(set);
  const found = statSync(folder, { throwIfNoEntry: false }) !== undefined;
  rmSync(folder, { recursive: true, force: true });
  return found;
}
