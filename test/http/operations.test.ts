import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { createEngine } from 'bgcut';
import { scene } from '../support/pictures.js';
import { rgba } from '../support/pixels.js';
import { everythingModel, onCpu, photos, tinyModel } from '../support/project.js';
import { bytesOf, form, newFolder, start, untilReady } from './support.js';

const picture = scene(100, 80).png().toBuffer();

describe('/ready', () => {
  it('is true once the stored picture has given its stored mask', async () => {
    const running = await start();
    await expect
      .poll(async () => (await running.call('/ready', {})).status, { timeout: 10_000 })
      .toBe(200);
    expect(await (await running.call('/ready', {})).json()).toEqual({ status: 'ready' });
    expect(await (await running.call('/health', {})).json()).toEqual({ status: 'ok' });
  });

  it(
    'is true for the default model, which then cuts out a photograph',
    { timeout: 120_000 },
    async () => {
      const engine = await createEngine({ device: 'cpu' });
      const running = await start({ engine, timeout: 100_000 });
      await untilReady(running.url);
      const photo = readFileSync(join(photos, 'astronaut.png'));
      const answer = await running.call('/v1.0/removebg', {
        method: 'POST',
        key: await running.key({ unlimited: true }),
        body: form({ image_file: photo, size: 'auto', format: 'png', type_level: '2' }),
      });
      expect([answer.status, answer.headers.get('x-type')]).toEqual([200, 'person']);
      // Her face stays, the wall behind her goes.
      const { data, width } = await rgba(await bytesOf(answer));
      const alphaAt = (x: number, y: number) => data[(y * width + x) * 4 + 3]!;
      expect(alphaAt(220, 110)).toBeGreaterThan(250);
      expect(alphaAt(500, 10)).toBeLessThan(5);
      await running.server.close();
      await engine.dispose();
    },
  );

  it('is never true for a model that finds something else', async () => {
    const { file, manifest } = everythingModel();
    const beside = JSON.parse(readFileSync(tinyModel.replace('.onnx', '.json'), 'utf8')) as object;
    const { check } = beside as { check: object };
    const engine = await createEngine({
      ...onCpu,
      model: { file, manifest: { ...manifest, check } },
    });
    afterAll(() => engine.dispose());
    const running = await start({ engine });
    const ready = async () => (await (await running.call('/ready', {})).json()) as object;
    await expect.poll(ready, { timeout: 10_000 }).toMatchObject({ status: 'failed' });
    expect(await ready()).toMatchObject({ problem: /stored picture/ });
    expect((await running.call('/ready', {})).status).toBe(503);
    expect((await running.call('/health', {})).status).toBe(200);
  });
});

describe('/metrics', () => {
  it('counts what happened, under labels that clients can not multiply', async () => {
    const running = await start();
    const key = await running.key({ payg: 1000 });
    const send = async (fields: Record<string, string | Uint8Array>, own = key) =>
      (
        await running.call('/v1.0/removebg', { method: 'POST', key: own, body: form(fields) })
      ).arrayBuffer();
    await send({ image_file: await picture });
    await send({ image_file: await picture, size: 'huge' });
    await send({}, 'nonsense');
    for (let n = 0; n < 30; n += 1) {
      await running.call(`/v1.0/nowhere/${n}?x=${n}`, { method: n % 2 === 0 ? 'GET' : 'POST' });
      await send({ [`field${n}`]: 'x', type: `type${n}` });
    }
    const answer = await running.call('/metrics', {});
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await answer.text();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const value = (start: string) =>
      lines
        .find((line) => line.startsWith(start))
        ?.split(' ')
        .at(-1);
    for (const line of lines)
      expect(line).toMatch(/^\w+(\{(\w+="[^"]*",?)*\})? (-?[\d.e+-]+|NaN|\+Inf)$/);
    expect(value('bgcut_requests_total{route="POST /v1.0/removebg",status="200"}')).toBe('1');
    expect(value('bgcut_requests_total{route="POST /v1.0/removebg",status="403"}')).toBe('1');
    expect(value('bgcut_errors_total{code="invalid_size"}')).toBe('1');
    expect(value('bgcut_rejected_total{reason="auth_failed"}')).toBe('1');
    expect(value('bgcut_pixels_total')).toBe('8000');
    expect(Number(value('bgcut_stage_duration_seconds_sum{stage="inference"}'))).toBeGreaterThan(0);
    expect(value('bgcut_model_info{model="tiny",provider="cpu",kernels="onnxruntime"')).toBe('1');
    expect(value('bgcut_graph_nodes{device="cpu"}')).toBe('2');
    expect(value('bgcut_workers')).toBe('2');
    expect(value('bgcut_queue_depth')).toBe('0');
    expect(value('bgcut_body_bytes')).toBe('0');
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
    const labels = new Set(
      lines.filter((line) => !line.includes('_bucket')).map((line) => line.split('} ')[0]),
    );
    expect(labels.size).toBeLessThan(200);
    expect(text).not.toContain('nowhere');
    expect(text).not.toContain('field1');
  });

  it('can be left out', async () => {
    const running = await start({ metrics: false });
    expect((await running.call('/metrics', {})).status).toBe(404);
  });
});

it('the plugin lives in a server of somebody else, below a prefix', async () => {
  const { default: fastify } = await import('fastify');
  const { bgcutPlugin, openStore } = await import('bgcut/server');
  const { tinyEngine } = await import('./support.js');
  const { makeKey } = await import('#lib/http/keys');
  const store = await openStore({ data: newFolder() });
  const { id, key, hash } = makeKey();
  await store.addKey({ id, hash, name: 'theirs', createdAt: 1, unlimited: true });
  const app = fastify();
  app.post('/echo', (request) => request.body);
  app.get('/broken', () => {
    throw new Error('theirs');
  });
  await app.register(bgcutPlugin, { prefix: '/cut', engine: await tinyEngine(), store });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const headers = { 'x-api-key': key };
  const body = form({ image_file: await picture });
  const answer = await fetch(`${url}/cut/v1.0/removebg`, { method: 'POST', headers, body });
  expect([answer.status, answer.headers.get('x-width')]).toEqual([200, '100']);
  expect((await fetch(`${url}/cut/docs`)).status).toBe(200);
  // Their own routes are as they were: parsers, errors, no headers of ours.
  const echo = await fetch(`${url}/echo`, {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'content-type': 'application/json' },
  });
  expect([await echo.json(), echo.headers.has('access-control-allow-origin')]).toEqual([
    { a: 1 },
    false,
  ]);
  expect(await (await fetch(`${url}/broken`)).json()).toMatchObject({ message: 'theirs' });
  await app.close();
  await store.close();
});
