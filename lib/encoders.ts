/** How results are encoded: every encoder setting stands here. `bench/encoders.mjs` prints what each takes and gives. */

/** Deflate level 0..9, and the line filter that goes before it. */
interface PngSettings {
  readonly compression: number;
  readonly filter: 'none' | 'sub' | 'up' | 'all';
}

/** Quality 1..100; `optimize`: smaller by several passes, and progressive. */
interface JpegSettings {
  readonly quality: number;
  readonly optimize: boolean;
}

/** What the native encoder is told. Quality 1..100, effort 0..6. A zip is a JPEG and a PNG. */
export type Encoder =
  | ({ readonly format: 'png' } & PngSettings)
  | ({ readonly format: 'jpg' } & JpegSettings)
  | { readonly format: 'webp'; readonly quality: number; readonly effort: number }
  | ({ readonly format: 'zip' } & JpegSettings & PngSettings);

/** How long encoders may try to make a file smaller. The pictures in it are the same, or as good. */
export type Effort = 'fast' | 'balanced' | 'small';

const png = {
  fast: { compression: 1, filter: 'up' },
  balanced: { compression: 3, filter: 'up' },
  small: { compression: 6, filter: 'all' },
} as const satisfies Record<Effort, PngSettings>;

/** A mask is flat nearly everywhere: choosing the filter line by line takes more than it gives. */
const mask = {
  fast: { compression: 1, filter: 'up' },
  balanced: { compression: 3, filter: 'up' },
  small: { compression: 6, filter: 'up' },
} as const satisfies Record<Effort, PngSettings>;

const jpeg = {
  fast: { quality: 90, optimize: false },
  balanced: { quality: 90, optimize: false },
  small: { quality: 90, optimize: true },
} as const satisfies Record<Effort, JpegSettings>;

const webpEffort = { fast: 0, balanced: 2, small: 4 } as const satisfies Record<Effort, number>;

/** The settings of one format at one effort. */
export function encoderOf(format: Encoder['format'], effort: Effort): Encoder {
  switch (format) {
    case 'png':
      return { format, ...png[effort] };
    case 'jpg':
      return { format, ...jpeg[effort] };
    case 'webp':
      return { format, quality: 80, effort: webpEffort[effort] };
    case 'zip':
      return { format, ...jpeg[effort], ...mask[effort] };
  }
}
