/** What the browser shows of a picture or of a result. Addresses are of blobs, and are given back by release(). */
import { unzipSync } from 'fflate';

import type { Result } from './api';

/** A picture, and a mask for it where its transparency is a picture of its own. */
export interface Layers {
  readonly picture: string;
  readonly mask: string | undefined;
  release(): void;
}

/** The layers of one file. */
export function layersOf(picture: Blob, mask?: Blob): Layers {
  const urls = [picture, ...(mask === undefined ? [] : [mask])].map((blob) =>
    URL.createObjectURL(blob),
  );
  return {
    picture: urls[0] ?? '',
    mask: urls[1],
    release: () => urls.forEach((url) => URL.revokeObjectURL(url)),
  };
}

/** The layers of a result; of a zip colour and alpha together, as who composes them would see them. */
export async function layersOfResult({ blob, format }: Result): Promise<Layers> {
  if (format !== 'zip') return layersOf(blob);
  // Its files are stored: nothing is computed here.
  const files = unzipSync(new Uint8Array(await blob.arrayBuffer()));
  const [colour, alpha] = [files['color.jpg'], files['alpha.png']];
  if (colour === undefined || alpha === undefined) throw new Error('not a result of the API');
  return layersOf(asBlob(colour, 'image/jpeg'), asBlob(alpha, 'image/png'));
}

const asBlob = (bytes: Uint8Array, type: string): Blob => new Blob([bytes.slice()], { type });
