// Makes the small models of the project, byte for byte the same each time. Run after `npm run build:ts`.
//
// - models/probe.onnx          one convolution: whether an execution provider really runs
// - test/fixtures/models/tiny.onnx   "bright is foreground": mask = 1 / (1 + exp(-16 * mean(x))), x in -1..1
// - test/fixtures/models/slow.onnx   seconds of convolutions at 1024 x 1024: for stopping it in the middle
// - test/fixtures/models/matting.onnx  a matting model: alpha = 1 / (1 + exp(-4 * red - 8 * trimap + 4)), red in -1..1
// - test/fixtures/models/cells.onnx  a detector: red is a person, green a car, blue a cat, as far as five strides around
import { mkdirSync, writeFileSync } from 'node:fs';

import { create } from '@bufbuild/protobuf';

import {
  floatTensor,
  floatValue,
  int64Tensor,
  intAttribute,
  intsAttribute,
  node,
  writeModel,
} from '#lib/models/onnx/graph';
import {
  ModelProtoSchema,
  TensorProto_DataType as DataType,
  TensorShapeProto_DimensionSchema,
  ValueInfoProtoSchema,
} from '#lib/models/onnx/onnx_pb';

/** @typedef {import('#lib/models/onnx/onnx_pb').NodeProto} NodeProto */
/** @typedef {import('#lib/models/onnx/onnx_pb').TensorProto} TensorProto */

/**
 * A float32 tensor of 1 x channels x side x side; null leaves height and width free.
 *
 * @param {string} name
 * @param {number} channels
 * @param {number | null} side
 */
function picture(name, channels, side) {
  /** @param {number} size */
  const fixed = (size) =>
    create(TensorShapeProto_DimensionSchema, {
      value: { case: 'dimValue', value: BigInt(size) },
    });
  /** @param {string} size */
  const free = (size) =>
    create(TensorShapeProto_DimensionSchema, { value: { case: 'dimParam', value: size } });
  const edges = side === null ? [free('height'), free('width')] : [fixed(side), fixed(side)];
  const dim = [fixed(1), fixed(channels), ...edges];
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: DataType.FLOAT, shape: { dim } } } },
  });
}

/**
 * @param {string} name
 * @param {number | null} side
 * @param {NodeProto[]} nodes from `input` to `output`
 * @param {TensorProto[]} weights
 */
function model(name, side, nodes, weights) {
  return writeModel(
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ domain: '', version: 13n }],
      producerName: 'bgcut',
      graph: {
        name,
        node: nodes,
        initializer: weights,
        input: [picture('input', 3, side)],
        output: [picture('output', 1, side)],
      },
    }),
  );
}

/**
 * A convolution with stride 1 that keeps height and width.
 *
 * @param {string} from
 * @param {string} weight
 * @param {string} to
 * @param {number} kernel its side, odd
 */
function conv(from, weight, to, kernel) {
  const pad = (kernel - 1) / 2;
  return node(
    'Conv',
    [from, weight],
    [to],
    [intsAttribute('kernel_shape', [kernel, kernel]), intsAttribute('pads', [pad, pad, pad, pad])],
  );
}

/**
 * A kernel whose weights are all the same.
 *
 * @param {string} name
 * @param {number[]} dims
 * @param {number} value
 */
function constant(name, dims, value) {
  return floatTensor(name, dims, new Array(dims.reduce((a, b) => a * b)).fill(value));
}

function probe() {
  const nodes = [conv('input', 'w', 'sum', 3), node('Relu', ['sum'], ['output'])];
  return model('probe', 64, nodes, [constant('w', [1, 3, 3, 3], 1 / 27)]);
}

function tiny() {
  const nodes = [conv('input', 'w', 'logit', 1), node('Sigmoid', ['logit'], ['output'])];
  return model('tiny', null, nodes, [constant('w', [1, 3, 1, 1], 16 / 3)]);
}

function slow() {
  const channels = 16;
  const layers = 96;
  const names = Array.from({ length: layers + 1 }, (_, i) => `layer${i}`);
  const nodes = [
    conv('input', 'first', 'layer0', 1),
    // All layers share one kernel of averages: small on disk, and nothing overflows or vanishes.
    ...names.slice(1).map((to, i) => conv(`layer${i}`, 'average', to, 3)),
    conv(`layer${layers}`, 'last', 'logit', 1),
    node('Sigmoid', ['logit'], ['output']),
  ];
  return model('slow', null, nodes, [
    constant('first', [channels, 3, 1, 1], 1 / 3),
    constant('average', [channels, channels, 3, 3], 1 / (9 * channels)),
    constant('last', [1, channels, 1, 1], 16 / channels),
  ]);
}

function cells() {
  const classes = 80;
  const seen = [0, 2, 15];
  const numbers = classes + 4;
  const kernel = new Float32Array(numbers * 3);
  for (const [plane, index] of seen.entries()) kernel[index * 3 + plane] = 1;
  const bias = new Float32Array(numbers).fill(0.5, classes);
  const strides = [8, 16, 32];
  const nodes = strides.flatMap((stride) => [
    node(
      'AveragePool',
      ['input'],
      [`mean${stride}`],
      [intsAttribute('kernel_shape', [stride, stride]), intsAttribute('strides', [stride, stride])],
    ),
    node('Conv', [`mean${stride}`, 'w', 'b'], [`grid${stride}`]),
    node('Reshape', [`grid${stride}`, 'rows'], [`rows${stride}`]),
    node('Transpose', [`rows${stride}`], [`cells${stride}`], [intsAttribute('perm', [0, 2, 1])]),
  ]);
  nodes.push(
    node(
      'Concat',
      strides.map((stride) => `cells${stride}`),
      ['cells'],
      [intAttribute('axis', 1)],
    ),
  );
  return writeModel(
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ domain: '', version: 13n }],
      producerName: 'bgcut',
      graph: {
        name: 'cells',
        node: nodes,
        initializer: [
          floatTensor('w', [numbers, 3, 1, 1], kernel),
          floatTensor('b', [numbers], bias),
          int64Tensor('rows', [1, numbers, -1]),
        ],
        input: [floatValue('input', [1, 3, 'height', 'width'])],
        output: [floatValue('cells', [1, 'cells', numbers])],
      },
    }),
  );
}

function matting() {
  const nodes = [
    node('Conv', ['pixel_values', 'w', 'b'], ['logit']),
    node('Sigmoid', ['logit'], ['alphas']),
  ];
  return writeModel(
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ domain: '', version: 13n }],
      producerName: 'bgcut',
      graph: {
        name: 'matting',
        node: nodes,
        initializer: [
          floatTensor('w', [1, 4, 1, 1], new Float32Array([4, 0, 0, 8])),
          floatTensor('b', [1], new Float32Array([-4])),
        ],
        input: [picture('pixel_values', 4, null)],
        output: [picture('alphas', 1, null)],
      },
    }),
  );
}

/**
 * The models by their path from the top of the project.
 *
 * @returns {Record<string, Uint8Array>}
 */
export function makeModels() {
  return {
    'models/probe.onnx': probe(),
    'test/fixtures/models/tiny.onnx': tiny(),
    'test/fixtures/models/slow.onnx': slow(),
    'test/fixtures/models/cells.onnx': cells(),
    'test/fixtures/models/matting.onnx': matting(),
  };
}

if (process.argv[1] === import.meta.filename) {
  const top = new URL('../', import.meta.url);
  mkdirSync(new URL('test/fixtures/models/', top), { recursive: true });
  for (const [path, bytes] of Object.entries(makeModels()))
    writeFileSync(new URL(path, top), bytes);
}
