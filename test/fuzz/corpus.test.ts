// Every seed and everything that fuzzing has found through its target: what was mended stays mended. The native
// targets' turn is in native/test/fuzz_test.cc.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { mutated, randomFrom } from './mutate.mjs';
import { javascriptTargets, type Target } from './targets/index.mjs';

const targets = Object.entries(javascriptTargets) as [string, Target][];

function found(name: string): [string, Buffer][] {
  const folder = join(import.meta.dirname, 'corpus', name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((file) => [file, readFileSync(join(folder, file))]);
}

describe.each(targets)('%s', (name, target) => {
  it.each(target.seeds().map((bytes, index) => [index, bytes] as const))(
    'keeps its promises for seed %d',
    async (_index, bytes) => {
      await target.run(bytes);
    },
  );

  const finds = found(name);
  if (finds.length > 0) {
    it.each(finds)('keeps its promises for the find %s', async (_file, bytes) => {
      await target.run(bytes);
    });
  }
});

describe('mutations', () => {
  it('depend on the seed alone, and keep to the length', () => {
    const seed = Buffer.from('crop=true\nsize=auto');
    const words = [Buffer.from('position')];
    const some = (random: ReturnType<typeof randomFrom>) =>
      Array.from({ length: 200 }, () => mutated(seed, random, { words, other: seed, most: 30 }));
    const [once, twice] = [some(randomFrom(7)), some(randomFrom(7))];
    expect(twice).toEqual(once);
    expect(Math.max(...once.map(({ length }) => length))).toBe(30);
    expect(new Set(once.map(String)).size).toBeGreaterThan(150);
  });
});
