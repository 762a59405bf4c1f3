/** How results are encoded: every encoder setting stands here. */

/** Deflate level 0..9, and the line filter that goes before it. */
interface PngSettings {
  readonly compression: number;
  readonly filter: 'none' | 'sub' | 'up' | 'all';
}

/** What the native encoder is told. Quality 1..100, effort 0..6. A zip is a JPEG and a PNG. */
export type Encoder =
  | ({ readonly format: 'png' } & PngSettings)
  | { readonly format: 'jpg'; readonly quality: number }
  | { readonly format: 'webp'; readonly quality: number; readonly effort: number }
  | ({ readonly format: 'zip'; readonly quality: number } & PngSettings);

export const encoders = {
  png: { format: 'png', compression: 1, filter: 'up' },
  jpg: { format: 'jpg', quality: 90 },
  webp: { format: 'webp', quality: 80, effort: 0 },
  zip: { format: 'zip', quality: 90, compression: 1, filter: 'up' },
} as const satisfies Record<string, Encoder>;
