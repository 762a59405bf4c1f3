/** A PNG writer for files that no encoder writes: odd sizes, bit depths, chunks without end. */
import { crc32, deflateSync } from 'node:zlib';

export const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** One chunk: length, type, data, checksum. */
export function pngChunk(type: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** Colour types: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA. */
export function pngHeader(width: number, height: number, depth = 8, colour = 6): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, colour, 0, 0, 0], 8);
  return pngChunk('IHDR', data);
}

/** A whole file: rows without filter bytes, which are added; `extra` chunks stand before the pixels. */
export function png(
  { width, height, depth = 8, colour = 6 }: PngShape,
  rows: readonly Uint8Array[],
  extra: readonly Buffer[] = [],
): Buffer {
  const lines = rows.flatMap((row) => [Buffer.from([0]), row]);
  const pixels = pngChunk('IDAT', deflateSync(Buffer.concat(lines)));
  const header = pngHeader(width, height, depth, colour);
  return Buffer.concat([pngSignature, header, ...extra, pixels, pngChunk('IEND')]);
}

interface PngShape {
  width: number;
  height: number;
  depth?: number;
  colour?: number;
}
