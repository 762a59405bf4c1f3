/** Every error that the API documents and a call can meet: its code, its title, and its detail where that has one. */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';

import { createEngine, type Input, removeBg } from 'bgcut';
import { everythingModel, onCpu } from '../support/project.js';
import { plain } from '../support/pictures.js';
import { png, pngSignature, pngChunk, pngHeader } from '../support/png.js';
import { rejection } from '../support/rejection.js';
import { bright, disposeEngines, keep, pathOf } from './calls.js';
import { figure } from './figures.js';
import { online } from './web.js';

afterAll(disposeEngines);

const engine = createEngine({ ...onCpu, model: everythingModel() });
afterAll(async () => (await engine).dispose());

type Call = () => Promise<unknown>;

const of = async (input: unknown) => (await engine).removeBg(input as Input);
const withOption = (options: object) => async () => keep(await figure(), options);

/** Half a JPEG: its header says 600 x 400. */
async function half(): Promise<Buffer> {
  const whole = await sharp(pathOf('coffee.png')).jpeg().toBuffer();
  return whole.subarray(0, whole.length / 2);
}

const noSize = () => Buffer.concat([pngSignature, pngHeader(0, 0), pngChunk('IEND')]);
const onlyOne =
  'Multiple image sources given: Please provide either the image_url, image_file or image_file_b64 parameter.';
const onlyOneBackground =
  'Multiple background sources given: Please provide either the bg_color, the bg_image_url or the bg_image_file parameter.';
const url = 'http://photos.example/none.png';

describe.each<[code: string, title: string, detail: string | undefined, call: Call]>([
  ['missing_source', 'No image given', undefined, () => of(undefined)],
  ['multiple_sources', onlyOne, undefined, () => of({ base64: 'AAAA', url })],
  [
    'invalid_image_url',
    'Invalid image_url: Please provide a valid URL.',
    undefined,
    () => of({ url: 'no address' }),
  ],
  [
    'failed_image_download',
    'Failed to download image from given image_url: HTTP Status 404',
    undefined,
    () => online({}, () => of({ url })),
  ],
  [
    'file_too_large',
    'File too large',
    'File exceeds limit of 22MB',
    () => of(Buffer.alloc(22_000_001)),
  ],
  [
    'invalid_file_type',
    'Invalid file type',
    'Expected jpg/png/webp, received gif',
    async () => of(await plain(20, 20, '#fff').gif().toBuffer()),
  ],
  [
    'failed_to_read_image',
    'There was an error reading the image.',
    undefined,
    async () => bright(await half()),
  ],
  [
    'invalid_dimensions',
    'Failed to read image dimensions',
    'The dimensions of the given image could not be read.',
    () => of(noSize()),
  ],
  [
    'resolution_too_high',
    'Image resolution too high',
    'Input image has 60 megapixels, maximum supported input resolution is 50 megapixels',
    async () => of(await plain(10_000, 6000, '#fff').png().toBuffer()),
  ],
  [
    'unknown_foreground',
    'Could not identify foreground in image.',
    undefined,
    async () =>
      of(
        png(
          { width: 4, height: 4 },
          Array.from({ length: 4 }, () => Buffer.alloc(16)),
        ),
      ),
  ],
  ['invalid_size', "Invalid value for parameter 'size'", undefined, withOption({ size: '51MP' })],
  [
    'invalid_channels',
    "Invalid value for parameter 'channels'",
    undefined,
    withOption({ channels: 'rgb' }),
  ],
  ['invalid_format', 'Invalid format parameter given', undefined, withOption({ format: 'gif' })],
  ['invalid_roi', 'Invalid roi parameter given', undefined, withOption({ roi: '1 2 3 4' })],
  [
    'roi_exceeds_bounds',
    'ROI exceeds image bounds',
    'The given roi parameter defines a region that exceeds the image bounds',
    withOption({ roi: '0px 0px 401px 300px' }),
  ],
  [
    'roi_region_empty',
    'ROI region is empty',
    'The given roi parameter defines an empty region',
    withOption({ roi: '10px 10px 10px 20px' }),
  ],
  [
    'invalid_crop_margin',
    'Invalid crop_margin parameter given',
    undefined,
    withOption({ cropMargin: '30' }),
  ],
  ['invalid_scale', 'Invalid scale parameter given', undefined, withOption({ scale: '5%' })],
  [
    'invalid_position',
    'Invalid position parameter given',
    undefined,
    withOption({ position: 'top' }),
  ],
  [
    'invalid_semitransparency',
    'Invalid semitransparency parameter given',
    undefined,
    withOption({ semitransparency: 'maybe' }),
  ],
  [
    'invalid_bg_color',
    'Invalid bg_color parameter given',
    undefined,
    withOption({ bgColor: '#12345' }),
  ],
  [
    'invalid_bg_image_url',
    'Invalid bg_image_url: Please provide a valid URL.',
    undefined,
    withOption({ bgImageUrl: 'ground.png' }),
  ],
  [
    'failed_bg_download',
    'Failed to download background image from given image_url: HTTP Status 404',
    undefined,
    () => online({}, withOption({ bgImageUrl: url })),
  ],
  [
    'multiple_bg_sources',
    onlyOneBackground,
    undefined,
    withOption({ bgColor: 'red', bgImageUrl: url }),
  ],
  // Of the rest the reference says nothing.
  ['invalid_type', 'Invalid type parameter given', undefined, withOption({ type: 'dog' })],
  [
    'invalid_type_level',
    'Invalid type_level parameter given',
    undefined,
    withOption({ typeLevel: '3' }),
  ],
  ['invalid_crop', 'Invalid crop parameter given', undefined, withOption({ crop: 'yes' })],
  [
    'invalid_add_shadow',
    'Invalid add_shadow parameter given',
    undefined,
    withOption({ addShadow: 'on' }),
  ],
  [
    'invalid_shadow_type',
    'Invalid shadow_type parameter given',
    undefined,
    withOption({ shadowType: { person: 'long' } }),
  ],
  [
    'invalid_shadow_opacity',
    'Invalid shadow_opacity parameter given',
    undefined,
    withOption({ shadowOpacity: 101 }),
  ],
  [
    'invalid_bg_image_file',
    'Invalid bg_image_file parameter given',
    undefined,
    withOption({ bgImageFile: {} }),
  ],
])('%s', (code, title, detail, call) => {
  it(`is "${title}"`, async () => {
    const error = await rejection(call());
    expect([error.code, error.title]).toEqual([code, title]);
    if (detail !== undefined) expect(error.detail).toBe(detail);
    // A client prints title and detail in one line.
    expect(error.message.startsWith(title)).toBe(true);
  });
});

describe('which error goes first', () => {
  const badSize = { size: 'huge' } as object;
  it('a parameter before the picture is read', async () => {
    const error = await rejection(removeBg('/no/such/file.jpg', badSize));
    expect(error.code).toBe('invalid_size');
  });

  it('a download before what is wrong with the file', async () => {
    const file = readFileSync(import.meta.filename);
    const error = await online({}, () => rejection(keep(file, { bgImageUrl: url })));
    expect(error.code).toBe('failed_bg_download');
  });

  it('the limits of the file before its region', async () => {
    const large = await plain(10_000, 6000, '#fff').png().toBuffer();
    const error = await rejection(keep(large, { roi: '0px 0px 20000px 10px' }));
    expect(error.code).toBe('resolution_too_high');
  });

  it('the picture before its background', async () => {
    const error = await rejection(
      keep(Buffer.from('neither'), { bgImageFile: Buffer.from('nor') }),
    );
    expect(error.code).toBe('invalid_file_type');
    expect(error.detail).not.toMatch(/background/i);
  });
});

describe('a background that is no picture', () => {
  it.each([
    ['invalid_file_type', () => Promise.resolve(Buffer.from('no picture'))],
    ['failed_to_read_image', half],
    ['resolution_too_high', () => plain(10_000, 6000, '#fff').png().toBuffer()],
    ['file_too_large', () => Promise.resolve(Buffer.alloc(22_000_001))],
  ])('%s, and the detail says that it is the background', async (code, file) => {
    const error = await rejection(keep(await figure(), { bgImageFile: await file() }));
    expect(error.code).toBe(code);
    expect(error.detail).toMatch(/^Background image: /);
  });
});
