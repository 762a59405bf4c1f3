// The page at / as its visitors meet it: a real browser, a real server, real pictures.
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { forApi } from '#lib/http/openapi/wording';
import { bgcutPlugin } from 'bgcut/server';
import { apiName, isPerType, type Parameter } from '#lib/params/parameter';
import { parameters } from '#lib/params/table';
import { bytesOf, form, type Running, start, tinyEngine } from '../http/support.js';
import { choose, darkBlue, expectAccessible, open, seen, twoHalves, untilDone } from './support.js';

let running: Running;
let key: string;
let picture: Buffer;

beforeAll(async () => {
  [running, picture] = await Promise.all([start(), twoHalves()]);
  key = await running.key({ unlimited: true });
});

/** What the API answers to the same request. */
const answerTo = async (fields: Record<string, string>): Promise<Buffer> =>
  bytesOf(
    await running.call('/v1.0/removebg', {
      method: 'POST',
      key,
      body: form({ ...fields, image_file: picture }),
    }),
  );

async function download(page: Page): Promise<{ name: string; bytes: Buffer }> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: /^Download/ }).click(),
  ]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

describe('the whole journey', () => {
  it('from a dropped picture, by way of the key, to the file; nothing comes from elsewhere', async () => {
    const page = await open(running);
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();

    const dataTransfer = await page.evaluateHandle(`(() => {
      const bytes = Uint8Array.from(atob('${picture.toString('base64')}'), (c) => c.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], 'two halves.png', { type: 'image/png' }));
      return data;
    })()`);
    await page.dispatchEvent('main', 'drop', { dataTransfer });

    const dialog = page.getByRole('dialog', { name: 'API key' });
    await dialog.getByLabel('Your key').fill(key);
    await dialog.getByRole('button', { name: 'Use this key' }).click();
    await untilDone(page);
    expect(await page.getByRole('status').first().textContent()).toBe(
      'Done: 400 by 300 pixels, PNG',
    );

    // Before is left of the slider, after right of it, in the same place.
    expect(await seen(page, 0.25, 0.75)).toBe(darkBlue);
    expect(await seen(page, 0.25, 0.25)).toBe('#ffffff');
    expect(await seen(page, 0.75, 0.25)).toBe('#ffffff');
    await page.getByRole('radio', { name: 'white' }).check();
    expect(await seen(page, 0.75, 0.75)).toBe('#ffffff');
    await page.getByRole('radio', { name: 'black' }).check();
    expect(await seen(page, 0.75, 0.75)).toBe('#000000');
    await page.getByRole('radio', { name: 'colour' }).check();
    await page.getByLabel('Colour of the ground').fill('#c04080');
    expect(await seen(page, 0.75, 0.75)).toBe('#c04080');
    await page.getByRole('slider').fill('90');
    expect(await seen(page, 0.75, 0.75)).toBe(darkBlue);
    await page.getByRole('radio', { name: 'chequered' }).check();
    await page.getByRole('slider').fill('0');
    const squares = [0.5, 0.52, 0.54, 0.56, 0.58].map((x) => seen(page, x, 0.75));
    expect(new Set(await Promise.all(squares))).toEqual(new Set(['#ffffff', '#d5d9dc']));

    const { name, bytes } = await download(page);
    expect(name).toBe('two halves-cutout.png');
    expect(bytes.equals(await answerTo({}))).toBe(true);

    expect(complaints).toEqual([]);
    const elsewhere = requests.filter((url) => !url.replace(/^blob:/, '').startsWith(running.url));
    expect(elsewhere).toEqual([]);
  });

  it('a zip is shown as who composes its two pictures would see it', async () => {
    const page = await open(running, { key });
    await page.getByLabel('Format', { exact: true }).selectOption('zip');
    await choose(page, picture);
    await untilDone(page);
    await page.getByRole('radio', { name: 'black' }).check();
    expect(await seen(page, 0.75, 0.25)).toBe('#ffffff');
    expect(await seen(page, 0.75, 0.75)).toBe('#000000');
    const { name, bytes } = await download(page);
    expect(name).toBe('photo-cutout.zip');
    expect(bytes.equals(await answerTo({ format: 'zip' }))).toBe(true);
  });

  it('a picture is pasted; settings are applied to it again', async () => {
    const page = await open(running, { key });
    await page.evaluate(`(() => {
      const bytes = Uint8Array.from(atob('${picture.toString('base64')}'), (c) => c.charCodeAt(0));
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([bytes], 'image.png', { type: 'image/png' }));
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
    })()`);
    await untilDone(page);
    await page.getByLabel('Background colour', { exact: true }).fill('81d4fa');
    await page.getByRole('switch', { name: 'Crop' }).check();
    await page.getByRole('button', { name: 'Apply settings' }).click();
    await page
      .getByText(/400 × 1\d\d/)
      .first()
      .waitFor();
    const { bytes } = await download(page);
    expect(bytes.equals(await answerTo({ bg_color: '81d4fa', crop: 'true' }))).toBe(true);
  });

  it('the key stays until it is forgotten; not to be remembered, until the tab is closed', async () => {
    const page = await open(running);
    const kept = () => page.evaluate<number[]>('[localStorage.length, sessionStorage.length]');
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'API key' }).click();
    await dialog.getByLabel('Your key').fill(key);
    await dialog.getByLabel('Remember it').uncheck();
    await dialog.getByRole('button', { name: 'Use this key' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await kept()).toEqual([0, 1]);
    await page.reload();
    const known = page.getByRole('button', { name: `Key …${key.slice(-4)}` });
    await known.click();
    await dialog.getByText('99,999 credits and 50 free calls').waitFor();
    await dialog.getByLabel('Another key').fill(key);
    await dialog.getByRole('button', { name: 'Use this key' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await kept()).toEqual([1, 0]);
    await known.click();
    await dialog.getByRole('button', { name: 'Forget key' }).click();
    expect(await kept()).toEqual([0, 0]);
    await page.getByRole('button', { name: 'API key' }).waitFor();
  });
});

describe('the settings', () => {
  it('are the parameters of the table, each with its documentation', async () => {
    const page = await open(running);
    const entries = Object.entries<Parameter>(parameters);
    const names = entries.flatMap(([name, { grammar }]) => {
      const field = apiName(name);
      return [field, ...(isPerType(grammar) ? grammar.keys.map((key) => `${field}[${key}]`) : [])];
    });
    const controls = page.locator('.settings [name]');
    const found: string[] = [];
    for (const control of await controls.all()) found.push((await control.getAttribute('name'))!);
    expect(found.sort()).toEqual(names.sort());
    for (const [name, { doc, grammar }] of entries) {
      const field = page.locator('.field', { has: page.locator(`[name=${apiName(name)}]`) });
      expect(await field.locator('.doc').textContent()).toContain(forApi(doc));
      if (grammar.values === undefined) continue;
      const values = await field.locator(`[name=${apiName(name)}] option`).allTextContents();
      const expected = grammar.values.map(({ value }) => value);
      expect(values.filter((value) => value !== 'not set')).toEqual(expected);
    }
    await page.getByRole('button', { name: 'About Size' }).click();
    await page.getByText(forApi(parameters.size.doc)).waitFor();
  });
});

describe('in a server of somebody else', () => {
  it('is there when it is asked for, below the prefix, and not otherwise', async () => {
    const app = fastify();
    const { store } = running;
    const engine = await tinyEngine();
    await app.register(bgcutPlugin, { prefix: '/cut', engine, store, page: true });
    await app.register(bgcutPlugin, { prefix: '/api', engine, store });
    await app.listen({ port: 0, host: '127.0.0.1' });
    try {
      const { port } = app.server.address() as AddressInfo;
      const page = await open({ url: `http://127.0.0.1:${port}/cut` }, { key });
      await choose(page, picture);
      await untilDone(page);
      await page.goto(`http://127.0.0.1:${port}/cut`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('link', { name: 'Reference' }).click();
      await page.getByRole('heading', { name: 'BgCut API' }).waitFor();
      expect((await fetch(`http://127.0.0.1:${port}/api/`)).status).toBe(404);
      await page.close();
    } finally {
      await app.close();
    }
  });

  it('is left out where the setting says so', async () => {
    const server = await start({ page: false });
    expect((await server.call('/', {})).status).toBe(404);
    expect((await server.call('/docs', {})).status).toBe(200);
  });

  it('may do nothing but its work', async () => {
    const answer = await running.call('/', {});
    const policy = answer.headers.get('content-security-policy')!;
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    const [asset] = /assets\/[\w-]+\.js/.exec(await answer.text())!;
    const script = await running.call(`/${asset}`, {});
    expect(script.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(script.headers.get('cache-control')).toContain('immutable');
  });
});

describe('accessibility', () => {
  it.each(['light', 'dark'] as const)('axe finds nothing, in %s', async (colorScheme) => {
    const page = await open(running, { colorScheme });
    await page.locator('summary', { hasText: 'By type' }).first().click();
    await page.locator('.about').first().click();
    await expectAccessible(page);
    await choose(page, picture);
    await page.getByRole('dialog').getByLabel('Your key').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('API Key invalid').waitFor();
    await expectAccessible(page);
    await page.getByRole('dialog').getByLabel('Your key').fill(key);
    await page.keyboard.press('Enter');
    await untilDone(page);
    await expectAccessible(page);
    await page.getByLabel('Scale', { exact: true }).fill('7%');
    await page.getByRole('button', { name: 'Apply settings' }).click();
    await page.getByRole('alert').waitFor();
    await expectAccessible(page);
  });

  it('the keyboard alone is enough', async () => {
    const page = await open(running);
    const { keyboard } = page;
    const focused = () =>
      page.evaluate<string>(
        'document.activeElement.ariaLabel ?? document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent',
      );
    const tabTo = async (name: RegExp) => {
      for (let i = 0; i < 100; i += 1) {
        await keyboard.press('Tab');
        if (name.test(await focused())) return;
      }
      throw new Error(`Tab does not lead to ${String(name)}`);
    };
    // Asked for in time: the browser has to be told that we answer its dialog.
    const dialog = page.waitForEvent('filechooser');
    await tabTo(/^Choose a picture/);
    await keyboard.press('Enter');
    const chooser = await dialog;
    await chooser.setFiles({ name: 'a.png', mimeType: 'image/png', buffer: picture });
    await page.getByRole('dialog').waitFor();
    expect(await focused()).toBe('Your key');
    await keyboard.type(key);
    await keyboard.press('Enter');
    await untilDone(page);
    // Focus goes on where the picture is.
    await tabTo(/before/);
    for (let i = 0; i < 5; i += 1) await keyboard.press('ArrowRight');
    expect(await page.getByRole('slider').inputValue()).toBe('55');
    await tabTo(/^Size/);
    await keyboard.type('medium');
    await tabTo(/^Crop$/);
    await keyboard.press('Space');
    await page.getByText('-F size=medium').waitFor();
    await page.getByText('-F crop=true').waitFor();
    await tabTo(/^Apply settings$/);
    await keyboard.press('Enter');
    // The button is gone; focus stays where it was.
    await page
      .getByText(/400 × 1\d\d/)
      .first()
      .waitFor();
    await tabTo(/^Download/);
    const [file] = await Promise.all([page.waitForEvent('download'), keyboard.press('Enter')]);
    // Half of the picture is left, a rectangle and opaque: as JPG it is smaller.
    expect(file.suggestedFilename()).toBe('a-cutout.jpg');
  });

  it('a phone of 360 pixels shows all of it without scrolling sideways', async () => {
    const page = await open(running, { key, viewport: { width: 360, height: 740 } });
    await choose(page, picture);
    await untilDone(page);
    await page.getByText('Settings').click();
    await page.getByText('Node.js').click();
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(360);
    await expectAccessible(page);
  });
});
