/**
 * Parameters and the header of a picture -> Plan: all that is known before the subject is found. Pure: no I/O, no
 * clock. lib/compose.ts decides the rest once there is a subject. The native side trusts both.
 */
import { type Background, isOpaque } from './background.js';
import { isFinished, shadowsDiffer } from './compose.js';
import { BgcutError } from './errors.js';
import { type Box, fitInto, type Limit, type Size } from './geometry.js';
import { maxPngPixels, maxResultPixels, maxSide } from './limits.js';
import type { Length, Region } from './params/length.js';
import type { Call } from './params/options.js';
import type { Parameters } from './params/table.js';

export type { Box, Size } from './geometry.js';

/** The steps from mask to matte that can be left out: MattingSteps of native/core/plan.h, and docs/matting.md. */
export const mattingSteps = [
  'closer-look',
  'holes',
  'prior',
  'doubt',
  'background',
  'coarse-start',
  'solid-inside',
  'haze',
  'filled-inside',
  'detail',
] as const;
export type MattingStep = (typeof mattingSteps)[number];

/** What the native pipeline does up to the subject. All sizes in pixels, upright. */
export interface Plan {
  /** The whole picture at the scale of the result. */
  readonly frame: Size;
  /** For format auto, the frame instead if something in it is transparent; null: the same. */
  readonly transparentFrame: Size | null;
  /** The model's input: the region of interest is squeezed to it. */
  readonly segment: Size;
  /** The model's input once more, where the first look leaves doubt about the subject; null: one look is all. */
  readonly segmentAgain: Size | null;
  /** The region of interest, in pixels of the input; null: the whole picture. */
  readonly roi: Box | null;
  /**
   * How the mask becomes a matte: at most so many pixels are matted, the rest is interpolated; by the matting model
   * where there is one, at the size given. The segmentation model may look at another size of its input as well.
   * null: the mask is the alpha.
   */
  readonly matting: {
    readonly pixels: number;
    readonly otherScale: Size | null;
    readonly model: Size | null;
    /** Steps that are left out: none, but where a bench shows what they are worth. */
    readonly without?: readonly MattingStep[];
  } | null;
  /** Whether evidence for the type of the foreground is wanted. */
  readonly classify: boolean;
  /** Milliseconds until the work is given up; 0 is no limit. */
  readonly timeoutMs: number;
}

/** The input sizes of a model, as its manifest has them: sides of a square, in pixels. */
export type ModelSizes =
  { readonly default: number; readonly preview?: number | undefined } | { readonly fixed: number };

/** What a matting model's manifest says of its input: it need not be square. */
export type MattingSizes =
  { readonly fixed: number } | { readonly default: number; readonly multipleOf: number };

/** What a plan is made from. */
export interface PlanInput {
  readonly parameters: Parameters & Pick<Call, 'quality'>;
  /** Upright size of the input. */
  readonly picture: Size;
  readonly background: Background;
  readonly model: ModelSizes;
  /** Of the matting model; null: there is none. */
  readonly mattingModel: MattingSizes | null;
  readonly timeoutMs: number;
}

/** The plan for one picture. Throws roi_exceeds_bounds and roi_region_empty. */
export function makePlan(given: PlanInput): Plan {
  const { parameters, picture, background, model, timeoutMs } = given;
  const { size } = parameters;
  const roi = regionOfInterest(parameters.roi, picture);
  return {
    ...frames(parameters, picture, background),
    segment: modelInput(model, size),
    segmentAgain: size === 'preview' ? largerInput(model) : null,
    roi,
    matting: mattingOf(given, roi ?? picture),
    classify: needsType(parameters),
    timeoutMs,
  };
}

/** The size of the largest result on offer for a picture, in any format. */
export function maxResultSize(picture: Size): Size {
  return fitInto(picture, frameLimit('50MP', 'zip'));
}

function frames(
  parameters: Parameters,
  picture: Size,
  background: Background,
): Pick<Plan, 'frame' | 'transparentFrame'> {
  const { size, format } = parameters;
  const finished = isFinished(parameters);
  const fitted = (name: keyof typeof maxSide) => fitInto(picture, frameLimit(size, name));
  if (format !== 'auto') return { frame: fitted(format), transparentFrame: null };
  // A mask is grey either way, so there is nothing for auto to choose.
  if (!finished) return { frame: fitted('png'), transparentFrame: null };
  const frame = fitted('jpg');
  const smaller = fitted('png');
  const same = frame.width === smaller.width && frame.height === smaller.height;
  return { frame, transparentFrame: same || isOpaque(background) ? null : smaller };
}

function frameLimit(size: Parameters['size'], format: keyof typeof maxSide): Limit {
  const cap = maxResultPixels[size];
  const pixels = format === 'png' ? Math.min(cap, maxPngPixels) : cap;
  return { pixels, side: maxSide[format] };
}

/**
 * The smaller input is for who asked for a preview. A small picture at full size deserves the model's own input: at
 * half of it IS-Net loses the whole subject of some pictures (docs/models.md).
 */
export function modelInput(sizes: ModelSizes, size: Parameters['size']): Size {
  if ('fixed' in sizes) return { width: sizes.fixed, height: sizes.fixed };
  const side = size === 'preview' ? (sizes.preview ?? sizes.default) : sizes.default;
  return { width: side, height: side };
}

/** The model's own input, where previews see a smaller one. */
function largerInput(sizes: ModelSizes): Size | null {
  if ('fixed' in sizes || sizes.preview === undefined || sizes.preview >= sizes.default)
    return null;
  return { width: sizes.default, height: sizes.default };
}

/** The steps of each quality; docs/matting.md has what they gain and cost. */
function mattingOf({ parameters, model, mattingModel }: PlanInput, region: Size): Plan['matting'] {
  const { quality, size } = parameters;
  if (quality === 'fast') return null;
  return {
    pixels: 1_000_000,
    otherScale: quality === 'best' ? otherScale(model, modelInput(model, size)) : null,
    model: mattingModel === null ? null : mattingInput(mattingModel, region),
  };
}

/** The other one of the two sizes that a model may be fed. */
function otherScale(model: ModelSizes, first: Size): Size | null {
  if ('fixed' in model || model.preview === undefined) return null;
  const side = first.width === model.preview ? model.default : model.preview;
  return { width: side, height: side };
}

/**
 * What a matting model sees: of about the area of its default size, the region's aspect as far as its multiples allow,
 * and not larger than the region needs.
 */
function mattingInput(sizes: MattingSizes, { width, height }: Size): Size {
  if ('fixed' in sizes) return { width: sizes.fixed, height: sizes.fixed };
  const { default: side, multipleOf } = sizes;
  const scale = Math.min(1, side / Math.sqrt(width * height));
  const fit = (length: number) =>
    Math.max(1, Math.round((length * scale) / multipleOf)) * multipleOf;
  return { width: fit(width), height: fit(height) };
}

/** Whole pixels, at least one; corners in any order. */
function regionOfInterest(region: Region, { width, height }: Size): Box | null {
  const [left, right] = span(region.x1, region.x2, width);
  const [top, bottom] = span(region.y1, region.y2, height);
  if (right > width || bottom > height) throw new BgcutError('roi_exceeds_bounds');
  if (left === right || top === bottom) throw new BgcutError('roi_region_empty');
  const horizontal = wholePixels(left, right);
  const vertical = wholePixels(top, bottom);
  const box = {
    left: horizontal.start,
    top: vertical.start,
    width: horizontal.length,
    height: vertical.length,
  };
  return box.width === width && box.height === height ? null : box;
}

function span(one: Length, other: Length, side: number): [from: number, to: number] {
  const pixels = (length: Length) => ('px' in length ? length.px : (length.percent * side) / 100);
  const [first, second] = [pixels(one), pixels(other)];
  return [Math.min(first, second), Math.max(first, second)];
}

function wholePixels(from: number, to: number): { start: number; length: number } {
  const start = Math.round(from);
  const end = Math.round(to);
  return end > start ? { start, length: end - start } : { start: Math.floor(from), length: 1 };
}

/** Whether any parameter asks what the subject is, and the picture has to tell. */
function needsType(parameters: Parameters): boolean {
  const { type, typeLevel, semitransparency } = parameters;
  // Windows are let through in cars alone, so that semitransparency asks for the type too.
  const asked = typeLevel !== 'none' || semitransparency || shadowsDiffer(parameters);
  return type === 'auto' && asked;
}
