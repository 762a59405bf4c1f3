/** Every limit and default of a call, in one place. Sizes in bytes and pixels; a megapixel is 1,000,000 pixels. */

const megapixel = 1_000_000;

/** Bytes of a megabyte, wherever one is named. */
export const megabyte = 1_000_000;

/** Largest picture file, in bytes: 22 MB, megabytes of 1,000,000 as in megapixels. Counted while reading. */
export const maxSourceBytes = 22_000_000;

/** Most pixels of a picture that is read, told by its header before any pixel is decoded. */
export const maxSourcePixels = 50 * megapixel;

/** Most pixels of a PNG result; larger ones are scaled down to it. */
export const maxPngPixels = 10 * megapixel;

/** Most pixels of a result, per size. `auto` is the highest one of them up to 25 MP. */
export const maxResultPixels = {
  preview: 0.25 * megapixel,
  medium: 1.5 * megapixel,
  hd: 4 * megapixel,
  full: 25 * megapixel,
  '50MP': 50 * megapixel,
  auto: 25 * megapixel,
} as const;

/** The longest side of a result that its format can have, in pixels; a zip holds a JPEG. */
export const maxSide = { png: Infinity, jpg: 65_500, webp: 16_383, zip: 65_500 } as const;

/** The largest crop margin on each side: in percent of the subject's size, or in pixels. */
export const maxMarginPercent = 50;
export const maxMarginPx = 500;

/** The largest size on offer in any format: what maxWidth and maxHeight of a result are told by. */
export const maxOfferedPixels = maxResultPixels['50MP'];

/** Calls worked on at the same time, and calls that may wait beside them, unless the engine is told otherwise. */
export const defaultConcurrency = 2;
export const defaultQueue = 16;

/** The largest delay that setTimeout takes, in milliseconds. */
export const maxTimeout = 2_147_483_647;

/** The model of an engine that names none. */
export const defaultModel = 'isnet';
