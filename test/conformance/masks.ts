/** The masks that were drawn by eye on the photographs: what a cut-out is held against. */
import { join } from 'node:path';
import sharp from 'sharp';

import type { Pixels } from '../support/pixels.js';
import { masks } from '../support/project.js';
import type { Photo } from './calls.js';

/** 255 subject, 0 ground, 128 either: 8-bit grey of that size. */
export function maskOf(photo: Photo, width: number, height: number): Promise<Buffer> {
  return sharp(join(masks, photo.replace(/\w+$/, 'png')))
    .resize(width, height, { fit: 'fill', kernel: 'nearest' })
    .extractChannel(0)
    .raw()
    .toBuffer();
}

/**
 * Pixels on which cut-out and mask agree that they are subject, over those that either of them says so of. The mask may
 * be that of a part of the picture.
 */
export async function agreement(cutOut: Pixels, photo: Photo): Promise<number> {
  const mask = await maskOf(photo, cutOut.width, cutOut.height);
  let [both, either] = [0, 0];
  mask.forEach((answer, pixel) => {
    if (answer === 128) return;
    const found = cutOut.data[pixel * 4 + 3]! >= 128;
    both += Number(answer === 255 && found);
    either += Number(answer === 255 || found);
  });
  return both / either;
}
