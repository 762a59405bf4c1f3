/** The other process of probe.ts: tries the device named by its argument and answers over the channel. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { manifestFolder } from '../../models/manifest.js';
import { type DeviceName, loadNative } from '../../native.js';
import { explainProvider, hereNow } from '../../providers/advice.js';
import type { Answer } from './probe.js';

async function answer(device: DeviceName): Promise<Answer> {
  const model = readFileSync(path.join(manifestFolder, 'probe.onnx'));
  const addon = loadNative();
  const found = await addon.probeProvider(device, model);
  if (found.ok) return found;
  const here = hereNow(addon.versions().onnxruntime);
  return { ok: false, reason: explainProvider(device, found.reason, here) };
}

void answer(process.argv[2] as DeviceName)
  .catch((error: unknown): Answer => ({ ok: false, reason: String(error) }))
  .then((found) => process.send?.(found, () => process.disconnect()));
