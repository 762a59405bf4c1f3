// @ts-check
/**
 * Runs @imgly/background-removal-node 1.4.5 in a process of its own, started by fork with the path of a picture: says
 * 'ready' when the model is loaded, then makes one full PNG per message and answers with its milliseconds and bytes.
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

/** @param {Buffer} jpeg */
async function call(jpeg) {
  const start = performance.now();
  const result = await removeBackground(new Blob([jpeg], { type: 'image/jpeg' }), config);
  return { milliseconds: performance.now() - start, bytes: result.size };
}

// Its first call loads the model; a small picture is enough for that.
await call(await sharp(path).resize(640).jpeg().toBuffer());
process.on('message', async () => process.send?.(await call(await readFile(path))));
process.send?.('ready');
