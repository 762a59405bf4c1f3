/** The other process of buildEngine: loads the model it is sent and runs it at every size, which leaves the engine in its folder. */
import { fromNativeError } from './errors.js';
import { loadNative, type NativeEngineConfig } from './native.js';

/** What the process answers. */
export type Built = { readonly ok: true } | { readonly ok: false; readonly reason: string };

async function build(config: NativeEngineConfig): Promise<Built> {
  const native = await loadNative().createEngine(config);
  for (const side of config.inputSides ?? []) await native.infer(side, side);
  await native.dispose();
  return { ok: true };
}

process.once('message', (config: NativeEngineConfig) => {
  void build(config)
    .catch((thrown: unknown): Built => {
      const { detail, title } = fromNativeError(thrown);
      return { ok: false, reason: detail ?? title };
    })
    .then((answer) => process.send?.(answer, () => process.disconnect()));
});
