/** Engines, pictures and models of the engine's tests. */
import { join } from 'node:path';
import sharp from 'sharp';

import { BgcutError, type Engine } from 'bgcut';

export const project = join(import.meta.dirname, '..', '..');
const models = join(project, 'test', 'fixtures', 'models');
/** "Bright is foreground", in a millisecond. */
export const tiny = join(models, 'tiny.onnx');
/** Seconds per picture. */
export const slow = join(models, 'slow.onnx');

const svg = `<svg width="800" height="600">
  <rect width="800" height="600"/><circle cx="300" cy="250" r="100" fill="#fff"/>
</svg>`;

/** A white disc on black, 800 x 600, in one of the formats that are read. */
export function disc(format: 'jpeg' | 'png' | 'webp'): Promise<Buffer> {
  return sharp(Buffer.from(svg)).removeAlpha().toFormat(format, { quality: 95 }).toBuffer();
}

/** One colour, 300 x 200. */
export function plain(background: string): Promise<Buffer> {
  return sharp({ create: { width: 300, height: 200, channels: 3, background } })
    .png()
    .toBuffer();
}

/** The BgcutError that a promise rejects with; anything else fails the test. */
export async function rejection(promise: Promise<unknown>): Promise<BgcutError> {
  const error: unknown = await promise.then(
    () => new Error('it resolved'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof BgcutError) return error;
  throw error;
}

/** Waits until no call is pending. */
export async function idle(busy: Engine, within = 5000): Promise<void> {
  const end = performance.now() + within;
  while (busy.info().pending > 0) {
    if (performance.now() > end) throw new Error('calls are still pending');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
