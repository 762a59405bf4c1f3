import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { describe, expect, it, vi } from 'vitest';

import { BgcutError } from '#lib/errors';
import { licences, listModels, type ModelSpec, resolveModel, verifyModel } from '#lib/models/index';
import { pullModel } from '#lib/models/pull';
import { placeOf } from '#lib/models/cache';
import { builtinManifest } from '#lib/models/manifest';

import { miniatureIsnet } from './miniature.js';
import {
  bulkyModel,
  fixtures,
  setEnvironment,
  sha256,
  temporaryFolder,
  tinyFile,
} from './support.js';

async function failure(promise: Promise<unknown>): Promise<BgcutError> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(BgcutError);
  return error as BgcutError;
}

const feeding = {
  input: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], sizes: { default: 256, multipleOf: 32 } },
  output: { activation: 'none' },
};

/** tiny.onnx under another name in a folder of its own, with a manifest beside it where one is given. */
function own(
  name: string,
  manifest?: object | string,
  content: Uint8Array = readFileSync(tinyFile),
) {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  if (manifest !== undefined) {
    const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
    writeFileSync(file.replace('.onnx', '.json'), text);
  }
  return file;
}

describe('a file of the user’s own', () => {
  it('is fed as the manifest beside it says', async () => {
    const { name, file, manifest } = await resolveModel(relative(process.cwd(), tinyFile));
    expect([name, file]).toEqual(['tiny', tinyFile]);
    expect(manifest.input).toEqual({
      name: 'input',
      order: 'rgb',
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
      sizes: { default: 256, preview: 128, multipleOf: 32 },
    });
    expect(manifest.output).toEqual({ name: 'output', activation: 'none' });
  });

  it('needs no more in its manifest than how to feed it', async () => {
    const { manifest } = await resolveModel(own('mine.onnx', { name: 'mine', ...feeding }));
    expect(manifest).toMatchObject({
      name: 'mine',
      title: 'mine',
      input: { name: 'input', order: 'rgb' },
      output: { name: 'output' },
      licence: 'unknown',
      commercial: 'unclear',
      sha256: null,
      source: null,
    });
  });

  it('may have its manifest as FILE.onnx.json', async () => {
    const file = own('mine.onnx');
    writeFileSync(`${file}.json`, JSON.stringify({ name: 'mine', ...feeding }));
    expect((await resolveModel(file)).name).toBe('mine');
  });

  it('is known by the file name under which a model is spread', async () => {
    setEnvironment({ BGCUT_CACHE: temporaryFolder() });
    const error = await failure(resolveModel(own('u2net.onnx')));
    // It is taken for U²-Net, which has another checksum.
    expect(error.code).toBe('model_checksum_mismatch');
    expect(error.message).toContain(builtinManifest('u2net').sha256);
  });

  it('may be named together with a manifest: a name, a path or the thing itself', async () => {
    const file = own('something.onnx');
    const specs: ModelSpec[] = [
      { file, manifest: 'modnet' },
      { file, manifest: join(fixtures, 'tiny.json') },
      { file, manifest: { name: 'inline', ...feeding } },
    ];
    const names = [];
    for (const spec of specs) names.push((await resolveModel(spec)).name);
    expect(names).toEqual(['modnet', 'tiny', 'inline']);
  });

  it('has its size fixed by the graph where that does', async () => {
    const file = own('mine.onnx', undefined, miniatureIsnet(64));
    const manifest = { name: 'mine', ...feeding };
    const at = (sizes: object) =>
      resolveModel({ file, manifest: { ...manifest, input: { ...feeding.input, sizes } } });
    const fixed = await at({ default: 64, preview: 32, multipleOf: 32 });
    expect(fixed.manifest.input.sizes).toEqual({ fixed: 64 });
    const error = await failure(at({ default: 256, multipleOf: 32 }));
    expect([error.code, error.message]).toEqual([
      'manifest_invalid',
      expect.stringContaining('64 x 64'),
    ]);
  });

  it('is checked against the checksum in its manifest, again only when it changed', async () => {
    const cacheDir = temporaryFolder();
    const content = readFileSync(tinyFile);
    const file = own('mine.onnx', { name: 'mine', ...feeding, sha256: sha256(content) }, content);
    expect((await resolveModel(file, { cacheDir })).name).toBe('mine');
    expect((await resolveModel(file, { cacheDir })).name).toBe('mine');
    writeFileSync(file, bulkyModel(10));
    expect((await failure(resolveModel(file, { cacheDir }))).code).toBe('model_checksum_mismatch');
  });

  it.each([
    ['does not exist', '/no/such/model.onnx', 'model_missing', 'does not exist'],
    ['is a folder', `${fixtures}/`, 'model_missing', 'is a folder'],
  ])('is refused when it %s', async (_, spec, code, words) => {
    const error = await failure(resolveModel(spec));
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(words)]);
  });

  it.each([
    ['no manifest', undefined, undefined, 'manifest_invalid', 'put mine.json beside it'],
    ['a manifest that is not JSON', '{', undefined, 'manifest_invalid', 'mine.json is not JSON'],
    ['a manifest that lacks a field', { name: 'mine' }, undefined, 'manifest_invalid', 'input'],
    [
      'a manifest with a misspelt field',
      { name: 'mine', ...feeding, activaton: 'none' },
      undefined,
      'manifest_invalid',
      'activaton',
    ],
    [
      'sizes that do not fit each other',
      {
        name: 'mine',
        ...feeding,
        input: { ...feeding.input, sizes: { default: 250, multipleOf: 32 } },
      },
      undefined,
      'manifest_invalid',
      'divisible',
    ],
    [
      'an input that the graph lacks',
      { name: 'mine', ...feeding, input: { ...feeding.input, name: 'pixels' } },
      undefined,
      'manifest_invalid',
      'it has "input"',
    ],
    [
      'an output that the graph lacks',
      { name: 'mine', ...feeding, output: { name: 'alpha', activation: 'none' } },
      undefined,
      'manifest_invalid',
      'it has "output"',
    ],
    ['text in it', { name: 'mine', ...feeding }, 'hello, world', 'model_invalid', 'not an ONNX'],
    ['nothing in it', { name: 'mine', ...feeding }, '', 'model_invalid', 'not an ONNX'],
  ] as const)('is refused with %s', async (_, manifest, content, code, words) => {
    const bytes = content === undefined ? readFileSync(tinyFile) : Buffer.from(content);
    const error = await failure(resolveModel(own('mine.onnx', manifest, bytes)));
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(words)]);
  });

  it('is refused when it is cut off anywhere', async () => {
    const whole = readFileSync(tinyFile);
    for (let length = 1; length < whole.length; length += 7) {
      const file = own('mine.onnx', { name: 'mine', ...feeding }, whole.subarray(0, length));
      expect((await failure(resolveModel(file))).code).toBe('model_invalid');
    }
  });
});

describe('a model by name', () => {
  it('is not fetched when offline; the error names the command', async () => {
    const cacheDir = temporaryFolder();
    const log = vi.fn();
    for (const value of ['1', 'true']) {
      setEnvironment({ BGCUT_OFFLINE: value });
      const error = await failure(resolveModel('isnet', { cacheDir, log }));
      expect(error.code).toBe('model_missing');
      expect(error.detail).toContain('bgcut models pull isnet');
    }
    setEnvironment({ BGCUT_OFFLINE: undefined });
    const error = await failure(resolveModel('isnet', { cacheDir, log, offline: true }));
    expect(error.code).toBe('model_missing');
    expect(log).not.toHaveBeenCalled();
  });

  it('that is damaged says so when offline', async () => {
    const cacheDir = temporaryFolder();
    const place = placeOf(builtinManifest('isnet'), cacheDir);
    mkdirSync(place.folder, { recursive: true });
    copyFileSync(tinyFile, place.file);
    const error = await failure(resolveModel('isnet', { cacheDir, offline: true }));
    expect(error.code).toBe('model_checksum_mismatch');
    expect(error.detail).toContain('bgcut models pull isnet');
  });

  it('that nobody knows is an error that lists the known ones', async () => {
    for (const call of [resolveModel('isnett'), pullModel('isnett'), verifyModel('isnett')]) {
      const error = await failure(call);
      expect(error.code).toBe('model_unknown');
      expect(error.detail).toMatch(/isnet.*birefnet-lite.*u2net/);
    }
  });

  it('tells in one line that it is being fetched, how large it is, and about its licence', async () => {
    const log = vi.fn<(line: string) => void>();
    const stop = AbortSignal.abort(new Error('enough'));
    setEnvironment({ BGCUT_OFFLINE: undefined });
    const cacheDir = temporaryFolder();
    const calls = [1, 2, 3].map(() =>
      failure(resolveModel('isnet', { cacheDir, log, signal: stop })),
    );
    for (const { code } of await Promise.all(calls)) expect(code).toBe('aborted');
    expect(log.mock.calls).toHaveLength(1);
    const line = log.mock.calls[0]![0];
    expect(line).toMatch(/isnet \(113 MB\).*commercial use: unclear$/);
    expect(line).not.toContain('\n');
  });

  it('refuses a file that is not the published one', async () => {
    const cacheDir = temporaryFolder();
    const error = await failure(pullModel('u2net', { cacheDir, from: tinyFile }));
    expect(error.code).toBe('model_checksum_mismatch');
    expect((await listModels({ cacheDir })).some((m) => m.installed)).toBe(false);
  });
});

describe('the list', () => {
  it('has the default model first and what is installed', async () => {
    const cacheDir = temporaryFolder();
    const before = await listModels({ cacheDir });
    expect(before.map((m) => m.name)).toEqual([
      'isnet',
      'ben2',
      'birefnet-general',
      'birefnet-lite',
      'modnet',
      'nanodet',
      'rmbg-1.4',
      'u2net',
      'vitmatte',
    ]);
    expect(before.every((m) => !m.installed && m.file === null)).toBe(true);
    const place = placeOf(builtinManifest('modnet'), cacheDir);
    mkdirSync(place.folder, { recursive: true });
    copyFileSync(tinyFile, place.file);
    const { installed, file, bytes } = (await listModels({ cacheDir })).find(
      (m) => m.name === 'modnet',
    )!;
    expect([installed, file, bytes]).toEqual([true, place.file, 250]);
    // Listing believes its eyes; verifying reads.
    expect((await failure(verifyModel('modnet', { cacheDir }))).code).toBe(
      'model_checksum_mismatch',
    );
    expect((await failure(verifyModel('isnet', { cacheDir }))).code).toBe('model_missing');
  });

  it('says of no model that commercial use is fine while its training data forbids it', () => {
    for (const { name, commercial, notes } of licences()) {
      if (notes.includes('forbid')) expect([name, commercial]).not.toEqual([name, 'yes']);
    }
    expect(licences().find((m) => m.name === 'rmbg-1.4')?.commercial).toBe('no');
  });
});
