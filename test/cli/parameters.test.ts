/** Parameters of the API as flags, and pictures from the web. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { planDestinations } from '#lib/cli/remove/outputs';
import { emptyFolder, folderWith, jsonLines, namesIn, run, tinyModel } from './support';

const tiny = ['--model', tinyModel];

interface Line {
  ok: boolean;
  width: number;
  height: number;
  type?: string;
  foreground: { width: number; height: number };
  error?: { code: string };
}

it('switches need no value, and the picture after one stays a picture', async () => {
  const cwd = await folderWith('rocket.jpg');
  const args = ['--json', '--type', 'car', '--no-semitransparency', '--crop-margin', '10px 20px'];
  const ended = await run(['remove', ...args, '--crop', 'rocket.jpg', ...tiny], { cwd });
  expect(ended.code).toBe(0);
  const [picture] = jsonLines(ended) as unknown as Line[];
  expect(picture).toMatchObject({
    ok: true,
    type: 'car',
    width: picture!.foreground.width + 40,
    height: picture!.foreground.height + 20,
  });
});

it('a value per type is given once per type', async () => {
  const cwd = await folderWith('rocket.jpg');
  const shadow = async (...flags: string[]) => {
    const args = ['remove', 'rocket.jpg', '-o', 'x.png', '--type', 'person', ...flags, ...tiny];
    const { code, stderr } = await run(args, { cwd });
    return { code, stderr, data: code === 0 ? await readFile(path.join(cwd, 'x.png')) : null };
  };
  const none = await shadow();
  const drop = await shadow('--shadow-type', 'drop');
  const mapped = await shadow('--shadow-type', 'car=car', '--shadow-type', 'person=drop');
  const other = await shadow('--shadow-type', 'car=car', '--shadow-opacity', 'person=90');
  expect(drop.data?.equals(none.data!)).toBe(false);
  expect(mapped.data?.equals(drop.data!)).toBe(true);
  expect(other.data?.equals(none.data!)).toBe(true);

  const both = await shadow('--shadow-type', 'drop', '--shadow-type', 'person=3D');
  expect(both).toMatchObject({ code: 64 });
  expect(both.stderr).toContain('one value for all types, or TYPE=VALUE for each');
  const unknown = await shadow('--shadow-type', 'dog=drop');
  expect(unknown).toMatchObject({ code: 64 });
  expect(unknown.stderr).toContain('received "dog": "drop"');
  expect(unknown.stderr).toContain('(invalid_shadow_type)');
});

it('a background is a file that no result overwrites', async () => {
  const cwd = await folderWith('rocket.jpg');
  const create = { width: 40, height: 40, channels: 3, background: '#0c0' } as const;
  const green = await sharp({ create }).png().toFile(path.join(cwd, 'green.png'));
  expect(green.format).toBe('png');
  const background = ['--bg-image-file', 'green.png', ...tiny];
  const done = await run(['remove', 'rocket.jpg', '-o', 'out.png', ...background], { cwd });
  expect(done.code).toBe(0);
  const corner = await sharp(path.join(cwd, 'out.png'))
    .extract({ left: 0, top: 0, width: 1, height: 1 })
    .raw()
    .toBuffer();
  expect([...corner.subarray(0, 3)]).toEqual([0, 0xcc, 0]);
  const refused = await run(['remove', 'rocket.jpg', '-o', 'green.png', ...background], { cwd });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('output_is_input');

  const two = await run(['remove', 'rocket.jpg', '--bg-color', 'red', ...background], { cwd });
  expect(two.code).toBe(64);
  expect(two.stderr).toContain('multiple_bg_sources');
});

it('a web address is fetched under the same guard as in the library', async () => {
  const cwd = await emptyFolder();
  const ended = await run(['remove', '--json', 'http://127.0.0.1:9/a.jpg', ...tiny], { cwd });
  expect(ended.code).toBe(1);
  const [picture] = jsonLines(ended) as unknown as Line[];
  expect(picture).toMatchObject({ ok: false, error: { code: 'failed_image_download' } });
  expect(await namesIn(cwd)).toEqual([]);
});

it.each([
  ['https://example.com/a/photo%201.jpg?x=y', 'photo 1-cutout'],
  ['https://example.com/..%2F..%2Fetc%2Fpasswd', '..-.-cutout'],
  ['https://example.com/%00%0a.png', '---cutout'],
  ['https://example.com/%E0%A4%A.png', '-E0-A4-A-cutout'],
  ['https://example.com/', 'picture-cutout'],
  ['https://', 'picture-cutout'],
])('the result of %s is called %s', (url, stem) => {
  const picture = { source: { url }, name: url, subfolder: '' };
  expect(planDestinations([picture], { kind: 'beside' })).toEqual([
    { kind: 'named', folder: '.', stem },
  ]);
});
