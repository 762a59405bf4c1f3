import { inspect } from 'node:util';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import {
  asBgcutError,
  BgcutError,
  errorGroups,
  errorTable,
  fromNativeError,
  isErrorCode,
} from '#lib/errors';

interface Copy {
  BgcutError: typeof BgcutError;
}

const root = join(import.meta.dirname, '..', '..');

/** The source text of everything that may throw a code. */
function sources(): string {
  return ['lib', 'native']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((f) =>
        join(root, folder, f),
      ),
    )
    .filter(
      (file) =>
        /\.(ts|cc)$/.test(file) &&
        !file.endsWith(join('lib', 'error-table.ts')) &&
        !/native.test/.test(file),
    )
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

describe('the table', () => {
  it('has every code that something throws, and none that nothing throws', () => {
    const text = sources();
    const unused = Object.keys(errorTable).filter(
      (code) => !text.includes(`'${code}'`) && !text.includes(`"${code}"`),
    );
    expect(unused).toEqual([]);
    const thrown = [...text.matchAll(/new BgcutError\(\s*'([a-z_]+)'/g)].map((match) => match[1]);
    expect(thrown.filter((code) => !isErrorCode(code))).toEqual([]);
  });

  it('says one thing in each place, in plain text', () => {
    for (const [code, { title, detail, doc }] of Object.entries(errorTable)) {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(title.trim()).not.toBe('');
      expect(doc).toMatch(/\.$/);
      for (const text of [title, detail ?? '', doc]) expect(text).not.toMatch(/\n|undefined| {2}/);
      // What a stranger may read names nothing of the machine or of what BgCut is built from.
      const internals =
        /vips|sharp|node_modules|fastify|sqlite|\.[ct][cs]\b|(^|\s)\/\w|\bat \S+:\d/i;
      for (const text of [title, detail ?? '']) expect(text).not.toMatch(internals);
    }
    expect(Object.values(errorGroups).flatMap((group) => Object.keys(group))).toEqual(
      Object.keys(errorTable),
    );
  });

  // The API's own words, which clients of it show and compare.
  it.each([
    ['missing_source', 'No image given'],
    [
      'multiple_sources',
      'Multiple image sources given: Please provide either the image_url, image_file or image_file_b64 parameter.',
    ],
    ['file_too_large', 'File too large'],
    ['invalid_file_type', 'Invalid file type'],
    ['failed_to_read_image', 'There was an error reading the image.'],
    ['invalid_dimensions', 'Failed to read image dimensions'],
    ['resolution_too_high', 'Image resolution too high'],
    ['unknown_foreground', 'Could not identify foreground in image.'],
    ['invalid_size', "Invalid value for parameter 'size'"],
    ['invalid_format', 'Invalid format parameter given'],
    ['invalid_channels', "Invalid value for parameter 'channels'"],
    ['invalid_image_url', 'Invalid image_url: Please provide a valid URL.'],
    ['failed_image_download', 'Failed to download image from given image_url'],
    ['invalid_roi', 'Invalid roi parameter given'],
    ['roi_exceeds_bounds', 'ROI exceeds image bounds'],
    ['roi_region_empty', 'ROI region is empty'],
    ['invalid_crop_margin', 'Invalid crop_margin parameter given'],
    ['invalid_scale', 'Invalid scale parameter given'],
    ['invalid_position', 'Invalid position parameter given'],
    ['invalid_semitransparency', 'Invalid semitransparency parameter given'],
    ['invalid_bg_color', 'Invalid bg_color parameter given'],
    ['invalid_bg_image_url', 'Invalid bg_image_url: Please provide a valid URL.'],
    ['failed_bg_download', 'Failed to download background image from given image_url'],
    [
      'multiple_bg_sources',
      'Multiple background sources given: Please provide either the bg_color, the bg_image_url or the bg_image_file parameter.',
    ],
  ] as const)('%s has the title of the API', (code, title) => {
    expect(errorTable[code].title).toBe(title);
  });
});

describe('BgcutError', () => {
  it('says title and detail in its message, and keeps its cause out of it', () => {
    const cause = new Error('secret: /home/somebody');
    const error = new BgcutError('file_too_large', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'BgcutError',
      code: 'file_too_large',
      title: 'File too large',
      detail: 'File exceeds limit of 22MB',
    });
    expect(error.message).toBe('File too large: File exceeds limit of 22MB');
    expect(error.cause).toBe(cause);
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(Object.keys(error).sort()).toEqual(['code', 'detail', 'title']);
    expect(inspect(error)).toContain('BgcutError: File too large');
  });

  it('takes a title and a detail of its own', () => {
    const error = new BgcutError('invalid_size', { title: 'T.', detail: 'D' });
    expect([error.title, error.detail, error.message]).toEqual(['T.', 'D', 'T. D']);
    expect(new BgcutError('timeout').detail).toBeUndefined();
    expect('cause' in new BgcutError('timeout')).toBe(false);
  });

  it('is recognised across two copies of bgcut', () => {
    // A real second copy, as two versions in one tree would be.
    const folder = mkdtempSync(join(tmpdir(), 'bgcut-copy-'));
    for (const file of ['errors.js', 'error-table.js']) {
      copyFileSync(join(root, 'dist', file), join(folder, file));
    }
    const other = createRequire(import.meta.url)(join(folder, 'errors.js')) as Copy;
    rmSync(folder, { recursive: true });
    expect(other.BgcutError).not.toBe(BgcutError);
    expect(new other.BgcutError('timeout')).toBeInstanceOf(BgcutError);
    expect(new BgcutError('timeout')).toBeInstanceOf(other.BgcutError);
    for (const stranger of [new Error('x'), null, undefined, 'timeout', { code: 'timeout' }]) {
      expect(stranger).not.toBeInstanceOf(BgcutError);
    }
  });

  it('lets a subclass stay a narrower class', () => {
    class Narrow extends BgcutError {}
    expect(new Narrow('timeout')).toBeInstanceOf(BgcutError);
    expect(new Narrow('timeout')).toBeInstanceOf(Narrow);
    expect(new BgcutError('timeout')).not.toBeInstanceOf(Narrow);
  });

  it('wraps what is not its own as an internal error', () => {
    const known = new BgcutError('timeout');
    expect(asBgcutError(known)).toBe(known);
    expect(asBgcutError('text')).toMatchObject({ code: 'internal_error', cause: 'text' });
  });
});

describe('errors of the native side', () => {
  const native = (code: string, message: string) => Object.assign(new Error(message), { code });

  it('keep their code and lose their message', () => {
    const thrown = native('failed_to_read_image', 'VipsJpeg: premature end at /secret');
    const error = fromNativeError(thrown);
    expect(error.code).toBe('failed_to_read_image');
    expect(error.message).not.toContain('secret');
    expect(error.cause).toBe(thrown);
  });

  it('say why a device or a model can not be used', () => {
    expect(fromNativeError(native('provider_unavailable', 'libcudnn.so.9 is missing')).detail).toBe(
      'libcudnn.so.9 is missing',
    );
  });

  it('tell the megapixels, never rounded down to the limit', () => {
    const detail = (size: string) => fromNativeError(native('resolution_too_high', size)).detail;
    expect(detail('10000x6000')).toBe(
      'Input image has 60 megapixels, maximum supported input resolution is 50 megapixels',
    );
    expect(detail('50000001x1')).toContain('has 50.1 megapixels');
    expect(detail('no size')).toBe(errorTable.resolution_too_high.detail);
  });

  it('become internal errors when their code is unknown', () => {
    expect(fromNativeError(native('something_else', 'x')).code).toBe('internal_error');
    expect(fromNativeError(new TypeError('x')).code).toBe('internal_error');
  });
});
