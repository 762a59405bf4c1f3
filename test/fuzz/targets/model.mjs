// An ONNX file and its manifest. The file is stepped through as far as a user's model is: its ports are read, or the
// error says that it is no model. What the recipes read and write is the same after reading it again.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { BgcutError } from '#lib/errors';
import { bindManifest } from '#lib/models/bind';
import { parseManifest } from '#lib/models/manifest';
import { readModel, writeModel } from '#lib/models/onnx/graph';
import { require } from './reader.mjs';

const fixtures = resolve(import.meta.dirname, '../../fixtures/models');
const manifest = parseManifest(
  JSON.parse(readFileSync(join(fixtures, 'tiny.json'), 'utf8')),
  'tiny.json',
);
const file = join(mkdtempSync(join(tmpdir(), 'bgcut-fuzz-')), 'model.onnx');

/** @param {Buffer} bytes */
export async function run(bytes) {
  writeFileSync(file, bytes);
  try {
    const { input, output } = await bindManifest(manifest, file);
    require(typeof input.name === 'string' && typeof output.name === 'string', () => 'names');
  } catch (thrown) {
    require(thrown instanceof BgcutError, () => `a BgcutError, not ${String(thrown)}`);
    require(thrown.code === 'model_invalid' || thrown.code === 'manifest_invalid', () =>
      `an error about the model, not ${thrown.code}`);
  }
  let model;
  try {
    model = readModel(bytes);
  } catch (thrown) {
    require(thrown instanceof Error, () => 'an Error');
    return;
  }
  const once = writeModel(model);
  require(Buffer.compare(writeModel(readModel(once)), once) === 0, () => 'written the same twice');
}

export const seeds = () =>
  ['tiny.onnx', 'cells.onnx', 'matting.onnx', 'slow.onnx']
    .map((name) => readFileSync(join(fixtures, name)))
    .filter(({ length }) => length <= 4096);

export const words = ['\x3a', '\x0a', '\x12', '\x5a', '\x62', '\x08\x07', '\xff\xff\xff\xff\x0f'];
