/** A miniature of NanoDet as its package ships it, and what it computes, worked out without any graph. */

/** A picture as TensorFlow's convolutions take it: height x width x channels. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Float32Array;
}

interface Layer {
  /** height, width, channels, filters */
  readonly shape: [number, number, number, number];
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** Eighths of -1..1, which float16 holds exactly; different for every seed. */
function numbers(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.round(8 * Math.sin((i + 1) * seed)) / 8);
}

function layer(shape: Layer['shape'], seed: number): Layer {
  const [height, width, channels, filters] = shape;
  return {
    shape,
    kernel: numbers(height * width * channels * filters, seed),
    bias: numbers(filters, seed + 0.5),
  };
}

const layers = {
  stem: layer([3, 3, 3, 2], 1.1),
  fine: layer([3, 3, 2, 2], 1.3),
  middle: layer([3, 3, 2, 2], 1.7),
  coarse: layer([3, 3, 2, 2], 1.9),
  head: layer([1, 1, 2, 124], 2.3),
};

type Name = keyof typeof layers;

/** model.json and the weights of the miniature. */
export function miniatureNanodet(): { json: Buffer; weights: Buffer } {
  const file = new GraphFile();
  const down = (from: string, name: Name) => file.convolution(from, name, 2);
  file.add('input_1', 'Placeholder', [], { shape: { shape: { dim: sizes([1, 3, 64, 64]) } } });
  const stem = file.leaky(down('input_1', 'stem'));
  const pooled = file.maxPool(stem);
  const fine = file.leaky(down(pooled, 'fine'));
  const middle = file.leaky(down(fine, 'middle'));
  const coarse = file.leaky(down(middle, 'coarse'));
  const up = file.resize(file.transpose(coarse, [0, 2, 3, 1]), [4, 4]);
  const joined = file.add('joined', 'Add', [middle, file.transpose(up, [0, 3, 1, 2])]);
  const heads = [fine, joined, coarse].map((from) => file.convolution(from, 'head', 1));
  const outputs = heads.flatMap((head, i) => file.head(head, i, 4 ** (3 - i)));
  return file.write(outputs);
}

/** What the miniature makes of a picture of any size: the cells as the recipe's graph hands them out. */
export function expectedCells(picture: Pixels): Float32Array {
  const stem = leaky(convolve(picture, layers.stem, 2));
  const fine = leaky(convolve(maxPool(stem), layers.fine, 2));
  const middle = leaky(convolve(fine, layers.middle, 2));
  const coarse = leaky(convolve(middle, layers.coarse, 2));
  const up = double(coarse);
  const joined = { ...middle, values: middle.values.map((v, i) => v + (up.values[i] ?? NaN)) };
  const cells: number[] = [];
  for (const grid of [fine, joined, coarse]) {
    const { values } = convolve(grid, layers.head, 1);
    for (let at = 0; at < values.length; at += 124) {
      for (const score of values.subarray(at, at + 80)) cells.push(1 / (1 + Math.exp(-score)));
      for (let edge = at + 80; edge < at + 124; edge += 11) {
        const weights = Array.from(values.subarray(edge, edge + 11), Math.exp);
        const sum = weights.reduce((a, b) => a + b);
        cells.push(weights.reduce((a, weight, i) => a + (weight * i) / 10, 0) / sum);
      }
    }
  }
  return Float32Array.from(cells);
}

/** Every kernel of three is padded by one. */
function convolve(from: Pixels, { shape, kernel, bias }: Layer, stride: number): Pixels {
  const [rows, columns, channels, filters] = shape;
  const pad = (rows - 1) / 2;
  return map(from, stride, filters, (top, left, filter) => {
    let sum = bias[filter] ?? NaN;
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++)
        for (let c = 0; c < channels; c++)
          sum +=
            pixel(from, top + y - pad, left + x - pad, c, 0) *
            (kernel[((y * columns + x) * channels + c) * filters + filter] ?? NaN);
    return sum;
  });
}

function maxPool(from: Pixels): Pixels {
  return map(from, 2, from.channels, (top, left, channel) => {
    const window = [-1, 0, 1].flatMap((y) =>
      [-1, 0, 1].map((x) => pixel(from, top + y, left + x, channel, -Infinity)),
    );
    return Math.max(...window);
  });
}

function leaky(from: Pixels): Pixels {
  return { ...from, values: from.values.map((v) => (v < 0 ? v * 0.1 : v)) };
}

/** Twice the size, linear between the centres of the pixels. */
function double(from: Pixels): Pixels {
  const size = { ...from, height: from.height * 2, width: from.width * 2 };
  const at = (target: number, length: number) => {
    const place = Math.min(Math.max((target + 0.5) / 2 - 0.5, 0), length - 1);
    const low = Math.floor(place);
    return [low, Math.min(low + 1, length - 1), place - low] as const;
  };
  return map(size, 1, from.channels, (y, x, c) => {
    const [top, bottom, down] = at(y, from.height);
    const [left, right, across] = at(x, from.width);
    const row = (r: number) =>
      pixel(from, r, left, c, NaN) * (1 - across) + pixel(from, r, right, c, NaN) * across;
    return row(top) * (1 - down) + row(bottom) * down;
  });
}

function map(
  from: Pixels,
  stride: number,
  channels: number,
  value: (top: number, left: number, channel: number) => number,
): Pixels {
  const [height, width] = [Math.ceil(from.height / stride), Math.ceil(from.width / stride)];
  const values = new Float32Array(height * width * channels);
  let at = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) values[at++] = value(y * stride, x * stride, c);
  return { height, width, channels, values };
}

function pixel(from: Pixels, y: number, x: number, channel: number, outside: number): number {
  if (y < 0 || x < 0 || y >= from.height || x >= from.width) return outside;
  return from.values[(y * from.width + x) * from.channels + channel] ?? NaN;
}

function sizes(dims: number[]): { size: string }[] {
  return dims.map((size) => ({ size: String(size) }));
}

/** Writes nodes the way TensorFlow.js does, each convolution between the Transposes of a graph that came from ONNX. */
class GraphFile {
  readonly #nodes: object[] = [];
  readonly #weights: { name: string; shape: number[]; dtype: string; quantization?: object }[] = [];
  readonly #bytes: Buffer[] = [];
  #count = 0;

  add(name: string, op: string, input: string[], attr: object = {}): string {
    this.#nodes.push({ name, op, input, attr });
    return name;
  }

  convolution(from: string, layerName: Name, stride: number): string {
    const { shape, kernel, bias } = layers[layerName];
    const padded =
      shape[0] === 3
        ? this.#node('Pad', [from, this.#integers([0, 0, 0, 0, 1, 1, 1, 1], [4, 2])])
        : from;
    const weight = this.#halves(kernel, shape);
    const made = this.#node('Conv2D', [this.transpose(padded, [0, 2, 3, 1]), weight], {
      ...this.#window([stride, stride]),
      dilations: { list: { i: ['1', '1', '1', '1'] } },
    });
    const sum = this.#node('Add', [made, this.#halves(bias, [bias.length])]);
    return this.transpose(sum, [0, 3, 1, 2]);
  }

  maxPool(from: string): string {
    const pads = this.#integers([0, 0, 0, 0, 1, 1, 1, 1], [4, 2]);
    const padded = this.#node('PadV2', [from, pads, this.#lowest()]);
    const made = this.#node('MaxPool', [this.transpose(padded, [0, 2, 3, 1])], {
      ...this.#window([2, 2]),
      ksize: { list: { i: ['1', '3', '3', '1'] } },
    });
    return this.transpose(made, [0, 3, 1, 2]);
  }

  leaky(from: string): string {
    return this.#node('LeakyRelu', [from], { alpha: { f: 0.1 } });
  }

  transpose(from: string, order: number[]): string {
    return this.#node('Transpose', [from, this.#integers(order)]);
  }

  resize(from: string, size: number[]): string {
    return this.#node('ResizeBilinear', [from, this.#integers(size)], {
      half_pixel_centers: { b: true },
      align_corners: { b: false },
    });
  }

  /** Scores and edges of one grid, each as an output [1, cells, numbers]. */
  head(from: string, index: number, cells: number): [name: string, shape: number[]][] {
    const split = this.#node('SplitV', [from, this.#integers([80, 44]), this.#integers([1], [])]);
    const flat = (part: string, numbers: number, name: string): [string, number[]] => {
      const zeros = this.#node('SparseToDense', [
        ...[this.#integers([], [0, 1]), this.#integers([3])],
        ...[this.#integers([], [0]), this.#integers([0], [])],
      ]);
      const shape = this.#node('AddV2', [this.#integers([1, numbers, -1]), zeros]);
      const rows = this.transpose(this.#node('Reshape', [part, shape]), [0, 2, 1]);
      return [this.add(name, 'Identity', [rows]), [1, cells, numbers]];
    };
    return [
      flat(this.#node('Sigmoid', [split]), 80, `Scores_${index}`),
      flat(`${split}:1`, 44, `Edges_${index}`),
    ];
  }

  write(outputs: [name: string, shape: number[]][]): { json: Buffer; weights: Buffer } {
    const described = outputs.map(([name, shape]) => [
      `${name}:0`,
      { name: `${name}:0`, dtype: 'DT_FLOAT', tensorShape: { dim: sizes(shape) } },
    ]);
    const model = {
      format: 'graph-model',
      // In no particular order, as in the package.
      signature: { outputs: Object.fromEntries(described.reverse()) as object },
      modelTopology: { node: this.#nodes },
      weightsManifest: [{ paths: ['nanodet.bin'], weights: this.#weights }],
    };
    return { json: Buffer.from(JSON.stringify(model)), weights: Buffer.concat(this.#bytes) };
  }

  #node(op: string, input: string[], attr: object = {}): string {
    return this.add(`${op}_${this.#count++}`, op, input, attr);
  }

  #window([down, across]: [number, number]): object {
    const text = (value: string) => ({ s: Buffer.from(value).toString('base64') });
    return {
      padding: text('VALID'),
      data_format: text('NHWC'),
      strides: { list: { i: ['1', String(down), String(across), '1'] } },
    };
  }

  #integers(values: number[], shape = [values.length]): string {
    return this.#constant(shape, 'int32', Buffer.from(Int32Array.from(values).buffer));
  }

  #halves(values: Float32Array, shape: number[]): string {
    const halves = Uint16Array.from(values, (value) => {
      if (value === 0) return 0;
      const exponent = Math.floor(Math.log2(Math.abs(value)));
      const fraction = (Math.abs(value) / 2 ** exponent - 1) * 1024;
      return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction;
    });
    return this.#constant(shape, 'float32', Buffer.from(halves.buffer), 'float16');
  }

  #lowest(): string {
    return this.#constant([], 'float32', Buffer.from(Uint16Array.of(0xfbff).buffer), 'float16');
  }

  #constant(shape: number[], dtype: string, bytes: Buffer, quantized?: string): string {
    const name = `weight_${this.#weights.length}`;
    const quantization = quantized && { dtype: quantized, original_dtype: 'float32' };
    this.#weights.push({ name, shape, dtype, ...(quantization && { quantization }) });
    this.#bytes.push(bytes);
    return name;
  }
}
