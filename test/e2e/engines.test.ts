/** The real model in several engines: on other numbers of threads, and in worker threads. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { createEngine, removeBg } from 'bgcut';
import { runForJson } from '../support/child.js';
import { onCpu, photos } from '../support/project.js';

const photo = join(photos, 'chelsea.png');
const firstFetch = 600_000;

it('the same bytes on 1, 2 and 4 threads, and again', { timeout: firstFetch }, async () => {
  const results: Buffer[] = [];
  for (const threads of [1, 2, 4, 2]) {
    const engine = await createEngine({ ...onCpu, threads });
    results.push((await engine.removeBg(photo, { format: 'png' })).data);
    await engine.dispose();
  }
  expect(results.map((data) => data.equals(results[0]!))).toEqual([true, true, true, true]);
});

it('the same preview a hundred times, on 1, 2 and 8 threads', { timeout: firstFetch }, async () => {
  const seen = new Set<string>();
  for (const [threads, times] of [
    [1, 20],
    [2, 60],
    [8, 20],
  ] as const) {
    const engine = await createEngine({ ...onCpu, threads });
    for (let i = 0; i < times; i++) {
      seen.add((await engine.removeBg(photo, { format: 'png' })).data.toString('base64'));
    }
    await engine.dispose();
  }
  expect(seen.size).toBe(1);
});

it('removeBg() starts an engine by itself', { timeout: firstFetch }, async () => {
  const [first, second] = await Promise.all([removeBg(photo), removeBg(photo, { format: 'zip' })]);
  expect([first.model, first.format, second.format]).toEqual(['isnet', 'png', 'zip']);
});

describe.runIf(process.platform === 'linux')('in worker threads', () => {
  it('the weights are there once', { timeout: firstFetch }, async () => {
    const program = join(import.meta.dirname, 'programs', 'sharing.mjs');
    const report = (await runForJson([program])) as { growthMb: number; modelMb: number };
    // Four copies would be 350 MB. Measured: less than before, by 100 MB that idle workers set free meanwhile.
    expect(report.growthMb).toBeLessThan(report.modelMb / 2);
  });
});
