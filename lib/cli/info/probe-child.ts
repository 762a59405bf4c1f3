/** The other process of probe.ts: tries the device named by its argument and answers over the channel. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { manifestFolder } from '../../models/manifest.js';
import { type DeviceName, loadNative } from '../../native.js';
import type { Answer } from './probe.js';

async function answer(device: DeviceName): Promise<Answer> {
  const model = readFileSync(path.join(manifestFolder, 'probe.onnx'));
  return loadNative().probeProvider(device, model);
}

void answer(process.argv[2] as DeviceName)
  .catch((error: unknown): Answer => ({ ok: false, reason: String(error) }))
  .then((found) => process.send?.(found, () => process.disconnect()));
