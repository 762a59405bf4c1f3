// @ts-check
/**
 * Runs @imgly/background-removal-node 1.4.5 in a process of its own, started by fork with the path of a picture: says
 * 'ready' when the model is loaded, then for every message, 'image/png' or 'image/webp', makes one full result in that
 * format and answers with its milliseconds and bytes.
 */
import { readFile } from 'node:fs/promises';

import { removeBackground } from '@imgly/background-removal-node';
import sharp from 'sharp';

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('a picture, please');

// Its own defaults, but for where its model files lie: it looks for them below the current folder.
const config = {
  model: 'medium',
  publicPath: new URL('./', import.meta.resolve('@imgly/background-removal-node')).href,
};

/** @param {Buffer} jpeg @param {string} format */
async function call(jpeg, format) {
  const start = performance.now();
  const picture = new Blob([jpeg], { type: 'image/jpeg' });
  const result = await removeBackground(picture, { ...config, output: { format } });
  return { milliseconds: performance.now() - start, bytes: result.size };
}

// Its first call loads the model; a small picture is enough for that.
await call(await sharp(path).resize(640).jpeg().toBuffer(), 'image/png');
process.on('message', async (format) =>
  process.send?.(await call(await readFile(path), /** @type {string} */ (format))),
);
process.send?.('ready');
