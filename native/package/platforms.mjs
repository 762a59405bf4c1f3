// The platforms that have a package of their own: what CI compiles on, and ONNX Runtime's package has a library for.

/**
 * @typedef {object} Platform
 * @property {'linux' | 'darwin' | 'win32'} os
 * @property {'x64' | 'arm64'} cpu
 * @property {string} title for people
 * @property {string} libvips the package whose libvips the addon is linked with; sharp brings the same
 */

/** @type {Record<string, Platform>} by key, which is npm's spelling of system and processor */
export const PLATFORMS = {
  'linux-x64': {
    ...{ os: 'linux', cpu: 'x64', title: 'Linux (glibc) on x64' },
    libvips: '@img/sharp-libvips-linux-x64',
  },
  'linux-arm64': {
    ...{ os: 'linux', cpu: 'arm64', title: 'Linux (glibc) on arm64' },
    libvips: '@img/sharp-libvips-linux-arm64',
  },
  'darwin-arm64': {
    ...{ os: 'darwin', cpu: 'arm64', title: 'macOS on arm64' },
    libvips: '@img/sharp-libvips-darwin-arm64',
  },
  // On Windows libvips lies in the package of sharp's own addon.
  'win32-x64': {
    ...{ os: 'win32', cpu: 'x64', title: 'Windows on x64' },
    libvips: '@img/sharp-win32-x64',
  },
};

/** The platform that this runs on. */
export const here = `${process.platform}-${process.arch}`;

/** @param {string} key */
export function packageName(key) {
  return `@bgcut/${key}`;
}
