import { afterEach, describe, expect, it, vi } from 'vitest';

import type { DeviceName, NativeAddon, NativeEngine, NativeEngineConfig } from '#lib/native';
import { autoOrder, seemsPresent, type StartConfig, startNative } from '#lib/provider';

const config = {
  inputSides: [256, 128],
  allowed: { float16: ['tensorrt'], bfloat16: ['cpu'] },
} as unknown as StartConfig;

interface FakeAddon extends NativeAddon {
  /** The devices it was asked for, in order. */
  tried: DeviceName[];
  configs: NativeEngineConfig[];
  /** The sides of the inferences that were run, and `disposed`. */
  runs: (number | 'disposed')[];
}

/** An addon on which only some devices run; notes what it was asked for. */
function addon(failures: Partial<Record<DeviceName, Error>>, failure?: Error): FakeAddon {
  const tried: DeviceName[] = [];
  const configs: NativeEngineConfig[] = [];
  const runs: (number | 'disposed')[] = [];
  const engine = {
    infer: (width: number) => {
      runs.push(width);
      return failure === undefined ? Promise.resolve(1) : Promise.reject(failure);
    },
    dispose: () => {
      runs.push('disposed');
      return Promise.resolve();
    },
  } as unknown as NativeEngine;
  return {
    ...{ tried, configs, runs },
    findTensorRt: () => Promise.resolve(null),
    loadRuntime: () => '',
    shutdown: () => undefined,
    useCpus: () => undefined,
    versions: () => ({ libvips: '', onnxruntime: null }),
    probeProvider: () => Promise.reject(new Error('not used')),
    createEngine: (given) => {
      tried.push(given.device);
      configs.push(given);
      const refused = failures[given.device];
      return refused === undefined ? Promise.resolve(engine) : Promise.reject(refused);
    },
  };
}

function nativeError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

const missingCuda = nativeError('provider_unavailable', 'libcublasLt.so.12 was not found.');
const everything = { platform: 'linux', present: () => true };

afterEach(() => vi.restoreAllMocks());

describe('a named device', () => {
  it('is the one that is started', async () => {
    expect(await startNative(addon({}), 'webgpu', config, everything)).toMatchObject({
      provider: 'webgpu',
      fallbacks: [],
    });
  });

  it('has run the model at each of its sizes before it counts as started', async () => {
    const native = addon({});
    await startNative(native, 'webgpu', config, everything);
    expect(native.runs).toEqual([256, 128]);
    const onCpu = addon({});
    await startNative(onCpu, 'cpu', config, everything);
    expect(onCpu.runs).toEqual([]);
  });

  it('that loads the model and can not run it is given up, and says why', async () => {
    const native = addon({}, nativeError('inference_failed', 'Out of memory on device'));
    await expect(startNative(native, 'webgpu', config, everything)).rejects.toMatchObject({
      code: 'provider_unavailable',
      detail: 'Out of memory on device',
    });
    expect(native.runs).toEqual([256, 'disposed']);
  });

  it.each([
    ['is loaded', addon({ cuda: nativeError('out_of_memory', 'arena.cc:360 Available memory') })],
    ['first runs', addon({}, nativeError('out_of_memory', 'arena.cc:360 Available memory'))],
  ])(
    'that has no room when the model %s says so, and of what there is too little',
    async (_, native) => {
      const start = (given: StartConfig) => startNative(native, 'cuda', given, everything);
      await expect(start(config)).rejects.toMatchObject({
        code: 'provider_unavailable',
        detail: expect.stringMatching(/too little free memory/) as string,
      });
      await expect(start({ ...config, gpuMemoryLimit: 64 })).rejects.toMatchObject({
        code: 'provider_unavailable',
        detail: expect.stringMatching(/gpuMemoryLimit/) as string,
      });
    },
  );

  it.each([
    ['tensorrt', true, false],
    ['cuda', false, false],
    ['cpu', false, true],
  ] as const)(
    'computes with less precision only where the manifest says so: %s',
    async (device, half, bfloat16) => {
      const native = addon({});
      await startNative(native, device, config, everything);
      expect(native.configs[0]).toMatchObject({ device, half, bfloat16 });
    },
  );

  it('that does not run is an error that says why, and nothing else is tried', async () => {
    const native = addon({ cuda: missingCuda });
    await expect(
      startNative(native, 'cuda', config, { ...everything, present: () => false }),
    ).rejects.toMatchObject({
      code: 'provider_unavailable',
      detail: 'libcublasLt.so.12 was not found.',
    });
    expect(native.tried).toEqual(['cuda']);
  });
});

describe('auto', () => {
  it('falls back, says why, and warns once per process', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    for (let time = 0; time < 2; time += 1) {
      const started = await startNative(addon({ cuda: missingCuda }), 'auto', config, everything);
      expect(started).toMatchObject({
        provider: 'cpu',
        fallbacks: [{ provider: 'cuda', reason: missingCuda.message }],
      });
    }
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('libcublasLt'), { code: 'BGCUT_PROVIDER_FALLBACK' }],
    ]);
  });

  it('does not try, or warn about, a GPU that is not there', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const native = addon({ cuda: missingCuda });
    const started = await startNative(native, 'auto', config, {
      platform: 'linux',
      present: () => false,
    });
    expect(native.tried).toEqual(['cpu']);
    expect(started.fallbacks).toEqual([
      { provider: 'cuda', reason: 'No such GPU was found on this machine.' },
    ]);
    expect(warn).not.toHaveBeenCalled();
  });

  it('takes the GPU where it runs', async () => {
    const native = addon({});
    expect(await startNative(native, 'auto', config, everything)).toMatchObject({
      provider: 'cuda',
      fallbacks: [],
    });
    expect(native.tried).toEqual(['cuda']);
  });

  it('does not hide a broken model behind a fallback', async () => {
    const native = addon({ cuda: nativeError('model_invalid', 'no output called mask') });
    await expect(startNative(native, 'auto', config, everything)).rejects.toMatchObject({
      code: 'model_invalid',
    });
    expect(native.tried).toEqual(['cuda']);
  });

  it('has an order for every platform, and ends with the CPU', () => {
    expect(autoOrder('linux')).toEqual(['cuda', 'cpu']);
    expect(autoOrder('darwin')).toEqual(['coreml', 'cpu']);
    expect(autoOrder('win32')).toEqual(['directml', 'cpu']);
    expect(autoOrder('freebsd')).toEqual(['cpu']);
  });
});

describe("TensorRT's engine", () => {
  const at = (ready: boolean) => ({
    ...everything,
    engineCache: () => Promise.resolve({ folder: '/cache/tensorrt/tiny-1', ready }),
  });

  it('is used where it has been built, by auto too', async () => {
    for (const device of ['tensorrt', 'auto'] as const) {
      const native = addon({});
      const started = await startNative(native, device, config, at(true));
      expect(started).toMatchObject({ provider: 'tensorrt', fallbacks: [] });
      expect(started.unbuilt).toBeUndefined();
      expect(native.configs).toMatchObject([
        { device: 'tensorrt', half: true, cacheFolder: '/cache/tensorrt/tiny-1' },
      ]);
    }
  });

  it('is built beside CUDA, which serves until then', async () => {
    const native = addon({});
    const started = await startNative(native, 'tensorrt', config, at(false));
    expect(native.tried).toEqual(['cuda']);
    expect(started.provider).toBe('cuda');
    expect(started.unbuilt).toMatchObject({
      device: 'tensorrt',
      cacheFolder: '/cache/tensorrt/tiny-1',
      inputSides: [256, 128],
    });
  });

  it('is never built because of auto', async () => {
    const native = addon({});
    const started = await startNative(native, 'auto', config, at(false));
    expect(native.tried).toEqual(['cuda']);
    expect(started.unbuilt).toBeUndefined();
  });

  it('is not asked for where there is no TensorRT: the error of ONNX Runtime is', async () => {
    const missing = nativeError(
      'provider_unavailable',
      'libnvinfer.so.10: cannot open shared object file: No such file or directory',
    );
    const native = addon({ tensorrt: missing });
    await expect(startNative(native, 'tensorrt', config, everything)).rejects.toMatchObject({
      code: 'provider_unavailable',
      detail: expect.stringMatching(
        /^libnvinfer\.so\.10 was not found: it belongs to TensorRT/,
      ) as string,
    });
    expect(native.tried).toEqual(['tensorrt']);
  });
});

it('tells an NVIDIA GPU by its driver', () => {
  expect(seemsPresent('cuda', () => false)).toBe(false);
  for (const file of ['/dev/nvidia0', '/proc/driver/nvidia/version', '/dev/dxg']) {
    expect(seemsPresent('cuda', (path) => path === file)).toBe(true);
  }
  expect(seemsPresent('coreml', () => false)).toBe(true);
});
