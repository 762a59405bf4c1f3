import {
  bypass,
  floatTensor,
  freeHeightAndWidth,
  intAttribute,
  node,
  prune,
  readModel,
  writeModel,
} from '../onnx/graph.js';
import {
  type GraphProto,
  type TensorProto,
  TensorProto_DataType as DataType,
} from '../onnx/onnx_pb.js';

/** Upsampling steps of IS-Net that its first output needs: every one of them doubles height and width. */
const RESIZES = 34;

/**
 * Rewrites IS-Net as its npm package ships it into what BgCut runs: one output, free height and width (multiples of
 * 64), arithmetic in float32.
 *
 * - The eleven outputs after the first are training aids; they only keep memory alive.
 * - The size 1024 x 1024 is baked into the `sizes` input of every Resize, where the ratio is always 2.
 * - The weights stay float16 in the file, half the size on disk; one Cast each widens them, and ONNX Runtime does that
 *   once, while it loads. Computing in float16 instead costs speed and memory on a CPU: docs/models.md has the figures.
 *
 * @param bytes the shipped file (float16 weights)
 * @returns the bytes of the rewritten file; equal input gives equal bytes
 * @throws Error when the file isn't the graph that the recipe was written for
 */
export function rewriteIsnet(bytes: Uint8Array): Uint8Array {
  const model = readModel(bytes);
  const { graph } = model;
  keepFirstOutput(graph);
  // Outside the weights everything becomes float32, so the shipped casts between the two precisions have no work left.
  bypass(graph, (n) => n.opType === 'Cast');
  widenWeights(graph);
  doubleInEveryResize(graph);
  for (const value of [...graph.input, ...graph.output]) freeHeightAndWidth(value);
  prune(graph);
  return writeModel(model);
}

/** Drops every output but the first, and what only the others needed. */
export function keepFirstOutput(graph: GraphProto): void {
  graph.output = graph.output.slice(0, 1);
  prune(graph);
}

/**
 * Replaces the fixed target size of every Resize by the ratio 2.
 *
 * @throws Error when their number isn't that of IS-Net
 */
export function doubleInEveryResize(graph: GraphProto): void {
  const resizes = graph.node.filter((n) => n.opType === 'Resize');
  if (resizes.length !== RESIZES) {
    throw new Error(`expected ${RESIZES} Resize nodes, found ${resizes.length}`);
  }
  for (const n of resizes) n.input.splice(1, n.input.length, '', 'double');
  graph.initializer.push(floatTensor('double', [4], [1, 1, 2, 2]));
}

function widenWeights(graph: GraphProto): void {
  const halves = graph.initializer.filter(isHalf);
  const casts = halves.map((t) =>
    node('Cast', [`${t.name}.f16`], [t.name], [intAttribute('to', DataType.FLOAT)]),
  );
  for (const t of halves) t.name = `${t.name}.f16`;
  graph.node.unshift(...casts);
}

const HALF: number = DataType.FLOAT16;

function isHalf(t: TensorProto): boolean {
  return t.dataType === HALF;
}
