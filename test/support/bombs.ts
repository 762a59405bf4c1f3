/** Files that do harm or nothing: each with the name it is stored under and the code that it must get. */
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';

import type { ErrorCode } from 'bgcut';
import { noise, plain, scene } from './pictures.js';
import { png, pngChunk, pngHeader, pngSignature } from './png.js';

/** null: it is a picture, however odd, and gives a result. */
export interface Bomb {
  name: string;
  code: ErrorCode | null;
  bytes: Buffer;
}

/** A PNG that claims a size which its few pixels don't have. */
function claimingPng(width: number, height: number): Buffer {
  const header = pngHeader(width, height);
  return Buffer.concat([pngSignature, header, pngChunk('IDAT', deflateSync(Buffer.alloc(9999)))]);
}

/** A JPEG whose frame header claims another size. */
async function claimingJpeg(width: number, height: number): Promise<Buffer> {
  const file = await scene(64, 64).jpeg().toBuffer();
  const frame = file.indexOf(Buffer.from([0xff, 0xc0]));
  file.writeUInt16BE(height, frame + 5);
  file.writeUInt16BE(width, frame + 7);
  return file;
}

/** A lossy or lossless WebP that claims 16383 x 16383, the most that its encoder writes. */
async function claimingWebp(lossless: boolean): Promise<Buffer> {
  const file = await scene(64, 64).webp({ lossless }).toBuffer();
  const frame = file.indexOf(lossless ? 'VP8L' : 'VP8 ') + 8;
  const side = 16_383;
  // VP8L: width - 1 and height - 1 in 14 bits each, then alpha and version. VP8: width and height, 16 bits each.
  if (lossless) file.writeUInt32LE((side - 1) | ((side - 1) << 14), frame + 1);
  else file.writeUInt32LE(side | (side << 16), frame + 6);
  return file;
}

/** A progressive JPEG whose last scan comes again and again. */
async function manyScans(times: number): Promise<Buffer> {
  const file = await noise(48, 48).jpeg({ progressive: true }).toBuffer();
  const lastScan = file.lastIndexOf(Buffer.from([0xff, 0xda]));
  const scan = file.subarray(lastScan, file.length - 2);
  return Buffer.concat([
    file.subarray(0, -2),
    ...Array<Buffer>(times).fill(scan),
    file.subarray(-2),
  ]);
}

async function manyFrames(frames: number): Promise<Buffer> {
  const [width, height] = [64, 48];
  const data = await noise(width, height * frames)
    .raw()
    .toBuffer();
  const raw = { width, height: height * frames, channels: 3, pageHeight: height } as const;
  return sharp(data, { raw }).webp({ quality: 20, effort: 0, loop: 0 }).toBuffer();
}

/** An animated WebP whose canvas is 16383 x 16383, around frames of 64 x 48. */
async function largeCanvas(): Promise<Buffer> {
  const file = await manyFrames(3);
  const canvas = file.indexOf('VP8X') + 12; // after the chunk's name, length and flags
  file.writeUIntLE(16_382, canvas, 3);
  file.writeUIntLE(16_382, canvas + 3, 3);
  return file;
}

/** A JPEG with segments after its first marker. */
function withSegments(file: Buffer, marker: number, contents: readonly Buffer[]): Buffer {
  const segments = contents.flatMap((content) => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(content.length + 2, 2);
    return [head, content];
  });
  return Buffer.concat([file.subarray(0, 2), ...segments, file.subarray(2)]);
}

/** An EXIF block of which nothing is in order but its name; or with one tag, the orientation. */
function exif(orientation?: number): Buffer {
  const name = Buffer.from('Exif\0\0', 'latin1');
  if (orientation === undefined) return Buffer.concat([name, Buffer.alloc(5000, 0xab)]);
  const tiff = Buffer.from('MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01', 'latin1');
  return Buffer.concat([name, tiff, Buffer.from([0, orientation, 0, 0, 0, 0, 0, 0])]);
}

const row = Buffer.alloc(64 * 4, 200);
const rows = Array<Buffer>(64).fill(row);
const square = (extra: Buffer[]) => png({ width: 64, height: 64 }, rows, extra);
const keyword = Buffer.from('x\0\0', 'latin1');
const compressed = (megabytes: number) =>
  Buffer.concat([keyword, deflateSync(Buffer.alloc(megabytes << 20))]);

/** Signatures of formats that are not read, some of which libvips could load. */
const strangers: Record<string, Buffer> = {
  gif: Buffer.from('GIF89a\x40\x00\x40\x00\x80\x00\x00', 'latin1'),
  'tiff-le': Buffer.from('II*\0\x08\0\0\0', 'latin1'),
  'tiff-be': Buffer.from('MM\0*\0\0\0\x08', 'latin1'),
  svg: Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="60000" height="60000"><rect/></svg>',
  ),
  'svg-xml': Buffer.from(
    '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg/>',
  ),
  pdf: Buffer.from('%PDF-1.7\n1 0 obj\n'),
  bmp: Buffer.from('BM\x46\0\0\0\0\0\0\0\x36\0\0\0', 'latin1'),
  heic: Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
  avif: Buffer.from('\0\0\0\x1cftypavif\0\0\0\0avifmif1', 'latin1'),
  jxl: Buffer.from('\xff\x0a\xfa\x7f', 'latin1'),
  jp2: Buffer.from('\0\0\0\x0cjP  \r\n\x87\n', 'latin1'),
  vips: Buffer.from('\x08\xf2\xa6\xb6\x40\0\0\0\x40\0\0\0', 'latin1'),
  miff: Buffer.from('id=ImageMagick version=1.0\nclass=DirectClass\n'),
  ppm: Buffer.from('P6\n4 4\n255\n'),
  exr: Buffer.from('\x76\x2f\x31\x01\x02\0\0\0', 'latin1'),
  radiance: Buffer.from('#?RADIANCE\n'),
  fits: Buffer.from('SIMPLE  =                    T'),
  ico: Buffer.from('\0\0\x01\0\x01\0', 'latin1'),
  wave: Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1'),
  zip: Buffer.from('PK\x03\x04'),
  text: Buffer.from('This is not a picture.'),
  html: Buffer.from('<!doctype html><img src="data:image/png;base64,iVBORw0KGgo=">'),
  zeros: Buffer.alloc(1000),
};

/** All of them. Files of a stranger are padded, so that nothing is refused just for being short. */
export async function bombs(): Promise<Bomb[]> {
  const good = {
    jpg: await scene(640, 480).jpeg().toBuffer(),
    png: await scene(640, 480).png().toBuffer(),
    webp: await scene(640, 480).webp().toBuffer(),
  };
  const list: [name: string, code: ErrorCode | null, bytes: Buffer][] = [
    ['claims-60k.png', 'resolution_too_high', claimingPng(60_000, 60_000)],
    ['claims-65500.jpg', 'resolution_too_high', await claimingJpeg(65_500, 65_500)],
    ['claims-16383-lossy.webp', 'resolution_too_high', await claimingWebp(false)],
    ['claims-16383-lossless.webp', 'resolution_too_high', await claimingWebp(true)],
    ['claims-16383-animated.webp', 'resolution_too_high', await largeCanvas()],
    ['claims-50.006-megapixels.png', 'resolution_too_high', claimingPng(7072, 7071)],
    ['claims-2-billion.png', 'resolution_too_high', claimingPng(0x7fff_ffff, 0x7fff_ffff)],
    ['claims-nothing.png', 'invalid_dimensions', claimingPng(0, 0)],
    ['claims-nothing.jpg', 'invalid_dimensions', await claimingJpeg(0, 0)],
    ['claims-49-megapixels.png', 'failed_to_read_image', claimingPng(7000, 7000)],
    // Ends early, but in order: JPEG decoders call that a warning, and cameras write such files.
    ['claims-49-megapixels.jpg', null, await claimingJpeg(7000, 7000)],
    ['49-megapixels-of-zeros.png', null, await plain(7000, 7000, '#fff').png().toBuffer()],
    ['signature-only.jpg', 'invalid_dimensions', good.jpg.subarray(0, 3)],
    ['signature-only.png', 'invalid_dimensions', good.png.subarray(0, 8)],
    ['signature-only.webp', 'invalid_dimensions', good.webp.subarray(0, 12)],
    [
      'signature-and-text.jpg',
      'invalid_dimensions',
      Buffer.concat([good.jpg.subarray(0, 3), Buffer.alloc(5000, 'text ')]),
    ],
    ['chunk-of-2-billion-bytes.png', 'failed_to_read_image', hugeChunk()],
    [
      'chunks-100000.png',
      null,
      square(Array<Buffer>(100_000).fill(pngChunk('tEXt', Buffer.from('a\0b')))),
    ],
    ['profile-of-200-megabytes.png', null, square([pngChunk('iCCP', compressed(200))])],
    ['text-of-200-megabytes.png', null, square([pngChunk('zTXt', compressed(200))])],
    [
      'animated.png',
      null,
      square([pngChunk('acTL', Buffer.alloc(8, 1)), pngChunk('fcTL', Buffer.alloc(26))]),
    ],
    [
      'comments-of-20-megabytes.jpg',
      null,
      withSegments(good.jpg, 0xfe, Array<Buffer>(320).fill(Buffer.alloc(65_000))),
    ],
    [
      'profiles-of-20-megabytes.jpg',
      null,
      withSegments(good.jpg, 0xe2, Array<Buffer>(320).fill(Buffer.alloc(65_000, 'ICC_PROFILE\0'))),
    ],
    ['exif-of-garbage.jpg', null, withSegments(good.jpg, 0xe1, [exif()])],
    ['exif-orientation-99.jpg', null, withSegments(good.jpg, 0xe1, [exif(99)])],
    ['scans-3000.jpg', 'failed_to_read_image', await manyScans(3000)],
    ['frames-500.webp', null, await manyFrames(500)],
    ['empty.png', 'missing_source', Buffer.alloc(0)],
    [
      '22-megabytes.jpg',
      'file_too_large',
      Buffer.concat([good.jpg, Buffer.alloc(22_000_001 - good.jpg.length)]),
    ],
    ['a-jpeg-really.png', null, good.jpg],
    ['a-png-really.webp', null, good.png],
    ['a-webp-really.txt', null, good.webp],
    ['text-really.jpg', 'invalid_file_type', Buffer.from('This is not a picture.'.repeat(100))],
  ];
  for (const format of ['jpg', 'png', 'webp'] as const) {
    const half = good[format].subarray(0, good[format].length >> 1);
    list.push([`cut-in-half.${format}`, 'failed_to_read_image', half]);
  }
  for (const [name, signature] of Object.entries(strangers)) {
    // The name of the file says what it isn't.
    list.push([`${name}.png`, 'invalid_file_type', Buffer.concat([signature, Buffer.alloc(4096)])]);
  }
  return list.map(([name, code, bytes]) => ({ name, code, bytes }));
}

/** A chunk that states more bytes than there are. */
function hugeChunk(): Buffer {
  const lie = Buffer.from('\x7f\xff\xff\xfftEXtshort', 'latin1');
  return Buffer.concat([pngSignature, pngHeader(64, 64), lie, Buffer.alloc(100)]);
}
