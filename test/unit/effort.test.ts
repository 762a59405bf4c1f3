/** What the option effort does to files, read by sharp. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { createEngine, type Engine, type RemoveOptions } from 'bgcut';
import { difference, rgba } from '../support/pixels.js';
import { onCpu, photos, tinyModel } from '../support/project.js';
import { readZip } from '../support/zip.js';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ ...onCpu, model: tinyModel });
});
afterAll(() => engine.dispose());

async function bytes(effort: RemoveOptions['effort'], format: RemoveOptions['format']) {
  const options = { effort, format, size: 'full', quality: 'fast' } as const;
  return (await engine.removeBg(join(photos, 'astronaut.png'), options)).data;
}

it.each([
  // The least that it must save.
  { format: 'png', saved: 0.1 },
  { format: 'jpg', saved: 0.03 },
  { format: 'webp', saved: 0.03 },
] as const)('makes a $format smaller, and its picture no worse', async ({ format, saved }) => {
  const fast = await bytes('fast', format);
  const balanced = await bytes('balanced', format);
  const small = await bytes('small', format);
  expect(fast.equals(await bytes(undefined, format))).toBe(true);
  expect(balanced.length).toBeLessThanOrEqual(fast.length);
  expect(small.length).toBeLessThan(balanced.length);
  expect(1 - small.length / fast.length).toBeGreaterThan(saved);
  const exact = await rgba(await bytes('fast', 'png'));
  const where = (pixel: number) => exact.data[pixel * 4 + 3] === 255;
  const error = async (file: Buffer) =>
    difference(await rgba(file), exact, { where, channels: 3 }).mean;
  expect(await error(small)).toBeLessThanOrEqual(1.1 * (await error(fast)));
});

it('makes both parts of a zip smaller, and its alpha stays exact', async () => {
  const [fast, small] = await Promise.all([bytes('fast', 'zip'), bytes('small', 'zip')]);
  const part = (zip: Buffer, name: string) =>
    readZip(zip).find((entry) => entry.name === name)!.data;
  for (const name of ['color.jpg', 'alpha.png']) {
    expect(part(small, name).length).toBeLessThan(part(fast, name).length);
  }
  const alphas = await Promise.all([small, fast].map((zip) => rgba(part(zip, 'alpha.png'))));
  expect(difference(alphas[0]!, alphas[1]!).mean).toBe(0);
});
