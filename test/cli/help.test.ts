import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { engineOptions } from '#lib/params/options';
import { apiName } from '#lib/params/parameter';
import { parameters } from '#lib/params/table';
import { emptyFolder, run } from './support';

/** A help text as one line, so that it does not matter where its lines are broken. */
async function help(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.toString('utf8').replace(/\s+/g, ' ');
}

describe('the help of remove has a flag for every parameter', () => {
  it.each(Object.entries(parameters))('%s', async (name, { doc, grammar }) => {
    const text = await help('remove', '--help');
    const flag = apiName(name).replaceAll('_', '-');
    expect(text).toContain(
      parameters.semitransparency.doc === doc ? ` --no-${flag} ` : ` --${flag} `,
    );
    expect(text).toContain(doc.replace(/\s+/g, ' '));
    for (const { value, aliases } of grammar.values ?? []) {
      for (const spelling of [value, ...aliases]) expect(text).toContain(spelling);
    }
  });
});

it('has a flag for every device', async () => {
  const text = await help('help', 'remove');
  for (const { value } of engineOptions.device.grammar.values ?? []) expect(text).toContain(value);
});

it('names the commands, and those of models', async () => {
  const text = await help('--help');
  for (const name of ['remove', 'info', 'models', 'providers', 'warmup'])
    expect(text).toContain(` ${name} [options]`);
  const models = await help('models', '--help');
  for (const name of ['list', 'pull', 'verify', 'licences']) {
    expect(models).toContain(` ${name} [options]`);
  }
});

it('loads neither native code nor what the commands need', async () => {
  const folder = await emptyFolder();
  const preload = path.join(folder, 'preload.cjs');
  const loaded = path.join(folder, 'loaded.json');
  await writeFile(
    preload,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(loaded)}, JSON.stringify(Object.keys(require.cache))));`,
  );
  await run(['--help'], { env: { NODE_OPTIONS: `--require "${preload}"` } });
  const files = JSON.parse(await readFile(loaded, 'utf8')) as string[];
  expect(files.some((file) => file.includes('commander'))).toBe(true);
  const heavy = /sharp|onnxruntime|zod|pacote|npmcli|cli-progress|\.node$/;
  expect(files.filter((file) => heavy.test(file))).toEqual([]);
});

it('prints the version', async () => {
  const file = path.join(import.meta.dirname, '..', '..', 'package.json');
  const { version } = JSON.parse(await readFile(file, 'utf8')) as { version: string };
  expect(await help('--version')).toBe(`${version} `);
});

describe('what can not be understood ends with 64 and the nearest name', () => {
  it.each([
    [['remvoe', 'a.jpg'], "unknown command 'remvoe'", 'remove'],
    [['remove', 'a.jpg', '--fromat', 'png'], "unknown option '--fromat'", '--format'],
    [['models', 'lits'], "unknown command 'lits'", 'list'],
    [['remove', 'a.jpg', '--manifest', 'u2net'], '--manifest describes a file', '--model'],
    [['remove'], "missing required argument 'inputs'", ''],
    [['remove', ''], 'empty string', ''],
  ])('%j', async (args, sentence, nearest) => {
    const { code, stdout, stderr } = await run(args);
    expect(code).toBe(64);
    expect(stdout.length).toBe(0);
    expect(stderr).toMatch(/^bgcut: .+ \(invalid_usage\)$/m);
    expect(stderr).toContain(sentence);
    expect(stderr).toContain(nearest);
  });

  it('and without any command shows the help', async () => {
    const { code, stderr } = await run([]);
    expect(code).toBe(64);
    expect(stderr).toContain('Usage: bgcut');
  });
});
