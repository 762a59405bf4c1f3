// @ts-check
/** The sheets of the gallery: for each parameter its values, side by side on the same photographs. */
import sharp from 'sharp';

import { inCode } from './darkroom.mjs';
import { enlarged, softestPlace } from './loupe.mjs';
import { zipParts } from './zip-parts.mjs';

/** @import { RemoveOptions } from 'bgcut' */
/** @import { Darkroom, Ground, Photo, Tile } from './darkroom.mjs' */

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {Tile[]} tiles
 *
 * @typedef {object} Sheet
 * @property {string} name for the command line and the page's addresses
 * @property {string} title
 * @property {string} [parameter] whose documentation stands above it
 * @property {string} look what a reader should look for
 * @property {(room: Darkroom) => Promise<Row[]>} rows
 */

/**
 * A row for each photograph: itself, then one print for each set of options.
 *
 * @param {Darkroom} room
 * @param {Photo[]} photos
 * @param {RemoveOptions[]} columns
 * @param {Ground} [ground]
 * @returns {Promise<Row[]>}
 */
async function grid(room, photos, columns, ground) {
  const rows = [];
  for (const photo of photos) {
    const tiles = [await room.original(photo)];
    for (const options of columns) tiles.push(await room.print(photo, options, ground));
    rows.push({ name: photo.name, tiles });
  }
  return rows;
}

/**
 * The photographs of those names, as far as they are there; else the first ones.
 *
 * @param {Darkroom} room
 * @param {...string} names beginnings of file names
 */
function chosen(room, ...names) {
  const found = room.photos.filter(({ name }) => names.some((begin) => name.startsWith(begin)));
  return found.length > 0 ? found : room.photos.slice(0, 2);
}

/** So that a shadow has room: a cropped canvas with a fifth of the subject around it. */
const roomy = /** @type {const} */ ({ crop: true, cropMargin: '20%' });

/** @type {Sheet[]} */
export const sheets = [
  {
    name: 'cutouts',
    title: 'Cut-outs',
    look: 'Halos on black, dark rims on white, holes and grey patches on mid-grey; whether the type is right.',
    async rows(room) {
      const rows = [];
      for (const photo of room.photos) {
        const tiles = [await room.original(photo)];
        for (const ground of /** @type {Ground[]} */ (['chequered', 'white', 'grey', 'black'])) {
          tiles.push(await room.print(photo, { typeLevel: 'latest' }, ground));
        }
        rows.push({ name: photo.name, tiles });
      }
      return rows;
    },
  },
  {
    name: 'edges',
    title: 'Edges under the loupe',
    look: 'The place with the most half-transparent pixels. Remains of the old background show as a seam of its colour.',
    async rows(room) {
      const rows = [];
      for (const photo of room.photos) {
        const { data, width, height } = await room.cut(photo, { format: 'png' });
        const place = await softestPlace(data);
        const source = await sharp(photo.file)
          .autoOrient()
          .resize(width, height, { fit: 'fill' })
          .toColourspace('srgb')
          .png()
          .toBuffer();
        const tiles = [await enlarged(source, place, 'the photograph')];
        const caption = inCode({ format: 'png' });
        for (const ground of /** @type {Ground[]} */ (['black', 'white', 'grey', 'orange'])) {
          tiles.push({ ...(await enlarged(data, place, caption)), ground });
        }
        rows.push({ name: photo.name, tiles });
      }
      return rows;
    },
  },
  {
    name: 'size',
    title: 'Size',
    parameter: 'size',
    look: 'The same subject at every size. A preview is found by a smaller input of the model.',
    rows: (room) =>
      grid(room, chosen(room, 'astronaut', 'u2_bike', 'plants'), [
        { size: 'preview' },
        { size: 'medium' },
        { size: 'hd' },
        { size: 'full' },
      ]),
  },
  {
    name: 'format',
    title: 'Format',
    parameter: 'format',
    look: 'The two parts of a zip: the original colours stay in color.jpg. JPEG lies over white.',
    async rows(room) {
      const photos = chosen(room, 'coffee', 'chelsea');
      const rows = await grid(room, photos, [
        { format: 'png' },
        { format: 'webp' },
        { format: 'jpg' },
      ]);
      for (const [index, row] of rows.entries()) {
        const photo = photos[index];
        if (photo === undefined) continue;
        const { data } = await room.cut(photo, { format: 'zip' });
        const { color, alpha } = zipParts(data);
        const caption = inCode({ format: 'zip' });
        row.tiles.push(await room.printOf(color, caption, 'color.jpg'));
        row.tiles.push(await room.printOf(alpha, caption, 'alpha.png'));
      }
      return rows;
    },
  },
  {
    name: 'roi',
    title: 'Region of interest',
    parameter: 'roi',
    look: 'Only what lies in the region is found; the canvas stays the whole picture.',
    async rows(room) {
      const regions = [
        { left: 0, top: 0, width: 50, height: 100 },
        { left: 50, top: 0, width: 50, height: 100 },
        { left: 60, top: 20, width: 40, height: 70 },
      ];
      const rows = [];
      for (const photo of chosen(room, 'chelsea', 'pets', 'car-1', 'plants')) {
        const tiles = [await room.original(photo), await room.print(photo, {})];
        for (const region of regions) {
          const { left, top, width, height } = region;
          const roi = `${left}% ${top}% ${left + width}% ${top + height}%`;
          tiles.push({ ...(await room.print(photo, { roi })), region });
        }
        rows.push({ name: photo.name, tiles });
      }
      return rows;
    },
  },
  {
    name: 'crop',
    title: 'Crop and margin',
    parameter: 'cropMargin',
    look: 'The hairline is the edge of the canvas. Margins are equal where they should be.',
    rows: (room) =>
      grid(room, chosen(room, 'coffee', 'rocket', 'chair', 'yellow-dress'), [
        { crop: true },
        { crop: true, cropMargin: '10%' },
        { crop: true, cropMargin: '40px' },
        { crop: true, cropMargin: '0% 30%' },
        { crop: true, cropMargin: '50% 0 0 20px' },
      ]),
  },
  {
    name: 'scale',
    title: 'Scale',
    parameter: 'scale',
    look: 'The subject in the middle, its aspect kept; at 100% it touches two edges.',
    rows: (room) =>
      grid(room, chosen(room, 'coffee', 'rocket', 'chair', 'yellow-dress'), [
        { scale: 'original' },
        { scale: '10%' },
        { scale: '50%' },
        { scale: '100%' },
        { scale: '50%', position: 'original' },
      ]),
  },
  {
    name: 'position',
    title: 'Position',
    parameter: 'position',
    look: 'Flush with the edges at 0% and 100%, as in CSS background-position.',
    rows: (room) =>
      grid(room, chosen(room, 'coffee', 'chair'), [
        { position: 'original' },
        { position: 'center' },
        { position: '0%' },
        { position: '100%' },
        { position: '100% 0%' },
        { position: '25% 75%' },
        { scale: '40%', position: '0% 100%' },
      ]),
  },
  {
    name: 'channels',
    title: 'Channels',
    parameter: 'channels',
    look: 'The mask is the alpha of the finished picture.',
    rows: (room) =>
      grid(room, chosen(room, 'chelsea', 'astronaut', 'parrot'), [
        { channels: 'rgba' },
        { channels: 'alpha' },
        { channels: 'alpha', crop: true, cropMargin: '10%', scale: '60%' },
      ]),
  },
  {
    name: 'shadows',
    title: 'Shadows',
    parameter: 'shadowType',
    look: 'Whether the subject stands, hangs or floats; where the shadow begins; whether its edge is soft and fades.',
    rows: (room) =>
      grid(
        room,
        room.photos,
        [
          { ...roomy, shadowType: 'drop' },
          { ...roomy, shadowType: '3D' },
          { ...roomy, shadowType: 'car' },
          { ...roomy, shadowType: 'auto', typeLevel: 'latest' },
        ],
        'white',
      ),
  },
  {
    name: 'grounds',
    title: 'Shadows on other grounds',
    look: 'The shadow is black at some opacity: it darkens every ground alike, and nothing of white comes along.',
    async rows(room) {
      const rows = [];
      for (const photo of chosen(room, 'coffee', 'rocket', 'chair', 'car-2', 'yellow-dress')) {
        const tiles = [];
        for (const ground of /** @type {Ground[]} */ (['chequered', 'white', 'grey', 'orange'])) {
          tiles.push(
            await room.print(photo, { ...roomy, shadowType: 'auto', typeLevel: 'latest' }, ground),
          );
        }
        tiles.push(await room.print(photo, { ...roomy, shadowType: 'auto', bgColor: 'f2e3d5' }));
        rows.push({ name: photo.name, tiles });
      }
      return rows;
    },
  },
  {
    name: 'opacity',
    title: 'Opacity of the shadow',
    parameter: 'shadowOpacity',
    look: 'Even steps from nothing to black.',
    async rows(room) {
      const rows = [];
      for (const shadowType of /** @type {const} */ (['drop', '3D', 'car'])) {
        const names = { drop: 'chair', '3D': 'yellow-dress', car: 'car-2' };
        const photo = chosen(room, names[shadowType])[0];
        if (photo === undefined) continue;
        const tiles = [];
        for (const shadowOpacity of [10, 30, 50, 70, 90, 100]) {
          tiles.push(await room.print(photo, { ...roomy, shadowType, shadowOpacity }, 'white'));
        }
        rows.push({ name: `${photo.name}, ${shadowType}`, tiles });
      }
      return rows;
    },
  },
  {
    name: 'windows',
    title: 'Windows of cars',
    parameter: 'semitransparency',
    look: 'Glass lets the ground through and keeps its reflections; nothing else of the car does.',
    async rows(room) {
      const cars = [];
      for (const photo of room.photos) {
        const { type } = await room.cut(photo, { typeLevel: 'latest' });
        if (type === 'car' || photo.name.startsWith('car')) cars.push(photo);
      }
      const columns = /** @type {RemoveOptions[]} */ ([
        { type: 'car', semitransparency: true },
        { type: 'car', semitransparency: false },
        { type: 'car', semitransparency: true, shadowType: 'car' },
        { type: 'product', semitransparency: true },
      ]);
      return grid(room, cars, columns, 'orange');
    },
  },
  {
    name: 'colours',
    title: 'Background colour',
    parameter: 'bgColor',
    look: 'A seam between subject and colour; the chequers show through 81d4fa77.',
    rows: (room) =>
      grid(room, chosen(room, 'coffee', 'chelsea', 'girl-2'), [
        { bgColor: 'fff' },
        { bgColor: 'black' },
        { bgColor: '81d4fa' },
        { bgColor: 'green' },
        { bgColor: '81d4fa77' },
      ]),
  },
  {
    name: 'pictures',
    title: 'Background picture',
    parameter: 'bgImageFile',
    look: 'Covers the canvas, centred, undistorted; the shadow lies on it.',
    rows: (room) => {
      const [rocket, ...others] = chosen(room, 'rocket', 'animal-3', 'girl-2');
      const files = [rocket, ...others].map((photo) => photo?.file ?? '');
      return grid(
        room,
        chosen(room, 'coffee', 'astronaut', 'chair', 'yellow-dress'),
        files.flatMap((bgImageFile) => [
          { bgImageFile },
          { bgImageFile, ...roomy, shadowType: 'auto' },
        ]),
      );
    },
  },
];
