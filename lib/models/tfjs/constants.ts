/** Reads the constants of a TensorFlow.js graph in the form that its translation wants. */
import { integers, type TfConstant, type TfGraph, type TfNode } from './graph.js';

/** The node's input of that number, which has to be a constant. */
export function constantOf(graph: TfGraph, n: TfNode, index: number): TfConstant {
  const constant = graph.constants.get(n.input[index] ?? '');
  if (!constant) throw unknown(n, `an input ${index} that is no constant`);
  return constant;
}

/** A shape that the graph computes out of constants: one, or a sum of one and zeros scattered at no indices. */
export function shapeOf(graph: TfGraph, name: string): number[] {
  const constant = graph.constants.get(name);
  if (constant) return integers(constant);
  const n = graph.nodes.get(name);
  if (n?.op === 'SparseToDense') {
    if (integers(constantOf(graph, n, 0)).length > 0) throw unknown(n, 'scattering');
    const [length = 0] = integers(constantOf(graph, n, 1));
    return new Array<number>(length).fill(integers(constantOf(graph, n, 3))[0] ?? 0);
  }
  if (n?.op !== 'AddV2') throw new Error(`${name} is no constant shape`);
  const [a = [], b = []] = n.input.map((part) => shapeOf(graph, part));
  return a.map((length, i) => length + (b[i] ?? 0));
}

/** Name of the node that a reference (`name:n` for its n-th output) is to. */
export function nameOf(reference: string | undefined): string {
  return reference?.split(':')[0] ?? '';
}

/** The error for what a node holds and the translation does not know. */
export function unknown(n: TfNode, what: string): Error {
  return new Error(`${n.name}: ${what} is not known`);
}

/** Kernels of a convolution from (height, width, channel, filter) to (filter, channel, height, width). */
export function filtersFirst({ shape, type, bytes }: TfConstant): Uint8Array {
  const [height = 0, width = 0, channels = 0, filters = 0] = shape;
  const unit = type === 'float16' ? 2 : 4;
  const turned = new Uint8Array(bytes.length);
  let to = 0;
  for (let f = 0; f < filters; f++)
    for (let c = 0; c < channels; c++)
      for (let at = 0; at < height * width; at++, to += unit) {
        const from = ((at * channels + c) * filters + f) * unit;
        turned.set(bytes.subarray(from, from + unit), to);
      }
  return turned;
}
