/** What is inside the native part: ONNX Runtime, and libvips with the libraries that are linked into it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { platformKey } from '../published.js';

/** A library, its version where one is known, and its licence as an SPDX expression. */
export interface NativeLibrary {
  readonly name: string;
  readonly version: string | null;
  readonly licence: string;
}

/** ONNX Runtime's licence; what is linked into it is told by ThirdPartyNotices-onnxruntime.txt beside it. */
export const RUNTIME_LICENCE = 'MIT';

/**
 * By the names of sharp's versions.json. The terms under which that package uses them: of LGPL libraries "any later
 * version", 3.0.
 */
const LICENCES: Readonly<Record<string, string>> = {
  aom: 'BSD-2-Clause',
  archive: 'BSD-2-Clause',
  cairo: 'MPL-1.1',
  cgif: 'MIT',
  exif: 'LGPL-3.0-or-later',
  expat: 'MIT',
  ffi: 'MIT',
  fontconfig: 'HPND-sell-variant',
  freetype: 'FTL',
  fribidi: 'LGPL-3.0-or-later',
  glib: 'LGPL-3.0-or-later',
  harfbuzz: 'MIT',
  heif: 'LGPL-3.0-or-later',
  highway: 'BSD-3-Clause',
  imagequant: 'BSD-2-Clause',
  lcms: 'MIT',
  mozjpeg: 'Zlib AND IJG AND BSD-3-Clause',
  nsgif: 'MIT',
  pango: 'LGPL-3.0-or-later',
  pixman: 'MIT',
  png: 'libpng-2.0',
  'proxy-libintl': 'LGPL-3.0-or-later',
  rsvg: 'LGPL-3.0-or-later',
  tiff: 'libtiff',
  uhdr: 'MIT',
  vips: 'LGPL-3.0-or-later',
  webp: 'BSD-3-Clause',
  xml2: 'MIT',
  'zlib-ng': 'Zlib',
};

/**
 * libvips and what is in it, as the installed sharp says; libvips first, then by name. Empty where sharp or its libvips
 * is not installed.
 *
 * @param where the platform whose libvips is asked for, as process and detect-libc name it
 */
export function libvipsLibraries(where: {
  platform: string;
  arch: string;
  libc: string;
}): NativeLibrary[] {
  const versions = versionsOf(platformKey(where));
  return Object.entries(versions)
    .sort(([a], [b]) => Number(b === 'vips') - Number(a === 'vips') || (a < b ? -1 : 1))
    .map(([name, version]) => ({
      name: name === 'vips' ? 'libvips' : name,
      version,
      licence: LICENCES[name] ?? 'unknown',
    }));
}

function versionsOf(key: string): Record<string, string> {
  try {
    // As sharp finds it: under pnpm and the like only sharp's own packages are beside it.
    const seenFromSharp = createRequire(createRequire(__filename).resolve('sharp'));
    // Windows has libvips in the package of the addon.
    const name = key.startsWith('win32') ? `@img/sharp-${key}` : `@img/sharp-libvips-${key}`;
    // Not by require: sharp, when it is loaded, adds itself to the object that it gets that way.
    const file = seenFromSharp.resolve(`${name}/versions`);
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}
