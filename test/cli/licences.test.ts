import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { jsonLines, run } from './support';

interface Licence {
  name: string;
  version: string | null;
  licence: string;
  commercial: 'yes' | 'no' | 'unclear';
}
interface Licences {
  bgcut: Licence;
  models: Licence[];
  native: Licence[];
  packages: Licence[];
}

const root = path.join(import.meta.dirname, '..', '..');
const [answer] = jsonLines(await run(['licences', '--json']));
const all = answer as unknown as Licences;
const named = (list: Licence[], name: string) => list.find((each) => each.name === name);

it('tells the licence of bgcut, of the default model first, and which models are not for commerce', () => {
  expect(all.bgcut).toMatchObject({ licence: 'Apache-2.0', commercial: 'yes' });
  expect(all.models[0]).toMatchObject({ name: 'isnet', commercial: 'unclear' });
  expect(named(all.models, 'rmbg-1.4')).toMatchObject({ commercial: 'no' });
});

it.runIf(process.platform === 'linux')(
  'tells those of the native libraries as the package that brings them does',
  () => {
    const [runtime, vips] = all.native;
    expect(runtime).toMatchObject({ name: 'ONNX Runtime', licence: 'MIT', commercial: 'yes' });
    expect(vips).toMatchObject({ name: 'libvips', licence: 'LGPL-3.0-or-later' });
    // A library that comes in with a later libvips has to be looked up.
    expect(all.native.filter(({ licence }) => licence === 'unknown')).toEqual([]);
    const readme = path.join(
      root,
      `node_modules/@img/sharp-libvips-linux-${process.arch}/README.md`,
    );
    const lgpl = [...readFileSync(readme, 'utf8').matchAll(/^\| (?:lib)?(\S+) +\| LGPLv3 +\|$/gm)];
    expect(lgpl.length).toBeGreaterThan(5);
    for (const [, name = ''] of lgpl) {
      const ours = named(all.native, name) ?? named(all.native, `lib${name}`);
      expect(ours, name).toMatchObject({ licence: 'LGPL-3.0-or-later' });
    }
  },
);

it('tells those of the installed packages, as package-lock.json has them', () => {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; license?: string }>;
  };
  expect(all.packages.length).toBeGreaterThan(100);
  for (const { name, version, licence } of all.packages) {
    const locked = Object.entries(lock.packages).find(
      ([place, each]) => place.endsWith(`node_modules/${name}`) && each.version === version,
    );
    expect(locked?.[1].license, name).toBe(licence);
  }
  expect(all.packages.filter(({ commercial }) => commercial !== 'yes')).toEqual([]);
  expect(named(all.packages, 'vitest')).toBeUndefined();
});

it('prints it for people', async () => {
  const { code, stdout } = await run(['licences']);
  const text = stdout.toString('utf8');
  expect(code).toBe(0);
  expect(text).toMatch(/^isnet \(.*commercial use: unclear$/m);
  expect(text).toMatch(/^libvips +8\.\S+ +LGPL-3\.0-or-later +yes$/m);
  expect(text).toMatch(/^fastify +5\.\S+ +MIT +yes$/m);
});
