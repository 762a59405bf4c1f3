/** What the fields of a form mean: exactly one picture, and the parameters of the table. */
import { BgcutError } from '../../errors.js';
import { isAbsent } from '../../params/grammar.js';
import { readForm } from '../../params/options.js';
import type { Parameters } from '../../params/table.js';
import type { Input } from '../../source/source.js';
import type { Form } from './limits.js';

/**
 * The picture of a form. Throws missing_source, multiple_sources, and invalid_image_url or invalid_input for a value
 * that is no text.
 */
export function pictureOf(form: Form): Input {
  const sources = [...inputs(form)];
  const [source, second] = sources;
  if (second !== undefined) throw new BgcutError('multiple_sources');
  if (source === undefined) throw new BgcutError('missing_source');
  return source();
}

function* inputs(form: Form): Iterable<() => Input> {
  const file = form.get('image_file');
  if (file instanceof Uint8Array && file.byteLength > 0) yield () => inOnePiece(file);
  const base64 = form.get('image_file_b64');
  if (!isAbsent(base64)) yield () => ({ base64: text(base64, 'invalid_input') });
  const url = form.get('image_url');
  if (!isAbsent(url)) yield () => ({ url: text(url, 'invalid_image_url') });
}

function text(value: unknown, code: 'invalid_input' | 'invalid_image_url'): string {
  if (typeof value === 'string') return value;
  throw new BgcutError(code);
}

/** Bytes that nobody else has: as a stream of one chunk they aren't copied. */
// eslint-disable-next-line @typescript-eslint/require-await -- nothing to wait for
async function* inOnePiece(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** The parameters of a form, read and checked by the table. */
export function parametersOf(form: Form): Parameters {
  return readForm(form);
}
