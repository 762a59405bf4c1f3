/** The page in a real browser: Debian's Chromium, or the one that CHROMIUM names. */
import { existsSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

import type { Running } from '../http/support.js';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
let browser: Browser | undefined;
const opened: Page[] = [];

beforeAll(async () => {
  if (!existsSync(executablePath)) {
    throw new Error(`There is no ${executablePath}: install chromium, or set CHROMIUM to a path.`);
  }
  // Containers and root have no sandbox; the pages are our own.
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((page) => page.context().close()));
});
afterAll(() => browser?.close());

/** Opens the page of a server and waits until it shows its controls; with a key as if the visitor had entered it before. */
export async function open(
  { url }: Pick<Running, 'url'>,
  { key, ...options }: BrowserContextOptions & { key?: string } = {},
): Promise<Page> {
  const context = await browser!.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  opened.push(page);
  if (key !== undefined) {
    await page.addInitScript({ content: `localStorage.setItem('bgcut-key', '${key}')` });
  }
  await page.goto(`${url}/`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

/** A picture of white above and dark blue below, of which the tests' model takes the white for the subject. */
export function twoHalves(width = 400, height = 300): Promise<Buffer> {
  const white = { create: { width, height: height / 2, channels: 3 as const, background: '#fff' } };
  return sharp({ create: { width, height, channels: 3, background: darkBlue } })
    .composite([{ input: white, top: 0, left: 0 }])
    .png()
    .toBuffer();
}

export const darkBlue = '#000040';

/** Gives the page a picture, as the file dialog does. */
export async function choose(page: Page, buffer: Buffer, name = 'photo.png'): Promise<void> {
  const input = page.locator('.stage input[type=file]');
  await input.setInputFiles({ name, mimeType: 'image/png', buffer });
}

/** Waits for the result. */
export const untilDone = (page: Page): Promise<void> =>
  page.getByRole('slider', { name: /before/ }).waitFor();

/** The colour that is seen at a place of the comparison, in parts of its width and height. */
export async function seen(page: Page, x: number, y: number): Promise<string> {
  const picture = await page.locator('.compare').screenshot();
  const { data, info } = await sharp(picture)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * 3;
  return `#${data.subarray(at, at + 3).toString('hex')}`;
}

/** Fails where axe finds a violation of WCAG 2.2 AA, or of good practice. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations, passes } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const found = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary ?? ''}`),
  }));
  expect(found).toEqual([]);
  expect(passes.length).toBeGreaterThan(15);
}
