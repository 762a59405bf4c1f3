/** Plans with steps left out do what bench:quality --steps says of them. */
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { MattingStep } from '#lib/plan';
import { createEngine, type Engine } from 'bgcut';
import { ablations, openPlans } from '../../bench/quality/steps.mjs';
import { onCpu, photos } from '../support/project.js';

const picture = join(photos, 'chelsea.png');
let engine: Engine;
let plans: Awaited<ReturnType<typeof openPlans>>;
beforeAll(async () => {
  engine = await createEngine(onCpu);
  plans = await openPlans(engine);
}, 600_000);
afterAll(async () => {
  await plans.dispose();
  await engine.dispose();
});

async function levels(change: Parameters<typeof plans.alphaOf>[1]): Promise<number[]> {
  const { values } = await plans.alphaOf(picture, change);
  return Array.from(values, (value) => Math.round(value * 255));
}

it('nothing left out is the default', async () => {
  const { data } = await engine.removeBg(picture, { size: 'full', channels: 'alpha' });
  const usual = await sharp(data).extractChannel(0).raw().toBuffer();
  expect(await levels({})).toEqual([...usual]);
});

it('every step can be left out, and is missed where the picture needs it', async () => {
  const usual = await levels({});
  const missed = [];
  for (const { name, change } of ablations) {
    const changed = await levels(change);
    if (changed.some((value, i) => value !== usual[i])) missed.push(name);
  }
  // The cat fills the picture, has no sharp edges, and the picture is smaller than all sizes of matting.
  const idle = ['closer-look', 'haze', 'detail'].map((step) => `without ${step}`);
  idle.push('half a megapixel', 'two megapixels');
  expect(missed).toEqual(ablations.map(({ name }) => name).filter((name) => !idle.includes(name)));
}, 120_000);

it('a step that there is none of is an error', async () => {
  const without = ['guessing' as MattingStep];
  await expect(plans.alphaOf(picture, { without })).rejects.toThrow('unknown value guessing');
});
