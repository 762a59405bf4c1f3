// @ts-check
/** Makes the pictures of the gallery: real calls, each made once, and prints of them that a page can carry. */
import { readFile } from 'node:fs/promises';

import sharp from 'sharp';

/** @import { Engine, RemoveOptions, Result } from 'bgcut' */

/**
 * @typedef {object} Photo
 * @property {string} name of the file
 * @property {string} file path
 *
 * @typedef {'chequered' | 'white' | 'grey' | 'black' | 'orange'} Ground What a print lies on.
 *
 * @typedef {{ left: number, top: number, width: number, height: number }} Region percent
 *
 * @typedef {object} Tile One print.
 * @property {string} src data URL
 * @property {number} width of the print as it is to be shown, CSS pixels; its aspect is that of the picture
 * @property {number} height
 * @property {string} caption what was asked for, as it is written in code
 * @property {string} [facts] what came of it
 * @property {Ground} [ground] chequered unless given, or what the reader picks
 * @property {boolean} [pixels] enlarged: shown with its pixels
 * @property {Region} [region] outlined
 *
 * @typedef {object} Darkroom
 * @property {Photo[]} photos
 * @property {(photo: Photo) => Promise<Tile>} original the photograph as it is
 * @property {(photo: Photo, options: RemoveOptions) => Promise<Result>} cut the call, at the gallery's size
 * @property {(photo: Photo, options: RemoveOptions, ground?: Ground) => Promise<Tile>} print its picture
 * @property {(picture: Buffer | string, caption: string, facts?: string) => Promise<Tile>} printOf of any picture
 * @property {() => number} calls how many have been made
 */

/** A tile's largest sides, CSS pixels. */
export const tileSize = { width: 304, height: 228 };
/** Pixels of a print per CSS pixel, for sharp screens. */
const density = 2;

/**
 * @param {Engine} engine
 * @param {Photo[]} photos
 * @param {string} size of every call that names none
 * @returns {Darkroom}
 */
export function openDarkroom(engine, photos, size) {
  /** @type {Map<string, Promise<Result>>} */
  const results = new Map();

  /** @type {Darkroom['cut']} */
  const cut = (photo, options) => {
    const key = JSON.stringify([photo.file, options]);
    const whole = /** @type {RemoveOptions} */ ({ size, ...options });
    const result = results.get(key) ?? engine.removeBg(photo.file, whole);
    results.set(key, result);
    return result;
  };

  return {
    photos,
    cut,
    calls: () => results.size,
    original: async (photo) => printOf(await readFile(photo.file), 'the photograph'),
    printOf,
    print: async (photo, options, ground) => {
      const result = await cut(photo, options);
      const { data, format, width, height, type } = result;
      const kilobytes = `${Math.round(data.length / 1000)} kB`;
      const facts = [type ?? 'no type', format, `${width}×${height}`, kilobytes].join(' · ');
      return { ...(await printOf(data, inCode(options), facts)), ...(ground && { ground }) };
    },
  };
}

/** @type {Darkroom['printOf']} */
async function printOf(picture, caption, facts = '') {
  const upright = await sharp(picture).autoOrient().toColourspace('srgb').png().toBuffer();
  const { width, height } = await sharp(upright).metadata();
  const scale = Math.min(tileSize.width / width, tileSize.height / height);
  const shown = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  const print = await sharp(upright)
    .resize(shown.width * density, shown.height * density, {
      fit: 'fill',
      withoutEnlargement: true,
    })
    .webp({ quality: 86, alphaQuality: 95, smartSubsample: true })
    .toBuffer();
  return { src: dataUrl(print, 'image/webp'), ...shown, caption, facts };
}

/** @param {Buffer} data @param {string} type */
export function dataUrl(data, type) {
  return `data:${type};base64,${data.toString('base64')}`;
}

/**
 * Options as they are written in code.
 *
 * @param {object} options
 * @returns {string}
 */
export function inCode(options) {
  const members = Object.entries(options).map(([name, value]) => `${name}: ${valueInCode(value)}`);
  // A brace never stands alone in a line.
  return members.length === 0 ? '{}' : `{\u00a0${members.join(', ')}\u00a0}`;
}

/** @param {unknown} value @returns {string} */
function valueInCode(value) {
  if (typeof value === 'string') {
    const path = /[/\\]/.test(value) ? value.replace(/.*[/\\]/, '') : value;
    return `'${path}'`;
  }
  return typeof value === 'object' && value !== null ? inCode(value) : String(value);
}
