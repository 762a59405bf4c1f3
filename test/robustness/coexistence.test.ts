/** Beside an application's own sharp and its own, other version of onnxruntime-node, whoever comes first. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, vi } from 'vitest';

import { runForJson } from '../support/child.js';

// Long enough for a machine that does other things as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

interface Report {
  versions: string[];
  distinct: number[];
  first: { bgcut: string; sharp: string; runtime: string };
  settings: (number[] | undefined)[];
}

const require = createRequire(import.meta.url);
const { version: ours } = require('onnxruntime-node/package.json') as { version: string };
const { version: theirs } = require('onnxruntime-node-1.20/package.json') as { version: string };
const program = join(import.meta.dirname, 'programs', 'neighbours.mjs');
const run = async (order: string) => (await runForJson([program, order])) as Report;

let alone: Report['first'];
beforeAll(async () => {
  const names = ['bgcut', 'sharp', 'runtime'] as const;
  const reports = await Promise.all(names.map((name) => run(name)));
  alone = Object.assign({}, ...reports.map(({ first }) => first)) as Report['first'];
});

describe.each([
  'bgcut,sharp,runtime',
  'bgcut,runtime,sharp',
  'sharp,bgcut,runtime',
  'sharp,runtime,bgcut',
  'runtime,bgcut,sharp',
  'runtime,sharp,bgcut',
])('loaded in the order %s', (order) => {
  it('each does what it does alone, twenty times, one by one and all at once', async () => {
    const { versions, distinct, first, settings } = await run(order);
    expect([...versions].sort()).toEqual([
      `bgcut ${ours}`,
      `runtime ${theirs}`,
      `sharp ${sharp.versions.vips}`,
    ]);
    expect(distinct).toEqual([1, 1, 1]);
    // 1 / (1 + exp(-16 x 0.1))
    expect(first.runtime).toBe('0.8320');
    expect(first.bgcut === alone.bgcut && first.sharp === alone.sharp).toBe(true);
    expect(settings).toEqual([
      [33, 7, 44, 3],
      [33, 7, 44, 3],
    ]);
  });
});

it('the runtimes really are two', () => {
  expect(ours).not.toBe(theirs);
});

it('sharp’s defaults are its own', async () => {
  const show = (before: string) => `
    const sharp = require('sharp');
    (async () => {
      ${before}
      const { memory, files, items } = sharp.cache();
      console.log(JSON.stringify([memory.max, files.max, items.max, sharp.concurrency(), sharp.simd()]));
    })();`;
  const removal = `
    const engine = await require('bgcut').createEngine({ device: 'cpu', model: 'test/fixtures/models/tiny.onnx' });
    await engine.removeBg('test/fixtures/photos/rocket.jpg');
    await engine.dispose();`;
  const [untouched, after] = await Promise.all([
    runForJson(['-e', show('')]),
    runForJson(['-e', show(removal)]),
  ]);
  expect(after).toEqual(untouched);
});
