import { afterEach, describe, expect, it, vi } from 'vitest';

import type { DeviceName, NativeAddon, NativeEngine, NativeEngineConfig } from '#lib/native';
import { autoOrder, seemsPresent, startNative } from '#lib/provider';

const config = {} as Omit<NativeEngineConfig, 'device'>;
const engine = {} as NativeEngine;

/** An addon on which only some devices run; notes what it was asked for. */
function addon(
  failures: Partial<Record<DeviceName, Error>>,
): NativeAddon & { tried: DeviceName[] } {
  const tried: DeviceName[] = [];
  return {
    tried,
    loadRuntime: () => '',
    shutdown: () => undefined,
    versions: () => ({ libvips: '', onnxruntime: null }),
    probeProvider: () => Promise.reject(new Error('not used')),
    createEngine: ({ device }) => {
      tried.push(device);
      const failure = failures[device];
      return failure === undefined ? Promise.resolve(engine) : Promise.reject(failure);
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
    expect(await startNative(addon({}), 'webgpu', config, everything)).toEqual({
      native: engine,
      provider: 'webgpu',
      fallbacks: [],
    });
  });

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
      expect(started).toEqual({
        native: engine,
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

it('tells an NVIDIA GPU by its driver', () => {
  expect(seemsPresent('cuda', () => false)).toBe(false);
  for (const file of ['/dev/nvidia0', '/proc/driver/nvidia/version', '/dev/dxg']) {
    expect(seemsPresent('cuda', (path) => path === file)).toBe(true);
  }
  expect(seemsPresent('coreml', () => false)).toBe(true);
});
