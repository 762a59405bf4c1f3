/** How many threads compute at a time, however many calls there are. */
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 120_000 });

const program = join(import.meta.dirname, 'programs', 'threads.mjs');

/** The program bound to some of the machine's CPUs. */
async function look(cpus: number, concurrency: number, callers: number) {
  const bound = ['-c', `0-${cpus - 1}`, process.execPath, program, `${concurrency}`, `${callers}`];
  const { stdout } = await promisify(execFile)('taskset', bound);
  return JSON.parse(stdout) as { cpus: number; threads: number; running: number };
}

describe.runIf(process.platform === 'linux')('under eight callers', () => {
  it.each([1, Math.min(2, availableParallelism())])(
    'no more than %d CPUs are kept busy',
    async (cpus) => {
      const seen = await look(cpus, 4, 8);
      expect(seen.cpus).toBe(cpus);
      // Who hands a CPU on is seen running for a moment beside who gets it, and so is the thread that feeds an encoder.
      expect(seen.running).toBeLessThan(cpus + 0.75);
      expect(seen.running).toBeGreaterThan(0.4);
      // Workers, helpers, those of ONNX Runtime, two of the addon's own; libvips keeps a few that feed and write.
      expect(seen.threads).toBeLessThanOrEqual(4 + 2 * (cpus - 1) + 2 + 3 * 4);
    },
  );
});
