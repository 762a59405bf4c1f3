/**
 * The API reference's section on POST /removebg, sentence by sentence: every value of an enumeration and every row of
 * a table counts as one. reference.txt is the section as it stands in the reference; a test compares the two.
 */

/** A sentence that no library call can show, and where it belongs. */
interface Elsewhere {
  readonly text: string;
  readonly elsewhere: string;
}

/** The part of the reference about one parameter: how it begins (name and type), then its sentences by id. */
export interface Section {
  readonly opening: string;
  readonly sentences: Readonly<Record<string, string | Elsewhere>>;
}

const credits = 'credits are counted by the HTTP facade';
const oneInput = 'the input of a call is one value: only a form can hold two files';

/** The sections under the API's names of the parameters, in the order of the reference. */
export const reference = {
  removebg: {
    opening: '/removebg',
    sentences: {
      removebg: 'Remove the background of a JPG/PNG/WebP image.',
      'removebg.file_size': '- File size: up to 22 MB',
      'removebg.resolution': '- Input resolution: up to 50 megapixels',
      'removebg.source':
        '- Image source: File upload (binary or as base64 encoded string) or download from URL',
      'removebg.content':
        '- Image content: Any photo with a foreground (e.g. people, products, animals, cars, etc.)',
      'removebg.output':
        '- Output resolutions available: Preview (up to 0.25 megapixels), Full (up to 25 megapixels), 50MP (up to 50 megapixels)',
      'removebg.key': {
        text: '- Requires an API Key in the X-Api-Keyrequest header',
        elsewhere: 'keys are checked by the HTTP facade',
      },
    },
  },

  image_file: {
    opening: 'Request body — multipart/form-data image_filestring($binary)',
    sentences: {
      image_file: 'Source image file (binary).',
      'image_file.alone': {
        text: 'If this parameter is present, the other image source parameters must be empty.',
        elsewhere: oneInput,
      },
    },
  },

  image_file_b64: {
    opening: 'image_file_b64string',
    sentences: {
      image_file_b64: 'Source image file (base64-encoded string).',
      'image_file_b64.alone':
        'If this parameter is present, the other image source parameters must be empty.',
    },
  },

  image_url: {
    opening: 'image_urlstring',
    sentences: {
      image_url: 'Source image URL.',
      'image_url.alone':
        'If this parameter is present, the other image source parameters must be empty.',
    },
  },

  size: {
    opening: 'sizestring',
    sentences: {
      size: 'Maximum output image resolution:',
      'size.preview':
        '"preview" (default) = Resize image to 0.25 megapixels (e.g., 625×400 pixels)',
      'size.preview.credits': { text: '– 0.25 credits per image', elsewhere: credits },
      'size.full':
        '"full" = Use original image resolution, up to 25 megapixels (e.g., 6250×4000) with formats ZIP / JPG / WebP,',
      'size.full.png': 'or up to 10 megapixels (e.g., 4000×2500) with PNG',
      'size.full.credits': { text: '– 1 credit per image', elsewhere: credits },
      'size.50MP':
        '"50MP" = Use original image resolution, up to 50 megapixels (e.g., 8000×6250) with formats ZIP / JPG / WebP,',
      'size.50MP.png': 'or up to 10 megapixels (e.g., 4000×2500) with PNG',
      'size.50MP.credits': { text: '– 1 credit per image', elsewhere: credits },
      'size.auto':
        '"auto" = Use highest available resolution, up to 25 megapixels (e.g. 6250×4000) based on image size',
      'size.auto.credits': { text: 'and available credits', elsewhere: credits },
      'size.medium_hd':
        'For backwards-compatibility this parameter also accepts "medium" (up to 1.5 megapixels) and "hd" (up to 4 megapixels)',
      'size.medium_hd.credits': { text: 'for 1 credit per image.', elsewhere: credits },
      'size.aliases':
        'The value "full" is also available under the name "4k" and the value "preview" is aliased as "small" and "regular".',
    },
  },

  type: {
    opening: 'typestring',
    sentences: {
      type: 'Detect or set a foreground type.',
      'type.auto': 'We recommend using type = auto to automatically detect the type of foreground.',
      'type.one':
        'To specify only one type of foreground, set type to one of these values: car, product, person, animal, graphic, transportation.',
    },
  },

  type_level: {
    opening: 'type_levelstring',
    sentences: {
      type_level: 'Classification level of the detected foreground type:',
      'type_level.none': '"none" = No classification (X-Type header won\'t be set on the response)',
      'type_level.1':
        '"1" = Use coarse classification classes: [person, product, animal, car, other]',
      'type_level.2':
        '"2" = Use more specific classification classes: [person, product, animal, car, car_interior, car_part, transportation, graphics, other]',
      'type_level.latest': '"latest" = Always use the latest classification classes available',
    },
  },

  format: {
    opening: 'formatstring',
    sentences: {
      format: 'Result image format:',
      'format.auto':
        '"auto" = Use PNG format if transparent regions exist, otherwise use JPG format (default)',
      'format.png': '"png" = PNG format with alpha transparency',
      'format.webp': '"webp" = WebP format with alpha transparency',
      'format.jpg': '"jpg" = JPG format, no transparency',
      'format.zip':
        '"zip" = ZIP format, contains color image and alpha matte image, supports transparency',
      'format.zip.fastest': '(recommended for fastest processing)',
    },
  },

  roi: {
    opening: 'roistring',
    sentences: {
      roi: 'Region of interest: Only contents of this rectangular region can be detected as foreground.',
      'roi.outside': 'Everything outside is considered background and will be removed.',
      'roi.form': 'The rectangle is defined as two x/y coordinates in the format "x1 y1 x2 y2".',
      'roi.units':
        "The coordinates can be in absolute pixels (suffix 'px') or relative to the width/height of the image (suffix '%').",
      'roi.default': 'By default, the whole image is the region of interest ("0% 0% 100% 100%").',
    },
  },

  crop: {
    opening: 'cropboolean',
    sentences: {
      crop: 'Whether to crop off all empty regions (default: false).',
      'crop.credits': {
        text: 'Note: Cropping has no effect on the amount of charged credits.',
        elsewhere: credits,
      },
    },
  },

  crop_margin: {
    opening: 'crop_marginstring',
    sentences: {
      crop_margin: 'Adds a margin around the cropped subject (default: 0).',
      'crop_margin.units':
        'Can be an absolute value (e.g. "30px") or relative to the subject size (e.g. "10%").',
      'crop_margin.values':
        'Can be a single value (all sides), two values (top/bottom and left/right) or four values (top, right, bottom, left).',
      'crop_margin.crop': 'This parameter only has an effect when "crop=true".',
      'crop_margin.max':
        'The maximum margin that can be added on each side is 50% of the subject dimensions or 500 pixels.',
    },
  },

  scale: {
    opening: 'scalestring',
    sentences: {
      scale: 'Scales the subject relative to the total image size.',
      'scale.values': 'Can be any value from "10%" to "100%", or "original" (default).',
      'scale.center': 'Scaling the subject implies "position=center" (unless specified otherwise).',
    },
  },

  position: {
    opening: 'positionstring',
    sentences: {
      position: 'Positions the subject within the image canvas.',
      'position.original': 'Can be "original" (default unless "scale" is given),',
      'position.center': '"center" (default when "scale" is given)',
      'position.one': 'or a value from "0%" to "100%" (both horizontal and vertical)',
      'position.two': 'or two values (horizontal, vertical).',
    },
  },

  channels: {
    opening: 'channelsstring',
    sentences: {
      channels: 'Request either the finalized image ("rgba", default) or an alpha mask ("alpha").',
      'channels.note': {
        text: 'Note: Since BgCut AI also applies RGB color corrections on edges, using only the alpha mask often leads to a lower final image quality.',
        elsewhere: 'the colours of edges are a matter of the matte',
      },
      'channels.rgba': 'Therefore "rgba" is recommended.',
    },
  },

  add_shadow: {
    opening: 'add_shadowboolean',
    sentences: {
      add_shadow:
        'Warning: add_shadow is deprecated and will be removed in the next major release, version 2.0.',
      'add_shadow.instead': 'Please use shadow_type instead.',
      'add_shadow.true': 'Setting add_shadow = true will set shadow_type [car] = car.',
      'add_shadow.cars':
        'A car shadow will only be generated if the foreground type is detected or specified as car.',
    },
  },

  shadow_type: {
    opening: 'shadow_typestring',
    sentences: {
      shadow_type: 'Generate shadows based on your foreground type.',
      'shadow_type.four': 'BgCut AI supports four different shadow types: car, 3D, drop, none.',
      'shadow_type.auto':
        'Use shadow_type = auto to automatically assign the most suitable shadow_type for each foreground type.',
      'shadow_type.defaults': 'Default assignments:',
      'shadow_type.car': 'shadow_type [car] = car',
      'shadow_type.product': 'shadow_type [product] = drop',
      'shadow_type.person': 'shadow_type [person] = 3D',
      'shadow_type.animal': 'shadow_type [animal] = drop',
      'shadow_type.transportation': 'shadow_type [transportation] = 3D',
      'shadow_type.graphic': 'shadow_type [graphic] = drop',
      'shadow_type.other': 'shadow_type [other] = drop',
    },
  },

  shadow_opacity: {
    opening: 'shadow_opacitystring',
    sentences: {
      shadow_opacity: "Set a shadow's opacity, i.e. darkness.",
      'shadow_opacity.values':
        'Can be set to any value from 0 (lightest) to 100 (darkest) or auto for default values.',
      'shadow_opacity.defaults': 'Default values:',
      'shadow_opacity.car': 'shadow_opacity [car] = 90',
      'shadow_opacity.product': 'shadow_opacity [product] = 50',
      'shadow_opacity.person': 'shadow_opacity [person] = 50',
      'shadow_opacity.animal': 'shadow_opacity [animal] = 50',
      'shadow_opacity.transportation': 'shadow_opacity [transportation] = 50',
      'shadow_opacity.graphic': 'shadow_opacity [graphic] = 50',
      'shadow_opacity.other': 'shadow_opacity [other] = 50',
    },
  },

  semitransparency: {
    opening: 'semitransparencyboolean',
    sentences: {
      semitransparency: 'Whether to have semi-transparent regions in the result (default: true).',
      'semitransparency.cars':
        'Note: Semitransparency is currently only supported for car windows.',
      'semitransparency.others':
        'Other objects are returned without semitransparency, even if set to true.',
    },
  },

  bg_color: {
    opening: 'bg_colorstring',
    sentences: {
      bg_color: 'Adds a solid color background.',
      'bg_color.values': 'Can be a hex color code (e.g. 81d4fa, fff) or a color name (e.g. green).',
      'bg_color.alpha':
        'For semi-transparency, 4-/8-digit hex codes are also supported (e.g. 81d4fa77).',
      'bg_color.alone': 'If this parameter is present, the other bg_ parameters must be empty.',
    },
  },

  bg_image_url: {
    opening: 'bg_image_urlstring',
    sentences: {
      bg_image_url: 'Adds a background image from a URL.',
      'bg_image_url.cover':
        'The image is centered and resized to fill the canvas while preserving the aspect ratio, unless it already has the exact same dimensions as the foreground image.',
      'bg_image_url.alone': 'If this parameter is present, the other bg_ parameters must be empty.',
    },
  },

  bg_image_file: {
    opening: 'bg_image_filestring($binary)',
    sentences: {
      bg_image_file: 'Adds a background image from a file (binary).',
      'bg_image_file.cover':
        'The image is centered and resized to fill the canvas while preserving the aspect ratio, unless it already has the exact same dimensions as the foreground image.',
      'bg_image_file.alone':
        'If this parameter is present, the other bg_ parameters must be empty.',
    },
  },

  // What the API tells in these headers stands in the result of a call.
  headers: {
    opening: 'Response headers (200) | Name | Description | |---|---|',
    sentences: {
      'headers.type':
        '| X-Type | Detected foreground type (how specific this classification is depends on the type_level parameter sent in the request) |',
      'headers.width': '| X-Width | Width of the result image |',
      'headers.height': '| X-Height | Height of the result image |',
      'headers.credits': {
        text: '| X-Credits-Charged | Amount of credits charged for this call |',
        elsewhere: credits,
      },
      'headers.foreground_top':
        '| X-Foreground-Top | Top position of the foreground image along the vertical axis |',
      'headers.foreground_left':
        '| X-Foreground-Left | Left position of the foreground image along the horizontal axis |',
      'headers.foreground_width': '| X-Foreground-Width | Width of the foreground image |',
      'headers.foreground_height': '| X-Foreground-Height | Height of the foreground image |',
    },
  },
} as const satisfies Record<string, Section>;

type Sections = typeof reference;
type IdsOf<Sentences> = keyof Sentences & string;

/** The id of a sentence. */
export type SentenceId = {
  [Name in keyof Sections]: IdsOf<Sections[Name]['sentences']>;
}[keyof Sections];

/** One sentence of the reference. */
export interface Sentence {
  readonly id: SentenceId;
  /** The section that it stands in: the API's name of the parameter. */
  readonly section: string;
  readonly text: string;
  /** Why no call can show it; undefined for those that a case has to show. */
  readonly elsewhere: string | undefined;
}

/** Every sentence, in the order of the reference. */
export const sentences: readonly Sentence[] = Object.entries<Section>(reference).flatMap(
  ([section, { sentences: byId }]) =>
    Object.entries(byId).map(([id, sentence]) => ({
      id: id as SentenceId,
      section,
      text: typeof sentence === 'string' ? sentence : sentence.text,
      elsewhere: typeof sentence === 'string' ? undefined : sentence.elsewhere,
    })),
);
