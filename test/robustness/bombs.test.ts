/** Files that claim, hide or lack something: each gets its code without much memory, and the next call works. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { createEngine, type Engine } from 'bgcut';
import { type Bomb, bombs } from '../support/bombs.js';
import { runForJson } from '../support/child.js';
import { onCpu, tinyModel } from '../support/project.js';
import { rejection } from '../support/rejection.js';

// Long enough for a machine that does other things as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

interface Outcome {
  code: string | null;
  ms: number;
  growthMb: number | null;
  nextIsGood: boolean;
}

const set = await bombs();
let outcomes: Record<string, Outcome>;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bgcut-bombs-'));
  for (const { name, bytes } of set) writeFileSync(join(folder, name), bytes);
  const program = join(import.meta.dirname, 'programs', 'calls.mjs');
  outcomes = (await runForJson([program, folder])) as Record<string, Outcome>;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(set)('$name: $code, cheaply, and the engine stays as it was', ({ name, code, bytes }) => {
  const { growthMb, ms, ...outcome } = outcomes[name]!;
  expect(outcome).toEqual({ code, nextIsGood: true });
  if (growthMb !== null) expect(growthMb).toBeLessThan(memoryFor(code, bytes.length / 1e6));
  expect(ms).toBeLessThan(5000);
});

/** Megabytes that a call may add to the peak of the process. What the header refuses costs next to nothing. */
function memoryFor(code: string | null, fileMb: number): number {
  const isDecoded = code === null || code === 'failed_to_read_image';
  // Measured: up to 47, a PNG of 49 megapixels; 0; and up to five times the file where it is one profile of 20 megabytes.
  return isDecoded ? 80 + 3 * fileMb : 30;
}

describe('what an error of a file says', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ ...onCpu, model: tinyModel });
  });
  afterAll(() => engine.dispose());

  const refused = set.filter((bomb) => bomb.code !== null);
  it.each(refused)('$name: no path, no library, no code', async ({ bytes }: Bomb) => {
    const { message, title, detail } = await rejection(engine.removeBg(bytes));
    const text = [message, title, detail].join(' ');
    expect(text).not.toMatch(/vips|libpng|spng|libjpeg|onnx|\.cc\b|(^|\s)\/\w|0x/i);
    expect(message.length).toBeGreaterThan(10);
  });
});
