/** What package.json says of this package: in a checkout as it is written, installed as native/package made it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The native part for one platform, as native/package/manifests.mjs writes it into the published package.json. */
export interface PublishedPlatform {
  /** The name of the package that carries it. */
  readonly package: string;
  /** The oldest glibc that it runs on ('2.28'); absent where that is no question. */
  readonly glibc?: string;
  /** SHA-256 of each of its files in hex, by file name. */
  readonly files: Readonly<Record<string, string>>;
}

/** The part of package.json that the code reads. */
export interface Published {
  readonly version: string;
  /** An SPDX expression. */
  readonly license: string;
  /** The versions of Node that it runs on, as a range of npm's. */
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly bgcut?: {
    /** By platform, as platformKey() spells it. Absent in a checkout, whose native part is compiled there. */
    readonly platforms: Readonly<Record<string, PublishedPlatform>>;
  };
}

/** The root folder of this package. */
export const packageRoot = join(__dirname, '..');

/** This package's own package.json. */
export const published = JSON.parse(
  readFileSync(join(packageRoot, 'package.json'), 'utf8'),
) as Published;

/** A platform as the packages are named after it: 'linux-x64', 'linuxmusl-x64', 'darwin-arm64'. */
export function platformKey(where: { platform: string; arch: string; libc: string }): string {
  return `${where.platform}${where.libc === 'musl' ? 'musl' : ''}-${where.arch}`;
}
