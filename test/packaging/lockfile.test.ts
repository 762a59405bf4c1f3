import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
interface Locked {
  resolved?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  license?: string;
  dev?: boolean;
  devOptional?: boolean;
}
const lockfile = readFileSync(join(root, 'package-lock.json'), 'utf8');
const { packages } = JSON.parse(lockfile) as { packages: Record<string, Locked> };
const installed = Object.entries(packages).filter(([path]) => path !== '');
const name = (path: string): string => path.replace(/^.*node_modules\//, '');

/** Licences under which a user may run and ship what is installed with the package. */
const PERMISSIVE = new Set([
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'CC-BY-3.0', // spdx-exceptions: a list of licence names
  'LGPL-3.0-or-later', // libvips, a shared library of its own
]);

describe('package-lock.json', () => {
  it('carries a checksum for every package and no address, so that any registry will do', () => {
    expect(installed.length).toBeGreaterThan(100);
    expect(installed.filter(([, locked]) => locked.resolved !== undefined)).toEqual([]);
    expect(installed.filter(([, locked]) => !locked.integrity)).toEqual([]);
    expect(lockfile).not.toMatch(/"(https?|git\+\w+):\/\/[^"]*\.tgz/);
  });

  // The runtime, and the older one that test/robustness/coexistence loads beside it.
  it('holds an install script in onnxruntime-node alone, which is never run', () => {
    const scripted = installed.filter(([, locked]) => locked.hasInstallScript);
    expect(scripted.map(([path]) => name(path))).toEqual([
      'onnxruntime-node',
      'onnxruntime-node-1.20',
    ]);
    const setting = execFileSync('npm config get ignore-scripts', {
      cwd: root,
      shell: true,
      encoding: 'utf8',
      // The project's own setting, not one inherited from the npm that may run this test.
      env: { ...process.env, npm_config_ignore_scripts: undefined },
    });
    expect(setting.trim()).toBe('true');
  });

  it('installs nothing with the package whose licence would bind its users', () => {
    const bound = installed
      .filter(([, locked]) => !locked.dev && !locked.devOptional)
      .map(([path, { license = 'none' }]) => ({ name: name(path), license }))
      .filter(({ license }) => {
        const alternatives = license.replaceAll(/[()]/g, '').split(' OR ');
        return !alternatives.some((one) => one.split(' AND ').every((id) => PERMISSIVE.has(id)));
      });
    expect(bound).toEqual([]);
  });
});
