import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { builtinManifests, manifestJsonSchema, parseManifest } from '#lib/models/manifest';
import { readPorts } from '#lib/models/onnx/inspect';

import { makeModels } from '../../models/make-test-models.mjs';
import { fixtures, run, tinyFile, top } from './support.js';

describe('the manifests that come with BgCut', () => {
  const manifests = [...builtinManifests().values()];

  it('have a schema that follows the code (node models/make-schema.mjs)', () => {
    const text = readFileSync(join(top, 'models/manifest.schema.json'), 'utf8');
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(manifestJsonSchema())));
  });

  it.each(manifests.map((m) => m.name))('%s is named as its file and says what it is', (name) => {
    const text = readFileSync(join(top, 'models', `${name}.json`), 'utf8');
    const raw = JSON.parse(text) as { name: string; $schema: string };
    expect(raw.name).toBe(name);
    expect(raw.$schema).toBe('./manifest.schema.json');
    const { licence, notes, source, sha256 } = parseManifest(raw, name);
    expect(licence).not.toBe('unknown');
    expect(notes).not.toBe('');
    // What is fetched by itself has to be known beforehand.
    if (source !== null) expect(sha256).not.toBeNull();
  });

  // From the authors' own inference code and the model cards; see models/README.md for where each was found.
  it.each([
    ['isnet', [128 / 255, 256 / 255], { default: 1024, preview: 512, multipleOf: 64 }, 'none'],
    ['u2net', 'imagenet', { fixed: 320 }, 'minmax'],
    ['birefnet-general', 'imagenet', { fixed: 1024 }, 'sigmoid'],
    ['birefnet-lite', 'imagenet', { fixed: 1024 }, 'sigmoid'],
    ['rmbg-1.4', [0.5, 1], { fixed: 1024 }, 'minmax'],
    ['modnet', [0.5, 0.5], { default: 512, multipleOf: 32 }, 'none'],
    ['ben2', [0, 1], { fixed: 1024 }, 'minmax'],
  ] as const)('%s is fed as it was trained', (name, normal, sizes, activation) => {
    const { input, output } = builtinManifests().get(name)!;
    const [mean, std] =
      normal === 'imagenet'
        ? [
            [0.485, 0.456, 0.406],
            [0.229, 0.224, 0.225],
          ]
        : normal.map((n) => [n, n, n]);
    expect({ mean: input.mean, std: input.std }).toEqual({ mean, std });
    expect([input.order, input.sizes, output.activation]).toEqual(['rgb', sizes, activation]);
  });

  it('make 0 and 255 of IS-Net’s -.5 and just below .5', () => {
    const { mean, std } = builtinManifests().get('isnet')!.input;
    expect((0 / 255 - mean[0]) / std[0]).toBeCloseTo((0 - 128) / 256, 12);
    expect((255 / 255 - mean[0]) / std[0]).toBeCloseTo((255 - 128) / 256, 12);
  });

  it('stand in the licence table of models/README.md', () => {
    // The formatter pads tables with spaces.
    const table = readFileSync(join(top, 'models/README.md'), 'utf8').replace(/ +/g, ' ');
    for (const { name, title, licence, commercial } of manifests) {
      expect(table).toContain(`| ${name} | ${title} | ${licence} | ${commercial} |`);
    }
  });
});

describe('the models made by models/make-test-models.mjs', () => {
  it.each(Object.entries(makeModels()))('%s is what the script writes', (path, bytes) => {
    expect(readFileSync(join(top, path)).equals(bytes)).toBe(true);
  });

  it('are small', () => {
    expect(statSync(tinyFile).size).toBeLessThan(4096);
    expect(statSync(join(fixtures, 'slow.onnx')).size).toBeLessThan(50_000);
    expect(statSync(join(top, 'models/probe.onnx')).size).toBeLessThan(1024);
  });

  it('tiny calls the bright foreground, at any size', async () => {
    const [height, width] = [3, 5];
    const plane = height * width;
    const x = Float32Array.from({ length: 3 * plane }, (_, i) => Math.cos(i));
    const { dims, data } = await run(tinyFile, height, width, x);
    expect(dims).toEqual([1, 1, height, width]);
    for (let i = 0; i < plane; i++) {
      const mean = (x[i]! + x[i + plane]! + x[i + 2 * plane]!) / 3;
      expect(data[i]).toBeCloseTo(1 / (1 + Math.exp(-16 * mean)), 5);
    }
  });

  it('probe takes 64 x 64 and keeps what is positive', async () => {
    const file = join(top, 'models/probe.onnx');
    expect((await readPorts(file)).inputs[0]?.shape).toEqual([1, 3, 64, 64]);
    const bright = await run(file, 64, 64, new Float32Array(3 * 4096).fill(0.5));
    const dark = await run(file, 64, 64, new Float32Array(3 * 4096).fill(-0.5));
    expect(bright.data[64 * 32 + 32]).toBeCloseTo(0.5, 5);
    expect(Math.max(...dark.data)).toBe(0);
  });
});
