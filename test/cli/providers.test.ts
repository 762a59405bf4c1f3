import path from 'node:path';
import { mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { cudaPackage } from '#lib/providers/packages';
import { emptyFolder, jsonLines, namesIn, photos, run, tinyModel } from './support';

// The set is for one platform.
const here = process.platform === 'linux' && process.arch === 'x64';

describe.runIf(here)('bgcut providers', () => {
  it('tells what is here and which libraries are missing', async () => {
    const env = { BGCUT_CACHE: await emptyFolder() };
    const ended = await run(['providers', '--json'], { env });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const [cuda] = JSON.parse(ended.stdout.toString('utf8')) as Record<string, unknown>[];
    expect(cuda).toMatchObject({ name: 'cuda', supported: true, state: 'absent', licence: 'MIT' });
    // This machine may have some of them: whatever is named is one that is needed.
    const { missing } = cuda as { missing: Record<'cuda' | 'tensorrt', string[]> };
    for (const device of ['cuda', 'tensorrt'] as const) {
      expect(cudaPackage.needs[device]).toEqual(expect.arrayContaining(missing[device]));
    }
    const text = (await run(['providers'], { env })).stdout.toString('utf8');
    expect(text).toMatch(/not here; "bgcut providers add cuda" fetches 179 MB/);
  });

  it('does not take damaged files for the real ones, and removes them', async () => {
    const cache = await emptyFolder();
    const env = { BGCUT_CACHE: cache };
    const folder = path.join(cache, 'providers', `cuda-${cudaPackage.source.version}`);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'libonnxruntime_providers_cuda.so'), 'half of it');
    const listed = await run(['providers'], { env });
    expect(listed.stdout.toString('utf8')).toContain('damaged; "bgcut providers add cuda"');
    const info = await run(['info', '--json'], { env });
    const [report] = jsonLines(info);
    const { devices } = report as { devices: { device: string; reason?: string }[] };
    expect(devices.find(({ device }) => device === 'cuda')?.reason).toMatch(/damaged/);
    const removed = await run(['providers', 'remove', 'cuda', '--json'], { env });
    expect(jsonLines(removed)).toEqual([{ name: 'cuda', removed: true }]);
    expect(await namesIn(cache)).toEqual(['providers']);
  });

  it('never fetches by itself: a device without its files says which command does', async () => {
    const env = { BGCUT_CACHE: await emptyFolder() };
    const commands = [
      ['remove', path.join(photos, 'rocket.jpg'), '-o', '-', '--device', 'cuda'],
      ['warmup', '--device', 'tensorrt'],
    ];
    for (const command of commands) {
      const ended = await run([...command, '--model', tinyModel], { env });
      expect(ended.code).toBe(69);
      expect(ended.stderr).toContain('"bgcut providers add cuda" fetches them');
      expect(ended.stderr).toContain('(provider_unavailable)');
    }
    expect(await namesIn(env.BGCUT_CACHE)).toEqual([]);
  });
});

it.each([
  [['providers', 'add', 'cudda'], 'Did you mean cuda?'],
  [['providers', 'ad'], "unknown command 'ad'"],
])('%j is a mistake', async (args, sentence) => {
  const { code, stderr } = await run(args);
  expect(code).toBe(64);
  expect(stderr).toContain(sentence);
});
