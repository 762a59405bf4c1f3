import { create, fromBinary, toBinary } from '@bufbuild/protobuf';

import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx_pb.js';

/**
 * Parses the bytes of an ONNX file.
 *
 * @param bytes the whole file; tensors keep views into it, so it must not be changed while the model is in use
 * @returns the model message; its `graph` is present
 * @throws Error when the bytes are no ONNX model
 */
export function readModel(bytes: Uint8Array): ModelProto & { graph: GraphProto } {
  const model = fromBinary(ModelProtoSchema, bytes);
  if (!model.graph || model.graph.node.length === 0)
    throw new Error('the file holds no ONNX graph');
  return model as ModelProto & { graph: GraphProto };
}

/**
 * Serialises a model. Fields are written in the order of their numbers, so equal models give equal bytes.
 *
 * @returns the bytes of an ONNX file, owned by the caller
 */
export function writeModel(model: ModelProto): Uint8Array {
  return toBinary(ModelProtoSchema, model);
}

/**
 * Makes a float32 tensor from numbers.
 *
 * @param dims shape; its product is the number of values
 */
export function floatTensor(name: string, dims: number[], values: ArrayLike<number>): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: DataType.FLOAT,
    rawData: littleEndianFloats(Float32Array.from(values)),
  });
}

/** Makes a list of 64-bit integers. */
export function int64Tensor(name: string, values: number[]): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: [BigInt(values.length)],
    dataType: DataType.INT64,
    int64Data: values.map(BigInt),
  });
}

/**
 * Declares a float32 input or output of a graph.
 *
 * @param dims its dimensions; a text names one that may be of any size
 */
export function floatValue(name: string, dims: (number | string)[]): ValueInfoProto {
  const dim = dims.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value:
        typeof size === 'string'
          ? { case: 'dimParam', value: size }
          : { case: 'dimValue', value: BigInt(size) },
    }),
  );
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: DataType.FLOAT, shape: { dim } } } },
  });
}

/** Makes a node of the default operator set; `attribute` as in the ONNX IR. */
export function node(
  opType: string,
  input: string[],
  output: string[],
  attribute: AttributeProto[] = [],
): NodeProto {
  return create(NodeProtoSchema, { opType, name: output[0] ?? '', input, output, attribute });
}

/** A node attribute that holds one integer. */
export function intAttribute(name: string, value: number): AttributeProto {
  return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
}

/** A node attribute that holds a list of integers. */
export function intsAttribute(name: string, values: number[]): AttributeProto {
  return create(AttributeProtoSchema, {
    name,
    type: AttributeType.INTS,
    ints: values.map(BigInt),
  });
}

/** A node attribute that holds one number. */
export function floatAttribute(name: string, value: number): AttributeProto {
  return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value });
}

/** A node attribute that holds a text. */
export function textAttribute(name: string, value: string): AttributeProto {
  return create(AttributeProtoSchema, {
    name,
    type: AttributeType.STRING,
    s: Buffer.from(value, 'utf8'),
  });
}

/**
 * Keeps only what the graph's outputs need: drops nodes that reach no output, then initializers that no node reads,
 * and all recorded intermediate shapes (they hold for one input size only).
 */
export function prune(graph: GraphProto): void {
  const producer = new Map<string, NodeProto>();
  for (const n of graph.node) for (const o of n.output) producer.set(o, n);
  const live = new Set<NodeProto>();
  const queue = graph.output.map((o) => o.name);
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const n = producer.get(name);
    if (n && !live.has(n)) {
      live.add(n);
      queue.push(...n.input);
    }
  }
  graph.node = graph.node.filter((n) => live.has(n));
  const read = new Set(graph.node.flatMap((n) => n.input).concat(graph.output.map((o) => o.name)));
  graph.initializer = graph.initializer.filter((t) => read.has(t.name));
  graph.valueInfo = [];
}

/** Takes nodes that hand on their first input unchanged out of the graph and joins the wires. */
export function bypass(graph: GraphProto, isIdentity: (n: NodeProto) => boolean): void {
  const outputs = new Set(graph.output.map((o) => o.name));
  const alias = new Map<string, string>();
  const resolve = (name: string): string => {
    let current = name;
    for (let next = alias.get(current); next !== undefined; next = alias.get(current))
      current = next;
    return current;
  };
  const producer = new Map<string, NodeProto>();
  for (const n of graph.node) for (const o of n.output) producer.set(o, n);
  const removed = new Set<NodeProto>();
  for (const n of graph.node) {
    if (!isIdentity(n)) continue;
    const [input, to] = [n.input[0], n.output[0]];
    if (input === undefined || to === undefined) continue;
    const from = resolve(input);
    if (outputs.has(to)) {
      // A graph output keeps its name: the node that made the value takes it over.
      const source = producer.get(from);
      if (!source) continue;
      source.output[source.output.indexOf(from)] = to;
      producer.set(to, source);
      alias.set(from, to);
    } else {
      alias.set(to, from);
    }
    removed.add(n);
  }
  graph.node = graph.node.filter((n) => !removed.has(n));
  for (const n of graph.node) n.input = n.input.map(resolve);
}

/**
 * Names the last two dimensions of a graph input or output instead of fixing them, so that any size may be fed.
 *
 * @throws Error when the value has no 4-dimensional shape (N, C, H, W)
 */
export function freeHeightAndWidth(value: GraphProto['input'][number]): void {
  const type = value.type?.value;
  const dims = type?.case === 'tensorType' ? type.value.shape?.dim : undefined;
  const [, , height, width, ...more] = dims ?? [];
  if (!height || !width || more.length > 0) {
    throw new Error(`${value.name} has no 4-dimensional shape`);
  }
  height.value = { case: 'dimParam', value: 'height' };
  width.value = { case: 'dimParam', value: 'width' };
}

function littleEndianFloats(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) return bytes;
  return Buffer.from(bytes).swap32();
}
