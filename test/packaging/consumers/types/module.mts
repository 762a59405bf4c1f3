import { BgcutError, createEngine, removeBg } from 'bgcut';
import type { Engine, EngineOptions, ErrorCode, RemoveOptions, Result } from 'bgcut';

const options: RemoveOptions = { size: 'full', format: 'zip', channels: 'rgba', timeout: 1000 };
const settings: EngineOptions = {
  device: 'auto',
  model: 'isnet',
  threads: 2,
  concurrency: 1,
  queue: 16,
};

export async function use(picture: Buffer | URL | Blob): Promise<number> {
  const one: Result = await removeBg(picture, options);
  await using engine: Engine = await createEngine(settings);
  const { data, foreground, timings } = await engine.removeBg(
    { base64: '' },
    { signal: AbortSignal.timeout(1) },
  );
  const length: number = data.length + one.maxWidth + foreground.top + timings.inference;
  return length;
}

export function codeOf(error: unknown): ErrorCode | undefined {
  return error instanceof BgcutError ? error.code : undefined;
}

// @ts-expect-error: no such size
void removeBg('photo.jpg', { size: 'huge' });
// @ts-expect-error: no such option
void removeBg('photo.jpg', { colour: 'red' });
// @ts-expect-error: no such device
void createEngine({ device: 'npu' });
// @ts-expect-error: a picture is missing
void removeBg();
// @ts-expect-error: a number is no picture
void removeBg(1);
