// @ts-check
/**
 * node bench/quality/composites.mjs: pairs whose alpha is exact, for they are put together here: cut-outs over
 * photographs that are out of focus, as a camera would have them. The same bytes every time.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import sharp from 'sharp';

import { openPython, oracles } from '../oracles/python.mjs';
import { addGrain, grain } from '../picture.mjs';
import { canvas, drawings } from './drawings.mjs';
import { findPairs } from './pairs.mjs';

/**
 * Straight colours and alpha.
 *
 * @typedef {object} Cutout
 * @property {Buffer} rgb 3 bytes per pixel
 * @property {Buffer} alpha a byte per pixel
 * @property {number} width pixels
 * @property {number} height pixels
 */

const fixtures = fileURLToPath(new URL('../../test/fixtures/photos', import.meta.url));
/** Parts of the project's photographs that show no subject of their own: left, top, width, height. */
const grounds = /** @type {const} */ ([
  ['astronaut.png', [0, 0, 150, 180]],
  ['rocket.jpg', [0, 60, 300, 367]],
  ['chelsea.png', [365, 0, 86, 150]],
  ['coffee.png', [440, 0, 160, 150]],
  ['coffee.png', [0, 0, 140, 160]],
  ['rocket.jpg', [360, 60, 280, 367]],
]);
/** What the groups of a folder of pairs show; others are left out. */
const groups = new Map([
  ['p3m', 'hair'],
  ['am2k', 'fur'],
  ['lemur', 'fur'],
]);
/** Levels of 255: a camera by daylight. */
const grainSigma = 2.5;

const usage = `node bench/quality/composites.mjs [options]

  --pairs DIR   cut-outs too from pairs whose names begin with ${[...groups.keys()].join(', ')}; their foregrounds
                are estimated with PyMatting, which needs Python
  --out DIR     (out/composites)
  --help
`;

const { values } = parseArgs({
  options: {
    pairs: { type: 'string' },
    out: { type: 'string', default: 'out/composites' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(usage);
else await make();

async function make() {
  await mkdir(values.out, { recursive: true });
  let turn = 0;
  /** @param {string} name @param {Cutout} cutout @param {string} shadow SVG */
  const add = async (name, cutout, shadow = '') => {
    const behind = await background(turn++ % grounds.length, cutout, shadow);
    await writePair(join(values.out, name), cutout, behind);
    process.stdout.write(`${name}\n`);
  };
  for (const { group, name, body, shadow } of drawings()) {
    const cutout = await draw(body);
    await add(`${group}_${name}`, cutout, cast(shadow));
    // There are no photographs with such parts among the pairs: these are shown twice.
    if (group === 'thin' || group === 'holes') {
      await add(`${group}_${name}-2`, cutout, cast(shadow));
    }
  }
  if (values.pairs !== undefined) {
    const python = await openPython(oracles);
    for (const { name, group, picture, alpha } of await findPairs(values.pairs)) {
      const shown = groups.get(group);
      if (shown === undefined) continue;
      const file = join(values.out, `${name}.foreground.png`);
      await python('foreground.py', { method: 'ml', picture, alpha, foreground: file });
      const cutout = await readCutout(file, alpha);
      await rm(file);
      await add(`${shown}_${name.replaceAll('_', '-')}`, cutout);
    }
  }
}

/**
 * Drawn at twice the size, so that alpha is a mean of coverages.
 *
 * @param {string} body
 * @returns {Promise<Cutout>}
 */
async function draw(body) {
  const { width, height } = canvas;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${2 * width}" height="${2 * height}" viewBox="0 0 ${width} ${height}">${body}</svg>`;
  const data = await sharp(Buffer.from(svg), { unlimited: true })
    .resize(width, height, { kernel: 'linear' })
    .ensureAlpha()
    .raw()
    .toBuffer();
  const rgb = Buffer.alloc(3 * width * height);
  const alpha = Buffer.alloc(width * height);
  for (let i = 0; i < alpha.length; i++) {
    data.copy(rgb, 3 * i, 4 * i, 4 * i + 3);
    alpha[i] = data.readUInt8(4 * i + 3);
  }
  return { rgb, alpha, width, height };
}

/**
 * @param {string} foreground
 * @param {string} reference
 * @returns {Promise<Cutout>}
 */
async function readCutout(foreground, reference) {
  const rgb = await sharp(foreground).removeAlpha().raw().toBuffer();
  const { data, info } = await sharp(reference)
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { rgb, alpha: data, width: info.width, height: info.height };
}

/** @param {{ x: number, y: number, rx: number } | undefined} shadow */
function cast(shadow) {
  if (shadow === undefined) return '';
  const { x, y, rx } = shadow;
  const steps = Array.from({ length: 12 }, (_, i) => {
    const share = 1.25 - i * 0.06;
    return `<ellipse cx="${x}" cy="${y}" rx="${rx * share}" ry="${rx * 0.13 * share}" fill="#000" opacity=".05"/>`;
  });
  return steps.join('');
}

/**
 * A part of a photograph that fills the frame, out of focus, with the shadow on it.
 *
 * @param {number} index of grounds
 * @param {{ width: number, height: number }} size
 * @param {string} shadow SVG
 */
async function background(index, { width, height }, shadow) {
  const [photo, [left, top, across, down]] = grounds[index] ?? grounds[0];
  const blurred = await sharp(join(fixtures, photo))
    .toColourspace('srgb')
    .removeAlpha()
    .extract({ left, top, width: across, height: down })
    .resize(width, height, { fit: 'cover', kernel: 'cubic' })
    .blur(Math.max(width, height) / 120)
    .png({ compressionLevel: 1 })
    .toBuffer();
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shadow}</svg>`;
  return sharp(blurred)
    .composite([{ input: Buffer.from(svg) }])
    .removeAlpha()
    .raw()
    .toBuffer();
}

/**
 * Colour over background by alpha, with a camera's grain over both.
 *
 * @param {string} path of both files, without suffix
 * @param {Cutout} cutout
 * @param {Buffer} behind 3 bytes per pixel
 */
async function writePair(path, { rgb, alpha, width, height }, behind) {
  const picture = Buffer.alloc(rgb.length);
  for (let i = 0; i < picture.length; i++) {
    const share = alpha.readUInt8(Math.floor(i / 3)) / 255;
    picture[i] = Math.round(share * rgb.readUInt8(i) + (1 - share) * behind.readUInt8(i));
  }
  addGrain(picture, await grain(width, height), grainSigma);
  const jpeg = sharp(picture, { raw: { width, height, channels: 3 } }).jpeg({
    quality: 92,
    chromaSubsampling: '4:4:4',
  });
  await writeFile(`${path}.jpg`, await jpeg.toBuffer());
  const grey = sharp(alpha, { raw: { width, height, channels: 1 } });
  await writeFile(`${path}_alpha.png`, await grey.toColourspace('b-w').png().toBuffer());
}
