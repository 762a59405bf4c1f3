import { BgcutError } from '../errors.js';
import type { BoundManifest, Manifest, ModelKind, ModelSizes } from './manifest.js';
import type { Port, Ports } from './onnx/inspect.js';

/**
 * Checks that an ONNX file is one that its manifest describes, and fills in what the manifest leaves to the file: the
 * names of input and output, and that the size is fixed where the graph fixes it.
 *
 * @param file path of the ONNX file
 * @throws BgcutError model_invalid (no ONNX file, or one that BgCut can't feed), manifest_invalid (the manifest means
 *   another file); the file system's error
 */
export async function bindManifest(manifest: Manifest, file: string): Promise<BoundManifest> {
  // The reader of protocol buffers takes a quarter of the time of importing all the rest.
  const { readPorts } = await import('./onnx/inspect.js');
  let ports: Ports;
  try {
    ports = await readPorts(file);
  } catch (cause) {
    if (typeof (cause as NodeJS.ErrnoException).code === 'string') throw cause;
    throw new BgcutError('model_invalid', {
      detail: `The file for ${manifest.name} is not an ONNX model.`,
      cause,
    });
  }
  const input = pick(ports.inputs, manifest.input.name, 'input', manifest);
  const output = pick(ports.outputs, manifest.output.name, 'output', manifest);
  checkTypes(input, output, manifest);
  const sizes = fitSizes(manifest, input);
  return {
    ...manifest,
    input: { ...manifest.input, name: input.name, sizes },
    output: { ...manifest.output, name: output.name },
  };
}

function pick(
  ports: readonly Port[],
  name: string | undefined,
  what: string,
  manifest: Manifest,
): Port {
  const found = name === undefined ? ports[0] : ports.find((p) => p.name === name);
  if (found) return found;
  const names = ports.map((p) => `"${p.name}"`).join(', ') || 'none';
  throw new BgcutError('manifest_invalid', {
    detail: `The model has no ${what} ${name === undefined ? 'at all' : `"${name}"`}, which the manifest of ${manifest.name} names; it has ${names}.`,
  });
}

/** Planes of the input: the picture's three, and the trimap. */
const inputPlanes: Record<ModelKind, number> = { segmentation: 3, detector: 3, matting: 4 };

function checkTypes(input: Port, output: Port, { name, kind }: Manifest): void {
  const wrong = (sentence: string) =>
    new BgcutError('model_invalid', { detail: `The model ${name} ${sentence}` });
  if (input.type !== undefined && input.type !== 'FLOAT') {
    throw wrong(`takes ${input.type} input; export it with float32 input.`);
  }
  if (output.type !== undefined && output.type !== 'FLOAT' && output.type !== 'FLOAT16') {
    throw wrong(`gives ${output.type} output; export it with float32 output.`);
  }
  const { shape } = input;
  if (!shape) return;
  const [batch = null, channels = null] = shape;
  const fits = (is: number | null, wanted: number) => is === null || is === wanted;
  const planes = inputPlanes[kind];
  if (shape.length !== 4 || !fits(batch, 1) || !fits(channels, planes)) {
    throw wrong(
      `takes ${shape.map((n) => n ?? '?').join(' x ')}; BgCut feeds 1 x ${planes} x height x width.`,
    );
  }
}

/** The manifest's sizes, or the graph's own where it fixes them to one that the manifest allows. */
function fitSizes(manifest: Manifest, { shape }: Port): ModelSizes {
  const { sizes } = manifest.input;
  const height = shape?.[2] ?? null;
  const width = shape?.[3] ?? null;
  if (height === null && width === null) return sizes;
  const wanted = 'fixed' in sizes ? sizes.fixed : sizes.default;
  if ((height ?? wanted) !== wanted || (width ?? wanted) !== wanted) {
    throw new BgcutError('manifest_invalid', {
      detail: `The manifest of ${manifest.name} says ${wanted} x ${wanted}, but the model takes ${width ?? '?'} x ${height ?? '?'} only.`,
    });
  }
  return { fixed: wanted };
}
