/** Base64 text -> bytes. */
import { BgcutError } from '../errors.js';

// Mail software breaks base64 into lines of 76; two characters of line end each is the most that is usual.
const lineEnds = 78 / 76;

/**
 * Decodes base64 with or without padding, line breaks and a data URL prefix, in the ordinary or the URL alphabet.
 * The length of the text is checked before anything is decoded.
 * Throws file_too_large above maxBytes and invalid_input for text that is not base64.
 */
export function decodeBase64(text: string, maxBytes: number): Uint8Array {
  const start = dataPrefix(text);
  if (text.length - start > Math.ceil(maxBytes / 3) * 4 * lineEnds + 2) {
    throw new BgcutError('file_too_large');
  }
  const bytes =
    decodeStrict(text.slice(start)) ?? decodeStrict(text.slice(start).replace(/\s+/g, ''));
  if (bytes === undefined) {
    throw new BgcutError('invalid_input', { detail: 'The base64 text is malformed.' });
  }
  if (bytes.byteLength > maxBytes) throw new BgcutError('file_too_large');
  return bytes;
}

/** Where the base64 begins after a `data:image/jpeg;base64,` prefix; 0 without one. */
function dataPrefix(text: string): number {
  // Only the beginning is searched, so that the text of a large picture isn't.
  return /^\s*data:[^,]{0,200};base64,/i.exec(text.slice(0, 256))?.[0].length ?? 0;
}

// Node skips what isn't base64. It did so exactly where fewer bytes come out than the characters hold: cheaper than
// matching a pattern over 29 million characters.
function decodeStrict(text: string): Uint8Array | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const characters = text.length - padding;
  if (characters % 4 === 1 || (padding > 0 && text.length % 4 !== 0)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.byteLength === Math.floor((characters * 3) / 4) ? bytes : undefined;
}
