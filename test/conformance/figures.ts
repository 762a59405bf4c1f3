/** Drawn subjects on nothing: pictures whose alpha is known to the pixel. For keep(). */
import sharp from 'sharp';

import type { Box } from './calls.js';

/** A canvas and a place on it that no symmetry hides a mistake in. */
export const canvas = { width: 400, height: 300 };
export const place: Box = { left: 90, top: 60, width: 100, height: 160 };

/**
 * A figure that fills its box exactly, opaque: a pillar with a head to one side, on a foot as wide as the box, in
 * bright colours that differ from place to place.
 */
export function figure({ width, height } = canvas, at: Box = place): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 4);
  for (let y = 0; y < at.height; y++) {
    for (let x = 0; x < at.width; x++) {
      const [u, v] = [x / at.width, y / at.height];
      const foot = v >= 0.85;
      const head = v < 0.3 && u >= 0.25 && u < 0.85;
      const pillar = u >= 0.3 && u < 0.6;
      if (!foot && !head && !pillar) continue;
      const pixel = [60 + 190 * u, 250 - 180 * v, foot ? 220 : 90, 255].map(Math.round);
      data.set(pixel, ((at.top + y) * width + at.left + x) * 4);
    }
  }
  return sharp(data, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
}

const glass = [
  'M206 158 L290 158 L290 198 L170 198 Z',
  'M304 158 L384 158 Q396 160 404 170 L430 198 L304 198 Z',
].join(' ');

/** A grey car from the side, 600 x 400, with dark windows as opaque as is said, 0..1. */
export function car(opacity = 1): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="400">
    <path d="M60 270 L60 220 Q70 205 140 200 L190 150 Q200 140 220 140 L380 140 Q400 140 412 152 L462 200
      Q540 208 545 235 L545 270 Z ${glass}" fill="#b8bcc2" fill-rule="evenodd"/>
    <path d="${glass}" fill="#20262e" fill-opacity="${opacity}"/>
    <g fill="#15171a"><circle cx="150" cy="270" r="38"/><circle cx="450" cy="270" r="38"/></g>
    <g fill="#9aa0a6"><circle cx="150" cy="270" r="20"/><circle cx="450" cy="270" r="20"/></g>
  </svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

/** A point in each window of car(), and one on its door. */
export const windows = [
  { x: 245, y: 180 },
  { x: 350, y: 180 },
] as const;
export const door = { x: 300, y: 235 };
