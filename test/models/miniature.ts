import { create } from '@bufbuild/protobuf';

import { floatTensor, intAttribute, intsAttribute, node, writeModel } from '#lib/models/onnx/graph';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  ValueInfoProtoSchema,
} from '#lib/models/onnx/onnx_pb';

/**
 * A graph with the traits of IS-Net as its package ships it, small enough for a unit test: float16 weights, casts
 * around every Resize, sizes baked into the Resizes, and outputs that nobody wants.
 *
 * @param side height and width of the input, baked in; divisible by 2
 * @param resizes upsamplings on the way to the first output
 */
export function miniatureIsnet(side: number, resizes = 34): Uint8Array {
  const nodes: NodeProto[] = [];
  const weights: TensorProto[] = [];
  const cast = (from: string, to: string, type: DataType) =>
    nodes.push(node('Cast', [from], [to], [intAttribute('to', type)]));
  const sizes = (name: string, channels: number, edge: number) => {
    weights.push(
      create(TensorProtoSchema, {
        name,
        dims: [4n],
        dataType: DataType.INT64,
        rawData: new Uint8Array(
          BigInt64Array.of(1n, BigInt(channels), BigInt(edge), BigInt(edge)).buffer,
        ),
      }),
    );
  };
  const resize = (from: string, to: string, target: string) =>
    nodes.push(
      node(
        'Resize',
        [from, '', '', target],
        [to],
        [text('mode', 'linear'), text('coordinate_transformation_mode', 'half_pixel')],
      ),
    );

  cast('input', 'half', DataType.FLOAT16);
  weights.push(
    halfTensor('w', [2, 3, 1, 1], [0.5, -0.25, 1, 0.125, 0.75, -1]),
    halfTensor('b', [2], [0.1, -0.2]),
  );
  nodes.push(node('Conv', ['half', 'w', 'b'], ['x0']));
  sizes('full', 2, side);
  for (let i = 0; i < resizes; i++) {
    nodes.push(
      node(
        'MaxPool',
        [`x${i}`],
        [`down${i}`],
        [intsAttribute('kernel_shape', [2, 2]), intsAttribute('strides', [2, 2])],
      ),
    );
    cast(`down${i}`, `down${i}.f32`, DataType.FLOAT);
    resize(`down${i}.f32`, `up${i}.f32`, 'full');
    cast(`up${i}.f32`, `up${i}`, DataType.FLOAT16);
    nodes.push(node('Add', [`x${i}`, `up${i}`], [`sum${i}`]));
    weights.push(halfTensor(`half${i}`, [1], [0.5]));
    nodes.push(node('Mul', [`sum${i}`, `half${i}`], [`x${i + 1}`]));
  }
  weights.push(halfTensor('m', [1, 2, 1, 1], [8, -8]), halfTensor('side', [1, 2, 1, 1], [1, 1]));
  nodes.push(
    node('Conv', [`x${resizes}`, 'm'], ['logit']),
    node('Sigmoid', ['logit'], ['mask']),
    node('Conv', ['x1', 'side'], ['training.f16']),
  );
  cast('mask', 'output', DataType.FLOAT);
  cast('training.f16', 'training', DataType.FLOAT);
  return writeModel(
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ domain: '', version: 15n }],
      graph: {
        name: 'miniature',
        node: nodes,
        initializer: [...weights, floatTensor('unused', [1], [1])],
        input: [port('input', 3, side)],
        output: [port('output', 1, side), port('training', 1, side)],
      },
    }),
  );
}

function text(name: string, value: string) {
  return create(AttributeProtoSchema, {
    name,
    type: AttributeType.STRING,
    s: Buffer.from(value),
  });
}

/** Only for values that float16 holds exactly or nearly: sign, exponent, fraction by hand. */
function halfTensor(name: string, dims: number[], values: number[]): TensorProto {
  const halves = Uint16Array.from(values, (value) => {
    const magnitude = Math.abs(value);
    const exponent = Math.floor(Math.log2(magnitude));
    const fraction = Math.round((magnitude / 2 ** exponent - 1) * 1024);
    return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction;
  });
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: DataType.FLOAT16,
    rawData: new Uint8Array(halves.buffer),
  });
}

function port(name: string, channels: number, side: number) {
  const dim = [1, channels, side, side].map((n) =>
    create(TensorShapeProto_DimensionSchema, { value: { case: 'dimValue', value: BigInt(n) } }),
  );
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: DataType.FLOAT, shape: { dim } } } },
  });
}
