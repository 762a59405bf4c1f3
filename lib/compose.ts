/**
 * Parameters and the subject that was found -> Composition: canvas, place and size of the subject, shadow,
 * background, encoder. Pure: no I/O, no clock. The order is the API's: crop and margin give the canvas, then the
 * subject is scaled and positioned on it.
 */
import { type Background, isOpaque } from './background.js';
import { type Encoder, encoderOf } from './encoders.js';
import { type FineType, type ShadowKey, shadowKey, shadowKeys } from './foreground/index.js';
import { type Box, fits, type Limit, type Size } from './geometry.js';
import { maxOfferedPixels, maxPngPixels, maxSide } from './limits.js';
import type { Length } from './params/length.js';
import type { Call } from './params/options.js';
import type { ShadowKind } from './params/pertype.js';
import type { Parameters } from './params/table.js';

/** What the native side tells of a subject before it goes on. */
export interface Subject {
  /** The whole picture at the scale of the result: one of the plan's frames. */
  readonly frame: Size;
  /** The subject's box (alpha of at least 8 of 255), in pixels of the frame; never empty. */
  readonly box: Box;
  /** Whether any alpha in the frame is below 255. */
  readonly transparent: boolean;
  /** Whether any alpha in the box is: what a cropped or moved subject shows. */
  readonly boxTransparent: boolean;
}

/** What the native side does from the subject on. Sizes in pixels. */
export interface Composition {
  /** The size of the result. */
  readonly canvas: Size;
  /** The part of the frame that is used. */
  readonly source: Box;
  /** Where that part lands on the canvas, always wholly on it; resampled where the size differs. */
  readonly target: Box;
  /** Car windows: see-through, opaque, or, for what is no car, as the model found them. */
  readonly windows: 'open' | 'closed' | 'as-found';
  /** Opacity 0..1, above 0. */
  readonly shadow: { readonly kind: Exclude<ShadowKind, 'none'>; readonly opacity: number } | null;
  /** A picture covers the canvas, centred; one of exactly that size is taken as it is. */
  readonly background: Background;
  /** `alpha`: the mask alone, and neither shadow nor background. */
  readonly channels: 'rgba' | 'alpha';
  readonly encoder: Encoder;
}

/** What a composition is made from. */
export interface ComposeInput {
  readonly parameters: Parameters & Pick<Call, 'effort'>;
  readonly subject: Subject;
  /** What the subject is; anything where no parameter asks. */
  readonly type: FineType;
  readonly background: Background;
}

/** A composition, and what the result says of the subject. */
export interface Composed {
  readonly composition: Composition;
  /** The subject's box on the uncropped, unscaled picture, at the pixel scale of the result. */
  readonly foreground: Box;
}

/** How one subject becomes a result. */
export function compose({ parameters, subject, type, background }: ComposeInput): Composed {
  const key = shadowKey(type);
  const finished = isFinished(parameters);
  const windows = windowsOf(parameters, key);
  const behind = finished ? background : null;
  const unlimited = layOut(parameters, subject, { pixels: Infinity, side: Infinity });
  const covered =
    unlimited.target.width === unlimited.canvas.width &&
    unlimited.target.height === unlimited.canvas.height;
  const shown = unlimited.source === subject.box ? subject.boxTransparent : subject.transparent;
  const transparent = !isOpaque(behind) && (shown || windows === 'open' || !covered);
  const encoder = encoderOf(formatOf(parameters, transparent), parameters.effort);
  const { canvas, source, target, foreground } = layOut(
    parameters,
    subject,
    canvasLimit(encoder.format),
  );
  return {
    composition: {
      canvas,
      source,
      target,
      windows,
      shadow: finished ? shadowOf(parameters, key) : null,
      background: behind,
      channels: finished ? 'rgba' : 'alpha',
      encoder,
    },
    foreground,
  };
}

/** Whether the result is the finished picture: the two parts of a zip are, whatever the channels. */
export function isFinished({ channels, format }: Parameters): boolean {
  return channels === 'rgba' || format === 'zip';
}

/** Whether the shadow of one type is another than that of the next. */
export function shadowsDiffer(parameters: Parameters): boolean {
  if (!isFinished(parameters)) return false;
  const shadows = shadowKeys.map((key) => JSON.stringify(shadowOf(parameters, key)));
  return new Set(shadows).size > 1;
}

function windowsOf({ semitransparency }: Parameters, key: ShadowKey): Composition['windows'] {
  if (key !== 'car') return 'as-found';
  return semitransparency ? 'open' : 'closed';
}

function shadowOf(parameters: Parameters, key: ShadowKey): Composition['shadow'] {
  const { shadowType, addShadow, shadowOpacity } = parameters;
  const deprecated = addShadow && key === 'car' ? 'car' : 'none';
  const kind = shadowType === undefined ? deprecated : shadowType[key];
  const opacity = shadowOpacity[key] / 100;
  return kind === 'none' || opacity === 0 ? null : { kind, opacity };
}

function formatOf(parameters: Parameters, transparent: boolean): Encoder['format'] {
  const { format } = parameters;
  if (format !== 'auto') return format;
  return transparent || !isFinished(parameters) ? 'png' : 'jpg';
}

// Margins may make the canvas larger than the frame, whose size the plan has limited.
function canvasLimit(format: keyof typeof maxSide): Limit {
  return { pixels: format === 'png' ? maxPngPixels : maxOfferedPixels, side: maxSide[format] };
}

interface Layout extends Pick<Composition, 'canvas' | 'source' | 'target'> {
  readonly foreground: Box;
}

/**
 * Canvas and place. Where the canvas would go beyond the limit, the picture is scaled down: margins in pixels stay
 * what they are, those in percent shrink with the subject.
 */
function layOut(parameters: Parameters, { frame, box }: Subject, limit: Limit): Layout {
  const { crop, scale, position } = parameters;
  const at = canvasAt(parameters, frame, box, limit);
  const { canvas, foreground } = at;
  const still = scale === 'original' && (position === undefined || position === 'original');
  if (!crop && still) {
    const target = { left: 0, top: 0, ...canvas };
    return { canvas, source: { left: 0, top: 0, ...frame }, target, foreground };
  }
  const size = scale === 'original' ? at.subject : fitWithin(box, canvas, scale);
  const free = { x: canvas.width - size.width, y: canvas.height - size.height };
  const place = position ?? (scale === 'original' ? 'original' : { x: 50, y: 50 });
  // Nothing around the box comes along: fainter than the eye sees, it would blur the margins.
  const target =
    place === 'original'
      ? {
          left: within(at.subject.left + (at.subject.width - size.width) / 2, free.x),
          top: within(at.subject.top + (at.subject.height - size.height) / 2, free.y),
        }
      : {
          left: within((free.x * place.x) / 100, free.x),
          top: within((free.y * place.y) / 100, free.y),
        };
  return {
    canvas,
    source: box,
    target: { ...target, width: size.width, height: size.height },
    foreground,
  };
}

function within(value: number, max: number): number {
  return Math.min(max, Math.max(0, Math.round(value)));
}

interface CanvasAndSubject {
  canvas: Size;
  /** The subject on the canvas, before it is scaled or moved. */
  subject: Box;
  foreground: Box;
}

/** The largest canvas within the limit. */
function canvasAt(
  { crop, cropMargin }: Parameters,
  frame: Size,
  box: Box,
  limit: Limit,
): CanvasAndSubject {
  const { top, right, bottom, left } = cropMargin;
  const at = (scale: number): CanvasAndSubject => {
    const foreground = scaleBox(box, scale);
    const { width, height } = foreground;
    if (!crop) {
      const canvas = scaleSize(frame, scale);
      const subject = {
        ...foreground,
        left: within(foreground.left, canvas.width - width),
        top: within(foreground.top, canvas.height - height),
      };
      return { canvas, subject, foreground };
    }
    const subject = { ...foreground, left: pixels(left, width), top: pixels(top, height) };
    const canvas = {
      width: subject.left + width + pixels(right, width),
      height: subject.top + height + pixels(bottom, height),
    };
    return { canvas, subject, foreground };
  };
  let found = at(1);
  if (fits(found.canvas, limit)) return found;
  const across = crop ? growth(box.width, left, right) : growth(frame.width);
  const down = crop ? growth(box.height, top, bottom) : growth(frame.height);
  let scale = largestScale(across, down, limit);
  // What rounding adds is taken away again, a little at a time.
  for (found = at(scale); !fits(found.canvas, limit); found = at(scale)) scale *= 0.9999;
  return found;
}

/** A side of the canvas as a function of the scale: `slope * scale + fixed`. */
interface Side {
  slope: number;
  fixed: number;
}

function growth(length: number, ...margins: readonly Length[]): Side {
  const side = { slope: length, fixed: 0 };
  for (const margin of margins) {
    if ('px' in margin) side.fixed += Math.round(margin.px);
    else side.slope += (length * margin.percent) / 100;
  }
  return side;
}

/** The scale at which the canvas just meets the limit: the positive root of width * height = pixels, or by a side. */
function largestScale(across: Side, down: Side, { pixels, side }: Limit): number {
  const a = across.slope * down.slope;
  const b = across.slope * down.fixed + down.slope * across.fixed;
  const c = across.fixed * down.fixed - pixels;
  const byArea = (-b + Math.sqrt(b * b - 4 * a * c)) / (2 * a);
  return Math.min(byArea, (side - across.fixed) / across.slope, (side - down.fixed) / down.slope);
}

function pixels(length: Length, of: number): number {
  return Math.round('px' in length ? length.px : (of * length.percent) / 100);
}

function scaleSize({ width, height }: Size, scale: number): Size {
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

function scaleBox(box: Box, scale: number): Box {
  const { left, top } = box;
  return { left: Math.round(left * scale), top: Math.round(top * scale), ...scaleSize(box, scale) };
}

/** The largest size of that aspect within so many percent of the canvas. */
function fitWithin({ width, height }: Size, canvas: Size, percent: number): Size {
  const room = (side: number) => Math.max(1, Math.floor((side * percent) / 100 + 1e-9));
  const max = { width: room(canvas.width), height: room(canvas.height) };
  return max.width * height <= max.height * width
    ? { width: max.width, height: between(1, (max.width * height) / width, max.height) }
    : { width: between(1, (max.height * width) / height, max.width), height: max.height };
}

function between(min: number, value: number, max: number): number {
  return Math.min(max, Math.max(min, Math.round(value)));
}
