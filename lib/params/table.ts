/**
 * The parameters of one call, as the API has them. Types, validation, the reader of form fields, command-line flags
 * and docs/parameters.md all come from this table: adding a parameter is one entry here and the stage that uses it.
 */
import { BgcutError } from '../errors.js';
import { bytesOf } from '../source/collect.js';
import { type Input, isBlob } from '../source/source.js';
import { color } from './color.js';
import { boolean, type Grammar, oneOf } from './grammar.js';
import { margins, region } from './length.js';
import { type OptionsOf, parameter, type ParameterTable, type ValuesOf } from './parameter.js';
import { shadowKinds, shadowOpacities } from './pertype.js';
import { position, scale } from './placement.js';

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

  /** What the subject is; `auto`, unless given, finds out. */
  type: parameter({
    grammar: oneOf({
      auto: { aliases: ['other'], doc: 'found out from the picture' },
      car: { aliases: ['car_interior', 'car_part'], doc: 'a car' },
      product: { doc: 'a thing for sale' },
      person: { doc: 'one or more people' },
      animal: { doc: 'an animal' },
      graphic: { aliases: ['graphics'], doc: 'a drawing, a logo' },
      transportation: { doc: 'a vehicle that is no car' },
    }),
    default: 'auto',
    error: 'invalid_type',
    doc: 'The type of the foreground. It decides the shadow, and whether windows are let through.',
  }),

  /** How finely the result names the type of the foreground; `1` unless given. */
  typeLevel: parameter({
    grammar: oneOf({
      none: { doc: 'not at all' },
      '1': { doc: 'person, product, animal, car or other' },
      '2': {
        doc: 'person, product, animal, car, car_interior, car_part, transportation, graphics or other',
      },
      latest: { doc: 'the newest classes: today those of 2' },
    }),
    default: '1',
    error: 'invalid_type_level',
    doc: "How finely the result's type is told: what X-Type says in the API.",
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

  /** The region in which the subject is looked for: `10% 0 90% 300px`, or { x1, y1, x2, y2 }. */
  roi: parameter({
    grammar: region(),
    default: '0% 0% 100% 100%',
    error: 'invalid_roi',
    doc: 'Region of interest: only what lies in it can be foreground, everything outside is removed. Two corners in any order, in pixels of the upright input (px) or in percent of its width and height; a plain 0 needs no unit. The result still shows the whole picture.',
    inCode:
      "`{ x1, y1, x2, y2 }`, where numbers are pixels: `{ x1: 0, y1: '10%', x2: 300, y2: '100%' }`",
  }),

  /** Whether empty regions around the subject are cut off. */
  crop: parameter({
    grammar: boolean(),
    default: false,
    error: 'invalid_crop',
    doc: 'Cuts off all empty regions around the subject.',
  }),

  /** Room around a cropped subject: `10%`, `20px 5%`, `1px 2px 3px 4px`, or the same as a number or list. */
  cropMargin: parameter({
    grammar: margins(),
    default: '0',
    error: 'invalid_crop_margin',
    doc: "The room left around a cropped subject, also beyond the picture: one value for all sides, two (top and bottom, left and right) or four (top, right, bottom, left), in pixels of the result (px) or in percent of the subject's height and width. Without crop it has no effect.",
    inCode: "a number of pixels, or a list: `[10, '5%']`",
  }),

  /** The size of the subject, in percent of the canvas that it fits into. */
  scale: parameter({
    grammar: scale(),
    default: 'original',
    error: 'invalid_scale',
    doc: 'Scales the subject, its aspect kept, to fit into that part of the width and height of the canvas; a small one is enlarged. The canvas is the picture, or with crop the cropped one. The subject is then centred, unless position says otherwise.',
    inCode: 'the percentage as a number',
  }),

  /** Where the subject stands: percent as in CSS background-position. */
  position: parameter({
    grammar: position(),
    default: undefined,
    error: 'invalid_position',
    doc: 'Places the subject on the canvas: 0% is flush left or top, 100% flush right or bottom, one value for both axes or two (horizontal, vertical). By default original, with scale center. With scale, original keeps the centre of the subject where it was, as far as the subject stays on the canvas.',
    inCode: '`{ x: 50, y: 100 }`, in percent',
  }),

  /** The finished picture (`rgba`, unless given) or only its alpha mask (`alpha`). */
  channels: parameter({
    grammar: oneOf({
      rgba: { doc: 'the finished picture' },
      alpha: {
        doc: 'the alpha mask alone, 8-bit grey, white = subject, without shadow and background; a zip stays as it is',
      },
    }),
    default: 'rgba',
    error: 'invalid_channels',
    doc: 'What the result shows.',
  }),

  /** Deprecated by the API: true is shadowType { car: 'car' }. */
  addShadow: parameter({
    grammar: boolean(),
    default: false,
    error: 'invalid_add_shadow',
    deprecated: true,
    doc: 'Deprecated, use shadowType: the same as the shadow car for cars alone. Has no effect when shadowType is given.',
  }),

  /** The kind of shadow, for all types or per type: `auto`, `drop`, { person: '3D' }. None unless given. */
  shadowType: parameter({
    grammar: shadowKinds(),
    default: undefined,
    error: 'invalid_shadow_type',
    doc: 'The shadow of the subject, for every type of foreground or one by one; a type that is not mentioned then gets none. By default there are no shadows. Where the lower border of the picture (or of the roi) cuts the subject off, as in a portrait, there is no floor for 3D to lie on: it is drop then. No shadow shows through the windows of a car.',
  }),

  /** The opacity of the shadow in percent, for all types or per type: 70, { car: 95 }. */
  shadowOpacity: parameter({
    grammar: shadowOpacities(),
    default: 'auto',
    error: 'invalid_shadow_opacity',
    doc: 'How dark the shadow is, from 0 (lightest) to 100 (darkest), for every type of foreground or one by one; a type that is not mentioned then keeps its default: 90 for cars, 50 for all others.',
  }),

  /** Whether the windows of a car let the background through; they do unless this is false. */
  semitransparency: parameter({
    grammar: boolean(),
    default: true,
    error: 'invalid_semitransparency',
    doc: 'Lets the background show through the windows of cars. Other subjects are opaque inside either way.',
  }),

  /** The colour behind the subject: hex digits, a CSS name, or { r, g, b, alpha }. */
  bgColor: parameter({
    grammar: color(),
    default: undefined,
    error: 'invalid_bg_color',
    doc: 'A colour as background, with or without #; 4 and 8 digits end with the opacity. At most one of the three backgrounds can be given.',
    inCode: '`{ r, g, b, alpha }`, with an alpha of 0 to 1 that may be left out',
  }),

  /** The address of a picture behind the subject. */
  bgImageUrl: parameter({
    grammar: webAddress(),
    default: undefined,
    error: 'invalid_bg_image_url',
    doc: 'The address of a picture as background: centred and resized to fill the canvas, its aspect kept; one of exactly the size of the canvas is taken as it is.',
    inCode: 'a URL object',
  }),

  /** A picture behind the subject: whatever the input of a call may be. */
  bgImageFile: parameter({
    grammar: pictureFile(),
    default: undefined,
    error: 'invalid_bg_image_file',
    doc: 'A picture as background; as bgImageUrl.',
    inCode: 'whatever the input of a call may be',
  }),
} as const satisfies ParameterTable;

/** The parameters as a caller may pass them. */
export type ParameterOptions = OptionsOf<typeof parameters>;

/** The parameters in canonical form, defaults filled in. */
export type Parameters = ValuesOf<typeof parameters>;

/** What no single parameter can tell: throws multiple_bg_sources for more than one background. */
export function checkTogether({ bgColor, bgImageUrl, bgImageFile }: Parameters): void {
  const backgrounds = [bgColor, bgImageUrl, bgImageFile].filter((each) => each !== undefined);
  if (backgrounds.length > 1) throw new BgcutError('multiple_bg_sources');
}

/** An absolute address; what may be fetched from it is decided when it is. */
function webAddress(): Grammar<string | URL, string> {
  const read = (url: URL | null) =>
    url !== null && /^https?:$/.test(url.protocol) ? url.href : undefined;
  return {
    shape: 'an http or https URL',
    fromText: (text) => read(URL.canParse(text) ? new URL(text) : null),
    fromValue: (value) => (value instanceof URL ? read(value) : undefined),
  };
}

/** Text is a path here, so a form field may only hold the bytes themselves. */
function pictureFile(): Grammar<Input, Input> {
  return {
    shape: 'a picture',
    fromText: (path) => path,
    fromValue: (value) =>
      typeof value === 'object' && value !== null ? (value as Input) : undefined,
    fromField: (value) =>
      bytesOf(value) ??
      (typeof value === 'object' && value !== null && isBlob(value) ? value : undefined),
  };
}
