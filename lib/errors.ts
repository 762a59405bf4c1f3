/**
 * Errors: one table of stable codes, one class. Every failure that a caller can meet is a BgcutError.
 * `title` and `detail` are for the caller and name nothing internal; `cause` is private: for logs, never in the message.
 * Nothing here knows an HTTP status; the facade maps codes to statuses.
 */

/** One row of the error table: the public title, the default detail, and what to do about it (for the docs). */
export interface ErrorEntry {
  readonly title: string;
  readonly detail?: string;
  /** When it happens and what to do, for docs/errors.md. */
  readonly doc: string;
}

const input = {
  missing_source: {
    title: 'No image given',
    detail:
      'Please provide the source image in the image_url, image_file or image_file_b64 parameter.',
    doc: 'Nothing was passed as the picture. Pass exactly one.',
  },
  multiple_sources: {
    title:
      'Multiple image sources given: Please provide either the image_url, image_file or image_file_b64 parameter.',
    doc: 'More than one picture was passed. Pass exactly one.',
  },
  invalid_input: {
    title: 'Invalid image source',
    doc: 'The value is not something a picture is read from, or its base64 text is malformed. The detail says which kinds are taken.',
  },
  source_unreadable: {
    title: 'The image source could not be read',
    doc: 'The file does not exist or may not be read, or the stream failed while it was read. The detail says which; the cause is the original error.',
  },
  file_too_large: {
    title: 'File too large',
    detail: 'File exceeds limit of 22MB',
    doc: 'The picture has more than 22,000,000 bytes. Reading stops at the limit. Compress the picture.',
  },
  invalid_file_type: {
    title: 'Invalid file type',
    detail: 'Expected jpg/png/webp',
    doc: 'The bytes are neither JPEG, PNG nor WebP. Content decides, never the name. Convert the picture first.',
  },
  failed_to_read_image: {
    title: 'There was an error reading the image.',
    doc: 'The picture is damaged or cut off. Export it again.',
  },
  invalid_dimensions: {
    title: 'Failed to read image dimensions',
    detail: 'The dimensions of the given image could not be read.',
    doc: 'The header of the picture states no usable width and height.',
  },
  resolution_too_high: {
    title: 'Image resolution too high',
    detail: 'The maximum supported input resolution is 50 megapixels',
    doc: 'Read from the header, before any pixel is decoded. Scale the picture down first.',
  },
  unknown_foreground: {
    title: 'Could not identify foreground in image.',
    doc: 'Nothing in the picture stands out as a subject. Use a picture with a clear subject.',
  },
  invalid_image_url: {
    title: 'Invalid image_url: Please provide a valid URL.',
    doc: 'The address of the picture is not an absolute http or https URL.',
  },
  failed_image_download: {
    title: 'Failed to download image from given image_url',
    doc: 'The address did not give the picture. Where the server answered, the title ends with its status (`HTTP Status 404`); addresses inside private networks are refused without a reason.',
  },
  roi_exceeds_bounds: {
    title: 'ROI exceeds image bounds',
    detail: 'The given roi parameter defines a region that exceeds the image bounds',
    doc: 'A corner of `roi` lies beyond the picture. Pixels are those of the upright picture.',
  },
  roi_region_empty: {
    title: 'ROI region is empty',
    detail: 'The given roi parameter defines an empty region',
    doc: 'The corners of `roi` have no width or no height between them.',
  },
} as const satisfies Record<string, ErrorEntry>;

const background = {
  invalid_bg_image_url: {
    title: 'Invalid bg_image_url: Please provide a valid URL.',
    doc: 'The address of the background is not an absolute http or https URL.',
  },
  failed_bg_download: {
    title: 'Failed to download background image from given image_url',
    doc: 'As `failed_image_download`, for `bgImageUrl`.',
  },
  invalid_bg_image_file: {
    title: 'Invalid bg_image_file parameter given',
    doc: 'The background is nothing that a picture is read from, or it is empty. A background that is too large or damaged has the code that the picture itself would have; the detail then begins with "Background image".',
  },
  multiple_bg_sources: {
    title:
      'Multiple background sources given: Please provide either the bg_color, the bg_image_url or the bg_image_file parameter.',
    doc: 'More than one of `bgColor`, `bgImageUrl` and `bgImageFile` was given. Give at most one.',
  },
} as const satisfies Record<string, ErrorEntry>;

const options = {
  invalid_size: {
    title: "Invalid value for parameter 'size'",
    doc: 'See `size` in docs/parameters.md.',
  },
  invalid_type: {
    title: 'Invalid type parameter given',
    doc: 'See `type` in docs/parameters.md.',
  },
  invalid_type_level: {
    title: 'Invalid type_level parameter given',
    doc: 'See `typeLevel` in docs/parameters.md.',
  },
  invalid_format: {
    title: 'Invalid format parameter given',
    doc: 'See `format` in docs/parameters.md.',
  },
  invalid_roi: {
    title: 'Invalid roi parameter given',
    doc: 'See `roi` in docs/parameters.md.',
  },
  invalid_crop: {
    title: 'Invalid crop parameter given',
    doc: 'See `crop` in docs/parameters.md.',
  },
  invalid_crop_margin: {
    title: 'Invalid crop_margin parameter given',
    doc: 'See `cropMargin` in docs/parameters.md.',
  },
  invalid_scale: {
    title: 'Invalid scale parameter given',
    doc: 'See `scale` in docs/parameters.md.',
  },
  invalid_position: {
    title: 'Invalid position parameter given',
    doc: 'See `position` in docs/parameters.md.',
  },
  invalid_channels: {
    title: "Invalid value for parameter 'channels'",
    doc: 'See `channels` in docs/parameters.md.',
  },
  invalid_add_shadow: {
    title: 'Invalid add_shadow parameter given',
    doc: 'See `addShadow` in docs/parameters.md.',
  },
  invalid_shadow_type: {
    title: 'Invalid shadow_type parameter given',
    doc: 'See `shadowType` in docs/parameters.md.',
  },
  invalid_shadow_opacity: {
    title: 'Invalid shadow_opacity parameter given',
    doc: 'See `shadowOpacity` in docs/parameters.md.',
  },
  invalid_semitransparency: {
    title: 'Invalid semitransparency parameter given',
    doc: 'See `semitransparency` in docs/parameters.md.',
  },
  invalid_bg_color: {
    title: 'Invalid bg_color parameter given',
    doc: 'See `bgColor` in docs/parameters.md.',
  },
  invalid_option: {
    title: 'Unknown option given',
    doc: 'An option name that does not exist; the detail names the nearest one.',
  },
  invalid_signal: {
    title: 'Invalid signal option given',
    doc: 'See `signal` in docs/parameters.md.',
  },
  invalid_quality: {
    title: 'Invalid quality option given',
    doc: 'See `quality` in docs/parameters.md.',
  },
  invalid_timeout: {
    title: 'Invalid timeout option given',
    doc: 'See `timeout` in docs/parameters.md.',
  },
  invalid_device: {
    title: 'Invalid device option given',
    doc: 'See `device` in docs/parameters.md.',
  },
  invalid_model: {
    title: 'Invalid model option given',
    doc: 'See `model` in docs/parameters.md.',
  },
  invalid_matting_model: {
    title: 'Invalid matting model option given',
    doc: 'See `mattingModel` in docs/parameters.md.',
  },
  invalid_threads: {
    title: 'Invalid threads option given',
    doc: 'See `threads` in docs/parameters.md.',
  },
  invalid_concurrency: {
    title: 'Invalid concurrency option given',
    doc: 'See `concurrency` in docs/parameters.md.',
  },
  invalid_queue: {
    title: 'Invalid queue option given',
    doc: 'See `queue` in docs/parameters.md.',
  },
  invalid_cache_dir: {
    title: 'Invalid cacheDir option given',
    doc: 'See `cacheDir` in docs/parameters.md.',
  },
  invalid_offline: {
    title: 'Invalid offline option given',
    doc: 'See `offline` in docs/parameters.md.',
  },
} as const satisfies Record<string, ErrorEntry>;

const models = {
  model_missing: {
    title: 'The model is not on this machine',
    doc: 'The weights are not in the cache and downloading is off. Run `bgcut models pull NAME` once while online.',
  },
  model_unknown: {
    title: 'Unknown model',
    doc: 'No manifest has this name and no file has this path. `bgcut models list` prints the known names.',
  },
  model_invalid: {
    title: 'The model can not be used',
    doc: 'The file is not an ONNX model that fits its manifest (input, output, sizes).',
  },
  manifest_invalid: {
    title: 'The model manifest is not valid',
    doc: 'The manifest does not follow models/manifest.schema.json. The detail names the field.',
  },
  model_download_failed: {
    title: 'The model could not be downloaded',
    doc: 'The registry or address did not answer as expected. Check the network, proxy and registry settings of npm and run `bgcut models pull NAME` again.',
  },
  model_checksum_mismatch: {
    title: 'The model file does not match its checksum',
    doc: 'The file differs from what the manifest promises. Pull it again; if it stays, do not use it.',
  },
  cache_unwritable: {
    title: 'The model cache can not be written',
    doc: 'Set BGCUT_CACHE to a folder that this process may write to.',
  },
} as const satisfies Record<string, ErrorEntry>;

const engine = {
  engine_busy: {
    title: 'The engine is busy',
    detail:
      'All places in its queue are taken; try again later or start the engine with a larger queue.',
    doc: 'As many calls as `concurrency` + `queue` allow are pending already. The picture was not touched.',
  },
  engine_disposed: {
    title: 'The engine has been disposed',
    doc: 'dispose() was called before the call finished. Create a new engine.',
  },
  aborted: {
    title: 'The call was aborted',
    doc: 'The AbortSignal fired. The cause is signal.reason.',
  },
  timeout: {
    title: 'The call took longer than its timeout',
    doc: 'The timeout covers reading the picture, waiting and working. Use a smaller size or a longer timeout.',
  },
  provider_unavailable: {
    title: 'The requested device can not be used',
    doc: "A device named explicitly does not run here; the detail says why. `device: 'auto'` falls back to one that does.",
  },
  native_load_failed: {
    title: 'The native part of bgcut could not be loaded',
    doc: 'The detail lists what was tried and what to do. In a checkout, `npm run build` compiles it.',
  },
  inference_failed: {
    title: 'The model failed to run',
    doc: 'ONNX Runtime reported an error; the cause has its text. Other calls are not affected.',
  },
  out_of_memory: {
    title: 'Not enough memory for this picture',
    doc: 'Use a smaller size, fewer concurrent calls, or a machine with more memory.',
  },
  internal_error: {
    title: 'Internal error',
    doc: 'A defect in bgcut. Please report it with the cause.',
  },
} as const satisfies Record<string, ErrorEntry>;

/** The table by groups, in the order of the docs. */
export const errorGroups = { input, background, options, models, engine } as const;

const table = { ...input, ...background, ...options, ...models, ...engine };

/** Every code of a BgcutError. Codes are stable: they are never renamed. */
export type ErrorCode = keyof typeof table;

/** code -> title, default detail, advice. The only place where these texts stand. */
export const errorTable: Readonly<Record<ErrorCode, ErrorEntry>> = table;

/** Whether a string is one of our codes. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(table, code);
}

/** What may be said beside the code. */
export interface BgcutErrorOptions {
  /** Instead of the title of the table. */
  title?: string;
  /** Instead of the default detail; a public sentence without internals. */
  detail?: string;
  /** The private reason: for logs, never part of the message. */
  cause?: unknown;
}

// Symbol.for: two copies of bgcut in one process recognise each other's errors.
const brand: unique symbol = Symbol.for('bgcut.BgcutError');

/** The error of every failed call: branch on `code`, show `title` and `detail`, log `cause`. */
export class BgcutError extends Error {
  /** Stable snake_case code: see docs/errors.md. */
  readonly code: ErrorCode;
  /** A public sentence that belongs to the code. */
  readonly title: string;
  /** A public sentence about this case, where there is more to say. */
  readonly detail: string | undefined;

  /** The title and detail come from the table unless given. */
  constructor(code: ErrorCode, options: BgcutErrorOptions = {}) {
    const entry = errorTable[code];
    const title = options.title ?? entry.title;
    const detail = options.detail ?? entry.detail;
    super(sentence(title, detail), 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.title = title;
    this.detail = detail;
  }

  /** `error instanceof BgcutError` holds for the errors of another copy of bgcut too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== BgcutError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && brand in value;
  }
}
// On the prototype and not enumerable, so that an inspected or serialised error shows only code, title and detail.
Object.defineProperties(BgcutError.prototype, {
  name: { value: 'BgcutError', writable: true, configurable: true },
  [brand]: { value: true },
});

function sentence(title: string, detail: string | undefined): string {
  if (detail === undefined) return title;
  return /[.!?:]$/.test(title) ? `${title} ${detail}` : `${title}: ${detail}`;
}

/** The BgcutError for whatever was thrown: itself, or internal_error with the thrown value as cause. */
export function asBgcutError(thrown: unknown): BgcutError {
  return thrown instanceof BgcutError
    ? thrown
    : new BgcutError('internal_error', { cause: thrown });
}

/**
 * The BgcutError for a rejection of the native addon: a plain Error with a string `code`.
 * Its message is private and becomes the cause; only for a device or a model, where the reason is about the
 * user's own machine or file and is what they need, it is the detail too.
 */
export function fromNativeError(thrown: unknown): BgcutError {
  if (thrown instanceof BgcutError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (!isErrorCode(code)) return new BgcutError('internal_error', { cause: thrown });
  const reason = (thrown as Error).message;
  if (code === 'provider_unavailable' || code === 'model_invalid') {
    return new BgcutError(code, { detail: reason, cause: thrown });
  }
  if (code === 'resolution_too_high') {
    return new BgcutError(code, { detail: resolutionDetail(reason), cause: thrown });
  }
  return new BgcutError(code, { cause: thrown });
}

/** The API's sentence with the picture's megapixels, rounded up to a tenth; the native reason is WIDTHxHEIGHT. */
function resolutionDetail(reason: string): string | undefined {
  const [width, height] = reason.split('x').map(Number);
  const megapixels = Math.ceil(((width ?? NaN) * (height ?? NaN)) / 1e5) / 10;
  if (!Number.isFinite(megapixels)) return undefined;
  return `Input image has ${megapixels} megapixels, maximum supported input resolution is 50 megapixels`;
}
