/** What the reference leaves open, as it was decided. */
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';

import type { RemoveOptions } from 'bgcut';
import { scene } from '../support/pictures.js';
import { at, channel, difference, rgba } from '../support/pixels.js';
import { boxOf, bright, disposeEngines, keep, pathOf, said, view, zipParts } from './calls.js';
import { canvas, car, figure, place, windows } from './figures.js';

afterAll(disposeEngines);

const product = { type: 'product', format: 'png' } as const;

describe('the order of operations', () => {
  it('the size caps the picture before it is cropped: a crop never has more detail', async () => {
    const picture = await figure(
      { width: 2000, height: 1500 },
      { left: 500, top: 300, width: 400, height: 600 },
    );
    const { width, height } = await keep(picture, { crop: true });
    // .25 of 3 megapixels: 577 x 433.
    expect(Math.abs(width - 400 * 0.2887)).toBeLessThanOrEqual(2);
    expect(Math.abs(height - 600 * 0.2887)).toBeLessThanOrEqual(2);
  });

  it('crop and margin give the canvas, then the subject is scaled on it', async () => {
    const options = { ...product, crop: true, cropMargin: '50px', scale: '50%' } as const;
    const result = await keep(await figure(), options);
    expect(said(result)).toBe('200x260');
    expect(boxOf(await view(result), 128)).toMatchObject({ height: 130 });
  });

  it('the shadow falls on that canvas: it is no part of the crop, and is clipped by it', async () => {
    const options = { ...product, crop: true, cropMargin: '20px' } as const;
    const picture = await figure();
    const [bare, shaded] = [
      await keep(picture, options),
      await keep(picture, { ...options, shadowType: '3D' }),
    ];
    expect(said(shaded)).toBe(said(bare));
    expect(shaded.foreground).toEqual(place);
    expect(boxOf(await view(shaded)).width).toBeGreaterThan(place.width);
  });

  it('the shadow belongs to the subject where that was moved', async () => {
    const picture = await figure();
    const moved = await keep(picture, { ...product, shadowType: 'drop', position: '0% 0%' });
    const there = await keep(await figure(canvas, { ...place, left: 0, top: 0 }), {
      ...product,
      shadowType: 'drop',
    });
    expect(difference(await view(moved), await view(there)).max).toBeLessThanOrEqual(1);
  });

  it('the background lies under the shadow', async () => {
    const picture = await figure();
    const shaded = await keep(picture, { ...product, shadowType: 'car' });
    const onRed = await keep(picture, { ...product, shadowType: 'car', bgColor: 'red' });
    const flat = await sharp(shaded.data).flatten({ background: 'red' }).png().toBuffer();
    expect(difference(await view(onRed), await rgba(flat)).max).toBeLessThanOrEqual(1);
  });
});

describe('the box of the subject', () => {
  it('counts from alpha 8', async () => {
    const strip = async (alpha: number) => {
      const picture = await sharp(await figure())
        .composite([
          {
            input: {
              create: { width: 9, height: 9, channels: 4, background: { r: 9, g: 9, b: 9, alpha } },
            },
            left: 0,
            top: 0,
          },
        ])
        .png()
        .toBuffer();
      return (await keep(picture, product)).foreground;
    };
    expect(await strip(7 / 255)).toEqual(place);
    expect(await strip(8 / 255)).toMatchObject({ left: 0, top: 0 });
  });
});

describe('a zip', () => {
  const zip = { type: 'product', format: 'zip' } as const;

  it('with an opaque background is the composite, and alpha 255 everywhere', async () => {
    const picture = await figure();
    const { data } = await keep(picture, { ...zip, bgColor: 'teal', shadowType: 'drop' });
    const { color, alpha } = await zipParts(data);
    expect(channel(alpha, 0).every((level) => level === 255)).toBe(true);
    const png = await keep(picture, { ...product, bgColor: 'teal', shadowType: 'drop' });
    // What JPEG does to the hard edges of a drawing.
    expect(difference(color, await view(png), { channels: 3 }).mean).toBeLessThan(3);
  });

  it('with a translucent colour keeps its alpha', async () => {
    const { alpha } = await zipParts(
      (await keep(await figure(), { ...zip, bgColor: 'f008' })).data,
    );
    expect(at(alpha, 2, 2)[0]).toBe(0x88);
    expect(at(alpha, 140, 210)[0]).toBe(255);
  });

  it('with a shadow has it in the alpha, and black in the colour there', async () => {
    const { data } = await keep(await figure(), { ...zip, shadowType: 'car' });
    const { color, alpha } = await zipParts(data);
    const below = [place.left + 50, place.top + place.height + 3] as const;
    expect(at(alpha, ...below)[0]).toBeGreaterThan(30);
    expect(Math.max(...at(color, ...below).slice(0, 3))).toBeLessThan(40);
  });

  it('with channels alpha is the zip that it would be anyway', async () => {
    const picture = await figure();
    const options = { ...zip, bgColor: 'teal', shadowType: 'drop', crop: true } as const;
    const [alpha, both] = [
      await keep(picture, { ...options, channels: 'alpha' }),
      await keep(picture, options),
    ];
    expect(alpha.data.equals(both.data)).toBe(true);
  });

  it('keeps the original where alpha is 0, and a PNG has nothing there', async () => {
    const picture = await scene(400, 300).png().toBuffer();
    const { color, alpha } = await zipParts((await bright(picture, { format: 'zip' })).data);
    const where = (pixel: number) => alpha.data[pixel * 4] === 0;
    expect(difference(color, await rgba(picture), { where, channels: 3 }).mean).toBeLessThan(3);
    const png = await view(await bright(picture, { format: 'png' }));
    const black = { ...png, data: Buffer.alloc(png.data.length) };
    expect(difference(png, black, { where }).max).toBe(0);
  });
});

describe('a JPEG without a background', () => {
  it('lies over white, its shadow as well', async () => {
    const picture = await figure();
    const shadow = { type: 'product', shadowType: 'car' } as const;
    const jpg = await view(await keep(picture, { ...shadow, format: 'jpg' }));
    const white = await view(await keep(picture, { ...shadow, format: 'png', bgColor: 'white' }));
    expect(at(jpg, 2, 2)).toEqual([255, 255, 255, 255]);
    expect(difference(jpg, white).mean).toBeLessThan(2);
  });
});

describe('the type that decides about shadow and windows', () => {
  it('does not depend on type_level', async () => {
    const picture = await figure();
    const options = { ...product, type: 'person', shadowType: { person: '3D' } } as const;
    const [none, fine] = [
      await keep(picture, { ...options, typeLevel: 'none' }),
      await keep(picture, { ...options, typeLevel: '2' }),
    ];
    expect(none.data.equals(fine.data)).toBe(true);
    expect(none.type).toBeUndefined();
  });
});

describe('a shadow', () => {
  it.each(['drop', '3D', 'car'] as const)(
    '%s looks alike at every resolution',
    async (shadowType) => {
      const strength = async (scale: number) => {
        const at = {
          left: place.left * scale,
          top: place.top * scale,
          width: place.width * scale,
          height: place.height * scale,
        };
        const picture = await figure(
          { width: canvas.width * scale, height: canvas.height * scale },
          at,
        );
        const result = await keep(picture, { ...product, size: 'full', shadowType });
        const { data } = await sharp(result.data)
          .extractChannel(3)
          .resize(200, 150, { kernel: 'cubic' })
          .raw()
          .toBuffer({ resolveWithObject: true });
        return { data, width: 200, height: 150, channels: 1 };
      };
      expect(difference(await strength(1), await strength(5)).mean).toBeLessThan(1);
    },
  );
});

describe('the floor of a 3D shadow', () => {
  const low = { ...place, top: canvas.height - place.height };
  const same = async (picture: Buffer, options: RemoveOptions = {}) => {
    const [cast, drop] = [
      await keep(picture, { ...product, ...options, shadowType: '3D' }),
      await keep(picture, { ...product, ...options, shadowType: 'drop' }),
    ];
    return cast.data.equals(drop.data);
  };

  it('is out of sight where the lower border cuts the subject off: the shadow is drop', async () => {
    expect(await same(await figure())).toBe(false);
    const portrait = await figure(canvas, low);
    expect(await same(portrait)).toBe(true);
    expect(await same(portrait, { crop: true, cropMargin: '20%' })).toBe(true);
  });

  it('and where the roi does', async () => {
    expect(await same(await figure(), { roi: `0px 0px 400px ${place.top + 150}px` })).toBe(true);
    expect(await same(await figure(), { roi: `0px 0px 400px ${place.top + 180}px` })).toBe(false);
  });
});

it.each(['drop', '3D'] as const)(
  'no %s shadow shows through the windows of a car',
  async (shadowType) => {
    const options = { type: 'car', format: 'png' } as const;
    const picture = await car();
    const [bare, shaded] = [
      await view(await keep(picture, options)),
      await view(await keep(picture, { ...options, shadowType })),
    ];
    for (const { x, y } of windows) {
      expect(at(bare, x, y)[3]).toBeLessThan(200);
      expect(at(shaded, x, y)).toEqual(at(bare, x, y));
    }
  },
);

it('format auto is a JPEG where a crop leaves nothing transparent', async () => {
  const data = Buffer.alloc(canvas.width * canvas.height * 4);
  for (let y = place.top; y < place.top + place.height; y++) {
    const from = (y * canvas.width + place.left) * 4;
    data.fill(255, from, from + place.width * 4);
  }
  const raw = { ...canvas, channels: 4 } as const;
  const block = await sharp(data, { raw }).png().toBuffer();
  const format = async (options: RemoveOptions) =>
    (await keep(block, { type: 'product', ...options })).format;
  expect(await format({})).toBe('png');
  expect(await format({ crop: true })).toBe('jpg');
  expect(await format({ crop: true, cropMargin: '1px' })).toBe('png');
});

it('a background picture with transparent places lets them stay transparent', async () => {
  const behind = await sharp({
    create: { ...canvas, channels: 4, background: { r: 0, g: 200, b: 0, alpha: 0.5 } },
  })
    .png()
    .toBuffer();
  const result = await keep(await figure(), { type: 'product', bgImageFile: behind });
  expect(result.format).toBe('png');
  expect(at(await view(result), 2, 2)).toEqual([0, 200, 0, 128]);
});

it('a photograph of CMYK is a background like any other', async () => {
  const cmyk = await sharp(pathOf('coffee.png')).toColourspace('cmyk').jpeg().toBuffer();
  expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
  const result = await keep(await figure(), { ...product, bgImageFile: cmyk });
  const [r, g, b] = at(await view(result), 2, 2);
  expect(Math.max(r!, g!, b!)).toBeGreaterThan(0);
});
