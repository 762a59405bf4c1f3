/** The error of a native part that can't be loaded: what was tried, what was found and needed, and what to do. */
import { BgcutError } from './errors.js';
import type { Surroundings } from './loading.js';
import { platformKey } from './published.js';

/** One attempt, as two halves of a line. */
export interface Tried {
  /** A path or a package. */
  readonly what: string;
  /** What came of it, without a full stop; the linker's own words where there are some. */
  readonly outcome: string;
}

/** What is known beside the attempts. */
export interface FailureContext {
  readonly cause?: unknown;
  /** Files that are not the ones that were published. */
  readonly changed?: readonly string[];
}

/**
 * The BgcutError native_load_failed for these attempts. Its detail has several lines: here the reader is somebody who
 * installs a program, and each line is one thing to look at or to do.
 */
export function loadFailure(
  where: Surroundings,
  tried: readonly Tried[],
  { cause, changed = [] }: FailureContext = {},
): BgcutError {
  const lines = [
    'this was tried:',
    ...tried.map(({ what, outcome }) => `- ${what}: ${outcome}`),
    `This is ${found(where)}. Needed: ${needed(where)}.`,
    'What to do:',
    ...remedies(where, tried, changed).map((remedy) => `- ${remedy}`),
    'docs/install.md has more.',
  ];
  return new BgcutError('native_load_failed', { detail: lines.join('\n'), cause });
}

function found({ platform, arch, libc, cpu }: Surroundings): string {
  const parts = [`${platform} ${arch}`, libc, `Node ${process.versions.node}`, cpu];
  return parts.filter(Boolean).join(', ');
}

function needed(where: Surroundings): string {
  const { glibc } = where.published.bgcut?.platforms[platformKey(where)] ?? {};
  const parts = [
    `Node ${where.published.engines.node}`,
    where.platform === 'linux' && `glibc${glibc === undefined ? '' : ` ${glibc} or newer`}`,
    // sharp's libvips is compiled for it.
    where.platform === 'linux' && where.arch === 'x64' && 'a CPU with SSE4.2 (x86-64-v2)',
  ];
  return parts.filter(Boolean).join(', ');
}

/** What to do, the likeliest first; never empty. */
function remedies(
  where: Surroundings,
  tried: readonly Tried[],
  changed: readonly string[],
): string[] {
  const words = tried.map(({ outcome }) => outcome).join('\n');
  const platforms = where.published.bgcut?.platforms;
  if (where.libc === 'musl') {
    return [
      "musl (Alpine) is not supported, since ONNX Runtime's library needs glibc; gcompat does not help.",
      'Use an image with glibc: node:22-bookworm-slim in place of node:22-alpine.',
      'Or leave the program on Alpine and call a bgcut server in a container of its own: docs/deploy.md.',
    ];
  }
  if (platforms === undefined) {
    return ['Compile it: `npm run build` (needs a C++ compiler and CMake).'];
  }
  if (!(platformKey(where) in platforms)) {
    return [
      `There is no package for this platform, only for ${Object.keys(platforms).join(', ')}.`,
      'Where ONNX Runtime has a library, a checkout of the repository can be compiled: `npm ci && npm run build`.',
    ];
  }
  if (changed.length > 0) {
    return [
      `Not as they were published: ${changed.join(', ')}. Delete node_modules and install again: \`npm ci\`.`,
    ];
  }
  if (/version .GLIBC(XX)?_[\d.]+. not found/.test(words)) {
    return [
      'Use a newer system: Debian 12, Ubuntu 22.04, Fedora 36 or later.',
      'Or compile a checkout of the repository on this one: `npm ci && npm run build`.',
    ];
  }
  if (words.includes('libvips') && tried[0]?.what.startsWith('sharp') !== true) {
    return [
      `bgcut needs sharp ${where.published.dependencies.sharp ?? ''} for itself: \`npm ls sharp\` shows what it got; take it out of "overrides" or "resolutions".`,
    ];
  }
  return reinstall(where);
}

function reinstall({ platform, arch }: Surroundings): string[] {
  const libc = platform === 'linux' ? ' --libc=glibc' : '';
  return [
    'Let the package manager install optional dependencies: `npm install --include=optional bgcut`.',
    `Where node_modules or the lockfile come from another platform: \`npm install --os=${platform} --cpu=${arch}${libc} bgcut\`.`,
  ];
}
