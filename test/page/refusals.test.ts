// What the page does when the API refuses, takes its time or is gone; and whether its code does what it does.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { form, type Running, start } from '../http/support.js';
import { slowModel } from '../support/project.js';
import { choose, open, twoHalves, untilDone } from './support.js';

const run = promisify(execFile);
let running: Running;
let key: string;
let picture: Buffer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bgcut-page-'));
  [running, picture] = await Promise.all([start(), twoHalves()]);
  key = await running.key({ unlimited: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a refusal', () => {
  it('is shown with its title and detail, and marks the setting; then all is well again', async () => {
    const page = await open(running, { key });
    const scale = page.getByLabel('Scale', { exact: true });
    await scale.fill('7%');
    await choose(page, picture);
    const alert = page.getByRole('alert');
    await alert.getByText('Invalid scale parameter given').waitFor();
    expect(await alert.textContent()).toContain('Expected original | 10%..100%, received "7%".');
    expect(await scale.getAttribute('aria-invalid')).toBe('true');
    await page.getByRole('button', { name: 'Show the setting' }).click();
    expect(await page.evaluate('document.activeElement.name')).toBe('scale');
    await page.getByRole('button', { name: /^Reset/ }).click();
    await page.getByRole('button', { name: 'Try again' }).click();
    await untilDone(page);
  });

  it('on a phone: leads to the setting, which is folded away, and back with one press', async () => {
    const page = await open(running, { key, viewport: { width: 360, height: 740 } });
    await choose(page, picture);
    await untilDone(page);
    const roi = page.getByLabel('Region of interest', { exact: true });
    await page.getByText('Settings').click();
    await roi.fill('0px 0px 9999px 10px');
    // The picture is out of sight by now, the button is not.
    const apply = page.getByRole('button', { name: 'Apply settings' });
    await page.getByText('Deprecated', { exact: true }).scrollIntoViewIfNeeded();
    const { y, height } = (await apply.boundingBox())!;
    expect(y + height).toBeLessThanOrEqual(740);
    await apply.click();
    await page.getByRole('alert').getByText('400 roi_exceeds_bounds').waitFor();
    await page.getByText('Settings').click();
    expect(await roi.isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Show the setting' }).click();
    expect(await page.evaluate('document.activeElement.name')).toBe('roi');
    await roi.fill('0px 0px 100px 100px');
    await apply.click();
    await untilDone(page);
  });

  it('of a file that is no picture', async () => {
    const page = await open(running, { key });
    await choose(page, Buffer.from('no picture at all'));
    await page.getByRole('alert').getByText('400 invalid_file_type').waitFor();
  });

  it('for want of credits', async () => {
    const server = await start({ freeCalls: 0 });
    const page = await open(server, { key: await server.key() });
    await choose(page, picture);
    await page.getByRole('alert').getByText('Insufficient credits').waitFor();
  });

  it('of a key that has been revoked: asks for another', async () => {
    const revoked = await running.key();
    const keys = await running.store.listKeys();
    await running.store.revokeKey(keys.find(({ id }) => revoked.includes(id))!.id, Date.now());
    const page = await open(running, { key: revoked });
    await choose(page, picture);
    await page.getByRole('alert').getByText('API Key invalid').waitFor();
    await page.getByRole('button', { name: 'Change the key' }).click();
    await page.getByRole('dialog').getByLabel('Another key').fill(key);
    await page.keyboard.press('Enter');
    await untilDone(page);
  });

  it('with Retry-After: says how long, and counts down', async () => {
    let now = 1_700_000_000_000;
    const server = await start({ rateLimit: 1, clock: () => now });
    const limited = await server.key({ unlimited: true });
    const page = await open(server, { key: limited });
    await choose(page, picture);
    await untilDone(page);
    now += 57_000;
    await choose(page, picture);
    await page.getByRole('alert').getByText('Rate limit exceeded').waitFor();
    await page.getByText('Another try makes sense after 3 seconds.').waitFor();
    expect(await page.getByRole('button', { name: /Try again in \d s/ }).isDisabled()).toBe(true);
    now += 3000;
    await page.getByRole('button', { name: 'Try again', exact: true }).click();
    await untilDone(page);
  });

  it('of a network that is gone', async () => {
    const page = await open(running, { key });
    await page.context().setOffline(true);
    await choose(page, picture);
    await page.getByRole('alert').getByText('The server can not be reached').waitFor();
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await untilDone(page);
  });
});

describe('a slow result', () => {
  it('shows how much has been sent', async () => {
    const page = await open(running, { key });
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', {
      ...{ offline: false, latency: 0, downloadThroughput: -1 },
      uploadThroughput: 50_000,
    });
    // Noise: nothing makes it smaller.
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
    const create = { width: 500, height: 300, channels: 3, background: '#fff', noise } as const;
    await choose(page, await sharp({ create }).png().toBuffer());
    const bar = page.getByRole('progressbar', { name: 'Upload' });
    const shares: number[] = [];
    while (shares.length < 3) {
      const value = Number(await bar.getAttribute('value'));
      if (value > (shares.at(-1) ?? 0)) shares.push(value);
      await page.waitForTimeout(50);
    }
    expect(shares.at(-1)).toBeLessThanOrEqual(100);
    expect(await page.getByRole('status').first().textContent()).toBe('Uploading the picture');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Remove background' }).waitFor();
  });

  it('shows that work is going on, and can be stopped, which the server notices', async () => {
    const server = await start({ model: slowModel, offline: true });
    const page = await open(server, { key: await server.key({ unlimited: true }) });
    await choose(page, picture);
    await page.getByRole('progressbar', { name: 'Removing the background' }).waitFor();
    await page.locator('.clock', { hasText: /^[1-9]/ }).waitFor();
    expect(await page.locator('.stage').getAttribute('aria-busy')).toBe('true');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Remove background' }).waitFor();
    await expect.poll(() => server.log.join('\n'), { timeout: 20_000 }).toMatch(/"aborted"/);
  });
});

describe('the request as code', () => {
  it('makes the same picture with curl and with Node', async () => {
    const name = 'it\'s; "one", or two.png';
    await writeFile(join(folder, name), picture);
    const page = await open(running, { key });
    await page.getByLabel('Background colour', { exact: true }).fill('81d4fa');
    await page.getByLabel('Crop margin', { exact: true }).fill('10% 20px');
    await page.getByRole('switch', { name: 'Crop' }).check();
    await page.getByLabel('Format', { exact: true }).selectOption('png');
    await choose(page, picture, name);
    await untilDone(page);
    const code = page.locator('.code pre');
    const curl = await code.innerText();
    await page.getByText('Node.js').click();
    const node = await code.innerText();

    const answer = await running.call('/v1.0/removebg', {
      method: 'POST',
      key,
      body: form({
        ...{ bg_color: '81d4fa', crop_margin: '10% 20px', crop: 'true', format: 'png' },
        image_file: picture,
      }),
    });
    const expected = Buffer.from(await answer.arrayBuffer());
    const output = join(folder, 'it\'s; "one", or two-cutout.png');
    const options = { cwd: folder, env: { ...process.env, API_KEY: key } };
    await run('bash', ['-c', curl], options);
    expect((await readFile(output)).equals(expected)).toBe(true);
    await rm(output);
    await run(process.execPath, ['--input-type=module', '--eval', node], options);
    expect((await readFile(output)).equals(expected)).toBe(true);
  });

  it('is copied', async () => {
    const page = await open(running, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(
      /^curl -H "X-Api-Key: \$API_KEY" \\\n {2}-F image_file=@photo.jpg \\\n/,
    );
  });
});
