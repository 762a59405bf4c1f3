/** Reads a graph model as TensorFlow.js stores it: model.json and the files of weights that it names. */
import { z } from 'zod';

const dimensions = z.array(z.object({ size: z.string().optional() })).optional();

const attribute = z.object({
  /** base64 */
  s: z.string().optional(),
  f: z.number().optional(),
  b: z.boolean().optional(),
  list: z.object({ i: z.array(z.string()).optional() }).optional(),
  shape: z.object({ dim: dimensions }).optional(),
});

const nodeSchema = z.object({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), attribute).default({}),
});

const weightSchema = z.object({
  name: z.string(),
  shape: z.array(z.number()),
  dtype: z.enum(['float32', 'int32']),
  quantization: z.object({ dtype: z.literal('float16') }).optional(),
});

const fileSchema = z.object({
  format: z.literal('graph-model'),
  signature: z.object({
    outputs: z.record(z.string(), z.object({ tensorShape: z.object({ dim: dimensions }) })),
  }),
  modelTopology: z.object({ node: z.array(nodeSchema) }),
  weightsManifest: z.array(z.object({ weights: z.array(weightSchema) })),
});

/** An operation of the graph; its inputs are names of nodes, `name:1` for an output after the first. */
export type TfNode = z.output<typeof nodeSchema>;

/** A constant of the graph. */
export interface TfConstant {
  readonly shape: readonly number[];
  readonly type: 'float16' | 'float32' | 'int32';
  /** Little-endian values in row-major order; a view into the file. */
  readonly bytes: Uint8Array;
}

/** An output of the graph. */
export interface TfOutput {
  /** Name of the node that makes it. */
  readonly name: string;
  readonly shape: readonly number[];
}

/** A graph model. */
export interface TfGraph {
  readonly nodes: ReadonlyMap<string, TfNode>;
  readonly constants: ReadonlyMap<string, TfConstant>;
  readonly outputs: readonly TfOutput[];
}

/**
 * Reads a graph model.
 *
 * @param json content of model.json
 * @param weights content of its weight files, one after another; constants are views into it
 * @throws Error when it is no graph model, keeps its weights in a form not known here, or the sizes don't add up
 */
export function readTfGraph(json: Uint8Array, weights: Uint8Array): TfGraph {
  const file = fileSchema.parse(JSON.parse(Buffer.from(json).toString('utf8')));
  const constants = new Map<string, TfConstant>();
  let at = 0;
  for (const { name, shape, dtype, quantization } of file.weightsManifest.flatMap(
    (group) => group.weights,
  )) {
    const type = quantization?.dtype ?? dtype;
    const length = shape.reduce((a, b) => a * b, 1) * (type === 'float16' ? 2 : 4);
    constants.set(name, { shape, type, bytes: weights.subarray(at, at + length) });
    at += length;
  }
  if (at !== weights.length) {
    throw new Error(`the graph wants ${at} bytes of weights, not ${weights.length}`);
  }
  return {
    nodes: new Map(file.modelTopology.node.map((n) => [n.name, n])),
    constants,
    outputs: Object.entries(file.signature.outputs).map(([name, { tensorShape }]) => ({
      name: name.replace(/:0$/, ''),
      shape: (tensorShape.dim ?? []).map(({ size }) => Number(size)),
    })),
  };
}

/** The values of an int32 constant. */
export function integers({ type, bytes }: TfConstant): number[] {
  if (type !== 'int32') throw new Error('integers expected');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getInt32(i * 4, true));
}

/** A text attribute of a node; undefined when it has none of that name. */
export function textOf(node: TfNode, name: string): string | undefined {
  const value = node.attr[name]?.s;
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('latin1');
}

/** A list of integers of a node; empty when it has none of that name. */
export function integersOf(node: TfNode, name: string): number[] {
  return (node.attr[name]?.list?.i ?? []).map(Number);
}
