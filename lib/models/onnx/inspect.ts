import { type FileHandle, open } from 'node:fs/promises';

import { fromBinary } from '@bufbuild/protobuf';

import {
  GraphProtoSchema,
  ModelProtoSchema,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx_pb.js';

/** An input or output of a graph. */
export interface Port {
  readonly name: string;
  /** Element type as the ONNX IR calls it, e.g. FLOAT, FLOAT16; undefined when the file doesn't say. */
  readonly type: string | undefined;
  /** Sizes of the dimensions; null where any size may be fed. Undefined when the file doesn't say. */
  readonly shape: readonly (number | null)[] | undefined;
}

/** The outside of a model. */
export interface Ports {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/**
 * Reads the inputs and outputs of an ONNX file without its weights: a gigabyte of them is stepped over, not loaded.
 *
 * @throws Error when the file is no ONNX model, or the file system's error
 */
export async function readPorts(file: string): Promise<Ports> {
  const handle = await open(file, 'r');
  try {
    const cursor = new Cursor(handle, (await handle.stat()).size);
    return await readGraphPorts(cursor);
  } finally {
    await handle.close();
  }
}

const GRAPH = ModelProtoSchema.field.graph.number;
const { initializer, input, output } = GraphProtoSchema.field;
const TENSOR_NAME = TensorProtoSchema.field.name.number;

async function readGraphPorts(cursor: Cursor): Promise<Ports> {
  const inputs: ValueInfoProto[] = [];
  const outputs: ValueInfoProto[] = [];
  const weights = new Set<string>();
  for await (const top of cursor.fields(cursor.size)) {
    if (top.number !== GRAPH || top.end === undefined) continue;
    for await (const field of cursor.fields(top.end)) {
      if (field.end === undefined) continue;
      if (field.number === input.number) inputs.push(await value(cursor, field.end));
      else if (field.number === output.number) outputs.push(await value(cursor, field.end));
      else if (field.number === initializer.number)
        weights.add(await tensorName(cursor, field.end));
    }
  }
  if (outputs.length === 0) throw new Error('no graph with an output');
  // Files of the first ONNX versions list every weight among the inputs too.
  return {
    inputs: inputs.filter((p) => !weights.has(p.name)).map(port),
    outputs: outputs.map(port),
  };
}

async function value(cursor: Cursor, end: number): Promise<ValueInfoProto> {
  return fromBinary(ValueInfoProtoSchema, await cursor.bytes(end - cursor.position));
}

async function tensorName(cursor: Cursor, end: number): Promise<string> {
  for await (const field of cursor.fields(end)) {
    if (field.number === TENSOR_NAME && field.end !== undefined) {
      return (await cursor.bytes(field.end - cursor.position)).toString('utf8');
    }
  }
  return '';
}

function port({ name, type }: ValueInfoProto): Port {
  const tensor = type?.value.case === 'tensorType' ? type.value.value : undefined;
  return {
    name,
    type: tensor ? DataType[tensor.elemType] : undefined,
    shape: tensor?.shape?.dim.map((d) =>
      d.value.case === 'dimValue' && d.value.value > 0n ? Number(d.value.value) : null,
    ),
  };
}

/** One field of a protobuf message on disk. */
interface Field {
  readonly number: number;
  /** Where a length-delimited value ends; undefined for numbers, which are stepped over. */
  readonly end: number | undefined;
}

const WINDOW = 1 << 16;

/** Steps through the wire format of a protobuf file (protobuf.dev/programming-guides/encoding). */
class Cursor {
  position = 0;
  #window = Buffer.alloc(0);
  #windowStart = 0;

  constructor(
    private readonly handle: FileHandle,
    readonly size: number,
  ) {}

  /** The fields of the message that lies between here and `end`; what the caller leaves unread is skipped. */
  async *fields(end: number): AsyncGenerator<Field> {
    if (end > this.size) throw new Error('a field reaches past the end of the file');
    while (this.position < end) {
      const tag = await this.#varint();
      const wire = tag % 8;
      const number = Math.floor(tag / 8);
      if (number === 0) throw new Error('not a protobuf file');
      let fieldEnd = this.position;
      if (wire === 0) {
        await this.#varint();
        fieldEnd = this.position;
      } else if (wire === 1) fieldEnd += 8;
      else if (wire === 5) fieldEnd += 4;
      else if (wire === 2) {
        const length = await this.#varint();
        fieldEnd = this.position + length;
      } else throw new Error('not a protobuf file');
      if (fieldEnd > end) throw new Error('a field reaches past the end of its message');
      try {
        yield { number, end: wire === 2 ? fieldEnd : undefined };
      } finally {
        this.position = fieldEnd;
      }
    }
  }

  /** The next `length` bytes. */
  async bytes(length: number): Promise<Buffer> {
    await this.#fill(length);
    const from = this.position - this.#windowStart;
    this.position += length;
    return this.#window.subarray(from, from + length);
  }

  async #varint(): Promise<number> {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      await this.#fill(1);
      const byte = this.#window.readUInt8(this.position++ - this.#windowStart);
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw new Error('not a protobuf file');
  }

  async #fill(length: number): Promise<void> {
    if (this.position + length > this.size) throw new Error('the file is cut off');
    const have = this.#windowStart + this.#window.length;
    if (this.position >= this.#windowStart && this.position + length <= have) return;
    const buffer = Buffer.alloc(Math.min(Math.max(length, WINDOW), this.size - this.position));
    const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, this.position);
    if (bytesRead < length) throw new Error('the file is cut off');
    this.#window = buffer.subarray(0, bytesRead);
    this.#windowStart = this.position;
  }
}
