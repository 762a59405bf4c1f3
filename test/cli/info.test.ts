import { readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { emptyFolder, jsonLines, run } from './support';

interface Device {
  device: string;
  runs: boolean;
  reason?: string;
}

it('tells versions, devices with the reason where one does not run, and where models are', async () => {
  const cache = await emptyFolder();
  const ended = await run(['info', '--json'], { env: { BGCUT_CACHE: cache } });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  const [info] = jsonLines(ended);
  const runtime = path.join(
    path.dirname(require.resolve('onnxruntime-node')),
    '..',
    'package.json',
  );
  const { version: onnxruntime } = JSON.parse(await readFile(runtime, 'utf8')) as {
    version: string;
  };
  expect(info).toMatchObject({
    versions: { node: process.versions.node, libvips: sharp.versions.vips, onnxruntime },
    codecs: { png: sharp.versions.png, webp: sharp.versions.webp },
    platform: process.platform,
    cacheFolder: cache,
  });
  const devices = info?.devices as Device[];
  const names = ['cpu', 'cuda', 'tensorrt', 'directml', 'coreml', 'webgpu'];
  expect(devices.map(({ device }) => device)).toEqual(names);
  expect(devices[0]).toEqual({ device: 'cpu', runs: true });
  for (const { runs, reason } of devices) {
    if (runs) expect(reason).toBeUndefined();
    else expect(reason).toMatch(/^\S.*\S$/);
  }
});

it('tells people the same', async () => {
  const ended = await run(['info']);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  const text = ended.stdout.toString('utf8');
  expect(text).toMatch(/^ {2}libvips +\d+\.\d+/m);
  expect(text).toMatch(/^ {2}cpu +runs$/m);
  // No machine has both.
  expect(text).toMatch(/^ {2}(directml|coreml) +does not run: \S/m);
});
