/** The gallery is made, and is one page that needs nothing else. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { project } from '../support/project.js';

const run = promisify(execFile);
const program = join(project, 'bench', 'gallery', 'main.mjs');
const firstFetch = 600_000;

let folder: string;
let html: string;
let text: string; // without the pictures
let said: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bgcut-gallery-'));
  const sheets = ['format', 'roi', 'edges'].flatMap((name) => ['--sheet', name]);
  const options = ['--size', 'preview', '--out', folder, ...sheets];
  ({ stdout: said } = await run(process.execPath, [program, ...options], { cwd: project }));
  html = readFileSync(join(folder, 'index.html'), 'utf8');
  text = html.replaceAll(/src="data:[^"]+"/g, '');
}, firstFetch);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('says where it is and what it took', () => {
  expect(said).toMatch(/index\.html: \d+ calls, [\d.]+ MB\n$/);
});

it('has the sheets that were asked for, each with its parameter and its pictures', () => {
  expect([...text.matchAll(/<section id="(\w+)">/g)].map(([, name]) => name)).toEqual([
    'edges',
    'format',
    'roi',
  ]);
  expect(text).toContain("<code>{\u00a0roi: '50% 0% 100% 100%'\u00a0}</code>");
});

it('asks for nothing from elsewhere', () => {
  const sources = [...html.matchAll(/(?:src|href)="([^"]{0,40})/g)].map(([, address]) => address!);
  expect(sources.length).toBeGreaterThan(30);
  for (const address of sources) expect(address).toMatch(/^(data:image\/webp;base64,|#)/);
  expect(text).not.toMatch(/<script|<link|@import|url\(/);
});

it('has pictures that open', async () => {
  const [, first] = /src="data:image\/webp;base64,([^"]+)"/.exec(html)!;
  const { format, width } = await sharp(Buffer.from(first!, 'base64')).metadata();
  expect([format, width > 50]).toEqual(['webp', true]);
});

it('knows no other sheets', async () => {
  const refused = run(process.execPath, [program, '--sheet', 'nonsense'], { cwd: project });
  await expect(refused).rejects.toMatchObject({ code: 2, stderr: /--sheet NAME/ });
});
