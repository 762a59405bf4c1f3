import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { writeResult } from '#lib/cli/remove/outputs';
import { emptyFolder, jsonLines, namesIn, photos, slowModel, start, tinyModel } from './support';

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends a run at once and cleanly', async (signal, code) => {
  const cwd = await emptyFolder();
  const args = ['remove', photos, '-o', 'out', '--json', '--model', slowModel];
  const { child, ended } = start(args, { cwd });
  // The first picture is done, the second one is under way.
  await once(child.stdout!, 'data');
  const stoppedAt = performance.now();
  child.kill(signal);
  const end = await ended;
  expect(end.code).toBe(code);
  expect(performance.now() - stoppedAt).toBeLessThan(3000);
  expect(end.stderr).toBe('');
  const [first, summary] = jsonLines(end);
  expect(summary).toMatchObject({ pictures: 4, done: 1, failed: 0, interrupted: true });
  expect(await namesIn(cwd)).toEqual(['out', String(first?.output)]);
});

it.each([
  ['--json', ['-o', 'out', '--json']],
  ['a picture', ['-o', '-']],
])('a reader that goes away ends the run quietly: %s', async (_what, flags) => {
  const cwd = await emptyFolder();
  const input = flags.includes('--json') ? photos : path.join(photos, 'coffee.png');
  const { child, ended } = start(['remove', input, ...flags, '--model', tinyModel], { cwd });
  child.stdout!.destroy();
  const end = await ended;
  expect(end.code).toBe(141);
  expect(end.stderr).not.toMatch(/EPIPE|^\s+at /m);
});

// More than a disk takes at once.
const large = Buffer.alloc(64_000_000);

it('leaves no temporary file when writing is stopped', async () => {
  const folder = await emptyFolder();
  const stop = new AbortController();
  const writing = writeResult(path.join(folder, 'a.png'), large, stop.signal);
  setImmediate(() => {
    stop.abort(new Error('stopped'));
  });
  await expect(writing).rejects.toThrow('stopped');
  expect(await namesIn(folder)).toEqual([]);
});

it('leaves no temporary file when the process exits in the middle of writing', async () => {
  const folder = await emptyFolder();
  const script = path.join(await emptyFolder(), 'exit.cjs');
  await writeFile(
    script,
    `const { readdirSync } = require('node:fs');
    const { writeResult } = require(process.argv[2]);
    const { signal } = new AbortController();
    writeResult(process.argv[3] + '/a.png', Buffer.alloc(${large.length}), signal);
    setInterval(() => {
      const seen = readdirSync(process.argv[3]);
      if (seen.some((name) => name.endsWith('.tmp'))) process.exit(7);
    }, 0);`,
  );
  const outputs = require.resolve('#lib/cli/remove/outputs');
  const [code] = (await once(fork(script, [outputs, folder]), 'exit')) as [number];
  expect(code).toBe(7);
  expect(await namesIn(folder)).toEqual([]);
});
