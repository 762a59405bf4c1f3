// @ts-check
/**
 * Runs @imgly/background-removal-node 1.4.5 in a process of its own, started by fork: for every message
 * { picture, file } it writes the alpha that it gives the picture as a grey PNG, and answers with the message.
 */
import { readFile } from 'node:fs/promises';

import { removeBackground } from '@imgly/background-removal-node';
import sharp from 'sharp';

// Its own defaults, but for where its model files lie, and for raw pixels: its PNG has only 256 colours.
const config = {
  model: 'medium',
  publicPath: new URL('./', import.meta.resolve('@imgly/background-removal-node')).href,
  output: { format: 'image/x-rgba8' },
};

process.on('message', async (job) => {
  const { width, height, format } = await sharp(job.picture).metadata();
  const picture = new Blob([await readFile(job.picture)], { type: `image/${format}` });
  const result = await removeBackground(picture, config);
  const rgba = Buffer.from(await result.arrayBuffer());
  await sharp(rgba, { raw: { width, height, channels: 4 } })
    .extractChannel(3)
    .toColourspace('b-w')
    .png()
    .toFile(job.file);
  process.send?.(job);
});
process.send?.('ready');
