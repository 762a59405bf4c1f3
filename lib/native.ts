/**
 * The native addon: its types, and the one place that finds and loads it together with the two libraries it needs.
 * Importing this module loads nothing; loadNative() does, once.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

import { familySync, GLIBC, versionSync } from 'detect-libc';

import type { Composition, Subject } from './compose.js';
import { BgcutError } from './errors.js';
import type { TypeEvidence } from './foreground/index.js';
import type { Box, Plan } from './plan.js';
import { usableCpus } from './threads.js';

/** Where inference can run. */
export type DeviceName = 'cpu' | 'cuda' | 'tensorrt' | 'directml' | 'coreml' | 'webgpu';

/** What build/Release/bgcut.node exports. Its rejections are plain Errors with a `code`: see fromNativeError. */
export interface NativeAddon {
  /** dlopen of ONNX Runtime by absolute path; idempotent for the same path; returns its version. */
  loadRuntime(path: string): string;
  /** Stops every engine and thread of this JavaScript thread and waits for them; nothing runs here afterwards. */
  shutdown(): void;
  /** How many CPUs all calls of the process share, >= 1: no more threads than that compute at a time. */
  useCpus(count: number): void;
  versions(): { libvips: string; onnxruntime: string | null };
  /** Really creates a session of the given tiny model on that provider and runs it once, off the main thread. */
  probeProvider(
    device: DeviceName,
    model: Uint8Array,
  ): Promise<{ ok: true } | { ok: false; reason: string }>;
  /** Loads (or shares, process-wide) the session, off the main thread. */
  createEngine(config: NativeEngineConfig): Promise<NativeEngine>;
}

/** A model's file and what its manifest says of its input and output. */
export interface NativeModelConfig {
  modelFile: string;
  /** x = (byte / 255 - mean) / std, channels in `order`. */
  input: {
    name: string;
    mean: [number, number, number];
    std: [number, number, number];
    order: 'rgb' | 'bgr';
  };
  output: { name: string; activation: 'none' | 'sigmoid' | 'minmax' };
}

export interface NativeEngineConfig extends NativeModelConfig {
  device: DeviceName;
  /** Threads of one inference, >= 1. */
  threads: number;
  /** Pictures worked on at the same time, >= 1. */
  concurrency: number;
}

export interface NativeEngine {
  /**
   * Copies the bytes and reads the header only.
   * Rejects with invalid_file_type, invalid_dimensions, failed_to_read_image or resolution_too_high.
   */
  open(bytes: Uint8Array, limits: { maxPixels: number }): Promise<NativePicture>;
  /**
   * Runs the plan on the engine's own threads; cancel stops it between stages and inside inference. `compose` is called
   * once, when there is a subject, on the thread of JavaScript. The picture is consumed, and so is the background's.
   */
  run(
    picture: NativePicture,
    plan: Plan,
    compose: (subject: NativeSubject) => Composition,
  ): NativeRun;
  /** From the next run on, types are told with this detector, which is loaded off the main thread. */
  useDetector(config: NativeModelConfig & { threads: number }): Promise<void>;
  /** From the next run on, mattes are made by this model where the plan says so. Loaded off the main thread. */
  useMatting(config: NativeModelConfig & { threads: number; device: DeviceName }): Promise<void>;
  /** Milliseconds of one inference on a blank input of that size, in pixels. */
  infer(width: number, height: number): Promise<number>;
  /** Cancels everything with engine_disposed and joins the threads, off the main thread. */
  dispose(): Promise<void>;
}

export interface NativeRun {
  promise: Promise<NativeResult>;
  /** The promise then rejects with that code. */
  cancel(code: 'aborted' | 'timeout'): void;
}

/** A subject, and what is known for its type where the plan asked. */
export interface NativeSubject extends Subject {
  /** Of its type, where the plan wants it. */
  readonly evidence?: TypeEvidence;
}

export interface NativePicture {
  /** Width and height are upright (after EXIF orientation), in pixels. */
  readonly header: PictureHeader;
}

export interface PictureHeader {
  readonly format: 'jpg' | 'png' | 'webp';
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
}

/** The stages that the native side measures, in milliseconds. */
export type NativeStage =
  | 'queue'
  | 'decode'
  | 'tensor'
  | 'inference'
  | 'matte'
  | 'mask'
  | 'classify'
  | 'layout'
  | 'compose'
  | 'encode'
  | 'total';

export interface NativeResult {
  format: 'png' | 'jpg' | 'webp' | 'zip';
  /** For zip: color.jpg. */
  data: Buffer;
  /** For zip: alpha.png, 8-bit grey. */
  alpha?: Buffer;
  width: number;
  height: number;
  /** The subject's box, in pixels of the frame. */
  foreground: Box;
  timings: Record<NativeStage, number>;
}

/** Where the loader looks; a parameter so that its failures can be tested. */
export interface Surroundings {
  /** The root folder of this package. */
  root: string;
  platform: string;
  arch: string;
  /** 'glibc 2.36', 'musl', or '' where that is no question. */
  libc: string;
  /** Resolves and loads packages as seen from this package. */
  require: NodeJS.Require;
}

let loaded: NativeAddon | undefined;

/**
 * The addon with ONNX Runtime loaded into it; loads on the first call, a failure is tried again on the next.
 * Throws BgcutError native_load_failed, whose detail says what was tried and what to do.
 */
export function loadNative(): NativeAddon {
  if (loaded === undefined) {
    const addon = loadNativeFrom(surroundings());
    addon.useCpus(usableCpus());
    // Here and not in C++: static objects that ONNX Runtime makes in its first run are destroyed before any handler
    // that was registered earlier, and a thread that still runs would meet them gone.
    process.once('exit', () => {
      addon.shutdown();
    });
    loaded = addon;
  }
  return loaded;
}

function surroundings(): Surroundings {
  return {
    root: join(__dirname, '..'),
    platform: process.platform,
    arch: process.arch,
    libc: libc(),
    require: createRequire(__filename),
  };
}

/** As loadNative, from given surroundings and uncached. */
export function loadNativeFrom(where: Surroundings): NativeAddon {
  loadLibvips(where);
  const addon = loadAddon(where);
  const runtime = findRuntime(where);
  try {
    addon.loadRuntime(runtime);
  } catch (cause) {
    throw failure(
      where,
      `ONNX Runtime was found but can't be loaded: ${firstLine(cause)}.`,
      reinstall,
      cause,
    );
  }
  return addon;
}

const reinstall =
  'Run `npm install` again for this platform (node_modules are not portable between platforms).';

// The addon links libvips by its soname. sharp knows where its libvips lies under every package manager's layout;
// once it has loaded it, the addon gets the same copy, and so does an app's own sharp of that version.
function loadLibvips(where: Surroundings): void {
  try {
    where.require('sharp');
  } catch (cause) {
    throw failure(
      where,
      `libvips comes with the package sharp, which can't be loaded: ${firstLine(cause)}.`,
      reinstall,
      cause,
    );
  }
}

/** Where an addon may lie, best first. The first one that exists is taken. */
export function addonCandidates(
  where: Pick<Surroundings, 'root' | 'platform' | 'arch' | 'libc'>,
): string[] {
  const family = where.libc === 'musl' ? `${where.platform}musl` : where.platform;
  return [
    join(where.root, 'build', 'Release', 'bgcut.node'),
    join(where.root, 'prebuilds', `${family}-${where.arch}`, 'bgcut.node'),
  ];
}

function findAddon(where: Surroundings): string | undefined {
  return addonCandidates(where).find((path) => existsSync(path));
}

function loadAddon(where: Surroundings): NativeAddon {
  const shown = (path: string) => relative(where.root, path).replaceAll('\\', '/');
  const file = findAddon(where);
  if (file === undefined) {
    const tried = `No compiled addon was found; looked for ${addonCandidates(where).map(shown).join(' and ')}.`;
    throw failure(
      where,
      tried,
      'Compile it with `npm run build` (needs a C++ compiler and CMake).',
    );
  }
  try {
    return where.require(file) as NativeAddon;
  } catch (cause) {
    const tried = `${shown(file)} was found but can't be loaded: ${firstLine(cause).replaceAll(where.root, '.')}.`;
    throw failure(
      where,
      tried,
      'It may be built for another platform: compile it again with `npm run build`.',
      cause,
    );
  }
}

/** ONNX Runtime under a name of its own; native/build.mjs makes it. */
const RUNTIME_COPY = 'libbgcut-ortrt.so.1';

/**
 * The absolute path of ONNX Runtime's library: the renamed copy beside the addon, which Linux builds have, else the one
 * inside the package onnxruntime-node, however that was installed.
 *
 * Under the package's name, libonnxruntime.so.1, the dynamic linker would take ours for the library of an app's own
 * onnxruntime-node of another version, when ours is in the process first. macOS and Windows don't mistake them.
 *
 * ONNX Runtime looks for its GPU providers (libonnxruntime_providers_*.so) in its own folder: with the copy they go
 * beside the copy.
 *
 * Throws BgcutError native_load_failed when there is none.
 */
export function findRuntime(where: Surroundings): string {
  const addon = findAddon(where);
  const copy = addon && join(dirname(addon), RUNTIME_COPY);
  if (copy && existsSync(copy)) return copy;
  let bin: string;
  try {
    bin = join(packageRoot(where.require.resolve('onnxruntime-node')), 'bin');
  } catch (cause) {
    throw failure(
      where,
      'The package onnxruntime-node is not installed.',
      'Run `npm install` again.',
      cause,
    );
  }
  const names: Record<string, string> = {
    linux: 'libonnxruntime.so.1',
    darwin: 'libonnxruntime.1.dylib',
    win32: 'onnxruntime.dll',
  };
  const name = names[where.platform];
  // The folder is named after the Node-API version of that package's own binding, which does not concern us.
  const builds = existsSync(bin)
    ? readdirSync(bin).filter((entry) => entry.startsWith('napi-v'))
    : [];
  for (const build of builds.sort().reverse()) {
    const file = join(bin, build, where.platform, where.arch, name ?? '');
    if (name !== undefined && existsSync(file)) return file;
  }
  const tried = `onnxruntime-node has no library for ${where.platform} ${where.arch}.`;
  throw failure(
    where,
    tried,
    'Use a platform that it supports: Linux, macOS (arm64) or Windows, x64 or arm64.',
  );
}

// Walking up from the entry point needs no entry for package.json in the package's "exports".
function packageRoot(entry: string): string {
  for (let folder = dirname(entry); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error('no package.json above the entry point');
  }
}

function failure(where: Surroundings, tried: string, advice: string, cause?: unknown): BgcutError {
  const here = [where.platform, where.arch, where.libc, `Node ${process.versions.node}`]
    .filter(Boolean)
    .join(' ');
  // ONNX Runtime's library is built against glibc: on musl nothing else in the advice would help.
  const musl =
    where.libc === 'musl'
      ? ' musl (Alpine) is not supported: use a glibc system such as Debian.'
      : '';
  return new BgcutError('native_load_failed', {
    detail: `${tried} ${advice}${musl} This is ${here}.`,
    cause,
  });
}

function firstLine(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return (message.trim().split('\n')[0] ?? '').replace(/[.:\s]+$/, '');
}

function libc(): string {
  const family = familySync();
  return family === GLIBC ? `glibc ${versionSync() ?? ''}`.trim() : (family ?? '');
}
