/** What `bgcut warmup` does. */
import path from 'node:path';
import { BgcutEngine } from '../../engine.js';
import type { EngineInfo } from '../../engine-info.js';
import { BgcutError } from '../../errors.js';
import { DETECTOR, manifestFolder, resolveModel } from '../../models/index.js';
import { engineOptions } from '../../params/options.js';
import { readOptions } from '../../params/parameter.js';
import { stopSignal } from '../signals.js';
import { printJson, printLine } from '../terminal.js';
import { placement } from '../placement.js';

/** What `bgcut warmup --json` prints. Field names are stable; times are milliseconds. */
interface Warm {
  readonly model: string;
  readonly provider: EngineInfo['provider'];
  readonly kernels: EngineInfo['kernels'];
  readonly precision: EngineInfo['precision'];
  readonly nodes: EngineInfo['nodes'];
  readonly fallbacks: EngineInfo['fallbacks'];
  /** From nothing to an engine that takes calls: on a GPU its first runs included. */
  readonly startMs: number;
  /** Building TensorRT's engine; 0 where none was to be built. */
  readonly buildMs: number;
  /** The first picture, a preview, and the same once more. */
  readonly firstMs: number;
  readonly nextMs: number;
}

/** Makes everything ready and prints what was done. Rejects with a BgcutError. */
export async function warmUp(given: Record<string, unknown>, json: boolean): Promise<void> {
  const settings = readOptions(engineOptions, given);
  const engine = new BgcutEngine(settings);
  const stop = () => void engine.dispose();
  stopSignal.addEventListener('abort', stop);
  try {
    const startMs = await timed(engine.started());
    const buildMs = engine.info().tensorrt === 'building' ? await timed(engine.settled()) : 0;
    await resolveModel(DETECTOR, { ...settings, kind: 'detector', signal: stopSignal });
    const { provider, kernels, precision, nodes, fallbacks, model, tensorrt } = engine.info();
    if (tensorrt !== null && typeof tensorrt === 'object') {
      throw new BgcutError('provider_unavailable', { title: tensorrt.problem });
    }
    const picture = path.join(manifestFolder, 'check.jpg');
    const look = { type: 'auto', signal: stopSignal } as const;
    const firstMs = await timed(engine.removeBg(picture, look));
    const nextMs = await timed(engine.removeBg(picture, look));
    const warm = {
      provider,
      kernels,
      precision,
      nodes,
      fallbacks,
      startMs,
      buildMs,
      firstMs,
      nextMs,
    };
    await print({ model: model.name, ...warm }, json);
  } finally {
    stopSignal.removeEventListener('abort', stop);
    await engine.dispose();
  }
}

async function timed(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return Math.round(performance.now() - start);
}

async function print(warm: Warm, json: boolean): Promise<void> {
  if (json) return printJson(warm);
  const { model, startMs, buildMs, firstMs, nextMs, fallbacks } = warm;
  const built = buildMs === 0 ? '' : `, TensorRT's engine built in ${seconds(buildMs)}`;
  const lines = [
    `${model}: ${placement(warm)}`,
    ...fallbacks.map(({ provider, reason }) => `  not on ${provider}: ${reason}`),
    `  started in ${seconds(startMs)}${built}`,
    `  first picture ${seconds(firstMs)}, the next one ${seconds(nextMs)} (preview)`,
  ];
  await printLine(lines.join('\n'));
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
