/**
 * The parameters of one call, as the API has them. Types, validation, the reader of form fields, command-line flags
 * and docs/parameters.md all come from this table: adding a parameter is one entry here and the stage that uses it.
 */
import { oneOf } from './grammar.js';
import { type OptionsOf, parameter, type ParameterTable, type ValuesOf } from './parameter.js';

export const parameters = {
  /** The most pixels of the result; `preview` unless given. Pictures are only ever scaled down. */
  size: parameter({
    grammar: oneOf({
      preview: { aliases: ['small', 'regular'], doc: 'up to 0.25 megapixels, e.g. 625x400' },
      medium: { doc: 'up to 1.5 megapixels' },
      hd: { doc: 'up to 4 megapixels' },
      full: { aliases: ['4k'], doc: 'as the input, up to 25 megapixels; up to 10 as PNG' },
      '50MP': { doc: 'as the input, up to 50 megapixels; up to 10 as PNG' },
      auto: { doc: 'the highest one available, up to 25 megapixels; up to 10 as PNG' },
    }),
    default: 'preview',
    error: 'invalid_size',
    doc: 'The largest size of the result. A picture is only ever scaled down, and its aspect is kept.',
  }),

  /** The format of the result; `auto` unless given: PNG where something is transparent, else JPEG. */
  format: parameter({
    grammar: oneOf({
      auto: { doc: 'PNG if transparent regions exist, otherwise JPG' },
      png: { doc: 'with alpha transparency, up to 10 megapixels' },
      jpg: { doc: 'without transparency, over white' },
      webp: { doc: 'with alpha transparency' },
      zip: { doc: 'color.jpg and alpha.png, stored: the fastest one' },
    }),
    default: 'auto',
    error: 'invalid_format',
    doc: 'The format of the result.',
  }),

  /** The finished picture (`rgba`, unless given) or only its alpha mask (`alpha`). */
  channels: parameter({
    grammar: oneOf({
      rgba: { doc: 'the finished picture' },
      alpha: { doc: 'the alpha mask alone, 8-bit grey, white = subject; a zip stays as it is' },
    }),
    default: 'rgba',
    error: 'invalid_channels',
    doc: 'What the result shows.',
  }),
} as const satisfies ParameterTable;

/** The parameters as a caller may pass them. */
export type ParameterOptions = OptionsOf<typeof parameters>;

/** The parameters in canonical form, defaults filled in. */
export type Parameters = ValuesOf<typeof parameters>;
