/** Sizes and boxes in pixels, and how a picture is fitted into a limit. */

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle in pixels; `left` and `top` count from the upper left corner. */
export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** What a picture may have at most: pixels in all, and pixels on its longer side. */
export interface Limit {
  readonly pixels: number;
  readonly side: number;
}

/** Whether a picture keeps to a limit. */
export function fits({ width, height }: Size, { pixels, side }: Limit): boolean {
  return width * height <= pixels && Math.max(width, height) <= side;
}

/**
 * The size of a picture scaled down to a limit, its aspect kept to the nearest pixel; never enlarged, and never
 * beyond the limit.
 */
export function fitInto(size: Size, limit: Limit): Size {
  if (fits(size, limit)) return size;
  const { width, height } = size;
  const scale = Math.min(
    Math.sqrt(limit.pixels / (width * height)),
    limit.side / Math.max(width, height),
  );
  const fitted = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  if (fitted.width * fitted.height <= limit.pixels) return fitted;
  // Rounding went over the limit: one side gives way, the one that keeps the aspect better.
  const narrower = { width: Math.floor(limit.pixels / fitted.height), height: fitted.height };
  const shorter = { width: fitted.width, height: Math.floor(limit.pixels / fitted.width) };
  const distortion = (tried: Size) =>
    tried.width < 1 || tried.height < 1
      ? Infinity
      : Math.abs(Math.log((tried.width / tried.height) * (height / width)));
  return distortion(narrower) <= distortion(shorter) ? narrower : shorter;
}
