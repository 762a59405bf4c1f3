/** channels: 'alpha' gives the matte alone, in every format. */
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createEngine, type Engine } from 'bgcut';
import { channel, difference, type Pixels, rgba } from '../support/pixels.js';
import { onCpu, photos, tinyModel } from '../support/project.js';

const photo = join(photos, 'coffee.png');
const size = 'full';

let engine: Engine;
let matte: Buffer;
beforeAll(async () => {
  engine = await createEngine({ ...onCpu, model: tinyModel });
  matte = channel(await rgba((await engine.removeBg(photo, { size, format: 'png' })).data), 3);
});
afterAll(() => engine.dispose());

/** The matte as an opaque grey picture. */
function grey(pixels: Pixels): Pixels {
  const data = Buffer.alloc(matte.length * 4, 255);
  matte.forEach((alpha, i) => data.fill(alpha, i * 4, i * 4 + 3));
  return { ...pixels, data };
}

describe('channels alpha', () => {
  it.each(['auto', 'png'] as const)(
    'as %s is an 8-bit grey PNG of exactly that',
    async (format) => {
      const result = await engine.removeBg(photo, { size, format, channels: 'alpha' });
      expect([result.format, result.width, result.height]).toEqual(['png', 600, 400]);
      expect([...result.data.subarray(24, 29)]).toEqual([8, 0, 0, 0, 0]);
      const seen = await rgba(result.data);
      expect(difference(seen, grey(seen)).max).toBe(0);
    },
  );

  it.each(['jpg', 'webp'] as const)('as %s is the same, as far as it can be', async (format) => {
    const result = await engine.removeBg(photo, { size, format, channels: 'alpha' });
    expect(result.format).toBe(format);
    const seen = await rgba(result.data);
    expect(difference(seen, grey(seen)).mean).toBeLessThan(1.5);
    const { channels, hasAlpha } = await sharp(result.data).metadata();
    expect([channels, hasAlpha]).toEqual([format === 'jpg' ? 1 : 3, false]);
  });

  it('as zip is the zip that it would be anyway', async () => {
    const [alpha, both] = await Promise.all(
      (['alpha', 'rgba'] as const).map((channels) =>
        engine.removeBg(photo, { size, format: 'zip', channels }),
      ),
    );
    expect(alpha!.data.equals(both!.data)).toBe(true);
  });

  it('tells the same box as the cut-out', async () => {
    const [alpha, cutOut] = await Promise.all(
      (['alpha', 'rgba'] as const).map((channels) => engine.removeBg(photo, { channels })),
    );
    expect(alpha!.foreground).toEqual(cutOut!.foreground);
  });
});
