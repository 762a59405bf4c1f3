import bgcut = require('bgcut');

const options: bgcut.RemoveOptions = { size: 'preview', format: 'png' };

export async function use(picture: string): Promise<Buffer> {
  const engine: bgcut.Engine = await bgcut.createEngine();
  const result: bgcut.Result = await engine.removeBg(picture, options);
  await engine.dispose();
  return result.data;
}

export function isBusy(error: unknown): boolean {
  return error instanceof bgcut.BgcutError && error.code === 'engine_busy';
}

// @ts-expect-error: no such code
export const none: bgcut.ErrorCode = 'engine_tired';
