// A model may keep weights in files beside it. One from elsewhere must not read other files of the machine that way.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';

import { createEngine } from 'bgcut';
import { readModel, writeModel } from '#lib/models/onnx/graph';
import {
  StringStringEntryProtoSchema,
  TensorProto_DataLocation as Location,
} from '#lib/models/onnx/onnx_pb';
import { scene } from '../support/pictures.js';
import { rejection } from '../support/rejection.js';
import { fixtures, temporaryFolder, tinyFile } from './support.js';

/** The tiny model with its weights in a file; in a folder whose parent has that file too. */
function modelWith(location: (parent: string) => string): string {
  const parent = temporaryFolder();
  const folder = join(parent, 'models');
  mkdirSync(folder);
  const model = readModel(readFileSync(tinyFile));
  const [weights] = model.graph.initializer;
  for (const place of [parent, folder]) writeFileSync(join(place, 'weights.bin'), weights!.rawData);
  symlinkSync(join(parent, 'weights.bin'), join(folder, 'link.bin'));
  weights!.externalData = [
    create(StringStringEntryProtoSchema, { key: 'location', value: location(parent) }),
    create(StringStringEntryProtoSchema, {
      key: 'length',
      value: String(weights!.rawData.byteLength),
    }),
  ];
  weights!.dataLocation = Location.EXTERNAL;
  weights!.rawData = new Uint8Array();
  writeFileSync(join(folder, 'tiny.onnx'), writeModel(model));
  const manifest = JSON.parse(readFileSync(join(fixtures, 'tiny.json'), 'utf8')) as object;
  const free = { ...manifest, sha256: null, bytes: null };
  writeFileSync(join(folder, 'tiny.json'), JSON.stringify(free));
  return join(folder, 'tiny.onnx');
}

it('weights beside the model are read', async () => {
  const picture = await scene(64, 48).png().toBuffer();
  const cut = async (model: string) => {
    await using engine = await createEngine({ device: 'cpu', threads: 1, model });
    return (await engine.removeBg(picture, { quality: 'fast' })).data;
  };
  const beside = await cut(modelWith(() => 'weights.bin'));
  expect(beside.equals(await cut(tinyFile))).toBe(true);
});

it.each([
  ['above its folder', () => '../weights.bin'],
  ['by its whole path', (parent: string) => join(parent, 'weights.bin')],
  ['of the system', () => '/proc/self/environ'],
  ['behind a link', () => 'link.bin'],
  ['above its folder, by a detour', () => 'x/../../weights.bin'],
])('a file %s is refused', async (_what, location) => {
  const model = modelWith(location);
  const error = await rejection(createEngine({ device: 'cpu', threads: 1, model }));
  expect(error.code).toBe('model_invalid');
  expect(error.message).not.toMatch(/\.(cc|h):\d+/);
});
