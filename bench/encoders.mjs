// @ts-check
/**
 * What the settings of the encoders take and give, which is why lib/encoders.ts has those it has: the cut-out of the
 * 12 MP picture at 10 MP, in every format, setting by setting, through the encoders of the addon.
 *
 *   node bench/encoders.mjs [--rounds N] [--megapixels N] [--write]
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { encoderOf } from '#lib/encoders';
import { loadNative } from '#lib/native';
import { resolveModel } from '#lib/models/index';
import sharp from 'sharp';

import { median } from './figure.mjs';
import { testPicture } from './picture.mjs';
import { table, writePage } from './report.mjs';

/** @import { Encoder } from '#lib/encoders' */
/** @typedef {{ milliseconds: number, data: Buffer, alpha?: Buffer }} Encoded */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    megapixels: { type: 'string', default: '10' },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);

const { file, manifest } = await resolveModel('isnet');
const { input, output } = manifest;
const native = await loadNative().createEngine({
  modelFile: file,
  device: 'cpu',
  threads: 2,
  concurrency: 1,
  input: { name: input.name, mean: input.mean, std: input.std, order: input.order },
  output: { name: output.name, activation: output.activation },
});
const picture = await readFile(await testPicture(4000, 3000));
const scale = Math.sqrt((Number(values.megapixels) * 1e6) / 12e6);
const frame = { width: Math.floor(4000 * scale), height: Math.floor(3000 * scale) };

/** @type {Map<string, Encoded>} settings that were measured already */
const known = new Map();

/**
 * The picture through the whole pipeline, quality fast, with that encoder at its end.
 *
 * @param {Encoder} encoder
 * @returns {Promise<Encoded>}
 */
async function encode(encoder) {
  const key = JSON.stringify(encoder, Object.keys(encoder).sort());
  const before = known.get(key);
  if (before !== undefined) return before;
  /** @type {Encoded[]} */
  const runs = [];
  for (let i = 0; i < rounds; i++) {
    const opened = await native.open(picture, { maxPixels: 50e6 });
    const plan = {
      frame,
      transparentFrame: null,
      segment: { width: 512, height: 512 },
      roi: null,
      matting: null,
      classify: false,
      timeoutMs: 0,
    };
    const whole = { left: 0, top: 0, ...frame };
    const run = native.run(opened, /** @type {any} */ (plan), () => ({
      canvas: frame,
      source: whole,
      target: whole,
      windows: 'as-found',
      shadow: null,
      background: null,
      channels: 'rgba',
      encoder,
    }));
    const { data, alpha, timings } = await run.promise;
    runs.push({ milliseconds: timings.encode, data, ...(alpha && { alpha }) });
  }
  const [first] = runs;
  if (first === undefined) throw new Error('no rounds');
  const measured = {
    ...first,
    milliseconds: median(runs.map(({ milliseconds }) => milliseconds)),
  };
  known.set(key, measured);
  return measured;
}

/** @param {Buffer} bytes */
const pixelsOf = (bytes) => sharp(bytes).ensureAlpha().raw().toBuffer();

const png = await encode(encoderOf('png', 'fast'));
const exact = await pixelsOf(png.data);

/**
 * Peak signal-to-noise ratio of the colours where the subject is opaque, in decibels.
 *
 * @param {Buffer} bytes
 */
async function fidelity(bytes) {
  const other = await pixelsOf(bytes);
  let squares = 0;
  let count = 0;
  for (let i = 0; i < exact.length; i += 4) {
    if (exact[i + 3] !== 255) continue;
    for (let band = i; band < i + 3; band++) {
      squares += ((exact[band] ?? 0) - (other[band] ?? 0)) ** 2;
    }
    count += 3;
  }
  return (10 * Math.log10((255 * 255 * count) / squares)).toFixed(1);
}

/** @param {string} setting @param {Encoder} encoder @param {boolean} [lossy] */
async function row(setting, encoder, lossy = false) {
  const { milliseconds, data, alpha } = await encode(encoder);
  const size = (data.length + (alpha?.length ?? 0)) / 1e6;
  process.stderr.write(`${setting}: ${milliseconds.toFixed(0)} ms, ${size.toFixed(2)} MB\n`);
  const cells = [setting, milliseconds.toFixed(0), size.toFixed(2)];
  return lossy ? [...cells, await fidelity(data)] : cells;
}

/** @param {Encoder['format']} format */
const chosen = async (format) => {
  const rows = [];
  for (const effort of /** @type {const} */ (['fast', 'balanced', 'small'])) {
    const encoder = encoderOf(format, effort);
    rows.push(await row(`${format}, ${effort}`, encoder, format === 'jpg' || format === 'webp'));
  }
  return rows;
};

const pngRows = [];
for (const filter of /** @type {const} */ (['none', 'sub', 'up', 'all'])) {
  for (const compression of [1, 2, 3, 6, 9]) {
    const name = `level ${compression}, filter ${filter}`;
    pngRows.push(await row(name, { format: 'png', compression, filter }));
  }
}
const webpRows = [];
for (const quality of [75, 80, 90]) {
  for (const effort of quality === 80 ? [0, 1, 2, 3, 4, 6] : [0, 4]) {
    const name = `quality ${quality}, effort ${effort}`;
    webpRows.push(await row(name, { format: 'webp', quality, effort }, true));
  }
}
const jpegRows = [];
for (const quality of [80, 85, 90, 95]) {
  for (const fullChroma of [false, true]) {
    for (const optimize of [false, true]) {
      const name = `quality ${quality}, ${fullChroma ? '4:4:4' : '4:2:0'}${optimize ? ', optimised' : ''}`;
      jpegRows.push(await row(name, { format: 'jpg', quality, fullChroma, optimize }, true));
    }
  }
}
const maskRows = [];
for (const filter of /** @type {const} */ (['none', 'up', 'all'])) {
  for (const compression of [1, 3, 6, 9]) {
    const encoder = { ...encoderOf('zip', 'fast'), compression, filter };
    const name = `level ${compression}, filter ${filter}`;
    maskRows.push(await row(name, /** @type {Encoder} */ (encoder)));
  }
}
const timed = ['setting', 'ms', 'MB'];
const lossy = [...timed, 'dB'];
const chosenPng = await chosen('png');
const chosenZip = await chosen('zip');
const [, pngMs = '', pngMb = ''] = chosenPng[0] ?? [];
const promise = chosenZip.map(([name = '', ms = '', mb = '']) => [
  name,
  `${(100 * (1 - Number(mb) / Number(pngMb))).toFixed(0)} % smaller`,
  `${(100 * (1 - Number(ms) / Number(pngMs))).toFixed(0)} % less time`,
]);
const blocks = [
  `The cut-out of the 12 MP picture at ${frame.width} x ${frame.height}; milliseconds are those of the stage \`encode\`, medians of ${rounds}.`,
  'What `effort` stands for:',
  table([lossy, ...chosenPng.map((cells) => [...cells, 'exact'])]),
  table([lossy, ...(await chosen('jpg'))]),
  table([lossy, ...(await chosen('webp'))]),
  table([timed, ...chosenZip]),
  'ZIP against PNG at effort fast (the API: up to 80 % smaller, up to 40 % faster, which is of its whole answer):',
  table([['', 'bytes', 'encoding'], ...promise]),
  'PNG:',
  table([timed, ...pngRows]),
  'WebP, its alpha lossless:',
  table([lossy, ...webpRows]),
  'JPEG (the optimised ones are progressive, with trellis quantisation):',
  table([lossy, ...jpegRows]),
  'ZIP, by the settings of its alpha.png:',
  table([timed, ...maskRows]),
];
const report = `${blocks.join('\n\n')}\n`;
process.stdout.write(report);
if (values.write) await writePage(report, 'performance.md', 'encoders');
await native.dispose();
