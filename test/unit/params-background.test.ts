/** Which backgrounds are taken, as text, as form fields and in code. */
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import { BgcutError, type ErrorCode } from '#lib/errors';
import { colorNames } from '#lib/params/color';
import { readCall, readForm } from '#lib/params/options';
import type { Parameters } from '#lib/params/table';

function codeOf(act: () => unknown): ErrorCode {
  try {
    act();
  } catch (error) {
    if (error instanceof BgcutError) return error.code;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** What a form field of that name reads as. */
function field<Name extends keyof Parameters>(
  name: Name,
  apiName: string,
  value: unknown,
): Parameters[Name] {
  return readForm([[apiName, value]])[name];
}

describe('bg_color', () => {
  it.each([
    ['81d4fa', [0x81, 0xd4, 0xfa, 255]],
    ['#CBD5E0', [0xcb, 0xd5, 0xe0, 255]],
    ['fff', [255, 255, 255, 255]],
    ['#FFF', [255, 255, 255, 255]],
    ['f008', [255, 0, 0, 0x88]],
    ['81d4fa77', [0x81, 0xd4, 0xfa, 0x77]],
    ['Green', [0, 128, 0, 255]],
    ['RebeccaPurple', [0x66, 0x33, 0x99, 255]],
    ['transparent', [0, 0, 0, 0]],
    [{ r: 1, g: 2, b: 3 }, [1, 2, 3, 255]],
    [{ r: 1, g: 2, b: 3, alpha: 0.5 }, [1, 2, 3, 128]],
  ])('%j is %j', (given, rgba) => {
    expect(readCall({ bgColor: given }).bgColor).toEqual(rgba);
  });

  it.each(['f', 'ff', 'fffff', '#fffffff', '##fff', 'gggggg', '0xffffff', 'rgb(1,2,3)', 'redd'])(
    '%j is refused',
    (given) => {
      expect(codeOf(() => field('bgColor', 'bg_color', given))).toBe('invalid_bg_color');
    },
  );

  it.each([[123456], [{ r: 1, g: 2 }], [{ r: 1, g: 2, b: 256 }], [{ r: 1, g: 2, b: 3, a: 1 }]])(
    '%j is refused too',
    (given) => {
      expect(codeOf(() => readCall({ bgColor: given }))).toBe('invalid_bg_color');
    },
  );

  it('knows every name of CSS, as sharp does', async () => {
    expect(colorNames.length).toBe(149);
    for (const name of colorNames) {
      const create = { width: 1, height: 1, channels: 4, background: name } as const;
      const pixel = await sharp({ create }).raw().toBuffer();
      const read = field('bgColor', 'bg_color', name.toUpperCase());
      expect(read, name).toEqual([...pixel]);
    }
  });

  it('reads digits as sharp does', async () => {
    const digits = fc.constantFrom(3, 4, 6, 8).chain((length) =>
      fc.string({
        unit: fc.constantFrom(...Array.from('0123456789abcdefABCDEF')),
        minLength: length,
        maxLength: length,
      }),
    );
    await fc.assert(
      fc.asyncProperty(digits, async (hex) => {
        const create = { width: 1, height: 1, channels: 4, background: `#${hex}` } as const;
        const pixel = await sharp({ create }).raw().toBuffer();
        expect(field('bgColor', 'bg_color', hex)).toEqual([...pixel]);
      }),
    );
  });
});

describe('a background picture', () => {
  it.each([
    ['https://example.com/a.jpg', 'https://example.com/a.jpg'],
    [' HTTP://example.com ', 'http://example.com/'],
    [new URL('https://example.com/b?c=d'), 'https://example.com/b?c=d'],
  ])('has an address: %s', (given, url) => {
    expect(readCall({ bgImageUrl: given }).bgImageUrl).toBe(url);
  });

  it.each([
    'example.com/a.jpg',
    '/a.jpg',
    'ftp://example.com',
    'file:///etc/passwd',
    'http://',
    {},
  ])('has no such address: %j', (given) => {
    expect(codeOf(() => field('bgImageUrl', 'bg_image_url', given))).toBe('invalid_bg_image_url');
  });

  it('is whatever an input is, in code', () => {
    const bytes = Buffer.from('x');
    for (const given of [bytes, 'a path.jpg', new Blob(['x']), { base64: 'AAAA' }]) {
      expect(readCall({ bgImageFile: given }).bgImageFile).toBe(given);
    }
    expect(codeOf(() => readCall({ bgImageFile: 7 }))).toBe('invalid_bg_image_file');
  });

  it('is bytes in a form, and never a path or anything that is fetched', () => {
    const bytes = Buffer.from('x');
    expect(field('bgImageFile', 'bg_image_file', bytes)).toEqual(new Uint8Array(bytes));
    const blob = new Blob(['x']);
    expect(field('bgImageFile', 'bg_image_file', blob)).toBe(blob);
    for (const given of ['/etc/passwd', 'a.jpg', { url: 'http://example.com' }, { base64: 'AA' }]) {
      expect(codeOf(() => field('bgImageFile', 'bg_image_file', given))).toBe(
        'invalid_bg_image_file',
      );
    }
    for (const none of ['', ' ', Buffer.alloc(0), new Blob([])]) {
      expect(field('bgImageFile', 'bg_image_file', none)).toBeUndefined();
    }
  });

  it('is the only background', () => {
    const given = {
      bg_color: 'red',
      bg_image_url: 'http://example.com',
      bg_image_file: Buffer.from('x'),
    };
    const pairs = Object.entries(given).flatMap((one, index, all) =>
      all.slice(index + 1).map((other) => [one, other] as const),
    );
    for (const pair of [...pairs, Object.entries(given)]) {
      expect(codeOf(() => readForm(pair))).toBe('multiple_bg_sources');
    }
    expect(codeOf(() => readCall({ bgColor: 'red', bgImageFile: 'a.jpg' }))).toBe(
      'multiple_bg_sources',
    );
    expect(
      readForm([
        ['bg_color', 'red'],
        ['bg_image_url', ''],
      ]).bgImageUrl,
    ).toBeUndefined();
  });
});
