/** The picture behind the subject: its bytes, and errors that say that they are about it. */
import { BgcutError } from '../errors.js';
import type { Parameters } from '../params/table.js';
import { readSource } from './source.js';

/**
 * The bytes of the background picture, undefined where there is none. Bytes in memory have been copied when this
 * returns its promise. Rejects as readSource does, by way of aboutBackground.
 */
export async function readBackground(
  { bgImageUrl, bgImageFile }: Parameters,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const input = bgImageUrl === undefined ? bgImageFile : { url: bgImageUrl };
  if (input === undefined) return undefined;
  try {
    return await readSource(input, { signal, errors: 'background' });
  } catch (thrown) {
    throw aboutBackground(thrown);
  }
}

/** What of an input is no picture at all, and has a code of its own for a background. */
const notGiven: readonly string[] = ['missing_source', 'multiple_sources', 'invalid_input'];

/** What picture and background have in common. */
const shared: readonly string[] = [
  'source_unreadable',
  'file_too_large',
  'invalid_file_type',
  'invalid_dimensions',
  'resolution_too_high',
  'failed_to_read_image',
];

/** The error of a background picture, from what the same would be for the picture itself. */
export function aboutBackground(thrown: unknown): unknown {
  if (!(thrown instanceof BgcutError)) return thrown;
  const { code, title, detail = title } = thrown;
  if (notGiven.includes(code)) {
    return new BgcutError('invalid_bg_image_file', { detail, cause: thrown });
  }
  if (!shared.includes(code)) return thrown;
  return new BgcutError(code, { detail: `Background image: ${detail}`, cause: thrown });
}
