import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ZipFile } from 'yazl';

import type { NativeResult } from '#lib/native';
import { makeResult } from '#lib/result';
import { zipStored } from '#lib/zip';

const parts: [string, Buffer][] = [
  ['color.jpg', randomBytes(100_003)],
  ['alpha.png', randomBytes(7)],
];

/** The same archive by yazl: an independent writer. */
async function byYazl(entries: [string, Buffer][]): Promise<Buffer> {
  const archive = new ZipFile();
  const mtime = new Date(1980, 0, 1);
  for (const [name, data] of entries) {
    archive.addBuffer(data, name, {
      compress: false,
      mode: 0o100600,
      mtime,
      forceDosTimestamp: true,
    });
  }
  archive.end();
  const chunks: Buffer[] = [];
  for await (const chunk of archive.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

it('is byte for byte what yazl writes', async () => {
  expect(zipStored(parts).equals(await byYazl(parts))).toBe(true);
  expect(zipStored([]).equals(await byYazl([]))).toBe(true);
});

it('gives the same bytes for the same parts, at any time', () => {
  expect(zipStored(parts).equals(zipStored(parts))).toBe(true);
});

it('is unpacked by unzip, with the permissions of the API', ({ skip }) => {
  const folder = mkdtempSync(join(tmpdir(), 'bgcut-zip-'));
  try {
    writeFileSync(join(folder, 'x.zip'), zipStored(parts));
    try {
      execFileSync('unzip', ['-q', 'x.zip'], { cwd: folder });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') skip('unzip is not installed');
      throw error;
    }
    for (const [name, data] of parts) {
      expect(readFileSync(join(folder, name)).equals(data)).toBe(true);
      if (process.platform !== 'win32')
        expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('a result of two parts becomes a zip, color first, any other stays as it is', () => {
  const timings = {
    queue: 1,
    decode: 2,
    tensor: 3,
    inference: 4,
    matte: 0,
    mask: 5,
    classify: 6,
    layout: 0,
    compose: 7,
    encode: 8,
    total: 36,
  };
  const native: NativeResult = {
    format: 'zip',
    data: parts[0]![1],
    alpha: parts[1]![1],
    width: 4,
    height: 3,
    foreground: { top: 0, left: 5, width: 2, height: 3 },
    timings,
  };
  const facts = {
    picture: { width: 10_000, height: 10_000 },
    foreground: { top: 0, left: 1, width: 2, height: 3 },
    type: 'car_part',
    typeLevel: '1',
    provider: 'cpu',
    model: 'isnet',
    startedAt: performance.now() - 40,
    sourceMs: 9,
  } as const;
  const result = makeResult(native, facts);
  expect(result.data.equals(zipStored(parts))).toBe(true);
  expect(result).toMatchObject({
    format: 'zip',
    contentType: 'application/zip',
    width: 4,
    height: 3,
    maxWidth: 7071,
    maxHeight: 7071,
    foreground: facts.foreground,
    type: 'car',
    provider: 'cpu',
    model: 'isnet',
    timings: { ...timings, source: 9, total: expect.any(Number) as number },
  });
  expect(result.timings.total).toBeGreaterThan(40);

  const png = makeResult({ ...native, format: 'png', alpha: undefined }, facts);
  expect(png.data).toBe(native.data);
  expect(png).toMatchObject({ contentType: 'image/png', timings: { container: 0 } });
});
