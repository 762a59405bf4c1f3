/** The packages that are installed with this one, found as Node finds them, and the licences that they state. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A package as its package.json describes it. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression, or 'unknown'. */
  readonly licence: string;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string | { readonly type?: string };
  readonly licenses?: readonly { readonly type?: string }[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Every package that the one in `folder` brings, and theirs in turn, by name and version; what isn't installed (optional,
 * or for another platform) is left out.
 *
 * @param folder an absolute path with a package.json
 */
export function installedPackages(folder: string): InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  const seen = new Set<string>([folder]);
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { dependencies = {}, optionalDependencies = {} } = manifestIn(next) ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const place = folderOf(name, next);
      const manifest = place === undefined ? undefined : manifestIn(place);
      if (place === undefined || manifest === undefined || seen.has(place)) continue;
      seen.add(place);
      waiting.push(place);
      const version = manifest.version ?? '';
      const key = `${name} ${version}`;
      found.set(key, { name: manifest.name ?? name, version, licence: licenceOf(manifest) });
    }
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

function licenceOf({ license, licenses }: Manifest): string {
  if (typeof license === 'string') return license;
  const types = [license?.type, ...(licenses ?? []).map(({ type }) => type)].filter(Boolean);
  return types.length === 0 ? 'unknown' : types.join(' OR ');
}

function manifestIn(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

/** Where a package lies, as seen from another; its "exports" may hide both its package.json and its entry point. */
function folderOf(name: string, from: string): string | undefined {
  const require = createRequire(join(from, 'package.json'));
  for (const entry of [`${name}/package.json`, name]) {
    try {
      for (let at = dirname(require.resolve(entry)); at !== dirname(at); at = dirname(at)) {
        if (manifestIn(at)?.name === name) return at;
      }
    } catch {
      // Hidden, or not installed.
    }
  }
  const candidates = (require.resolve.paths(name) ?? []).map((path) => join(path, name));
  return candidates.find((path) => manifestIn(path) !== undefined);
}
