import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { emptyFolder, jsonLines, namesIn, photos, run, tinyModel } from './support';

/** A cache in which u2net is another file than its manifest promises. */
async function wrongCache(): Promise<string> {
  const cache = await emptyFolder();
  await mkdir(path.join(cache, 'models', 'u2net'), { recursive: true });
  await cp(tinyModel, path.join(cache, 'models', 'u2net', 'u2net.onnx'));
  return cache;
}

it('lists the models, the default one first, with and without the word', async () => {
  const env = { BGCUT_CACHE: await wrongCache() };
  const bare = await run(['models'], { env });
  expect(bare.code).toBe(0);
  const rows = bare.stdout.toString('utf8').trim().split('\n');
  expect(rows[0]).toMatch(/^NAME +HERE +SIZE +COMMERCIAL USE +TITLE$/);
  expect(rows[1]).toMatch(/^isnet +no +\d+\.\d MB +unclear /);
  expect(rows.some((row) => /^u2net +yes /.test(row))).toBe(true);
  expect((await run(['models', 'list'], { env })).stdout.equals(bare.stdout)).toBe(true);
  const [listed] = jsonLines(await run(['models', 'list', '--json'], { env }));
  const names = (listed as unknown as { name: string }[]).map(({ name }) => name);
  expect(names).toEqual(rows.slice(1).map((row) => row.split(' ')[0]));
});

it('verifies: what is not as promised is counted', async () => {
  const env = { BGCUT_CACHE: await wrongCache() };
  const all = await run(['models', 'verify'], { env });
  expect(all).toMatchObject({ code: 1, stdout: Buffer.alloc(0) });
  expect(all.stderr).toMatch(/^u2net: .+\(model_checksum_mismatch\)$/m);
  const named = await run(['models', 'verify', 'u2net', 'isnet', '--json'], { env });
  expect(named.code).toBe(2);
  expect(jsonLines(named)).toEqual([
    [
      expect.objectContaining({ ok: false, name: 'u2net' }),
      expect.objectContaining({
        ok: false,
        name: 'isnet',
        error: expect.objectContaining({ code: 'model_missing' }) as unknown,
      }),
    ],
  ]);
});

it('pulls nothing that is not what the manifest promises', async () => {
  const cache = await emptyFolder();
  const env = { BGCUT_CACHE: cache };
  const ended = await run(['models', 'pull', 'u2net', '--from', tinyModel], { env });
  expect(ended).toMatchObject({ code: 69, stdout: Buffer.alloc(0) });
  expect(ended.stderr).toMatch(/^bgcut: .+\(model_checksum_mismatch\)$/m);
  expect((await namesIn(cache)).filter((name) => name.endsWith('.onnx'))).toEqual([]);
});

it('pulls what calls use by themselves when no model is named', async () => {
  // The real cache: the first run on a machine fetches them.
  const [pulled] = jsonLines(await run(['models', 'pull', '--json']));
  const names = (pulled as unknown as { name: string; trust: string }[]).map(({ name }) => name);
  expect(names).toEqual(['isnet', 'nanodet']);
}, 600_000);

it('takes no file for a model that is not named', async () => {
  const ended = await run(['models', 'pull', '--from', tinyModel]);
  expect(ended).toMatchObject({ code: 64, stdout: Buffer.alloc(0) });
  expect(ended.stderr).toContain('needs the name of the model');
});

it('prints the licence of every model', async () => {
  const [rows] = jsonLines(await run(['models', 'licences', '--json']));
  const text = (await run(['models', 'licences'])).stdout.toString('utf8');
  for (const row of rows as unknown as { name: string; licence: string; commercial: string }[]) {
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${row.name} (`));
    expect(line).toContain(`${row.licence}; commercial use: ${row.commercial}`);
  }
});

it('takes a model file with the manifest named beside it', async () => {
  const cwd = await emptyFolder();
  await cp(tinyModel, path.join(cwd, 'mine.onnx'));
  const args = ['remove', path.join(photos, 'rocket.jpg'), '-o', 'out/', '--model', 'mine.onnx'];
  const without = await run(args, { cwd });
  expect(without.code).toBe(69);
  expect(without.stderr).toContain('(manifest_invalid)');
  const manifest = tinyModel.replace(/\.onnx$/, '.json');
  const described = await run([...args, '--manifest', manifest, '--json'], { cwd });
  expect(described.code).toBe(0);
  expect(jsonLines(described)[0]).toMatchObject({ ok: true, model: 'tiny' });
});
