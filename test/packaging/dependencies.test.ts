import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
) as Record<
  'dependencies' | 'peerDependencies' | 'peerDependenciesMeta',
  Record<string, string | { optional: boolean }>
>;
/** What only some servers need, and their operators install themselves. */
const optional = Object.keys(peerDependencies);

const COMMENT = /^\s*\/\*\*[^]*?\*\/|^\s*\/\/.*$/gm;

/** The packages that the built files with that ending load, or name in their types. */
function packagesUsed(ending: RegExp, pattern: RegExp): Set<string> {
  const used = new Set<string>();
  for (const file of readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })) {
    if (!ending.test(file)) continue;
    const code = readFileSync(join(root, 'dist', file), 'utf8').replaceAll(COMMENT, '');
    for (const [, specifier = ''] of code.matchAll(pattern)) {
      if (/^[.#/]/.test(specifier) || isBuiltin(specifier)) continue;
      used.add(/^(@[^/]+\/)?[^/]+/.exec(specifier)![0]);
    }
  }
  return used;
}

describe('the dependencies of the package', () => {
  it('are exactly what its code loads', () => {
    const used = packagesUsed(
      /\.m?js$/,
      /\b(?:require(?:\.resolve)?\(|import\(|from )\s*["']([^"'\s]+)["']/g,
    );
    expect([...used].sort()).toEqual([...Object.keys(dependencies), ...optional].sort());
    for (const name of optional) expect(peerDependenciesMeta[name]).toEqual({ optional: true });
  });

  it('bring all that its types name', () => {
    const named = packagesUsed(/\.d\.m?ts$/, /(?:from |import\()["']([^"'\s]+)["']/g);
    expect([...named].filter((name) => !(name in dependencies))).toEqual([]);
  });
});
