// Only JPEG, PNG and WebP are read. libvips could read far more, some of it with a long record of holes.
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { createEngine, type Engine } from 'bgcut';
import { scene } from '../support/pictures.js';
import { rejection } from '../support/rejection.js';

let engine: Engine;
let jpg: Buffer;
let png: Buffer;
beforeAll(async () => {
  engine = await createEngine({
    device: 'cpu',
    threads: 1,
    model: 'test/fixtures/models/tiny.onnx',
  });
  jpg = await scene(64, 48).jpeg().toBuffer();
  png = await scene(64, 48).png().toBuffer();
});
afterAll(() => engine.dispose());

const magic = (text: string) => () => Buffer.concat([Buffer.from(text, 'latin1'), png]);

it.each<[string, () => Buffer | Promise<Buffer>]>([
  ['GIF', () => sharp(png).gif().toBuffer()],
  ['TIFF', () => sharp(png).tiff().toBuffer()],
  ['AVIF', () => sharp(png).avif({ effort: 0 }).toBuffer()],
  ['libvips’ own', magic('\xb6\xa6\xf2\x08')],
  ['SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
  ['compressed SVG', () => gzipSync('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['PDF', magic('%PDF-1.7\n')],
  ['PostScript', magic('%!PS-Adobe-3.0 EPSF-3.0\n')],
  ['ImageMagick', magic('push graphic-context\nimage over 0,0 0,0 "/etc/passwd"\n')],
  ['ImageMagick’s MIFF', magic('id=ImageMagick version=1.0\n')],
  ['XPM', magic('/* XPM */\n')],
  ['PPM', () => Buffer.from('P6 1 1 255\n\x01\x02\x03', 'latin1')],
  ['a matrix', () => Buffer.from('3 3\n1 1 1\n1 1 1\n1 1 1\n')],
  ['CSV', () => Buffer.from('1,2,3\n4,5,6\n')],
  ['Radiance', magic('#?RADIANCE\n')],
  ['OpenEXR', magic('\x76\x2f\x31\x01')],
  ['FITS', magic('SIMPLE  =                    T')],
  ['JPEG 2000', magic('\x00\x00\x00\x0cjP  \r\n\x87\n')],
  ['JPEG XL', magic('\xff\x0a')],
  ['BMP', magic('BM')],
  ['an icon', magic('\x00\x00\x01\x00')],
  ['Photoshop', magic('8BPS')],
  ['a zip with a picture in it', magic('PK\x03\x04')],
  ['a picture behind a line break', magic('\n')],
  ['sound in RIFF', () => Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1')],
])('%s is no picture', async (_what, make) => {
  const error = await rejection(engine.removeBg(await make()));
  expect(error.code).toBe('invalid_file_type');
});

it('what stands behind a picture is not read', async () => {
  const { data } = await engine.removeBg(jpg);
  const both = Buffer.concat([jpg, Buffer.from('%PDF-1.7\n<svg/>'), png]);
  expect((await engine.removeBg(both)).data.equals(data)).toBe(true);
});
