/** Every two values of any two parameters in one call: it ends with a sound picture, or with an error that is documented. */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createEngine, type Engine, type RemoveOptions, type Result } from 'bgcut';
import { plain, scene } from '../support/pictures.js';
import { channel, type Pixels } from '../support/pixels.js';
import { onCpu, tinyModel } from '../support/project.js';
import { boxOf, view } from './calls.js';
import { figure } from './figures.js';
import { allPairs, pairsIn, pairsOf, type Row } from './pairwise.js';

/** The values of every parameter, by the names under which they stand in the table of factors. */
const values: Readonly<Record<string, Readonly<Record<string, RemoveOptions>>>> = {
  size: sameNames('size', ['preview', 'medium', 'hd', 'full', '50MP', 'auto']),
  type: sameNames('type', [
    ...['auto', 'car', 'product', 'person', 'animal', 'graphic', 'transportation'],
  ]),
  typeLevel: sameNames('typeLevel', ['none', '1', '2', 'latest']),
  format: sameNames('format', ['auto', 'png', 'jpg', 'webp', 'zip']),
  roi: sameNames('roi', ['0 0 100% 100%', '10% 0 90% 100%', '100% 100% 20% 20%']),
  crop: {
    no: {},
    yes: { crop: true },
    margin: { crop: true, cropMargin: '10%' },
    margins: { crop: true, cropMargin: '1px 50% 300px 0' },
    onlyMargin: { cropMargin: '20px' },
  },
  scale: sameNames('scale', ['original', '10%', '60%', '100%']),
  position: sameNames('position', ['original', 'center', '0%', '100% 30%']),
  channels: sameNames('channels', ['rgba', 'alpha']),
  shadow: {
    none: {},
    add: { addShadow: true },
    auto: { shadowType: 'auto' },
    car: { shadowType: 'car' },
    '3D': { shadowType: '3D' },
    drop: { shadowType: 'drop' },
    map: { shadowType: { car: '3D', person: 'drop', other: 'auto' } },
  },
  opacity: {
    auto: {},
    none: { shadowOpacity: 0 },
    full: { shadowOpacity: 100 },
    map: { shadowOpacity: { car: 20, other: 'auto' } },
  },
  semitransparency: { yes: {}, no: { semitransparency: false } },
  background: {
    none: {},
    colour: { bgColor: 'teal' },
    translucent: { bgColor: '81d4fa77' },
    picture: {},
    alphaPicture: {},
  },
};

function sameNames(
  name: keyof RemoveOptions,
  texts: readonly string[],
): Record<string, RemoveOptions> {
  return Object.fromEntries(texts.map((text) => [text, { [name]: text }]));
}

/** What the model, to which bright is foreground, finds a subject in. */
const pictures: Readonly<Record<string, () => Promise<Buffer>>> = {
  scene: () => scene(320, 240).jpeg().toBuffer(),
  large: () => scene(900, 700).webp().toBuffer(),
  alpha: () => figure(),
  full: () => plain(200, 300, '#fff').jpeg().toBuffer(),
  turned: () => scene(300, 200).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  strip: () => plain(700, 3, '#fff').png().toBuffer(),
  dot: () => plain(1, 1, '#fff').png().toBuffer(),
};

const factors = {
  picture: Object.keys(pictures),
  ...Object.fromEntries(Object.entries(values).map(([name, named]) => [name, Object.keys(named)])),
};
// Each seed meets every pair in other company.
const rows = [1, 2, 3].flatMap((seed) => allPairs(factors, seed));

let engine: Engine;
const files = new Map<string, Buffer>();
const behind = new Map<string, Buffer>();
beforeAll(async () => {
  engine = await createEngine({ ...onCpu, model: tinyModel });
  for (const [name, make] of Object.entries(pictures)) files.set(name, await make());
  behind.set('picture', await scene(500, 90).jpeg().toBuffer());
  behind.set('alphaPicture', await figure());
});
afterAll(() => engine.dispose());

function optionsOf(row: Row): RemoveOptions {
  const chosen = Object.entries(values).map(([name, named]) => named[row[name]!]!);
  const bgImageFile = behind.get(row.background!);
  return Object.assign({}, ...chosen, bgImageFile && { bgImageFile }) as RemoveOptions;
}

/** The mask alone, in grey; a zip is always whole. */
const isMask = (row: Row) => row.channels === 'alpha' && row.format !== 'zip';

async function expectSound(row: Row, result: Result): Promise<void> {
  const { width, height, format, foreground } = result;
  const pixels = await view(result);
  expect([pixels.width, pixels.height]).toEqual([width, height]);
  if (row.format !== 'auto') expect(format).toBe(row.format);
  else expect(['png', 'jpg']).toContain(format);
  if (format !== 'zip') {
    const seen = await sharp(result.data).metadata();
    expect(seen.format).toBe(format === 'jpg' ? 'jpeg' : format);
    if (isMask(row) || format === 'jpg') expect(seen.hasAlpha).toBe(false);
  }
  for (const side of Object.values(foreground)) expect(Number.isInteger(side)).toBe(true);
  expect(Math.min(foreground.width, foreground.height)).toBeGreaterThan(0);
  expect(result.type === undefined).toBe(row.typeLevel === 'none');
  expectBackground(row, pixels);
  expectCanvas(row, result);
}

function expectBackground(row: Row, pixels: Pixels): void {
  if (isMask(row)) return;
  const alpha = channel(pixels, 3);
  const least = alpha.reduce((one, other) => Math.min(one, other));
  if (['colour', 'picture'].includes(row.background!)) expect(least).toBe(255);
  if (row.background === 'translucent')
    expect(least).toBeGreaterThanOrEqual(row.format === 'jpg' ? 255 : 0x77);
  // A shadow or a faint fringe may fill it, but something is always there.
  expect(boxOf(pixels).width).toBeGreaterThan(0);
}

function expectCanvas(row: Row, { width, height, foreground }: Result): void {
  if (row.crop === 'yes') {
    expect([width, height]).toEqual([foreground.width, foreground.height]);
  } else if (row.crop === 'margins') {
    expect(height).toBe(foreground.height + 301);
    expect(width).toBe(foreground.width + Math.round(foreground.width / 2));
  } else if (row.crop !== 'margin') {
    expect(foreground.left + foreground.width).toBeLessThanOrEqual(width);
    expect(foreground.top + foreground.height).toBeLessThanOrEqual(height);
  }
}

const label = (row: Row) => Object.values(row).join(' · ');

describe(`${rows.length} calls`, () => {
  it('have every two values together', () => {
    const seen = new Set(rows.flatMap(pairsIn));
    expect(pairsOf(factors).filter((pair) => !seen.has(pair))).toEqual([]);
  });

  it.each(rows.map((row) => [label(row), row] as const))('%s', async (_, row) => {
    await expectSound(row, await engine.removeBg(files.get(row.picture!)!, optionsOf(row)));
  });
});
