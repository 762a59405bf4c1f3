/** Building TensorRT's engine in another process; what that process does does not depend on the device, so the CPU stands in. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { resolveModel } from '#lib/models/index';
import type { NativeAddon, NativeEngineConfig } from '#lib/native';
import { startConfig } from '#lib/start-config';
import { buildEngine, findEngineCache } from '#lib/tensorrt';
import { slow, tiny } from './support.js';

const cacheDir = mkdtempSync(join(tmpdir(), 'bgcut-tensorrt-'));
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

const never = new AbortController().signal;

async function configFor(file: string, folder: string): Promise<NativeEngineConfig> {
  const start = startConfig(await resolveModel(file), { threads: 1, concurrency: 1 });
  return {
    ...start,
    device: 'cpu',
    half: false,
    bfloat16: false,
    cacheFolder: join(cacheDir, folder),
  };
}

/** A machine with a TensorRT. */
function machine(target: { gpu: string; tensorrt: number }, onnxruntime = '1.30.0'): NativeAddon {
  return {
    findTensorRt: () => Promise.resolve(target),
    versions: () => ({ libvips: '', onnxruntime }),
  } as NativeAddon;
}

describe('building', () => {
  it('leaves the mark of a complete engine once the model has run', async () => {
    const config = await configFor(tiny, 'tiny');
    await buildEngine(config, never);
    expect(readdirSync(join(cacheDir, 'tiny'))).toEqual(['about.json']);
  });

  it('says why it failed, and leaves no mark', async () => {
    const config = { ...(await configFor(tiny, 'other')), device: 'tensorrt' as const };
    await expect(buildEngine(config, never)).rejects.toMatchObject({
      code: 'provider_unavailable',
      detail: expect.stringMatching(/^TensorRT could not build its engine: \S/) as string,
    });
    expect(readdirSync(join(cacheDir, 'other'))).toEqual([]);
  });

  it('ends at once when its engine does', async () => {
    const config = await configFor(slow, 'slow');
    const stop = new AbortController();
    const building = buildEngine({ ...config, inputSides: [1024, 1024, 1024] }, stop.signal);
    setTimeout(() => stop.abort(new Error('disposed')), 500);
    await expect(building).rejects.toThrow('disposed');
    expect(existsSync(join(cacheDir, 'slow', 'about.json'))).toBe(false);
  });
});

describe('the place of an engine', () => {
  const settings = { inputSides: [128, 256], half: true };
  const gpu = { gpu: 'NVIDIA H100', tensorrt: 101303 };

  it('is another one for another model, GPU, TensorRT, ONNX Runtime, size or precision', async () => {
    const model = await resolveModel(tiny);
    const places = await Promise.all([
      findEngineCache(machine(gpu), model, settings, cacheDir),
      findEngineCache(machine({ ...gpu, gpu: 'NVIDIA L4' }), model, settings, cacheDir),
      findEngineCache(machine({ ...gpu, tensorrt: 101400 }), model, settings, cacheDir),
      findEngineCache(machine(gpu, '1.31.0'), model, settings, cacheDir),
      findEngineCache(machine(gpu), model, { ...settings, half: false }, cacheDir),
      findEngineCache(machine(gpu), model, { ...settings, inputSides: [256] }, cacheDir),
      findEngineCache(machine(gpu), await resolveModel(slow), settings, cacheDir),
    ]);
    const folders = places.map((place) => place?.folder);
    expect(new Set(folders).size).toBe(7);
    expect(places.every((place) => place?.ready === false)).toBe(true);
    const again = await findEngineCache(machine(gpu), model, settings, cacheDir);
    expect(again?.folder).toBe(folders[0]);
  });

  it('is ready once it was built', async () => {
    const model = await resolveModel(tiny);
    const { folder } = (await findEngineCache(machine(gpu), model, settings, cacheDir))!;
    await buildEngine({ ...(await configFor(tiny, '')), cacheFolder: folder }, never);
    const found = await findEngineCache(machine(gpu), model, settings, cacheDir);
    expect(found).toEqual({ folder, ready: true });
  });

  it('is nowhere without TensorRT', async () => {
    const none = { findTensorRt: () => Promise.resolve(null) } as NativeAddon;
    expect(await findEngineCache(none, await resolveModel(tiny), settings, cacheDir)).toBeNull();
  });
});
