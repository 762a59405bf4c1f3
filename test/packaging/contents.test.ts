import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  bin: Record<string, string>;
  exports: Record<'.' | './server', Record<string, Record<string, string>>>;
};
let files: string[];
let unpackedSize: number;

beforeAll(() => {
  const command = 'npm pack --dry-run --json --ignore-scripts --loglevel=error';
  const answer = execFileSync(command, { cwd: root, shell: true, encoding: 'utf8' });
  const [pack] = JSON.parse(answer) as { files: { path: string }[]; unpackedSize: number }[];
  files = pack!.files.map(({ path }) => path);
  unpackedSize = pack!.unpackedSize;
});

describe('what npm pack puts into the package', () => {
  it('is everything that package.json points at', () => {
    const targets = (['.', './server'] as const).flatMap((entry) =>
      Object.values(manifest.exports[entry]).flatMap((types) => Object.values(types)),
    );
    expect(targets).toHaveLength(8);
    for (const target of [...targets, ...Object.values(manifest.bin)]) {
      expect(files).toContain(target.replace(/^\.\//, ''));
    }
    expect(readFileSync(join(root, manifest.bin.bgcut!), 'utf8')).toMatch(
      /^#!\/usr\/bin\/env node\n/,
    );
  });

  it('is the code and the manifests of the models', () => {
    const manifests = readdirSync(join(root, 'models')).filter((file) => file.endsWith('.json'));
    expect(manifests.length).toBeGreaterThan(0);
    for (const file of [
      ...manifests.map((file) => `models/${file}`),
      'README.md',
      'LICENSE',
      'NOTICE',
      'dist/page/index.html',
      'dist/page/licences.md',
    ]) {
      expect(files).toContain(file);
    }
  });

  it('is no test, no weights, no build output, nothing of the workshop', () => {
    const expected = /^((dist|docs|models)\/.*|[A-Z]+(\.md)?|package\.json)$/;
    const unwanted = /\.(onnx|node|a|so|tgz|tsbuildinfo|test\.\w+)$/;
    const foreign = files.filter((file) => !expected.test(file) || unwanted.test(file));
    // The probe is a graph of one node without weights: providers prove on it that they run.
    expect(foreign).toEqual(['models/probe.onnx']);
    expect(unpackedSize).toBeLessThan(5e6);
  });

  it('holds no module whose source is gone', () => {
    const orphans = files
      // The page is bundled: its file is emptied by every build.
      .filter((file) => /^dist\/(?!page\/).*\.m?js$/.test(file))
      .filter((file) => !existsSync(join(root, file.replace(/^dist/, 'lib').replace(/js$/, 'ts'))));
    expect(orphans, 'left over from an earlier build: remove dist/ and build again').toEqual([]);
  });
});
