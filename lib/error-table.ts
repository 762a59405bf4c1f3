/**
 * The table of error codes: titles, details, advice. The only place where these texts stand. Nothing here knows an
 * HTTP status; the facade maps codes to statuses.
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
  invalid_effort: {
    title: 'Invalid effort option given',
    doc: 'See `effort` in docs/parameters.md.',
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
  invalid_gpu_memory_limit: {
    title: 'Invalid gpuMemoryLimit option given',
    doc: 'See `gpuMemoryLimit` in docs/parameters.md.',
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
  provider_download_failed: {
    title: 'The files of the provider could not be downloaded',
    doc: 'The registry did not answer as expected. Check the network, proxy and registry settings of npm and run `bgcut providers add cuda` again.',
  },
  provider_checksum_mismatch: {
    title: 'The files of the provider do not match their checksums',
    doc: 'What the registry sent is not what was published. Nothing of it was kept; if it stays, do not use it.',
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
    doc: 'Use a smaller size, fewer concurrent calls, or a machine with more memory; on a GPU, a larger `gpuMemoryLimit`.',
  },
  internal_error: {
    title: 'Internal error',
    doc: 'A defect in bgcut. Please report it with the cause.',
  },
} as const satisfies Record<string, ErrorEntry>;

const server = {
  auth_failed: {
    title: 'API Key invalid',
    doc: 'The key is missing, unknown or revoked. Send it as the header X-Api-Key; `bgcut keys create NAME` makes one.',
  },
  insufficient_credits: {
    title: 'Insufficient credits',
    doc: 'Neither a free call nor enough credits are left. The operator adds some with `bgcut credits add`.',
  },
  rate_limit_exceeded: {
    title: 'Rate limit exceeded',
    doc: 'The megapixels of this minute, or the submissions of this day, are used up. Wait as many seconds as Retry-After says.',
  },
  invalid_body: {
    title: 'Invalid request body',
    doc: 'The body is no multipart form, JSON object or urlencoded form, is cut off, or has too many fields. The detail says which.',
  },
  request_timeout: {
    title: 'The request took too long to arrive',
    doc: 'Header and body must arrive within the time limits of the server. Send it again, over a faster connection.',
  },
  not_found: {
    title: 'There is nothing at this address',
    doc: 'The routes stand in docs/server.md.',
  },
  method_not_allowed: {
    title: 'This address does not answer that method',
    doc: 'The header Allow names the methods.',
  },
  malformed_request: {
    title: 'The request is not valid HTTP',
    doc: 'The client, or something between it and the server, does not speak HTTP as it should.',
  },
  improve_off: {
    title: 'This server takes no submissions',
    doc: 'The operator has switched the improvement program off.',
  },
  server_stopping: {
    title: 'The server is shutting down',
    doc: 'Send the request again: another one answers, or this one soon.',
  },
  store_unavailable: {
    title: 'The server can not answer just now',
    doc: 'The store of keys and credits, or that of submissions, does not answer; nothing has been charged. The cause has the reason.',
  },
  key_unknown: {
    title: 'There is no such key',
    doc: '`bgcut keys list` prints the ids of the keys.',
  },
  invalid_setting: {
    title: 'Invalid setting of the server',
    doc: 'The detail names the setting. They stand in docs/server.md.',
  },
  package_missing: {
    title: 'A package is missing',
    doc: 'What only some servers need is not installed by itself. The detail has the command.',
  },
  address_in_use: {
    title: 'The server can not listen there',
    doc: 'Another program listens at that address, or this one may not. Choose another `port`; 0 takes a free one.',
  },
} as const satisfies Record<string, ErrorEntry>;

/** The table by groups, in the order of the docs. */
export const errorGroups = { input, background, options, models, engine, server } as const;

const table = { ...input, ...background, ...options, ...models, ...engine, ...server };

/** Every code of a BgcutError. Codes are stable: they are never renamed. */
export type ErrorCode = keyof typeof table;

/** code -> title, default detail, advice. The only place where these texts stand. */
export const errorTable: Readonly<Record<ErrorCode, ErrorEntry>> = table;

/** Whether a string is one of our codes. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(table, code);
}
