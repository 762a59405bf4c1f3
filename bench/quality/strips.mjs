// @ts-check
/**
 * node bench/quality/strips.mjs: details of photographs, cut out by every variant, on black, white and mid-grey, for
 * looking at: out/strips/*.png. A row is a variant; its first tile shows the photograph.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { createEngine } from 'bgcut';
import sharp from 'sharp';

import { variants } from './variants.mjs';

/** @import { RemoveOptions } from 'bgcut' */

/**
 * @typedef {object} Detail
 * @property {string} shows
 * @property {string} file name of the photograph, in one of the folders
 * @property {[left: number, top: number, width: number]} region percent of the photograph; tiles are square
 */

/** @type {readonly Detail[]} */
const details = [
  { shows: 'hair', file: 'astronaut.png', region: [25, 0, 42] },
  { shows: 'hair', file: 'p3m_d684dae3.jpg', region: [62, 0, 30] },
  { shows: 'hair', file: 'p3m_bd6af989.jpg', region: [20, 22, 55] },
  { shows: 'fur', file: 'chelsea.png', region: [2, 0, 62] },
  { shows: 'fur', file: 'animal-3.jpg', region: [10, 12, 46] },
  { shows: 'fur', file: 'lemur.jpg', region: [20, 20, 42] },
  { shows: 'glass', file: 'aim_2.jpg', region: [56, 12, 38] },
  { shows: 'glass', file: 'girl-1.jpg', region: [24, 28, 34] },
  { shows: 'thin', file: 'u2_bike.jpg', region: [48, 8, 44] },
  { shows: 'thin', file: 'rocket.jpg', region: [36, 10, 40] },
  { shows: 'car', file: 'car-2.jpg', region: [22, 26, 46] },
  { shows: 'car', file: 'car-1.jpg', region: [20, 22, 62] },
];

const grounds = /** @type {const} */ (['#000000', '#ffffff', '#808080']);
const tile = 420;
const gap = 8;

const usage = `node bench/quality/strips.mjs [options]

  --photos DIR    where photographs are looked for (test/fixtures/photos); may be given again
  --shows TEXT    only these details: ${[...new Set(details.map(({ shows }) => shows))].join(', ')}
  --variant NAME  only these: ${variants.map(({ name }) => name).join(', ')}; may be given again
  --out DIR       (out/strips)
  --help
`;

const { values } = parseArgs({
  options: {
    photos: { type: 'string', multiple: true, default: ['test/fixtures/photos'] },
    shows: { type: 'string' },
    variant: { type: 'string', multiple: true, default: variants.map(({ name }) => name) },
    out: { type: 'string', default: 'out/strips' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(usage);
else await makeStrips();

async function makeStrips() {
  await mkdir(values.out, { recursive: true });
  const engine = await createEngine();
  for (const detail of details) {
    if (values.shows !== undefined && detail.shows !== values.shows) continue;
    const photo = values.photos.map((folder) => join(folder, detail.file)).find(existsSync);
    if (photo === undefined) continue;
    const rows = [];
    for (const { name, options } of variants.filter(({ name }) => values.variant.includes(name))) {
      const whole = /** @type {RemoveOptions} */ ({ ...options, size: 'full', format: 'png' });
      const { data } = await engine.removeBg(photo, whole);
      const tiles = [await cutTile(photo, detail)];
      for (const ground of grounds) {
        const flat = await sharp(data).flatten({ background: ground }).png().toBuffer();
        tiles.push(await cutTile(flat, detail));
      }
      rows.push({ name, tiles });
    }
    const file = join(values.out, `${detail.shows}-${detail.file.replace(/\.\w+$/, '')}.png`);
    await writeSheet(file, rows);
    process.stdout.write(`${file}\n`);
  }
  await engine.dispose();
}

/** @param {string | Buffer} picture @param {Detail} detail */
async function cutTile(picture, { region: [left, top, across] }) {
  const { width, height } = await sharp(picture).metadata();
  const x = Math.round((left * width) / 100);
  const y = Math.round((top * height) / 100);
  const side = Math.min(Math.round((across * width) / 100), width - x, height - y);
  return sharp(picture)
    .toColourspace('srgb')
    .extract({ left: x, top: y, width: side, height: side })
    .resize(tile, tile, { kernel: 'lanczos3' })
    .png()
    .toBuffer();
}

/** @param {string} file @param {{ name: string, tiles: Buffer[] }[]} rows */
async function writeSheet(file, rows) {
  const label = 26;
  const line = tile + label + gap;
  const parts = rows.flatMap(({ name, tiles }, row) => [
    { input: text(name), left: gap, top: row * line },
    ...tiles.map((input, column) => ({
      input,
      left: gap + column * (tile + gap),
      top: row * line + label,
    })),
  ]);
  const width = gap + (grounds.length + 1) * (tile + gap);
  const blank = { width, height: rows.length * line, channels: /** @type {const} */ (3) };
  await sharp({ create: { ...blank, background: '#c8c8c8' } })
    .composite(parts)
    .png()
    .toFile(file);
}

/** @param {string} words */
function text(words) {
  return Buffer.from(
    `<svg width="400" height="26"><text x="0" y="19" font-family="sans-serif" font-size="17">${words}</text></svg>`,
  );
}
