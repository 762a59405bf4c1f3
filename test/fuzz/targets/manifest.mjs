// The JSON of a manifest: it is read, and reads the same again, or the error is manifest_invalid.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { BgcutError } from '#lib/errors';
import { parseManifest } from '#lib/models/manifest';
import { require } from './reader.mjs';

const root = resolve(import.meta.dirname, '../../..');

/** @param {Buffer} bytes */
export function run(bytes) {
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return; // the JSON of others; readManifest says that it is none
  }
  let manifest;
  try {
    manifest = parseManifest(value, 'mine.json');
  } catch (thrown) {
    require(thrown instanceof BgcutError, () => `a BgcutError, not ${String(thrown)}`);
    const { code, message } = thrown;
    require(code === 'manifest_invalid', () => `manifest_invalid, not ${code}`);
    require(!message.includes(root), () => `no path in ${message}`);
    return;
  }
  require(!/[/\\]/.test(manifest.file), () => `${manifest.file} is a file name`);
  // As text: JSON has one zero only.
  const text = JSON.stringify(manifest);
  const again = JSON.stringify(parseManifest(JSON.parse(text), 'mine.json'));
  require(again === text, () => 'a manifest reads the same again');
}

export const seeds = () =>
  [
    'models/isnet.json',
    'models/nanodet.json',
    'models/modnet.json',
    'test/fixtures/models/tiny.json',
  ]
    .map((name) => readFileSync(join(root, name)))
    .filter(({ length }) => length <= 4096);

export const words = [
  '"multipleOf": ',
  '"fixed": ',
  '"default": ',
  '"preview": ',
  '"kind": ',
  '"npm"',
  '"npm-files"',
  '"url"',
  '"detector"',
  '"matting"',
  '"sha256": null',
  '"file": "a.onnx"',
  '../',
  '__proto__',
  'null',
  '1e999',
  '-0',
];
