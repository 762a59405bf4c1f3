import { cp, link, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { emptyFolder, folderWith, jsonLines, namesIn, photos, run, tinyModel } from './support';

const tiny = ['--model', tinyModel];
const someText: unknown = expect.any(String);
const someNumber: unknown = expect.any(Number);

describe('where results go', () => {
  it('puts one picture beside its input, and says so in one line', async () => {
    const cwd = await folderWith('rocket.jpg');
    const ended = await run(['remove', 'rocket.jpg', ...tiny], { cwd });
    expect(ended).toMatchObject({ code: 0, stdout: Buffer.alloc(0) });
    const { format, width, height, hasAlpha } = await sharp(
      path.join(cwd, 'rocket-cutout.png'),
    ).metadata();
    expect({ format, hasAlpha }).toEqual({ format: 'png', hasAlpha: true });
    const [line] = ended.stderr.split('\n');
    expect(line).toContain('rocket.jpg -> rocket-cutout.png');
    expect(line).toMatch(new RegExp(`\\(${width}x${height}, [\\d.]+ kB, [\\d.]+ m?s, cpu\\)$`));
    expect(await namesIn(cwd)).toEqual(['rocket-cutout.png', 'rocket.jpg']);
  });

  it('puts the pictures of a folder into an output folder, each under its name', async () => {
    const cwd = await emptyFolder();
    const ended = await run(['remove', photos, '-o', 'out', ...tiny], { cwd });
    expect(ended.code).toBe(0);
    const expected = ['astronaut.png', 'chelsea.png', 'coffee.png', 'rocket.png'];
    expect(await namesIn(cwd, 'out')).toEqual(expected);
    expect(ended.stderr).toContain('4 of 4 pictures done');
  });

  it('enters sub-folders only when told, and keeps them apart', async () => {
    const cwd = await folderWith('rocket.jpg');
    await mkdir(path.join(cwd, 'in', 'deep'), { recursive: true });
    await cp(path.join(cwd, 'rocket.jpg'), path.join(cwd, 'in', 'a.jpg'));
    await cp(path.join(cwd, 'rocket.jpg'), path.join(cwd, 'in', 'deep', 'a.jpg'));
    await run(['remove', 'in', '-o', 'flat', ...tiny], { cwd });
    expect(await namesIn(cwd, 'flat')).toEqual(['a.png']);
    await run(['remove', 'in', '-r', '-o', 'in/out', ...tiny], { cwd });
    // Once more: its own results in in/out are not read as pictures.
    const again = await run(['remove', 'in', '-r', '-o', 'in/out', ...tiny], { cwd });
    expect(again.stderr).toContain('2 of 2 pictures done');
    const deep = await namesIn(cwd, 'in', 'out');
    expect(deep).toEqual(['a.png', 'deep', path.join('deep', 'a.png')]);
  });

  it('does not take its own results of an earlier run for pictures', async () => {
    const cwd = await folderWith('rocket.jpg');
    await run(['remove', '.', ...tiny], { cwd });
    await run(['remove', '.', ...tiny], { cwd });
    expect(await namesIn(cwd)).toEqual(['rocket-cutout.png', 'rocket.jpg']);
  });

  it('gives pictures that would share a name different ones', async () => {
    const cwd = await folderWith('rocket.jpg');
    await mkdir(path.join(cwd, 'other'));
    for (const name of ['Rocket.jpg', 'rocket-2.jpg']) {
      await cp(path.join(cwd, 'rocket.jpg'), path.join(cwd, 'other', name));
    }
    const ended = await run(['remove', 'rocket.jpg', 'other', '-o', 'out', '--json', ...tiny], {
      cwd,
    });
    const names = jsonLines(ended).map(({ output }) => output);
    const out = (name: string) => path.join('out', name);
    // Rocket is rocket to some file systems; rocket-2 is the name of a picture that has it by itself.
    expect(names.slice(0, 3).sort()).toEqual(
      ['Rocket-3.png', 'rocket-2.png', 'rocket.png'].map(out),
    );
    expect(await namesIn(cwd, 'out')).toHaveLength(3);
  });

  it('takes the format from the extension of the output', async () => {
    const cwd = await folderWith('rocket.jpg');
    for (const [name, format] of [
      ['a.webp', 'webp'],
      ['b.JPEG', 'jpeg'],
      ['c.png', 'png'],
    ] as const) {
      expect(await run(['remove', 'rocket.jpg', '-o', name, ...tiny], { cwd })).toMatchObject({
        code: 0,
      });
      expect((await sharp(path.join(cwd, name)).metadata()).format).toBe(format);
    }
    const clash = await run(['remove', 'rocket.jpg', '-o', 'd.webp', '--format', 'png', ...tiny], {
      cwd,
    });
    expect(clash.code).toBe(64);
    expect(clash.stderr).toContain('d.webp has the extension of webp, but --format is png');
  });

  it('replaces an earlier result as a whole, through a link too, and leaves nothing else', async () => {
    const cwd = await folderWith('rocket.jpg');
    await writeFile(path.join(cwd, 'old.png'), 'an earlier result');
    await symlink('old.png', path.join(cwd, 'link.png'));
    expect((await run(['remove', 'rocket.jpg', '-o', 'link.png', ...tiny], { cwd })).code).toBe(0);
    expect((await sharp(path.join(cwd, 'old.png')).metadata()).format).toBe('png');
    expect(await namesIn(cwd)).toEqual(['link.png', 'old.png', 'rocket.jpg']);
  });
});

describe('inputs are never overwritten', () => {
  const ways: [string, (cwd: string) => Promise<unknown>, string][] = [
    ['by its own name', () => Promise.resolve(), 'rocket.jpg'],
    ['by a detour', (cwd) => mkdir(path.join(cwd, 'sub')), 'sub/../rocket.jpg'],
    [
      'through a symbolic link',
      (cwd) => symlink('rocket.jpg', path.join(cwd, 'soft.jpg')),
      'soft.jpg',
    ],
    [
      'through a hard link',
      (cwd) => link(path.join(cwd, 'rocket.jpg'), path.join(cwd, 'hard.jpg')),
      'hard.jpg',
    ],
  ];
  it.each(ways)('%s', async (_name, prepare, output) => {
    const cwd = await folderWith('rocket.jpg');
    await prepare(cwd);
    const ended = await run(['remove', 'rocket.jpg', '-o', output, ...tiny], { cwd });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/would overwrite the input rocket\.jpg.*\(output_is_input\)/);
    const original = await readFile(path.join(photos, 'rocket.jpg'));
    expect((await readFile(path.join(cwd, 'rocket.jpg'))).equals(original)).toBe(true);
  });

  it('when the outputs go into the folder of the inputs', async () => {
    const cwd = await folderWith('rocket.jpg', 'coffee.png');
    const ended = await run(['remove', '.', '-o', '.', ...tiny], { cwd });
    expect(ended.code).toBe(1);
    expect(await namesIn(cwd)).toEqual(['coffee.png', 'rocket.jpg', 'rocket.png']);
    const original = await readFile(path.join(photos, 'coffee.png'));
    expect((await readFile(path.join(cwd, 'coffee.png'))).equals(original)).toBe(true);
  });

  it('when an input further down the list has the name of an output', async () => {
    const cwd = await folderWith('rocket.jpg');
    await cp(path.join(photos, 'coffee.png'), path.join(cwd, 'rocket-cutout.png'));
    const ended = await run(['remove', 'rocket.jpg', 'rocket-cutout.png', ...tiny], { cwd });
    expect(ended.code).toBe(1);
    const original = await readFile(path.join(photos, 'coffee.png'));
    expect((await readFile(path.join(cwd, 'rocket-cutout.png'))).equals(original)).toBe(true);
  });
});

describe('standard input and output', () => {
  it('carries the same picture as files do, and nothing else', async () => {
    const cwd = await folderWith('rocket.jpg');
    await run(['remove', 'rocket.jpg', '-o', 'file.png', ...tiny], { cwd });
    const file = await readFile(path.join(cwd, 'file.png'));
    const stdin = await readFile(path.join(cwd, 'rocket.jpg'));
    const piped = await run(['remove', '-', '--format', 'png', ...tiny], { cwd, stdin });
    expect(piped.code).toBe(0);
    expect(piped.stdout.equals(file)).toBe(true);
    const named = await run(['remove', 'rocket.jpg', '-o', '-', '--format', 'png', ...tiny], {
      cwd,
    });
    expect(named.stdout.equals(file)).toBe(true);
  });

  it('writes standard input into a folder under a name of its own', async () => {
    const cwd = await emptyFolder();
    const stdin = await readFile(path.join(photos, 'rocket.jpg'));
    expect((await run(['remove', '-', '-o', 'out/', ...tiny], { cwd, stdin })).code).toBe(0);
    expect(await namesIn(cwd, 'out')).toEqual(['stdin.png']);
  });

  it('reports an empty one', async () => {
    const ended = await run(['remove', '-', ...tiny], { stdin: new Uint8Array() });
    expect(ended).toMatchObject({ code: 1, stdout: Buffer.alloc(0) });
    expect(ended.stderr).toContain('(missing_source)');
  });

  it('is refused where it makes no sense', async () => {
    const cwd = await folderWith('rocket.jpg', 'coffee.png');
    for (const args of [
      ['rocket.jpg', 'coffee.png', '-o', '-'],
      ['.', '-o', '-'],
      ['rocket.jpg', '--json', '-o', '-'],
      ['-', 'rocket.jpg'],
      ['-', '-', '-o', 'out'],
    ]) {
      expect((await run(['remove', ...args, ...tiny], { cwd })).code, args.join(' ')).toBe(64);
    }
  });
});

describe('failures', () => {
  it('reports bad files by name, code and sentence, does the others, and counts', async () => {
    const cwd = await folderWith('rocket.jpg', 'coffee.png');
    await writeFile(path.join(cwd, 'text.jpg'), 'this is no picture');
    await writeFile(path.join(cwd, 'empty.png'), '');
    const args = [
      'remove',
      'text.jpg',
      'rocket.jpg',
      'gone.jpg',
      'empty.png',
      'coffee.png',
      '-o',
      'out',
    ];
    const ended = await run([...args, ...tiny], { cwd });
    expect(ended.code).toBe(3);
    expect(ended.stderr).toMatch(/^text\.jpg: .+\(invalid_file_type\)$/m);
    expect(ended.stderr).toMatch(/^gone\.jpg: .+no such file.+\(source_unreadable\)$/m);
    expect(ended.stderr).toMatch(/^empty\.png: .+\(missing_source\)$/m);
    expect(ended.stderr).toContain('2 of 5 pictures done');
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    expect(await namesIn(cwd, 'out')).toEqual(['coffee.png', 'rocket.png']);
  });

  it('ends with 63 for more', async () => {
    const missing = Array.from({ length: 70 }, (_, number) => `gone-${number}.jpg`);
    const ended = await run(['remove', ...missing], { cwd: await emptyFolder() });
    expect(ended.code).toBe(63);
    expect(ended.stderr).toContain('0 of 70 pictures done');
  });

  it('reports a folder without pictures', async () => {
    const cwd = await emptyFolder();
    await writeFile(path.join(cwd, 'notes.txt'), 'none here');
    const ended = await run(['remove', '.'], { cwd });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('(no_pictures)');
  });

  it('reports an output that can not be written, and goes on', async () => {
    const cwd = await folderWith('rocket.jpg', 'coffee.png');
    await mkdir(path.join(cwd, 'out', 'rocket.png'), { recursive: true });
    const ended = await run(['remove', '.', '-o', 'out', ...tiny], { cwd });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /rocket\.png can not be written: it is a folder.*\(output_unwritable\)/,
    );
    expect(await namesIn(cwd, 'out')).toEqual(['coffee.png', 'rocket.png']);
  });

  it.runIf(process.platform === 'linux')('says that the disk is full', async () => {
    const cwd = await folderWith('rocket.jpg');
    const ended = await run(['remove', 'rocket.jpg', '-o', '/dev/full', ...tiny], { cwd });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/can not be written: the disk is full\. \(output_unwritable\)/);
  });

  it('needs no folder for temporary files', async () => {
    const cwd = await folderWith('rocket.jpg');
    const env = { TMPDIR: path.join(cwd, 'rocket.jpg'), TMP: 'nowhere', TEMP: 'nowhere' };
    const ended = await run(['remove', 'rocket.jpg', ...tiny], { cwd, env });
    expect(ended.code).toBe(0);
    expect(await namesIn(cwd)).toEqual(['rocket-cutout.png', 'rocket.jpg']);
  });

  type Case = [flags: string[], code: number, name: string];
  it('ends before the first picture where it can not start', async () => {
    const cwd = await folderWith('rocket.jpg');
    const cases: Case[] = [
      [['--size', 'huge'], 64, 'invalid_size'],
      [['--threads', '0'], 64, 'invalid_threads'],
      [['--model', 'no-such-model'], 69, 'model_unknown'],
      [['--model', 'u2net'], 69, 'model_missing'],
      [['-o', 'rocket.jpg/out/'], 73, 'output_unwritable'],
      // Where no folder can be made although its parent is there: mkdir's own `recursive` would never end.
      ...(process.platform === 'linux'
        ? ([[['-o', '/proc/no-such/out/'], 73, 'output_unwritable']] as Case[])
        : []),
    ];
    const env = { BGCUT_CACHE: path.join(cwd, 'cache') };
    for (const [flags, code, name] of cases) {
      const ended = await run(['remove', 'rocket.jpg', ...flags], { cwd, env });
      expect(ended, flags.join(' ')).toMatchObject({ code, stdout: Buffer.alloc(0) });
      expect(ended.stderr).toMatch(new RegExp(`^bgcut: .+ \\(${name}\\)\\n$`));
    }
  });

  it('shows a stack only to those who ask for it', async () => {
    const cwd = await folderWith('rocket.jpg');
    const args = ['remove', 'rocket.jpg', '--model', 'no-such-model'];
    expect((await run(args, { cwd })).stderr).not.toMatch(/^\s+at /m);
    expect((await run(args, { cwd, env: { BGCUT_DEBUG: '1' } })).stderr).toMatch(/^\s+at /m);
  });
});

describe('--json', () => {
  it('prints an object per picture and a summary, and nothing else', async () => {
    const cwd = await folderWith('rocket.jpg');
    await writeFile(path.join(cwd, 'text.jpg'), 'this is no picture');
    const ended = await run(['remove', 'text.jpg', 'rocket.jpg', '--json', ...tiny], { cwd });
    expect(ended).toMatchObject({ code: 1, stderr: '' });
    const lines = jsonLines(ended);
    const size = (await stat(path.join(cwd, 'rocket-cutout.png'))).size;
    const { width, height } = await sharp(path.join(cwd, 'rocket-cutout.png')).metadata();
    expect(
      lines
        .filter(({ event }) => event === 'picture')
        .sort((a, b) => Number(a.index) - Number(b.index)),
    ).toEqual([
      {
        ...{ event: 'picture', ok: false, index: 0, input: 'text.jpg' },
        error: { code: 'invalid_file_type', title: someText, detail: someText },
      },
      {
        ...{
          event: 'picture',
          ok: true,
          index: 1,
          input: 'rocket.jpg',
          output: 'rocket-cutout.png',
        },
        ...{ bytes: size, format: 'png', contentType: 'image/png', width, height },
        ...{ maxWidth: 640, maxHeight: 427, provider: 'cpu', model: 'tiny', type: someText },
        foreground: expect.objectContaining({ top: someNumber, width: someNumber }) as unknown,
        timings: expect.objectContaining({
          inference: someNumber,
          total: someNumber,
        }) as unknown,
      },
    ]);
    expect(lines.at(-1)).toEqual({
      ...{ event: 'summary', pictures: 2, done: 1, failed: 1, interrupted: false },
      ms: someNumber,
    });
  });

  it('prints why nothing was started', async () => {
    const ended = await run(['remove', 'x.jpg', '--size', 'huge', '--json']);
    expect(ended.code).toBe(64);
    expect(jsonLines(ended)).toEqual([
      { event: 'error', error: expect.objectContaining({ code: 'invalid_size' }) as unknown },
    ]);
  });
});

it('works on several pictures at a time when told', async () => {
  const cwd = await emptyFolder();
  const flags = ['--concurrency', '3', '--threads', '1', '--format', 'webp', '--size', 'full'];
  const ended = await run(['remove', photos, '-o', 'out', '--json', ...flags, ...tiny], { cwd });
  expect(ended.code).toBe(0);
  for (const { event, output, width, height, maxWidth } of jsonLines(ended)) {
    if (event !== 'picture') continue;
    const made = await sharp(path.join(cwd, String(output))).metadata();
    expect({ format: made.format, width: made.width, height: made.height }).toEqual({
      format: 'webp',
      width,
      height,
    });
    expect(width).toBe(maxWidth);
  }
});
