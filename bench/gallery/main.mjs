// @ts-check
/**
 * npm run gallery: contact sheets of what every parameter does to real photographs, as one page that needs nothing
 * else: out/gallery/index.html.
 */
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { createEngine } from 'bgcut';

import { openDarkroom } from './darkroom.mjs';
import { page } from './page.mjs';
import { sheets } from './sheets.mjs';

/** @import { Photo } from './darkroom.mjs' */

const fixtures = fileURLToPath(new URL('../../test/fixtures/photos', import.meta.url));
const suffixes = ['.jpg', '.jpeg', '.png', '.webp'];

const usage = `npm run gallery -- [options]

  --photos DIR   photographs to show besides the four of the project; may be given again
  --size SIZE    size of the results (medium)
  --sheet NAME   only this sheet; may be given again: ${sheets.map(({ name }) => name).join(', ')}
  --out DIR      where index.html goes (out/gallery)
  --help
`;

const { values } = parseArgs({
  options: {
    photos: { type: 'string', multiple: true, default: [] },
    size: { type: 'string', default: 'medium' },
    sheet: { type: 'string', multiple: true, default: [] },
    out: { type: 'string', default: 'out/gallery' },
    help: { type: 'boolean', default: false },
  },
});

process.exitCode = values.help ? help(process.stdout, 0) : await gallery();

/** @param {NodeJS.WriteStream} stream @param {number} status */
function help(stream, status) {
  stream.write(usage);
  return status;
}

async function gallery() {
  const chosen =
    values.sheet.length === 0 ? sheets : sheets.filter(({ name }) => values.sheet.includes(name));
  if (chosen.length < values.sheet.length) return help(process.stderr, 2);

  const photos = (await Promise.all([fixtures, ...values.photos].map(photosIn))).flat();
  const engine = await createEngine();
  const room = openDarkroom(engine, photos, values.size);
  const shown = [];
  for (const sheet of chosen) {
    process.stderr.write(`${sheet.name} …\n`);
    shown.push({ sheet, rows: await sheet.rows(room) });
  }
  const html = page(shown, { photos, size: values.size, info: engine.info() });
  await engine.dispose();

  const folder = resolve(values.out);
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'index.html');
  await writeFile(file, html);
  const megabytes = ((await stat(file)).size / 1e6).toFixed(1);
  process.stdout.write(`${relative('.', file)}: ${room.calls()} calls, ${megabytes} MB\n`);
  return 0;
}

/**
 * The photographs in a folder, by name.
 *
 * @param {string} folder
 * @returns {Promise<Photo[]>}
 */
async function photosIn(folder) {
  const names = (await readdir(folder)).filter((name) =>
    suffixes.includes(extname(name).toLowerCase()),
  );
  return names.sort().map((name) => ({ name: basename(name), file: join(folder, name) }));
}
