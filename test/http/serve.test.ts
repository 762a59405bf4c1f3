import { setTimeout as delay } from 'node:timers/promises';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';

import { scene } from '../support/pictures.js';
import { slowModel } from '../support/project.js';
import { bgcut, newKey, serve, type Served, serveUnder } from './child.js';
import { bytesOf, form, newFolder, untilReady } from './support.js';

const children: Served[] = [];
afterEach(() => {
  for (const { child } of children.splice(0)) child.kill('SIGKILL');
});

async function started(data: string, ...flags: string[]): Promise<Served> {
  const served = await serve(data, ...flags);
  children.push(served);
  return served;
}

const account = (url: string, key: string) =>
  fetch(`${url}/v1.0/account`, { headers: { 'x-api-key': key } });
const cut = async (url: string, key: string, picture: Buffer, signal?: AbortSignal) =>
  fetch(`${url}/v1.0/removebg`, {
    method: 'POST',
    headers: { 'x-api-key': key },
    body: form({ image_file: picture }),
    ...(signal === undefined ? {} : { signal }),
  });

describe('bgcut serve', () => {
  it('prints its address as the only line, and its first key once, to the other stream', async () => {
    const data = newFolder();
    const first = await started(data);
    expect(first.said().stdout).toBe(`listening on ${first.url}\n`);
    expect(new URL(first.url).hostname).toBe('127.0.0.1');
    const [key] = /bgcut_\w+/.exec(first.said().stderr)!;
    expect((await account(first.url, key)).status).toBe(200);
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);

    const second = await started(data);
    expect((await account(second.url, key)).status).toBe(200);
    expect(second.said().stderr).not.toContain('bgcut_');
    const { stdout } = await bgcut('keys', 'list', '--json', '--data', data);
    expect(JSON.parse(stdout)).toMatchObject([{ name: 'first key', unlimited: true }]);
  });

  it('takes settings from flags, then variables, then a file', async () => {
    const data = newFolder();
    const config = join(data, 'settings.json');
    writeFileSync(config, JSON.stringify({ freeCalls: 7, rateLimit: 9, log: 'silent' }));
    process.env.BGCUT_RATE_LIMIT = '8';
    const { url } = await started(data, '--config', config).finally(() => {
      delete process.env.BGCUT_RATE_LIMIT;
    });
    const key = await newKey(data);
    expect(await (await account(url, key)).text()).toContain('"free_calls":7');
    const picture = await scene(50, 50).png().toBuffer();
    const { headers } = await cut(url, key, picture);
    expect(headers.get('x-ratelimit-limit')).toBe('8');
  });

  it.each([
    [['--port', '70000'], /port: Expected 0\.\.65535, received "70000"/, 64],
    [['--config', '/no/such/file'], /can not be read as JSON/, 64],
    [['--model', 'nosuchmodel'], /nosuchmodel/, 69],
    [['--database', 'postgres://127.0.0.1:1/none'], /store_unavailable/, 69],
  ])('says what is wrong: %s', async (flags, message, code) => {
    const data = newFolder();
    const ended = await bgcut('serve', '--port', '0', '--offline', '--data', data, ...flags);
    expect(ended.stderr).toMatch(message);
    expect(ended.stdout).toBe('');
    expect(ended.code).toBe(code);
  });

  it('says that its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await expect(serve(newFolder(), '--port', String(port))).rejects.toThrow('address_in_use');
    other.close();
  });
});

describe('bgcut keys and credits, while the server runs', () => {
  it('make, list, pay and revoke', async () => {
    const data = newFolder();
    const { url } = await started(data, '--free-calls', '0');
    const key = await newKey(data);
    const [, id] = key.split('_') as [string, string];
    const picture = await scene(500, 333).jpeg().toBuffer();
    expect((await cut(url, key, picture)).status).toBe(402);
    const added = await bgcut('credits', 'add', id, '--payg', '12.5', '--data', data);
    expect(added).toMatchObject({ code: 0, stdout: `Key ${id} has 12.5 credits now.\n` });
    const answer = await cut(url, key, picture);
    expect([answer.status, answer.headers.get('x-credits-charged')]).toEqual([200, '0.25']);
    const list = await bgcut('keys', 'list', '--data', data);
    expect(list.stdout).toMatch(new RegExp(`${id} .* active .* 12\\.25 .* a test\n`));
    expect((await bgcut('keys', 'revoke', id, '--data', data)).code).toBe(0);
    expect((await account(url, key)).status).toBe(403);
    const again = await bgcut('keys', 'revoke', id, '--data', data);
    expect(again.code).toBe(64);
    expect(again.stderr).toContain('key_unknown');
  });

  it.each([
    [['credits', 'add', 'nobody', '--payg', '1'], 'key_unknown'],
    [['credits', 'add', 'nobody'], 'invalid_usage'],
    [['credits', 'add', 'nobody', '--payg', '-1'], 'invalid_usage'],
    [['credits', 'add', 'nobody', '--payg', '0.001'], 'invalid_usage'],
  ])('%s is refused', async (args, code) => {
    const ended = await bgcut(...args, '--data', newFolder());
    expect([ended.code, ended.stdout]).toEqual([64, '']);
    expect(ended.stderr).toContain(code);
  });
});

describe('being told to stop', () => {
  it(
    'finishes what is under way, refuses what is new, and ends well',
    { timeout: 120_000 },
    async () => {
      const data = newFolder();
      // On a busy machine a call takes many seconds.
      const patient = ['--timeout', '100000', '--drain-timeout', '100000'];
      const { url, child, ended } = await started(data, '--model', slowModel, ...patient);
      const key = await newKey(data);
      await untilReady(url);
      const picture = await scene(64, 64).png().toBuffer();
      const underWay = Promise.all([1, 2].map(() => cut(url, key, picture)));
      await delay(300);
      child.kill('SIGTERM');
      await delay(100);
      const ready = await fetch(`${url}/ready`);
      expect([ready.status, await ready.json()]).toEqual([503, { status: 'stopping' }]);
      expect((await fetch(`${url}/health`)).status).toBe(200);
      const late = await cut(url, key, picture);
      expect([late.status, late.headers.get('connection')]).toEqual([503, 'close']);
      expect(await late.text()).toContain('"code":"server_stopping"');
      for (const answer of await underWay) {
        expect(answer.status).toBe(200);
        expect((await bytesOf(answer)).length).toBeGreaterThan(100);
      }
      const { code, stderr } = await ended;
      expect([code, stderr.replace(/^.*shown only now.*\n/, '')]).toEqual([0, '']);
    },
  );

  it('drops none of 100 that are under way', { timeout: 120_000 }, async () => {
    const data = newFolder();
    const { url, child, ended } = await started(
      ...[data, '--queue', '200', '--timeout', '100000', '--drain-timeout', '100000'],
    );
    const key = await newKey(data, 100);
    await untilReady(url);
    const picture = await scene(240, 180).png().toBuffer();
    let answered = 0;
    const underWay = Array.from({ length: 100 }, () =>
      cut(url, key, picture).finally(() => (answered += 1)),
    );
    // What has been answered is counted first, so that the sum is never too large.
    const takenIn = async () => {
      const before = answered;
      const metrics = await (await fetch(`${url}/metrics`)).text();
      const figure = (name: string) =>
        Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(metrics)?.[1]);
      return before + figure('bgcut_queue_depth') + figure('bgcut_workers_busy');
    };
    await expect.poll(takenIn, { timeout: 60_000, interval: 5 }).toBe(100);
    expect(answered).toBeLessThan(90);
    child.kill('SIGTERM');
    for (const call of underWay) {
      const answer = await call;
      expect(answer.status).toBe(200);
      expect((await bytesOf(answer)).length).toBeGreaterThan(100);
    }
    expect((await ended).code).toBe(0);
  });

  it('gives up on what takes longer than the drain', async () => {
    const data = newFolder();
    const { url, child, ended } = await started(
      ...[data, '--model', slowModel, '--queue', '8', '--drain-timeout', '200'],
    );
    const key = await newKey(data);
    await untilReady(url);
    const picture = await scene(64, 64).png().toBuffer();
    const underWay = [1, 2].map(() => cut(url, key, picture));
    await delay(300);
    child.kill('SIGTERM');
    const statuses = await Promise.all(underWay.map(async (answer) => (await answer).status));
    expect(statuses).toContain(503);
    expect((await ended).code).toBe(0);
  });
});

it('does not stop for its garbage with every third picture', async () => {
  const served = await serveUnder(['--trace-gc'], newFolder(), '--quality', 'fast');
  children.push(served);
  await untilReady(served.url);
  const [key] = /bgcut_\w+/.exec(served.said().stderr)!;
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  const create = { width: 1200, height: 900, channels: 3, background: '#fff', noise } as const;
  const picture = await sharp({ create }).png({ compressionLevel: 0 }).toBuffer();
  const collections = () => served.said().stdout.split('Mark-Compact').length - 1;
  const before = collections();
  const lane = async (calls: number): Promise<void> => {
    for (let call = 0; call < calls; call += 1) {
      const body = form({ image_file: picture, size: 'full', format: 'zip' });
      const headers = { 'x-api-key': key };
      const answer = await fetch(`${served.url}/v1.0/removebg`, { method: 'POST', headers, body });
      expect((await bytesOf(answer)).length).toBeGreaterThan(100_000);
    }
  };
  await Promise.all([20, 20, 20].map(lane));
  // 8 where this was written, 34 without lib/cli/serve/heap.ts.
  expect(collections() - before).toBeLessThan(20);
});

it('writes no picture to disk', async () => {
  const data = newFolder();
  const { url } = await started(data);
  const key = await newKey(data);
  const picture = await scene(2000, 1500).png().toBuffer();
  expect((await cut(url, key, picture)).status).toBe(200);
  expect(readdirSync(data).sort()).toEqual(['bgcut.db', 'bgcut.db-shm', 'bgcut.db-wal']);
});
