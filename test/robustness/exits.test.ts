/** Every way in which a process can end, twenty times each: it ends as asked, at once, and says nothing. */
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { inParallel, runNode } from '../support/child.js';

interface Way {
  how: string;
  /** The exit code, or the signal that ended it. */
  end: number | NodeJS.Signals;
  /** What it prints after its first line. */
  says?: string;
  /** What Node itself writes to stderr; nothing unless given. */
  stderr?: RegExp;
}

const ways: Way[] = [
  { how: 'return', end: 0 },
  { how: 'exit', end: 7 },
  { how: 'exit during a run', end: 7 },
  {
    how: 'uncaught error during a run',
    end: 1,
    stderr: /^file:[^\n]*\n[^\n]*\n\s*\^\n\nError: planned\n(\s+at [^\n]*\n)+\nNode\.js v[\d.]+\n$/,
  },
  { how: 'dispose during a run', end: 0, says: 'engine_disposed\n' },
  { how: 'return during a run', end: 0, says: 'engine_disposed\n' },
  { how: 'SIGTERM during a run', end: 'SIGTERM' },
  { how: 'worker.terminate during a run', end: 0, says: '1 1\n' },
  { how: 'exit while workers run', end: 7 },
];

const times = 20;
const program = join(import.meta.dirname, 'programs', 'exit.mjs');

it.each(ways)('$how', { timeout: 600_000 }, async ({ how, end, says = '', stderr }) => {
  // Each time a little later, so that it hits the run in different stages.
  const delays = Array.from({ length: times }, (_, i) => i * 15);
  const ended = await inParallel(delays, 2, (delay) => runNode([program, how, String(delay)]));
  for (const [i, { code, signal, stdout, stderr: written, tookMs }] of ended.entries()) {
    expect(code ?? signal, `${i}: ${written}`).toBe(end);
    expect(stdout).toBe(`ready\n${says}`);
    if (stderr) expect(written).toMatch(stderr);
    else expect(written).toBe('');
    // Since it was ready. The run would have taken 5 seconds, and more where others use the same CPUs.
    expect(tookMs).toBeLessThan(delays[i]! + 4000);
  }
});
