/** Translates a TensorFlow.js graph of convolutions into an ONNX graph. */
import { create } from '@bufbuild/protobuf';

import {
  floatAttribute,
  floatTensor,
  int64Tensor,
  intAttribute,
  intsAttribute,
  node,
  textAttribute,
} from '../onnx/graph.js';
import {
  type AttributeProto,
  type GraphProto,
  GraphProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
} from '../onnx/onnx_pb.js';
import { constantOf, filtersFirst, nameOf, shapeOf, unknown } from './constants.js';
import {
  integers,
  integersOf,
  textOf,
  type TfConstant,
  type TfGraph,
  type TfNode,
  type TfOutput,
} from './graph.js';

/**
 * A value of the graph. ONNX keeps pictures as planes (N, C, H, W), TensorFlow's convolutions take them pixel by pixel
 * (N, H, W, C), and the graph moves between the two with Transposes. In the translation every picture is kept as planes:
 * a Transpose between the two becomes a change of `pixelwise`, which says how TensorFlow's axes are to be read.
 */
interface Value {
  readonly name: string;
  readonly pixelwise: boolean;
  /** Height and width; null for what is no picture. */
  readonly size: readonly [number, number] | null;
  /** Rows and columns to be added around it by who reads it. */
  readonly pads?: Pads | undefined;
  /** The convolution that makes it and still takes a bias. */
  readonly conv?: NodeProto | undefined;
}

interface Pads {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  /** What they hold: what a convolution is padded with, or a maximum. */
  readonly content: 'zero' | 'lowest';
}

const NO_PADS = { top: 0, left: 0, bottom: 0, right: 0 };
const TO_PIXELS = '0,2,3,1';
const TO_PLANES = '0,3,1,2';

/** A translated graph; height and width of its input are not written into any of its nodes. */
export interface Translation {
  /** Without inputs and outputs declared: who calls knows what they are. */
  readonly graph: GraphProto;
  /** Name of the one input. */
  readonly input: string;
  /** The outputs of the graph under their names here; the shapes are those of the size that it was stored for. */
  readonly outputs: readonly TfOutput[];
}

/**
 * Translates a graph.
 *
 * Weights keep their precision, in the order that ONNX wants; one Cast each widens float16, which ONNX Runtime does
 * once, while it loads.
 *
 * @throws Error when the graph holds an operation, or one in a form, that is not known here
 */
export function translate(graph: TfGraph): Translation {
  const translator = new Translator(graph);
  const outputs = graph.outputs.map(({ name, shape }) => ({
    name: translator.value(name).name,
    shape,
  }));
  const { nodes, initializers, input } = translator;
  if (input === undefined) throw new Error('the graph has no input');
  return {
    graph: create(GraphProtoSchema, { node: nodes, initializer: initializers }),
    input,
    outputs,
  };
}

class Translator {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  input: string | undefined;
  readonly #values = new Map<string, Value>();

  constructor(private readonly graph: TfGraph) {}

  /** The translation of a value, made on first need. `reference`: name of a node, with :n for its n-th output. */
  value(reference: string): Value {
    const [name = '', index = '0'] = reference.split(':');
    const key = `${name}:${index}`;
    if (!this.#values.has(key)) {
      const node = this.graph.nodes.get(name);
      if (!node) throw new Error(`the graph has no ${name}`);
      const made = [this.#translate(node)].flat();
      for (const [i, value] of made.entries()) this.#values.set(`${name}:${i}`, value);
    }
    const value = this.#values.get(key);
    if (!value) throw new Error(`${name} has no output ${index}`);
    return value;
  }

  #translate(n: TfNode): Value | Value[] {
    switch (n.op) {
      case 'Placeholder':
        return this.#placeholder(n);
      case 'Identity':
        return this.#input(n, 0);
      case 'Transpose':
        return this.#transpose(n);
      case 'Pad':
      case 'PadV2':
        return this.#pad(n);
      case 'Conv2D':
        return this.#convolution(n);
      case 'MaxPool':
        return this.#maxPool(n);
      case 'Add':
      case 'AddV2':
        return this.#add(n);
      case 'LeakyRelu':
        return this.#map(n, 'LeakyRelu', [floatAttribute('alpha', n.attr.alpha?.f ?? 0.2)]);
      case 'Sigmoid':
        return this.#map(n, 'Sigmoid');
      case 'ConcatV2':
        return this.#concat(n);
      case 'SplitV':
        return this.#split(n);
      case 'ResizeBilinear':
        return this.#resize(n);
      case 'Reshape':
        return this.#flatten(n);
      default:
        throw unknown(n, `the operation ${n.op}`);
    }
  }

  #placeholder(n: TfNode): Value {
    const [, , height, width, ...more] = (n.attr.shape?.shape?.dim ?? []).map((d) =>
      Number(d.size),
    );
    if (this.input !== undefined || !height || !width || more.length > 0)
      throw unknown(n, 'such an input');
    this.input = n.name;
    return { name: n.name, pixelwise: false, size: [height, width] };
  }

  #transpose(n: TfNode): Value {
    const from = this.#input(n, 0);
    const order = integers(constantOf(this.graph, n, 1));
    const key = order.join(',');
    if (from.size && key === (from.pixelwise ? TO_PLANES : TO_PIXELS))
      return { ...from, pixelwise: !from.pixelwise };
    if ([from.size, from.pads].some(Boolean)) throw unknown(n, `the order ${key}`);
    return { ...from, name: this.#emit('Transpose', [from.name], [intsAttribute('perm', order)]) };
  }

  #pad(n: TfNode): Value {
    const from = this.#input(n, 0);
    const pads = integers(constantOf(this.graph, n, 1));
    const [batch, channels, height, width] = from.pixelwise ? [0, 3, 1, 2] : [0, 1, 2, 3];
    const at = (axis: number, end: number) => pads[axis * 2 + end] ?? 0;
    const elsewhere = [batch, channels].some((axis) => at(axis, 0) !== 0 || at(axis, 1) !== 0);
    if (!from.size || from.pads || pads.length !== 8 || elsewhere) throw unknown(n, 'such padding');
    const [top, bottom, left, right] = [at(height, 0), at(height, 1), at(width, 0), at(width, 1)];
    return { ...from, pads: { top, left, bottom, right, content: this.#padContent(n) } };
  }

  #padContent(n: TfNode): Pads['content'] {
    if (n.op === 'Pad') return 'zero';
    const content = constantOf(this.graph, n, 2);
    const [low = 0, high = 0] = content.bytes;
    // -65504, the least float16, or minus infinity
    if (content.type === 'float16' && high === 0xfb && low === 0xff) return 'lowest';
    if (content.type === 'float16' && high === 0xfc && low === 0) return 'lowest';
    throw unknown(n, 'such padding');
  }

  #convolution(n: TfNode): Value {
    const from = this.#input(n, 0);
    const kernel = constantOf(this.graph, n, 1);
    const [height = 0, width = 0, channels = 0, filters = 0] = kernel.shape;
    const weight = this.#weight(nameOf(n.input[1]), {
      ...kernel,
      shape: [filters, channels, height, width],
      bytes: filtersFirst(kernel),
    });
    return this.#window(n, 'Conv', from, [height, width], [weight]);
  }

  #maxPool(n: TfNode): Value {
    const [, height = 0, width = 0] = integersOf(n, 'ksize');
    return this.#window(n, 'MaxPool', this.#input(n, 0), [height, width], []);
  }

  /** An operation that moves a window over a picture. */
  #window(
    n: TfNode,
    opType: string,
    from: Value,
    kernel: [number, number],
    weights: string[],
  ): Value {
    const [, down = 1, across = 1] = integersOf(n, 'strides');
    const dilated = integersOf(n, 'dilations').some((d) => d !== 1);
    const fits = textOf(n, 'padding') === 'VALID' && textOf(n, 'data_format') === 'NHWC';
    // ONNX pads a maximum with the least value there is.
    const content = opType === 'MaxPool' ? 'lowest' : 'zero';
    const { top, left, bottom, right, ...pads } = from.pads ?? { ...NO_PADS, content };
    if (!from.size || !from.pixelwise || !fits || dilated || pads.content !== content)
      throw unknown(n, `such a ${n.op}`);
    const name = this.#emit(
      opType,
      [from.name, ...weights],
      [
        intsAttribute('kernel_shape', kernel),
        intsAttribute('strides', [down, across]),
        intsAttribute('pads', [top, left, bottom, right]),
      ],
    );
    const size = [
      Math.floor((from.size[0] + top + bottom - kernel[0]) / down) + 1,
      Math.floor((from.size[1] + left + right - kernel[1]) / across) + 1,
    ] as const;
    return { name, pixelwise: true, size, conv: opType === 'Conv' ? this.nodes.at(-1) : undefined };
  }

  #add(n: TfNode): Value {
    const [left, right = ''] = n.input;
    const bias = this.graph.constants.get(right);
    const a = this.#input(n, 0);
    if (bias) {
      if (!a.conv || bias.shape.length !== 1) throw unknown(n, 'a sum with such a constant');
      a.conv.input.push(this.#weight(right, bias));
      // The convolution without its bias is no value any more.
      this.#values.delete(`${nameOf(left)}:0`);
      return { ...a, conv: undefined };
    }
    const b = this.#input(n, 1);
    if (
      [a, b].some((v) => v.pads) ||
      a.pixelwise !== b.pixelwise ||
      String(a.size) !== String(b.size)
    )
      throw unknown(n, 'a sum of unlike values');
    return { ...a, name: this.#emit('Add', [a.name, b.name]), conv: undefined };
  }

  #map(n: TfNode, opType: string, attributes: AttributeProto[] = []): Value {
    const from = this.#input(n, 0);
    if (from.pads) throw unknown(n, 'a padded input');
    return { ...from, name: this.#emit(opType, [from.name], attributes), conv: undefined };
  }

  #concat(n: TfNode): Value {
    const parts = n.input.slice(0, -1).map((_, i) => this.#input(n, i));
    const [axis] = integers(constantOf(this.graph, n, parts.length));
    const [first] = parts;
    if (!first || parts.some((p) => p.pads !== undefined || String(p.size) !== String(first.size)))
      throw unknown(n, 'a row of unlike values');
    return { ...first, name: this.#joinChannels(n, parts, axis), conv: undefined };
  }

  #joinChannels(n: TfNode, parts: Value[], axis: number | undefined): string {
    if (parts.some((p) => !p.size || axis !== (p.pixelwise ? 3 : 1)))
      throw unknown(n, 'joining along that axis');
    return this.#emit(
      'Concat',
      parts.map((p) => p.name),
      [intAttribute('axis', 1)],
    );
  }

  #split(n: TfNode): Value[] {
    const from = this.#input(n, 0);
    const lengths = integers(constantOf(this.graph, n, 1));
    const [axis] = integers(constantOf(this.graph, n, 2));
    if (!from.size || from.pads || axis !== (from.pixelwise ? 3 : 1))
      throw unknown(n, 'splitting along that axis');
    const outputs = lengths.map((_, i) => `${n.name}.${i}`);
    const sizes = `${n.name}.lengths`;
    this.initializers.push(int64Tensor(sizes, lengths));
    this.nodes.push(node('Split', [from.name, sizes], outputs, [intAttribute('axis', 1)]));
    return outputs.map((name) => ({ ...from, name, conv: undefined }));
  }

  #resize(n: TfNode): Value {
    const from = this.#input(n, 0);
    const [height = 0, width = 0] = integers(constantOf(this.graph, n, 1));
    const centred = n.attr.half_pixel_centers?.b === true && n.attr.align_corners?.b !== true;
    if (!from.size || !from.pixelwise || from.pads || !centred) throw unknown(n, 'such a Resize');
    // The ratio instead of the size, so that any size of input will do.
    const scales = [1, 1, height / from.size[0], width / from.size[1]];
    const name = `${n.name}.scales`;
    this.initializers.push(floatTensor(name, [4], scales));
    const resized = this.#emit(
      'Resize',
      [from.name, '', name],
      [
        textAttribute('mode', 'linear'),
        textAttribute('coordinate_transformation_mode', 'half_pixel'),
      ],
    );
    return { name: resized, pixelwise: true, size: [height, width] };
  }

  /** A Reshape of planes to rows: (N, C, H, W) to (N, C, H * W). */
  #flatten(n: TfNode): Value {
    const from = this.#input(n, 0);
    const [batch, channels, cells, ...more] = shapeOf(this.graph, n.input[1] ?? '');
    if (!from.size || from.pixelwise || from.pads || more.length > 0)
      throw unknown(n, 'such a Reshape');
    if (batch !== 1 || channels === undefined || cells !== -1) throw unknown(n, 'that shape');
    const shape = `${n.name}.shape`;
    this.initializers.push(int64Tensor(shape, [1, channels, -1]));
    return { name: this.#emit('Reshape', [from.name, shape]), pixelwise: false, size: null };
  }

  #input(n: TfNode, index: number): Value {
    const reference = n.input[index];
    if (reference === undefined) throw unknown(n, 'an input left out');
    return this.value(reference);
  }

  /** Adds a constant once, widened to float32; returns the name of the widened value. */
  #weight(name: string, { shape, type, bytes }: TfConstant): string {
    const half = type === 'float16';
    const stored = half ? `${name}.f16` : name;
    this.initializers.push(
      create(TensorProtoSchema, {
        name: stored,
        dims: shape.map(BigInt),
        dataType: half ? DataType.FLOAT16 : DataType.FLOAT,
        rawData: bytes,
      }),
    );
    if (half) {
      // In front of everything: nodes stand after what they read.
      this.nodes.unshift(node('Cast', [stored], [name], [intAttribute('to', DataType.FLOAT)]));
    }
    return name;
  }

  #emit(opType: string, input: string[], attributes: AttributeProto[] = []): string {
    const name = `${opType.toLowerCase()}${this.nodes.length}`;
    this.nodes.push(node(opType, input, [name], attributes));
    return name;
  }
}
