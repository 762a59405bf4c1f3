/** The same picture gives the same bytes: again, on more threads, beside other calls, in another thread of the process. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { createEngine, type Engine, type EngineOptions, type RemoveOptions } from 'bgcut';
import { scene } from '../support/pictures.js';
import { onCpu, photos, tinyModel } from '../support/project.js';

// Long enough for a machine that does other things as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

type Call = RemoveOptions & { picture: string | Buffer };

const tiny: EngineOptions = { ...onCpu, model: tinyModel, queue: 200 };
const calls: Call[] = [
  { picture: join(photos, 'astronaut.png'), size: 'full', format: 'png' },
  { picture: join(photos, 'chelsea.png'), size: 'full', format: 'webp' },
  { picture: join(photos, 'coffee.png'), size: 'full', format: 'zip' },
  { picture: join(photos, 'rocket.jpg'), size: 'preview', format: 'jpg' },
  { picture: join(photos, 'rocket.jpg'), size: 'full', channels: 'alpha' },
];

let engine: Engine;
let expected: Buffer[];
beforeAll(async () => {
  const large = await scene(2500, 1700).jpeg().toBuffer();
  calls.push({ picture: large, size: 'full', format: 'png' });
  calls.push({ picture: large, size: 'medium', format: 'zip' });
  engine = await createEngine({ ...tiny, threads: 1 });
  expected = await take(engine);
});
afterAll(() => engine.dispose());

async function take(by: Engine, order = calls): Promise<Buffer[]> {
  const results = await Promise.all(
    order.map(async ({ picture, ...options }) => (await by.removeBg(picture, options)).data),
  );
  return results;
}

function expectSame(results: readonly Uint8Array[]): void {
  expect(results.map((data, i) => expected[i]!.equals(data))).toEqual(calls.map(() => true));
}

/** What a worker thread gets for the calls, by an engine of its own. */
function takeInWorker(order: readonly Call[]): Promise<Uint8Array[]> {
  const program = join(import.meta.dirname, 'programs', 'worker.mjs');
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, { workerData: { engine: tiny, calls: order } });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => code && reject(new Error(`exit code ${code}`)));
  });
}

it('different calls give different bytes, or nothing here would show anything', () => {
  expect(new Set(expected.map((data) => data.toString('base64'))).size).toBe(calls.length);
});

it('twenty times', async () => {
  const few = calls.slice(0, 5); // without the large picture
  for (let i = 0; i < 20; i++) {
    const results = await take(engine, few);
    expect(results.map((data, k) => data.equals(expected[k]!))).toEqual(few.map(() => true));
  }
});

describe('on another number of threads', () => {
  it.each([2, 4, 8])('%i', async (threads) => {
    const other = await createEngine({ ...tiny, threads });
    expectSame(await take(other));
    await other.dispose();
  });
});

it('beside other calls, in any order', async () => {
  const other = await createEngine({ ...tiny, threads: 2, concurrency: 4 });
  const shuffled = calls.map((call, i) => ({ call, i, key: (i * 5 + 3) % calls.length }));
  shuffled.sort((a, b) => a.key - b.key);
  for (let round = 0; round < 3; round++) {
    const results = await take(
      other,
      shuffled.map(({ call }) => call),
    );
    shuffled.forEach(({ i }, place) => expect(results[place]!.equals(expected[i]!)).toBe(true));
    shuffled.reverse();
  }
  await other.dispose();
});

it('in eight worker threads at once, and here meanwhile', async () => {
  const workers = Array.from({ length: 8 }, () => takeInWorker(calls));
  expectSame(await take(engine));
  for (const results of await Promise.all(workers)) expectSame(results);
  expectSame(await take(engine));
});

it('in eight worker threads, a hundred calls each', async () => {
  const pictures = await Promise.all(
    [40, 61, 97].map((width) => scene(width, 64).png().toBuffer()),
  );
  const formats = ['png', 'webp', 'jpg', 'zip'] as const;
  const hundred = Array.from({ length: 100 }, (_, i) => ({
    picture: pictures[i % pictures.length]!,
    format: formats[i % formats.length]!,
    size: 'full' as const,
    quality: 'fast' as const,
  }));
  const here = await take(engine, hundred);
  for (const there of await Promise.all(Array.from({ length: 8 }, () => takeInWorker(hundred)))) {
    expect(there.filter((data, i) => !here[i]!.equals(data))).toEqual([]);
  }
});
