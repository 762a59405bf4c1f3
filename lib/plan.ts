/**
 * Parameters and the header of a picture -> Plan. Pure: no I/O, no clock. The native side trusts a Plan and only
 * checks what pixels can get wrong.
 */
import { type Encoder, encoders } from './encoders.js';
import { maxOfferedPixels, maxPngPixels, maxResultPixels } from './limits.js';
import type { Parameters } from './params/table.js';

/** What the native pipeline does with one picture. All sizes in pixels, upright. */
export interface Plan {
  /** What is encoded when something is transparent, or when there is no choice. */
  readonly transparent: Target;
  /** For format auto, what is encoded instead when no alpha is below 255; null where there is no choice. */
  readonly opaque: Target | null;
  /** The model's input: the whole picture is squeezed to it. */
  readonly segment: Size;
  readonly channels: 'rgba' | 'alpha';
  /** Milliseconds until the work is given up; 0 is no limit. */
  readonly timeoutMs: number;
}

/** A result: its size and how it is encoded. */
export interface Target extends Size {
  readonly encoder: Encoder;
}

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The input sizes of a model, as its manifest has them: sides of a square, in pixels. */
export type ModelSizes =
  { readonly default: number; readonly preview?: number | undefined } | { readonly fixed: number };

/** What a plan is made from. */
export interface PlanInput {
  readonly parameters: Parameters;
  /** Upright size of the input. */
  readonly picture: Size;
  readonly model: ModelSizes;
  readonly timeoutMs: number;
}

/** The plan for one picture. */
export function makePlan({ parameters, picture, model, timeoutMs }: PlanInput): Plan {
  const { size, format, channels } = parameters;
  const target = (name: keyof typeof encoders): Target => {
    const cap = maxResultPixels[size];
    const pixels = name === 'png' ? Math.min(cap, maxPngPixels) : cap;
    return { ...fitArea(picture, pixels), encoder: encoders[name] };
  };
  // An alpha mask is grey either way, so there is nothing for auto to choose.
  const chooses = format === 'auto' && channels === 'rgba';
  const transparent = target(format === 'auto' ? 'png' : format);
  const opaque = chooses ? target('jpg') : null;
  return {
    transparent,
    opaque,
    segment: modelInput(model, size),
    // The two parts of a zip already are the picture and its mask.
    channels: format === 'zip' ? 'rgba' : channels,
    timeoutMs,
  };
}

/** The size of the largest result on offer for a picture, in any format. */
export function maxResultSize(picture: Size): Size {
  return fitArea(picture, maxOfferedPixels);
}

/**
 * The size of a picture scaled down to at most `pixels`, its aspect kept to the nearest pixel; never enlarged, and
 * the product never exceeds `pixels`.
 */
export function fitArea({ width, height }: Size, pixels: number): Size {
  if (width * height <= pixels) return { width, height };
  const scale = Math.sqrt(pixels / (width * height));
  const fitted = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  if (fitted.width * fitted.height <= pixels) return fitted;
  // Rounding went over the cap: one side gives way, the one that keeps the aspect better.
  const narrower = { width: Math.floor(pixels / fitted.height), height: fitted.height };
  const shorter = { width: fitted.width, height: Math.floor(pixels / fitted.width) };
  const distortion = (size: Size) =>
    size.width < 1 || size.height < 1
      ? Infinity
      : Math.abs(Math.log((size.width / size.height) * (height / width)));
  return distortion(narrower) <= distortion(shorter) ? narrower : shorter;
}

// The smaller input is for who asked for a preview. A small picture at full size deserves the model's own input: at
// half of it IS-Net loses the whole subject of some pictures (docs/models.md).
function modelInput(sizes: ModelSizes, size: Parameters['size']): Size {
  if ('fixed' in sizes) return { width: sizes.fixed, height: sizes.fixed };
  const side = size === 'preview' ? (sizes.preview ?? sizes.default) : sizes.default;
  return { width: side, height: side };
}
