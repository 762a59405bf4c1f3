/** The calls that cases make, and how they look at results: through sharp, and a reader of zip files. */
import { join } from 'node:path';
import sharp from 'sharp';

import { createEngine, type Engine, removeBg, type RemoveOptions, type Result } from 'bgcut';
import { type Pixels, rgba } from '../support/pixels.js';
import { everythingModel, onCpu, photos, tinyModel } from '../support/project.js';
import { readZip } from '../support/zip.js';

/** The photographs that the project carries. */
export type Photo = 'astronaut.png' | 'chelsea.png' | 'coffee.png' | 'rocket.jpg';

/** The path of a photograph. */
export const pathOf = (photo: Photo): string => join(photos, photo);

const cuts = new Map<string, Promise<Result>>();

/** The public call with the real model on a photograph. The same call is made once: leave its result as it is. */
export function cut(photo: Photo, options: RemoveOptions = {}): Promise<Result> {
  const key = `${photo} ${JSON.stringify(options)}`;
  const result = cuts.get(key) ?? removeBg(pathOf(photo), options);
  cuts.set(key, result);
  return result;
}

let tiny: Promise<Engine> | undefined;
let everything: Promise<Engine> | undefined;

/** A call with a model to which whatever is bright is foreground: for what has nothing to do with a subject. */
export async function bright(picture: Buffer, options: RemoveOptions = {}): Promise<Result> {
  tiny ??= createEngine({ ...onCpu, model: tinyModel });
  return (await tiny).removeBg(picture, options);
}

/**
 * A call with a model to which everything is foreground: the subject is what the picture's own alpha leaves of it,
 * to the pixel.
 */
export async function keep(picture: Buffer, options: RemoveOptions = {}): Promise<Result> {
  everything ??= createEngine({ ...onCpu, model: everythingModel() });
  return (await everything).removeBg(picture, options);
}

/** Ends the engines of bright() and keep(). */
export async function disposeEngines(): Promise<void> {
  for (const engine of await Promise.all([tiny, everything])) await engine?.dispose();
}

/** The pixels of a result; those of a zip are its two parts put together. */
export async function view({ data, format }: Result): Promise<Pixels> {
  if (format !== 'zip') return rgba(data);
  const { color, alpha } = await zipParts(data);
  color.data.forEach((_, i) => {
    if (i % 4 === 3) color.data[i] = alpha.data[i - 1]!;
  });
  return color;
}

/** The two pictures of a zip, in the form in which it holds them. */
export async function zipParts(data: Buffer): Promise<{ color: Pixels; alpha: Pixels }> {
  const parts = readZip(data);
  if (parts.map(({ name }) => name).join() !== 'color.jpg,alpha.png') throw new Error('not ours');
  const [color, alpha] = await Promise.all(parts.map((part) => rgba(part.data)));
  return { color: color!, alpha: alpha! };
}

/** A rectangle in pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A box from its sides, in the order in which they are read. */
export const box = (left: number, top: number, width: number, height: number): Box => ({
  left,
  top,
  width,
  height,
});

/** The smallest box around what is at least that opaque. */
export function boxOf({ data, width, height }: Pixels, threshold = 8): Box {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[(y * width + x) * 4 + 3]! < threshold) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
  }
  return box(left, top, right - left, bottom - top);
}

/** Part of a picture. */
export async function part(pixels: Pixels, { left, top, width, height }: Box): Promise<Pixels> {
  const data = await sharp(pixels.data, {
    raw: { width: pixels.width, height: pixels.height, channels: 4 },
  })
    .extract({ left, top, width, height })
    .raw()
    .toBuffer();
  return { data, width, height, channels: 4 };
}

/** Width and height as they are said: 600x400. */
export const said = ({ width, height }: Pick<Box, 'width' | 'height'>): string =>
  `${width}x${height}`;
