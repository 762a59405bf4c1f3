/** What each value of size gives, and what it costs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { createEngine, type Engine, type RemoveOptions } from 'bgcut';
import { runForJson } from '../support/child.js';
import { plain, scene } from '../support/pictures.js';
import { difference, rgba } from '../support/pixels.js';
import { onCpu, tinyModel } from '../support/project.js';

// Long enough for a machine that does other things as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

type Size = NonNullable<RemoveOptions['size']>;
type Format = NonNullable<RemoveOptions['format']>;

let engine: Engine;
let large: Buffer; // 30 megapixels
beforeAll(async () => {
  engine = await createEngine({ ...onCpu, model: tinyModel });
  large = await scene(6000, 5000).jpeg().toBuffer();
});
afterAll(() => engine.dispose());

const megapixels = (pixels: number) => pixels * 1_000_000;

/** As large as the cap lets it be, in the shape of the picture: sides off by a rounding at most. */
function expectFit(size: { width: number; height: number }, cap: number): void {
  const exact = Math.sqrt(cap / 30_000_000);
  expect(size.width * size.height).toBeLessThanOrEqual(cap);
  expect(Math.abs(size.width - 6000 * exact)).toBeLessThanOrEqual(1);
  expect(Math.abs(size.height - 5000 * exact)).toBeLessThanOrEqual(1);
}

describe('a picture of 30 megapixels', () => {
  const caps: [Size, Format, number][] = [
    ['preview', 'png', 0.25],
    ['small', 'jpg', 0.25],
    ['regular', 'zip', 0.25],
    ['medium', 'webp', 1.5],
    ['hd', 'png', 4],
    ['full', 'png', 10],
    ['4k', 'jpg', 25],
    ['auto', 'zip', 25],
    ['50MP', 'png', 10],
    ['50MP', 'jpg', 30],
  ];
  it.each(caps)('at size %s as %s has %f megapixels', async (size, format, cap) => {
    const result = await engine.removeBg(large, { size, format });
    expectFit(result, megapixels(cap));
    expect([result.maxWidth, result.maxHeight]).toEqual([6000, 5000]);
    const { left, top, width, height } = result.foreground;
    // The disc and the white bar are bright: from 14 to 90 % of the width, from 10 to 90 % of the height.
    const share = [left / result.width, top / result.height];
    share.push((left + width) / result.width, (top + height) / result.height);
    [0.14, 0.1, 0.9, 0.9].forEach((side, i) =>
      expect(Math.abs(share[i]! - side)).toBeLessThan(0.03),
    );
    if (format === 'zip') return;
    const { width: seenWidth, height: seenHeight } = await sharp(result.data).metadata();
    expect([seenWidth, seenHeight]).toEqual([result.width, result.height]);
  });

  it('as auto has the cap of what auto becomes', async () => {
    const cutOut = await engine.removeBg(large, { size: 'full', format: 'auto' });
    expect(cutOut.format).toBe('png');
    expectFit(cutOut, megapixels(10));
    const white = await plain(6000, 5000, '#fff').jpeg().toBuffer();
    const opaque = await engine.removeBg(white, { size: 'full', format: 'auto' });
    expect(opaque.format).toBe('jpg');
    expectFit(opaque, megapixels(25));
  });
});

it('is never enlarged', async () => {
  const picture = await scene(500, 333).png().toBuffer();
  for (const size of ['preview', 'medium', 'hd', 'full', '50MP', 'auto'] as const) {
    const { width, height } = await engine.removeBg(picture, { size, format: 'webp' });
    expect([width, height]).toEqual([500, 333]);
  }
});

it.each(['jpg', 'png', 'webp'] as const)('a %s is scaled down as sharp does it', async (format) => {
  const files = {
    jpg: () => scene(2000, 1500).jpeg({ quality: 95 }),
    png: () => scene(2000, 1500).png(),
    webp: () => scene(2000, 1500).webp({ quality: 95 }),
  };
  const picture = await files[format]().toBuffer();
  expect((await sharp(picture).metadata()).format).toBe(format === 'jpg' ? 'jpeg' : format);
  const result = await engine.removeBg(picture, { size: 'preview', format: 'png' });
  const { width, height } = result;
  const expected = await rgba(
    await sharp(picture).resize(width, height, { fit: 'fill' }).png().toBuffer(),
  );
  const seen = await rgba(result.data);
  const where = (pixel: number) => seen.data[pixel * 4 + 3] === 255;
  // Measured: 0, 0, and .27 for WebP, whose decoder scales down in other steps.
  expect(difference(seen, expected, { where, channels: 3 }).mean).toBeLessThan(0.5);
});

describe.runIf(process.platform === 'linux')('a preview of a JPEG of 50 megapixels', () => {
  let folder: string;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('never decodes it in full: peak memory says so', async () => {
    folder = mkdtempSync(join(tmpdir(), 'bgcut-sizes-'));
    const picture = join(folder, 'large.jpg');
    writeFileSync(picture, await scene(8160, 6120).jpeg().toBuffer());
    const program = join(import.meta.dirname, 'programs', 'peak.mjs');
    const peak = async (size: Size) =>
      (await runForJson([program, picture, size])) as { growthMb: number; decodeMs: number };
    const [preview, full] = [await peak('preview'), await peak('50MP')];
    // 8160 x 6120 in RGB are 150 MB. The full result's growth shows that the measure sees them: measured 230, against 8.
    expect(full.growthMb).toBeGreaterThan(150);
    expect(preview.growthMb).toBeLessThan(40);
    expect(preview.decodeMs).toBeLessThan(full.decodeMs);
  });
});
