/** Graphs that BgCut's kernels run, and others that differ from them in one thing that they can't. */
import { create } from '@bufbuild/protobuf';

import {
  floatTensor,
  floatValue,
  intAttribute,
  intsAttribute,
  node,
  textAttribute,
  writeModel,
} from '#lib/models/onnx/graph';
import { ModelProtoSchema, type NodeProto, type TensorProto } from '#lib/models/onnx/onnx_pb';

/** What is changed of the graph; each alone makes it one for ONNX Runtime. */
export interface Change {
  /** Of the pooling; otherwise sizes are rounded up. */
  floor?: boolean;
  /** Of the doubling; otherwise bilinear. */
  nearest?: boolean;
  /** In place of one ReLU. */
  activation?: 'LeakyRelu';
  /** Somebody else reads what is between a convolution and its ReLU. */
  between?: boolean;
  /** The last convolution has kernels of 1 x 1. */
  pointwise?: boolean;
  /** A convolution of two groups. */
  groups?: boolean;
}

/** A network as U2-Net is built, of two levels, with weights that were never trained: its masks are between 0 and 1. */
export function smallUnet(change: Change = {}): Uint8Array {
  const nodes: NodeProto[] = [];
  const weights: TensorProto[] = [];
  let seed = 1;
  const random = (count: number, scale: number) =>
    Float32Array.from({ length: count }, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return (seed / 2_147_483_647 - 0.5) * scale;
    });
  const convolution = (
    from: string,
    to: string,
    [channelsIn, channelsOut]: readonly [number, number],
    { stride = 1, dilation = 1, side = 3, groups = 1 } = {},
  ) => {
    const taps = (channelsIn / groups) * side * side;
    weights.push(
      floatTensor(
        `${to}.w`,
        [channelsOut, channelsIn / groups, side, side],
        random(channelsOut * taps, 4 / Math.sqrt(taps)),
      ),
      floatTensor(`${to}.b`, [channelsOut], random(channelsOut, 0.5)),
    );
    const around = side === 3 ? dilation : 0;
    nodes.push(
      node(
        'Conv',
        [from, `${to}.w`, `${to}.b`],
        [to],
        [
          intsAttribute('kernel_shape', [side, side]),
          intsAttribute('pads', [around, around, around, around]),
          intsAttribute('strides', [stride, stride]),
          intsAttribute('dilations', [dilation, dilation]),
          intAttribute('group', groups),
        ],
      ),
    );
  };
  const activation = (from: string, to: string, type = 'Relu') =>
    nodes.push(node(type, [from], [to]));
  weights.push(floatTensor('twice', [4], [1, 1, 2, 2]));
  const double = (from: string, to: string) =>
    nodes.push(
      node(
        'Resize',
        [from, '', 'twice'],
        [to],
        [
          textAttribute('mode', change.nearest ? 'nearest' : 'linear'),
          textAttribute('coordinate_transformation_mode', 'half_pixel'),
        ],
      ),
    );

  convolution('input', 'in.c', [3, 8], { stride: 2 });
  activation('in.c', 'in');
  nodes.push(
    node(
      'MaxPool',
      ['in'],
      ['pooled'],
      [
        intsAttribute('kernel_shape', [2, 2]),
        intsAttribute('strides', [2, 2]),
        intAttribute('ceil_mode', change.floor ? 0 : 1),
      ],
    ),
  );
  convolution('pooled', 'low.c', [8, 12], { groups: change.groups ? 2 : 1 });
  activation('low.c', 'low', change.activation);
  convolution('low', 'wide.c', [12, 12], { dilation: 2 });
  activation('wide.c', 'wide');
  if (change.between) nodes.push(node('Add', ['wide', 'wide.c'], ['mixed']));
  double(change.between ? 'mixed' : 'wide', 'up');
  nodes.push(node('Concat', ['up', 'in'], ['joined'], [intAttribute('axis', 1)]));
  convolution('joined', 'out.c', [20, 8]);
  activation('out.c', 'out');
  nodes.push(node('Add', ['out', 'in'], ['sum']));
  convolution('sum', 'side', [8, 1], { side: change.pointwise ? 1 : 3 });
  double('side', 'logit');
  nodes.push(node('Sigmoid', ['logit'], ['output']));
  return writeModel(
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ domain: '', version: 15n }],
      graph: {
        name: 'small-unet',
        node: nodes,
        initializer: weights,
        input: [floatValue('input', [1, 3, 'height', 'width'])],
        output: [floatValue('output', [1, 1, 'height', 'width'])],
      },
    }),
  );
}
