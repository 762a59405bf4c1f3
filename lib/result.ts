/** What a call gives back. */
import { type FineType, type TypeLevel, xType } from './foreground/index.js';
import type { DeviceName, NativeResult, NativeStage } from './native.js';
import { type Box, maxResultSize, type Size } from './plan.js';
import { zipStored } from './zip.js';

/** The finished picture, and what is known about it. Sizes and positions in pixels. */
export interface Result {
  /** The encoded picture. */
  data: Buffer;
  /** The format that `data` has: what `auto` chose. */
  format: 'png' | 'jpg' | 'webp' | 'zip';
  contentType: 'image/png' | 'image/jpeg' | 'image/webp' | 'application/zip';
  width: number;
  height: number;
  /** The size that the largest result on offer would have: size 50MP as WebP or ZIP. */
  maxWidth: number;
  maxHeight: number;
  /**
   * The box of the subject (alpha of at least 8 of 255, without its shadow), on the uncropped and unscaled picture at
   * the pixel scale of the result.
   */
  foreground: { top: number; left: number; width: number; height: number };
  /** What the subject is, as finely as `typeLevel` asks; undefined at `none`. */
  type: FineType | undefined;
  /** Milliseconds per stage; `inference` is the time inside ONNX Runtime, `total` the whole call. */
  timings: Timings;
  /** Where inference ran. */
  provider: DeviceName;
  /** The name of the model. */
  model: string;
}

/**
 * Milliseconds: `source` reading the picture, `queue` waiting for a free thread, and for CPUs that other calls keep busy
 * between the stages; then the stages in their order;
 * `container` writing a zip, 0 for other formats; `total` from the call to its result.
 */
export type Timings = Record<NativeStage | 'source' | 'container', number>;

export const contentTypes = {
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  zip: 'application/zip',
} as const;

/** What only the engine knows about a call. */
export interface CallFacts {
  /** Upright size of the input. */
  picture: Size;
  foreground: Box;
  type: FineType;
  typeLevel: TypeLevel;
  provider: DeviceName;
  model: string;
  /** performance.now() when the call began, and the milliseconds of reading its picture. */
  startedAt: number;
  sourceMs: number;
}

/** The result of a call from what the native side made of it. */
export function makeResult(native: NativeResult, facts: CallFacts): Result {
  const { format, width, height } = native;
  const { left, top, width: across, height: down } = facts.foreground;
  const packing = performance.now();
  const data = native.alpha === undefined ? native.data : zip(native.data, native.alpha);
  const now = performance.now();
  const max = maxResultSize(facts.picture);
  return {
    data,
    format,
    contentType: contentTypes[format],
    width,
    height,
    maxWidth: max.width,
    maxHeight: max.height,
    foreground: { top, left, width: across, height: down },
    type: xType(facts.type, facts.typeLevel),
    timings: {
      source: facts.sourceMs,
      ...native.timings,
      container: native.alpha === undefined ? 0 : now - packing,
      total: now - facts.startedAt,
    },
    provider: facts.provider,
    model: facts.model,
  };
}

function zip(color: Buffer, alpha: Buffer): Buffer {
  return zipStored([
    ['color.jpg', color],
    ['alpha.png', alpha],
  ]);
}
