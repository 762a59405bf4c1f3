/** Pixels as sharp reads them: the independent reader of everything that is encoded here. */
import sharp from 'sharp';

/** 8-bit samples, interleaved, rows from top to bottom. */
export interface Pixels {
  data: Buffer;
  width: number;
  height: number;
  channels: number;
}

/** Any picture as sRGB with alpha, upright: 4 channels. */
export async function rgba(picture: Buffer | string): Promise<Pixels> {
  const { data, info } = await sharp(picture, { limitInputPixels: false })
    .autoOrient()
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
}

/** One channel of those. */
export function channel(pixels: Pixels, index: number): Buffer {
  const out = Buffer.alloc(pixels.width * pixels.height);
  for (let i = 0; i < out.length; i++) out[i] = pixels.data[i * pixels.channels + index]!;
  return out;
}

/** One pixel. */
export function at(pixels: Pixels, x: number, y: number): number[] {
  const start = (y * pixels.width + x) * pixels.channels;
  return [...pixels.data.subarray(start, start + pixels.channels)];
}

/** How far two equally large sets of samples are apart, 0..255. */
export interface Difference {
  mean: number;
  max: number;
}

/**
 * The difference of two pictures of the same size; `where` picks the pixels that count, `channels` how many of each
 * pixel's samples.
 */
export function difference(
  a: Pixels,
  b: Pixels,
  { where = () => true, channels = a.channels }: Partial<Picking> = {},
): Difference {
  const sizes = [a, b].map(({ width, height }) => `${width}x${height}`);
  if (sizes[0] !== sizes[1]) throw new Error(`sizes differ: ${sizes.join(', ')}`);
  let sum = 0;
  let max = 0;
  let count = 0;
  for (let pixel = 0; pixel < a.width * a.height; pixel++) {
    if (!where(pixel)) continue;
    for (let sample = 0; sample < channels; sample++) {
      const apart = Math.abs(
        a.data[pixel * a.channels + sample]! - b.data[pixel * b.channels + sample]!,
      );
      sum += apart;
      max = Math.max(max, apart);
      count += 1;
    }
  }
  if (count === 0) throw new Error('no pixel was compared');
  return { mean: sum / count, max };
}

interface Picking {
  where: (pixel: number) => boolean;
  channels: number;
}
