// ONNX Runtime's library, as it lies beside the addon: build.mjs puts it there, package/ ships it, lib/loading.ts loads
// it by its path. It comes from the package onnxruntime-node, which only builders install.
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renameSoname } from './rename-soname.mjs';
import { BuildError, packageFolder } from './toolchain.mjs';

/**
 * By platform: the library's name in the package, its name beside the addon (which lib/loading.ts knows too), and what it
 * loads from its own folder. On Linux the copy has a SONAME of its own: rename-soname.mjs says why. DirectML is what
 * reaches GPUs on Windows; the shader compiler that lies beside it for WebGPU (20 MB) stays out, since ONNX Runtime
 * takes the system's own in its place.
 * @type {Partial<Record<string, { from: string, name: string, beside: string[] }>>}
 */
export const RUNTIME = {
  linux: { from: 'libonnxruntime.so.1', name: 'libbgcut-ortrt.so.1', beside: [] },
  darwin: { from: 'libonnxruntime.1.dylib', name: 'libonnxruntime.1.dylib', beside: [] },
  win32: { from: 'onnxruntime.dll', name: 'onnxruntime.dll', beside: ['DirectML.dll'] },
};

/**
 * The names of the files that lie beside the addon; the library is the first.
 * @param {string} platform as process.platform
 * @returns {string[]} none where ONNX Runtime's package has nothing for the platform
 */
export function runtimeFiles(platform) {
  const runtime = RUNTIME[platform];
  return runtime ? [runtime.name, ...runtime.beside] : [];
}

/** @returns {Promise<string>} the folder of onnxruntime-node with this platform's libraries, as an absolute path */
async function sourceFolder() {
  const bin = join(packageFolder('onnxruntime-node') ?? '', 'bin');
  // Named after the Node-API version of that package's own binding, which does not concern us.
  const builds = (await readdir(bin)).filter((entry) => entry.startsWith('napi-v'));
  const folder = builds
    .sort()
    .reverse()
    .map((build) => join(bin, build, process.platform, process.arch))
    .find((path) => existsSync(join(path, RUNTIME[process.platform]?.from ?? '.')));
  if (folder && RUNTIME[process.platform]) return folder;
  throw new BuildError(
    `The native addon can't be compiled: onnxruntime-node has no library for ${process.platform} ${process.arch}; use Linux or Windows on x64 or arm64, or macOS on arm64.`,
  );
}

/**
 * Copies ONNX Runtime beside the addon, each file whole or not at all.
 * @param {string} folder the addon's, absolute
 * @throws {BuildError} where there is none for this platform
 */
export async function copyRuntime(folder) {
  const source = await sourceFolder();
  const { from, name, beside } = RUNTIME[process.platform] ?? { from: '', name: '', beside: [] };
  for (const [original, copy] of [[from, name], ...beside.map((file) => [file, file])]) {
    const image = await readFile(join(source, original ?? ''));
    if (copy !== original) renameSoname(image, original ?? '', copy ?? '');
    await writeFile(join(folder, `${copy}.new`), image);
    await rename(join(folder, `${copy}.new`), join(folder, copy ?? ''));
  }
}
