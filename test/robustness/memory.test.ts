/** Memory over many mixed calls, of a process that does nothing else. */
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';

import { runForJson } from '../support/child.js';

// Long enough for a machine that does other things as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

it('two hundred calls after forty leave no trace in memory', { timeout: 300_000 }, async () => {
  const program = join(import.meta.dirname, 'programs', 'growth.mjs');
  const report = await runForJson(['--expose-gc', program, '40', '200']);
  const { growthMb, laterMb, made } = report as Record<string, number>;
  // One in ten is broken, one in ten may time out.
  expect(made).toBeGreaterThanOrEqual(190);
  // Measured: 10 to 30, and -10 to 10 over the later half; over 600 calls no more than over 160. A result has about
  // half a megabyte, its pixels one: losing either with every call would show.
  expect(growthMb).toBeLessThan(60);
  expect(laterMb).toBeLessThan(30);
});
