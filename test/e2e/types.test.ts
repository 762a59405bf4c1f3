/** What the subjects of pictures are called, with the real models; docs/types.md says how often it is right. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createEngine, type Engine } from 'bgcut';
import { pullModel } from '#lib/models/pull';
import { onCpu, photos } from '../support/project.js';

// The first run on a machine fetches the models.
const firstFetch = 600_000;
let engine: Engine;
beforeAll(async () => {
  engine = await createEngine(onCpu);
  await engine.removeBg(join(photos, 'astronaut.png'));
}, firstFetch);
afterAll(() => engine.dispose());

/** A penguin in five colours with outlines, as a drawing program writes it. */
const drawing = sharp(
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900">
    <rect width="900" height="900" fill="#fdf6e3"/>
    <g stroke="#000" stroke-width="10">
      <ellipse cx="450" cy="480" rx="230" ry="320" fill="#26418f"/>
      <ellipse cx="450" cy="560" rx="150" ry="220" fill="#fff"/>
      <circle cx="370" cy="330" r="60" fill="#fff"/><circle cx="530" cy="330" r="60" fill="#fff"/>
      <circle cx="380" cy="335" r="20"/><circle cx="520" cy="335" r="20"/>
      <path d="M400 400 L500 400 L450 460 Z" fill="#f4a300"/>
      <ellipse cx="360" cy="800" rx="90" ry="35" fill="#f4a300"/>
      <ellipse cx="540" cy="800" rx="90" ry="35" fill="#f4a300"/>
    </g>
  </svg>`),
).png();

describe('the type of the subject', () => {
  it.each([
    ['astronaut.png', 'person'],
    ['chelsea.png', 'animal'],
    ['coffee.png', 'product'],
  ])('of %s is %s, at any size and level', async (photo, expected) => {
    const file = join(photos, photo);
    for (const size of ['preview', 'full'] as const) {
      expect((await engine.removeBg(file, { size })).type).toBe(expected);
      expect((await engine.removeBg(file, { size, typeLevel: '2' })).type).toBe(expected);
    }
  });

  // At level 2 it should be transportation, but the detector has never seen a rocket.
  it('of a rocket is other at level 1', async () => {
    expect((await engine.removeBg(join(photos, 'rocket.jpg'))).type).toBe('other');
  });

  it('of a drawing is graphics at level 2, and other at level 1', async () => {
    const bytes = await drawing.toBuffer();
    expect((await engine.removeBg(bytes, { typeLevel: 'latest' })).type).toBe('graphics');
    expect((await engine.removeBg(bytes, { typeLevel: '1' })).type).toBe('other');
  });

  it('is the one that the caller says, without a look', async () => {
    const file = join(photos, 'coffee.png');
    const options = { type: 'graphic', typeLevel: '2' } as const;
    const { type, timings } = await engine.removeBg(file, options);
    const { timings: looked } = await engine.removeBg(file, { typeLevel: '2' });
    expect(type).toBe('graphics');
    expect(timings.classify).toBeLessThan(looked.classify / 2);
  });

  it('is not told at level none', async () => {
    const { type } = await engine.removeBg(join(photos, 'coffee.png'), { typeLevel: 'none' });
    expect(type).toBeUndefined();
  });

  it('says which model tells it', () => {
    expect(engine.info().detector).toMatchObject({ name: 'nanodet' });
  });
});

describe('without the detector, and without a network', () => {
  it('the type is told by colours alone, and info says why', async () => {
    const cacheDir = mkdtempSync(join(tmpdir(), 'bgcut-types-'));
    const model = { file: engine.info().model.file, manifest: 'isnet' };
    const alone = await createEngine({ ...onCpu, model, cacheDir, offline: true });
    try {
      const { type, width } = await alone.removeBg(join(photos, 'astronaut.png'));
      expect(type).toBe('other');
      expect(width).toBeGreaterThan(0);
      const drawn = await alone.removeBg(await drawing.toBuffer(), { typeLevel: '2' });
      expect(drawn.type).toBe('graphics');
      expect(alone.info().detector).toMatchObject({
        problem: expect.stringContaining('bgcut models pull nanodet') as string,
      });
      // What it says is done: the same engine tells types from the next call on.
      const { detector } = engine.info();
      if (detector === null || !('file' in detector)) expect.fail('the other engine has none');
      await pullModel('nanodet', { cacheDir, from: detector.file });
      expect((await alone.removeBg(join(photos, 'astronaut.png'))).type).toBe('person');
      expect(alone.info().detector).toMatchObject({ name: 'nanodet' });
    } finally {
      await alone.dispose();
      rmSync(cacheDir, { recursive: true, force: true });
    }
  });
});
