/** What lies behind the subject. */
import type { NativePicture } from './native.js';
import type { Rgba } from './params/color.js';

/** A colour, or a picture that has been opened; null for none. */
export type Background = { readonly color: Rgba } | { readonly picture: NativePicture } | null;

/** Whether nothing shines through it. A picture with an alpha channel may let something through. */
export function isOpaque(background: Background): boolean {
  if (background === null) return false;
  return 'color' in background ? background.color[3] === 255 : !background.picture.header.hasAlpha;
}
