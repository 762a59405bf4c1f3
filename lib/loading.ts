/**
 * Finds and loads the native part: the addon, ONNX Runtime, which lies beside it, and libvips, which comes with sharp.
 *
 * In a checkout it lies in build/Release, where native/build.mjs puts it. Installed, it is a package of its own for each
 * platform, an optional dependency of this one: the package manager takes the one that fits.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';

import { familySync, GLIBC, versionSync } from 'detect-libc';

import { changedFiles } from './integrity.js';
import { loadFailure, type Tried } from './load-failure.js';
import type { NativeAddon } from './native.js';
import { packageRoot, platformKey, type Published, published } from './published.js';
import { withProviders } from './providers/folder.js';

/** Where the loader looks; a parameter so that its failures can be tested. */
export interface Surroundings {
  /** The root folder of this package. */
  readonly root: string;
  readonly platform: string;
  readonly arch: string;
  /** 'glibc 2.36', 'musl', or '' where that is no question. */
  readonly libc: string;
  /** The processor's own name, '' where it is unknown. */
  readonly cpu: string;
  /** This package's package.json. */
  readonly published: Published;
  /** Resolves and loads packages as seen from this package. */
  readonly require: NodeJS.Require;
}

/** What this process runs on. */
export function surroundings(): Surroundings {
  return {
    root: packageRoot,
    platform: process.platform,
    arch: process.arch,
    libc: libc(),
    cpu: cpus()[0]?.model.trim() ?? '',
    published,
    require: createRequire(__filename),
  };
}

/** The native part, found but not loaded. */
export interface NativePart {
  /** The package that it is, or undefined where it was compiled in this checkout. */
  readonly package: string | undefined;
  /** The folder with all its files. */
  readonly folder: string;
  /** SHA-256 of each file as it was published, by name; empty where it was compiled here. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Finds the native part: in the checkout, else in the platform's package. Nothing is loaded, and no file but the addon is
 * looked for.
 *
 * @returns what was found, or what was tried, in order, and what came of it
 */
export function findNative(where: Surroundings): NativePart | readonly Tried[] {
  const compiled = join(where.root, 'build', 'Release');
  if (existsSync(join(compiled, ADDON))) return { package: undefined, folder: compiled, files: {} };
  const tried: Tried[] = [{ what: join(compiled, ADDON), outcome: 'there is no such file' }];
  const platform = where.published.bgcut?.platforms[platformKey(where)];
  if (platform === undefined) return tried;
  let folder: string;
  try {
    folder = dirname(where.require.resolve(`${platform.package}/package.json`));
  } catch {
    const outcome = `it is not installed where ${where.root} would find it`;
    return [...tried, { what: `the package ${platform.package}`, outcome }];
  }
  if (existsSync(join(folder, ADDON))) return { ...platform, folder };
  return [...tried, { what: join(folder, ADDON), outcome: 'there is no such file' }];
}

const ADDON = 'bgcut.node';

/** ONNX Runtime's library by platform, as native/runtime.mjs puts it beside the addon. */
const RUNTIME: Partial<Record<string, string>> = {
  // A name of its own. Under its usual one the dynamic linker would take ours for the library of an app's own
  // onnxruntime-node of another version, when ours is in the process first; macOS and Windows don't mistake them.
  linux: 'libbgcut-ortrt.so.1',
  darwin: 'libonnxruntime.1.dylib',
  win32: 'onnxruntime.dll',
};

/**
 * Loads libvips, the addon, and ONNX Runtime into it.
 *
 * @throws BgcutError native_load_failed, whose detail says what was tried, what was found and what to do
 */
export function loadNativeFrom(where: Surroundings): NativeAddon {
  const found = findNative(where);
  if ('length' in found) throw loadFailure(where, found);
  const addon = join(found.folder, ADDON);
  const runtime = join(found.folder, RUNTIME[where.platform] ?? ADDON);
  let loading = 'sharp, which brings libvips';
  try {
    // The addon links libvips by its name. sharp knows where its libvips lies under every package manager's layout; once
    // it has loaded it, the addon gets the same copy, and so does an app's own sharp of that version.
    where.require('sharp');
    loading = addon;
    const native = where.require(addon) as NativeAddon;
    // By its absolute path, and without sharing its symbols: an app may have another version in the process.
    loading = runtime;
    const kernels = process.env.BGCUT_KERNELS ?? '';
    native.loadRuntime(withProviders(runtime), kernels === 'onnxruntime' ? '' : addon, kernels);
    return native;
  } catch (cause) {
    const tried = { what: loading, outcome: reasonOf(cause) };
    throw loadFailure(where, [tried], { cause, changed: changedFiles(found) });
  }
}

/** The message on one line, without what Node and sharp add below it: their advice is not for bgcut's users. */
function reasonOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const [reason = ''] = message.trim().split(/\n(?:Possible solutions|Require stack)/);
  return reason.replace(/\s*\n\s*/g, '; ').replace(/[.:;\s]+$/, '');
}

function libc(): string {
  const family = familySync();
  return family === GLIBC ? `glibc ${versionSync() ?? ''}`.trim() : (family ?? '');
}
