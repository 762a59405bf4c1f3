// @ts-check
/**
 * What the settings of the encoders take and give, which is why lib/encoders.ts has those it has: the cut-out of the
 * 12 MP picture at 10 MP, in every format, setting by setting, through the encoders of the addon.
 */
import { readFile } from 'node:fs/promises';

import { encoderOf } from '#lib/encoders';
import sharp from 'sharp';

import { median } from './figure.mjs';
import { testPicture } from './picture.mjs';

/** @import { Effort, Encoder } from '#lib/encoders' */
/** @import { Context } from './context.mjs' */
/** @import { Report } from './figure.mjs' */
/** @typedef {{ milliseconds: number, data: Buffer, alpha?: Buffer }} Encoded */
/** @typedef {(name: string, encoder: Encoder, lossy?: boolean) => Promise<string[]>} Row */

const efforts = /** @type {Effort[]} */ (['fast', 'balanced', 'small']);
const formats = /** @type {Encoder['format'][]} */ (['png', 'jpg', 'webp', 'zip']);

export const title = 'encoders';

/**
 * @param {Context} context
 * @returns {Promise<Report>}
 */
export async function run(context) {
  const { quick } = context.settings;
  const frame = quick ? { width: 400, height: 300 } : { width: 3651, height: 2738 };
  const rounds = quick ? 1 : 3;
  const row = await rowsOf(context, frame, rounds);
  const chosen = [];
  for (const format of formats) {
    for (const effort of efforts) {
      const encoder = encoderOf(format, effort);
      const cells = await row(
        `${format}, ${effort}`,
        encoder,
        format === 'jpg' || format === 'webp',
      );
      chosen.push(
        format === 'png' ? [...cells, 'exact'] : cells.length < 4 ? [...cells, ''] : cells,
      );
    }
  }
  const timed = ['setting', 'ms', 'MB'];
  const lossy = [...timed, 'dB'];
  return {
    figures: [],
    notes: [
      `Encoders: the cut-out of the 12 MP picture at ${frame.width} x ${frame.height}; milliseconds are those of the stage ` +
        `\`encode\`, medians of ${rounds}; dB is the peak signal-to-noise ratio of the colours where the subject is opaque.`,
    ],
    tables: [
      { title: 'What `effort` stands for', rows: [lossy, ...chosen] },
      {
        title:
          'ZIP against the PNG of effort fast (the API promises up to 80 % smaller, up to 40 % faster)',
        rows: [['', 'bytes', 'time of encoding'], ...zipOverPng(chosen)],
      },
      { title: 'PNG', rows: [timed, ...(await png(row))] },
      { title: 'WebP, its alpha lossless', rows: [lossy, ...(await webp(row))] },
      {
        title: 'JPEG (the optimised ones are progressive, with trellis quantisation)',
        rows: [lossy, ...(await jpeg(row))],
      },
      { title: 'ZIP, by the settings of its alpha.png', rows: [timed, ...(await mask(row))] },
    ],
  };
}

/** @param {Row} row */
async function png(row) {
  const rows = [];
  for (const filter of /** @type {const} */ (['none', 'sub', 'up', 'all'])) {
    for (const compression of [1, 3, 6]) {
      const name = `level ${compression}, filter ${filter}`;
      rows.push(await row(name, { format: 'png', compression, filter }));
    }
  }
  return rows;
}

/** @param {Row} row */
async function webp(row) {
  const rows = [];
  for (const quality of [75, 80, 90]) {
    for (const effort of quality === 80 ? [0, 1, 2, 3, 4] : [0, 4]) {
      const name = `quality ${quality}, effort ${effort}`;
      rows.push(await row(name, { format: 'webp', quality, effort }, true));
    }
  }
  return rows;
}

/** @param {Row} row */
async function jpeg(row) {
  const rows = [];
  for (const quality of [80, 85, 90, 95]) {
    for (const optimize of [false, true]) {
      const name = `quality ${quality}${optimize ? ', optimised' : ''}`;
      rows.push(await row(name, { format: 'jpg', quality, optimize }, true));
    }
  }
  return rows;
}

/** @param {Row} row */
async function mask(row) {
  const rows = [];
  for (const filter of /** @type {const} */ (['none', 'up', 'all'])) {
    for (const compression of [1, 3, 6]) {
      const encoder = { ...encoderOf('zip', 'fast'), compression, filter };
      const name = `level ${compression}, filter ${filter}`;
      rows.push(await row(name, /** @type {Encoder} */ (encoder)));
    }
  }
  return rows;
}

/** @param {string[][]} chosen setting, milliseconds, megabytes */
function zipOverPng(chosen) {
  const [, pngMs = '', pngMb = ''] = chosen[0] ?? [];
  /** @param {string} value @param {string} of @param {string} less @param {string} more */
  const beside = (value, of, less, more) => {
    const saved = 100 * (1 - Number(value) / Number(of));
    return `${Math.abs(saved).toFixed(0)} % ${saved < 0 ? more : less}`;
  };
  return chosen
    .filter(([name = '']) => name.startsWith('zip'))
    .map(([name = '', ms = '', mb = '']) => [
      name,
      beside(mb, pngMb, 'smaller', 'larger'),
      beside(ms, pngMs, 'less', 'more'),
    ]);
}

/**
 * What encodes with a setting and gives its row: name, milliseconds, megabytes and, where asked for, decibels.
 *
 * @param {Context} context @param {{ width: number, height: number }} frame @param {number} rounds
 * @returns {Promise<Row>}
 */
async function rowsOf({ native, progress }, frame, rounds) {
  const picture = await readFile(await testPicture(4000, 3000));
  /** @type {Map<string, Encoded>} settings that were measured already */
  const known = new Map();

  /** @param {Encoder} encoder */
  async function encode(encoder) {
    const key = JSON.stringify(encoder, Object.keys(encoder).sort());
    const before = known.get(key);
    if (before !== undefined) return before;
    /** @type {Encoded[]} */
    const runs = [];
    for (let i = 0; i < rounds; i++) runs.push(await cutOut(native, picture, frame, encoder));
    const [first] = runs;
    if (first === undefined) throw new Error('no rounds');
    const milliseconds = median(runs.map((one) => one.milliseconds));
    const measured = { ...first, milliseconds };
    known.set(key, measured);
    return measured;
  }

  const exact = await pixelsOf((await encode(encoderOf('png', 'fast'))).data);
  return async (name, encoder, lossy = false) => {
    const { milliseconds, data, alpha } = await encode(encoder);
    const size = (data.length + (alpha?.length ?? 0)) / 1e6;
    progress(`${encoder.format}, ${name}: ${milliseconds.toFixed(0)} ms, ${size.toFixed(2)} MB`);
    const cells = [name, milliseconds.toFixed(0), size.toFixed(2)];
    return lossy ? [...cells, fidelity(await pixelsOf(data), exact)] : cells;
  };
}

/**
 * The picture through the whole pipeline, without matting, with that encoder at its end.
 *
 * @param {Context['native']} native @param {Buffer} picture @param {{ width: number, height: number }} frame
 * @param {Encoder} encoder
 * @returns {Promise<Encoded>}
 */
async function cutOut(native, picture, frame, encoder) {
  const opened = await native.open(picture, { maxPixels: 50e6 });
  const plan = {
    frame,
    transparentFrame: null,
    segment: { width: 512, height: 512 },
    segmentAgain: null,
    roi: null,
    matting: null,
    classify: false,
    timeoutMs: 0,
  };
  const whole = { left: 0, top: 0, ...frame };
  const run = native.run(opened, plan, () => ({
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
  return { milliseconds: timings.encode, data, ...(alpha && { alpha }) };
}

/** @param {Buffer} bytes */
const pixelsOf = (bytes) => sharp(bytes).ensureAlpha().raw().toBuffer();

/**
 * Peak signal-to-noise ratio of the colours where the subject is opaque, in decibels.
 *
 * @param {Buffer} pixels RGBA @param {Buffer} exact RGBA
 */
function fidelity(pixels, exact) {
  let squares = 0;
  let count = 0;
  for (let i = 0; i < exact.length; i += 4) {
    if (exact[i + 3] !== 255) continue;
    for (let band = i; band < i + 3; band++) {
      squares += ((exact[band] ?? 0) - (pixels[band] ?? 0)) ** 2;
    }
    count += 3;
  }
  return (10 * Math.log10((255 * 255 * count) / squares)).toFixed(1);
}
