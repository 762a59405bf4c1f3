/** Lengths in pixels or percent, and the two parameters that are made of them: regions and margins. */
import { maxMarginPercent, maxMarginPx } from '../limits.js';
import type { Grammar } from './grammar.js';

/** A length of 0 or more: in pixels, or in percent of something that the parameter names. */
export type Length = { readonly px: number } | { readonly percent: number };

/** A length as a caller may write it: a number is pixels. */
export type LengthOption = number | '0' | `${number}px` | `${number}%`;

/** Two corners of a region, in any order; percent of the width (x) and height (y) of the picture. */
export interface Region {
  readonly x1: Length;
  readonly y1: Length;
  readonly x2: Length;
  readonly y2: Length;
}

/** A region as a caller may write it. */
export type RegionOption = Readonly<Record<keyof Region, LengthOption>>;

/** Percent of the subject's height (top, bottom) and width (left, right). */
export interface Margins {
  readonly top: Length;
  readonly right: Length;
  readonly bottom: Length;
  readonly left: Length;
}

/** Margins as a caller may write them, in the order of CSS. */
export type MarginsOption =
  | string
  | number
  | readonly [all: LengthOption]
  | readonly [topAndBottom: LengthOption, leftAndRight: LengthOption]
  | readonly [top: LengthOption, right: LengthOption, bottom: LengthOption, left: LengthOption];

/** `<n>px`, `<n>%`, 0 without a unit, or a number of pixels; at most those bounds. */
function readLength(given: unknown, maxPx: number, maxPercent: number): Length | undefined {
  if (typeof given === 'number') return given >= 0 && given <= maxPx ? { px: given } : undefined;
  if (typeof given !== 'string') return undefined;
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(px|%)?$/i.exec(given.trim()) ?? [];
  if (digits === undefined) return undefined;
  const value = Number(digits);
  if (unit === '%') return value <= maxPercent ? { percent: value } : undefined;
  // Clients do send a bare 0; any other number without a unit could be either.
  if (unit === undefined && value !== 0) return undefined;
  return value <= maxPx ? { px: value } : undefined;
}

function allRead(lengths: readonly (Length | undefined)[]): lengths is readonly Length[] {
  return !lengths.includes(undefined);
}

const corners = ['x1', 'y1', 'x2', 'y2'] as const;

/** `x1 y1 x2 y2`, or an object of those names. Whether it lies inside the picture is for the plan to say. */
export function region(): Grammar<string | RegionOption, Region> {
  const read = (given: readonly unknown[]): Region | undefined => {
    const lengths = given.map((each) => readLength(each, Infinity, 100));
    if (lengths.length !== 4 || !allRead(lengths)) return undefined;
    const [x1, y1, x2, y2] = lengths as [Length, Length, Length, Length];
    return { x1, y1, x2, y2 };
  };
  return {
    shape: 'x1 y1 x2 y2, each in px or %',
    fromText: (text) => read(text.split(/\s+/)),
    fromValue: (value) => {
      if (typeof value !== 'object' || value === null) return undefined;
      if (Object.keys(value).some((key) => !corners.includes(key as keyof Region))) {
        return undefined;
      }
      return read(corners.map((corner) => (value as Partial<RegionOption>)[corner]));
    },
  };
}

/** One length for all sides, two (top and bottom, left and right), or four (top, right, bottom, left). */
export function margins(): Grammar<MarginsOption, Margins> {
  const read = (given: readonly unknown[]): Margins | undefined => {
    const lengths = given.map((each) => readLength(each, maxMarginPx, maxMarginPercent));
    if (![1, 2, 4].includes(lengths.length) || !allRead(lengths)) return undefined;
    // As in CSS: what is missing is what stands opposite.
    const [top, right = top, bottom = top, left = right] = lengths as [Length];
    return { top, right, bottom, left };
  };
  return {
    shape: `1, 2 or 4 values of 0..${maxMarginPercent}% or 0..${maxMarginPx}px`,
    fromText: (text) => read(text.split(/\s+/)),
    fromValue: (value) => read(Array.isArray(value) ? (value as unknown[]) : [value]),
  };
}
