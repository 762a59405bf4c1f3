/** Starts the native engine on the device that was asked for, or on the best one that runs. */
import { existsSync } from 'node:fs';

import { BgcutError, fromNativeError } from './errors.js';
import type { DeviceName, NativeAddon, NativeEngine, NativeEngineConfig } from './native.js';

/** A device that `auto` would have preferred, and why it does not run. */
export interface Fallback {
  provider: DeviceName;
  reason: string;
}

/** A native engine and how it came to its device. */
export interface Started {
  native: NativeEngine;
  provider: DeviceName;
  fallbacks: Fallback[];
}

/** What `auto` tries, best first; the CPU always runs. */
export function autoOrder(platform: string): readonly DeviceName[] {
  if (platform === 'linux') return ['cuda', 'cpu'];
  if (platform === 'darwin') return ['coreml', 'cpu'];
  if (platform === 'win32') return ['directml', 'cpu'];
  return ['cpu'];
}

/** Whether a device of this kind seems to be in the machine: a look at the file system, no proof that it runs. */
export function seemsPresent(device: DeviceName, exists = existsSync): boolean {
  if (device !== 'cuda') return true;
  // The NVIDIA driver's device file, its kernel module, and the GPU of the Windows subsystem for Linux.
  return ['/dev/nvidia0', '/proc/driver/nvidia/version', '/dev/dxg'].some((path) => exists(path));
}

/**
 * Starts on `device`. A named device that does not run rejects with provider_unavailable; `auto` goes on to the next
 * one, notes the reason in `fallbacks`, and warns once per process (code BGCUT_PROVIDER_FALLBACK) when the device
 * seemed to be there. A device that does not is not tried: ONNX Runtime would write to stderr about it.
 */
export async function startNative(
  addon: NativeAddon,
  device: DeviceName | 'auto',
  config: Omit<NativeEngineConfig, 'device'>,
  {
    platform = process.platform,
    present = seemsPresent,
  }: { platform?: string; present?: (device: DeviceName) => boolean } = {},
): Promise<Started> {
  const order = device === 'auto' ? autoOrder(platform) : [device];
  const fallbacks: Fallback[] = [];
  for (const [index, provider] of order.entries()) {
    const last = index === order.length - 1;
    if (!last && !present(provider)) {
      fallbacks.push({ provider, reason: 'No such GPU was found on this machine.' });
      continue;
    }
    try {
      const native = await addon.createEngine({ ...config, device: provider });
      return { native, provider, fallbacks };
    } catch (thrown) {
      const error = fromNativeError(thrown);
      if (last || error.code !== 'provider_unavailable') throw error;
      fallbacks.push({ provider, reason: error.detail ?? error.title });
      warnOnce(provider, error.detail ?? error.title);
    }
  }
  throw new BgcutError('internal_error');
}

let warned = false;

function warnOnce(provider: DeviceName, reason: string): void {
  if (warned) return;
  warned = true;
  const message = `bgcut: ${provider} does not run here, using the next best device: ${reason}`;
  process.emitWarning(message, { code: 'BGCUT_PROVIDER_FALLBACK' });
}
