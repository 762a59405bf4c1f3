/** How results are encoded: every encoder setting stands here. */

/** What the native encoder is told. Quality 1..100; compression 0..9 (deflate level); effort 0..6. */
export type Encoder =
  | {
      readonly format: 'png';
      readonly compression: number;
      readonly filter: 'none' | 'sub' | 'up' | 'all';
    }
  | { readonly format: 'jpg'; readonly quality: number }
  | { readonly format: 'webp'; readonly quality: number; readonly effort: number }
  /** color.jpg with `quality`, alpha.png with `compression`. */
  | { readonly format: 'zip'; readonly quality: number; readonly compression: number };

export const encoders = {
  png: { format: 'png', compression: 1, filter: 'up' },
  jpg: { format: 'jpg', quality: 90 },
  webp: { format: 'webp', quality: 80, effort: 0 },
  zip: { format: 'zip', quality: 90, compression: 1 },
} as const satisfies Record<string, Encoder>;
