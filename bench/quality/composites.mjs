// @ts-check
/**
 * node bench/quality/composites.mjs: pairs whose alpha is exact, for they are put together here: cut-outs over
 * photographs that are out of focus, as a camera would have them. The same bytes every time for a seed.
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
import { seeded } from './random.mjs';
import { spareDrawings } from './spare-drawings.mjs';

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
/**
 * @typedef {object} Scene what lies behind a cut-out, and before it
 * @property {number} ground index of grounds
 * @property {number} left of the part of the ground that is used, as a share of what is left over; top likewise
 * @property {number} top
 * @property {number} part of the ground's sides
 * @property {number} blur as a share of the longer side
 * @property {number} grain levels of 255; 2.5 is a camera by daylight
 */

/** A large picture, in pixels: all that a PNG of ours may have. */
const wide = { width: 3600, height: 2700 };

const usage = `node bench/quality/composites.mjs [options]

  --pairs DIR   cut-outs too from pairs whose names begin with ${[...groups.keys()].join(', ')}; their foregrounds
                are estimated with PyMatting, which needs Python
  --out DIR     (out/composites)
  --seed N      other subjects, grounds, softness and grain than those of the tables, for checking (0: those)
  --large       drawings that fill a picture of 9.7 MP, with its detail
  --small       subjects of 10 to 25 % of the side of a picture of 9.7 MP, the most that a PNG has
  --help
`;

const { values } = parseArgs({
  options: {
    pairs: { type: 'string' },
    out: { type: 'string', default: 'out/composites' },
    seed: { type: 'string', default: '0' },
    small: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(usage);
else await make();

async function make() {
  await mkdir(values.out, { recursive: true });
  const seed = Number(values.seed);
  const random = seeded(seed);
  let turn = 0;
  /** @param {string} name @param {Cutout} cutout @param {string} shadow SVG */
  const add = async (name, cutout, shadow = '') => {
    const scene = seed === 0 ? firstScene(turn) : anyScene(random);
    turn++;
    const placed = values.small ? await placeSmall(cutout, random) : cutout;
    const behind = await background(scene, placed, values.small ? '' : shadow);
    await writePair(join(values.out, name), placed, behind, scene.grain);
    process.stdout.write(`${name}\n`);
  };
  for (const { group, name, body, shadow } of seed === 0 ? drawings() : spareDrawings(seed)) {
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
 * The grounds one after the other, all of each, as the tables have them.
 *
 * @param {number} turn
 * @returns {Scene}
 */
function firstScene(turn) {
  return { ground: turn % grounds.length, left: 0, top: 0, part: 1, blur: 1 / 120, grain: 2.5 };
}

/**
 * @param {ReturnType<typeof seeded>} random
 * @returns {Scene}
 */
function anyScene(random) {
  return {
    ground: Math.floor(random.between(0, grounds.length)),
    left: random.between(0, 1),
    top: random.between(0, 1),
    part: random.between(0.5, 1),
    blur: 1 / random.between(70, 400),
    grain: random.between(1, 5),
  };
}

/**
 * A cut-out somewhere in a wide picture.
 *
 * @param {Cutout} cutout
 * @param {ReturnType<typeof seeded>} random
 * @returns {Promise<Cutout>}
 */
async function placeSmall({ rgb, alpha, width, height }, random) {
  const side = random.between(0.1, 0.25) * Math.max(wide.width, wide.height);
  const scale = Math.min(1, side / Math.max(width, height));
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  const left = Math.floor(random.between(0.1, 0.9) * (wide.width - size.width));
  const top = Math.floor(random.between(0.1, 0.9) * (wide.height - size.height));
  const margins = {
    left,
    top,
    right: wide.width - size.width - left,
    bottom: wide.height - size.height - top,
  };
  const data = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .joinChannel(alpha, { raw: { width, height, channels: 1 } })
    .raw()
    .toBuffer();
  const small = await sharp(data, { raw: { width, height, channels: 4 } })
    .resize(size.width, size.height)
    .extend({ ...margins, background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .raw()
    .toBuffer();
  return { ...split(small), ...wide };
}

/**
 * Drawn at twice the size, so that alpha is a mean of coverages.
 *
 * @param {string} body
 * @returns {Promise<Cutout>}
 */
async function draw(body) {
  const { width, height } = values.large ? wide : canvas;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${2 * width}" height="${2 * height}" viewBox="0 0 ${canvas.width} ${canvas.height}">${body}</svg>`;
  const data = await sharp(Buffer.from(svg), { unlimited: true })
    .resize(width, height, { kernel: 'linear' })
    .ensureAlpha()
    .raw()
    .toBuffer();
  return { ...split(data), width, height };
}

/** @param {Buffer} rgba 4 bytes per pixel */
function split(rgba) {
  const rgb = Buffer.alloc((rgba.length / 4) * 3);
  const alpha = Buffer.alloc(rgba.length / 4);
  for (let i = 0; i < alpha.length; i++) {
    rgba.copy(rgb, 3 * i, 4 * i, 4 * i + 3);
    alpha[i] = rgba.readUInt8(4 * i + 3);
  }
  return { rgb, alpha };
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
 * @param {Scene} scene
 * @param {{ width: number, height: number }} size
 * @param {string} shadow SVG
 */
async function background(scene, { width, height }, shadow) {
  const [photo, [x, y, across, down]] = grounds[scene.ground] ?? grounds[0];
  const part = { width: Math.round(across * scene.part), height: Math.round(down * scene.part) };
  const left = x + Math.floor(scene.left * (across - part.width));
  const top = y + Math.floor(scene.top * (down - part.height));
  const blurred = await sharp(join(fixtures, photo))
    .toColourspace('srgb')
    .removeAlpha()
    .extract({ left, top, ...part })
    .resize(width, height, { fit: 'cover', kernel: 'cubic' })
    .blur(Math.max(width, height) * scene.blur)
    .png({ compressionLevel: 1 })
    .toBuffer();
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${canvas.width} ${canvas.height}">${shadow}</svg>`;
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
 * @param {number} sigma of the grain, levels of 255
 */
async function writePair(path, { rgb, alpha, width, height }, behind, sigma) {
  const picture = Buffer.alloc(rgb.length);
  for (let i = 0; i < picture.length; i++) {
    const share = alpha.readUInt8(Math.floor(i / 3)) / 255;
    picture[i] = Math.round(share * rgb.readUInt8(i) + (1 - share) * behind.readUInt8(i));
  }
  addGrain(picture, await grain(width, height), sigma);
  const jpeg = sharp(picture, { raw: { width, height, channels: 3 } }).jpeg({
    quality: 92,
    chromaSubsampling: '4:4:4',
  });
  await writeFile(`${path}.jpg`, await jpeg.toBuffer());
  const grey = sharp(alpha, { raw: { width, height, channels: 1 } });
  await writeFile(`${path}_alpha.png`, await grey.toColourspace('b-w').png().toBuffer());
}
