// @ts-check
/** Finds the places where an edge is hardest, and enlarges them. */
import sharp from 'sharp';

import { dataUrl, tileSize } from './darkroom.mjs';

/** @import { Tile } from './darkroom.mjs' */

/** Pixels of the picture that one pixel of the page shows enlarged by. */
const enlargement = 3;
const window = {
  width: Math.round(tileSize.width / enlargement),
  height: Math.round(tileSize.height / enlargement),
};

/**
 * The window with the most half-transparent pixels, on a grid of quarter windows.
 *
 * @param {Buffer} cutOut a picture with alpha
 * @returns {Promise<{ left: number, top: number, width: number, height: number }>}
 */
export async function softestPlace(cutOut) {
  const { data, info } = await sharp(cutOut)
    .ensureAlpha()
    .extractChannel(3)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const width = Math.min(window.width, info.width);
  const height = Math.min(window.height, info.height);
  let best = { left: 0, top: 0, width, height };
  let most = -1;
  for (let top = 0; top + height <= info.height; top += Math.max(1, height >> 2)) {
    for (let left = 0; left + width <= info.width; left += Math.max(1, width >> 2)) {
      let soft = 0;
      for (let y = top; y < top + height; y += 2) {
        for (let x = left; x < left + width; x += 2) {
          const alpha = data[y * info.width + x] ?? 0;
          if (alpha > 24 && alpha < 232) soft += 1;
        }
      }
      if (soft > most) [most, best] = [soft, { left, top, width, height }];
    }
  }
  return best;
}

/**
 * A window of a picture, without loss, to be shown enlarged.
 *
 * @param {Buffer | string} picture
 * @param {{ left: number, top: number, width: number, height: number }} place
 * @param {string} caption
 * @returns {Promise<Tile>}
 */
export async function enlarged(picture, place, caption) {
  const print = await sharp(picture).extract(place).webp({ lossless: true }).toBuffer();
  return {
    src: dataUrl(print, 'image/webp'),
    width: place.width * enlargement,
    height: place.height * enlargement,
    caption,
    facts: `${enlargement} × enlarged, from ${place.left}, ${place.top}`,
    pixels: true,
  };
}
