import { execFile } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import * as bgcut from 'bgcut';
import { disc, idle, project, rejection, slow, tiny } from './support.js';

const { createEngine } = bgcut;

let engine: bgcut.Engine;
let jpg: Buffer;

beforeAll(async () => {
  jpg = await disc('jpeg');
  engine = await createEngine({
    model: tiny,
    device: 'cpu',
    threads: 1,
    concurrency: 2,
    queue: 30,
  });
});
afterAll(() => engine.dispose());

describe('options', () => {
  it('are checked before the picture is touched', async () => {
    const stream = Readable.from([jpg]);
    const bad = { size: 'huge' } as never;
    expect((await rejection(engine.removeBg(stream, bad))).code).toBe('invalid_size');
    expect((await rejection(engine.removeBg(stream, { sized: 'full' } as never))).code).toBe(
      'invalid_option',
    );
    expect(stream.readableDidRead).toBe(false);
    expect(engine.info().pending).toBe(0);
  });

  it.each([
    [{ threads: 0 }, 'invalid_threads'],
    [{ model: 'no-such-model' }, 'model_unknown'],
    [{ model: join(project, 'none.onnx') }, 'model_missing'],
  ] as const)('of an engine: %j is %s', async (options, code) => {
    expect((await rejection(createEngine(options))).code).toBe(code);
  });

  it.runIf(process.platform === 'linux')('a named device that does not run says why', async () => {
    const error = await rejection(createEngine({ model: tiny, device: 'directml' }));
    expect(error.code).toBe('provider_unavailable');
    expect(error.detail).toMatch(/DirectML|not supported|build/i);
  });

  it('auto always finds a device, and says what it is', async () => {
    await using found = await createEngine({ model: tiny, device: 'auto', queue: 3 });
    const info = found.info();
    const tried = [...info.fallbacks.map((fallback) => fallback.provider), info.provider];
    const orders: Record<string, string[]> = {
      linux: ['cuda', 'cpu'],
      darwin: ['coreml', 'cpu'],
      win32: ['directml', 'cpu'],
    };
    expect((orders[process.platform] ?? ['cpu']).slice(0, tried.length)).toEqual(tried);
    expect(info).toMatchObject({
      model: {
        name: 'tiny',
        title: 'Bright is foreground',
        licence: 'Apache-2.0',
        commercial: 'yes',
        file: tiny,
      },
      concurrency: 2,
      queue: 3,
      pending: 0,
      versions: {
        node: process.versions.node,
        onnxruntime: expect.stringMatching(/^1\./) as string,
        libvips: expect.stringMatching(/^8\./) as string,
      },
    });
    expect(info.threads).toBeGreaterThanOrEqual(1);
    expect((await found.removeBg(jpg)).provider).toBe(info.provider);
  });
});

describe('a full engine', () => {
  it('refuses at once, before the picture is touched, and takes calls again when there is room', async () => {
    await using full = await createEngine({
      model: slow,
      device: 'cpu',
      threads: 1,
      concurrency: 1,
      queue: 1,
    });
    const stop = new AbortController();
    const pending = [jpg, jpg].map((input) =>
      rejection(full.removeBg(input, { signal: stop.signal })),
    );
    expect(full.info().pending).toBe(2);
    const stream = Readable.from([jpg]);
    const asked = performance.now();
    const error = await rejection(full.removeBg(stream));
    expect(performance.now() - asked).toBeLessThan(100);
    expect(error.code).toBe('engine_busy');
    expect(stream.readableDidRead).toBe(false);
    expect(stream.destroyed).toBe(false);

    stop.abort();
    expect((await Promise.all(pending)).map(({ code }) => code)).toEqual(['aborted', 'aborted']);
    await idle(full);
    const next = rejection(full.removeBg(jpg, { timeout: 50 }));
    expect((await next).code).toBe('timeout');
  });

  it('counts a call that waits for its picture', async () => {
    await using full = await createEngine({
      model: tiny,
      device: 'cpu',
      concurrency: 1,
      queue: 0,
    });
    const stop = new AbortController();
    const waiting = rejection(full.removeBg(new PassThrough(), { signal: stop.signal }));
    expect((await rejection(full.removeBg(jpg))).code).toBe('engine_busy');
    stop.abort();
    expect((await waiting).code).toBe('aborted');
    expect((await full.removeBg(jpg)).format).toBe('png');
  });

  it('without a queue takes one call after the other', async () => {
    await using narrow = await createEngine({
      model: tiny,
      device: 'cpu',
      threads: 1,
      concurrency: 1,
      queue: 0,
    });
    const first = await narrow.removeBg(jpg, { quality: 'fast' });
    for (let call = 1; call < 100; call += 1) {
      const { data } = await narrow.removeBg(jpg, { quality: 'fast' });
      expect(data.equals(first.data)).toBe(true);
    }
    expect(narrow.info().pending).toBe(0);
  });

  it('tells of every call how long it waited, for its turn or for CPUs', async () => {
    await using busy = await createEngine({ model: slow, device: 'cpu', concurrency: 2 });
    const calls = await Promise.all(
      [jpg, jpg].map((input) => busy.removeBg(input, { quality: 'fast' })),
    );
    for (const { timings } of calls) {
      const { total, ...parts } = timings;
      const told = Object.values(parts).reduce((sum, part) => sum + part);
      expect(told / total).toBeGreaterThan(0.8);
      expect(told / total).toBeLessThan(1.01);
    }
    // Inference takes all threads: the second call waited for that of the first, with a thread of its own.
    const least = Math.min(...calls.map(({ timings }) => timings.inference));
    expect(Math.max(...calls.map(({ timings }) => timings.queue))).toBeGreaterThan(least / 2);
  });

  it('gives the same results to many callers at once', async () => {
    const alone = await engine.removeBg(jpg, { size: 'full', format: 'png' });
    const together = await Promise.all(
      Array.from({ length: 20 }, () => engine.removeBg(jpg, { size: 'full', format: 'png' })),
    );
    for (const { data } of together) expect(data.equals(alone.data)).toBe(true);
  });
});

describe('an abort', () => {
  it('before the call touches nothing, and its reason is the cause', async () => {
    const stream = Readable.from([jpg]);
    const error = await rejection(
      engine.removeBg(stream, { signal: AbortSignal.abort('never mind') }),
    );
    expect([error.code, error.cause]).toEqual(['aborted', 'never mind']);
    expect(stream.readableDidRead).toBe(false);
  });

  it('ends a call that reads', async () => {
    const stream = new PassThrough();
    const controller = new AbortController();
    const call = rejection(engine.removeBg(stream, { signal: controller.signal }));
    await delay(10);
    controller.abort();
    expect((await call).code).toBe('aborted');
    expect(stream.destroyed).toBe(true);
  });

  it('ends a call inside inference, and one that waits for its turn', async () => {
    await using busy = await createEngine({ model: slow, device: 'cpu', threads: 1 });
    const controller = new AbortController();
    const calls = [0, 1].map(() => rejection(busy.removeBg(jpg, { signal: controller.signal })));
    await delay(200);
    const aborted = performance.now();
    controller.abort();
    expect((await Promise.all(calls)).map(({ code }) => code)).toEqual(['aborted', 'aborted']);
    expect(performance.now() - aborted).toBeLessThan(200);
    await idle(busy, 1000);
  });

  it('after the result does nothing, and no listener stays behind', async () => {
    const controller = new AbortController();
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const calls = Array.from({ length: 25 }, () =>
      engine.removeBg(jpg, { signal: controller.signal }),
    );
    await Promise.all(calls);
    await delay(10);
    process.off('warning', note);
    expect(warnings).toEqual([]);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    controller.abort();
    expect((await engine.removeBg(jpg)).format).toBe('png');
  });
});

describe('a timeout', () => {
  it('covers reading', async () => {
    const stream = new PassThrough();
    expect((await rejection(engine.removeBg(stream, { timeout: 20 }))).code).toBe('timeout');
    expect(stream.destroyed).toBe(true);
  });

  it('covers inference and waiting', async () => {
    await using busy = await createEngine({ model: slow, device: 'cpu', threads: 1 });
    const started = performance.now();
    const calls = [0, 1].map(() => rejection(busy.removeBg(jpg, { timeout: 150 })));
    expect((await Promise.all(calls)).map(({ code }) => code)).toEqual(['timeout', 'timeout']);
    expect(performance.now() - started).toBeLessThan(1000);
    await idle(busy, 1000);
  });

  it('that is not reached changes nothing', async () => {
    expect((await engine.removeBg(jpg, { timeout: 60_000 })).format).toBe('png');
  });
});

describe('dispose', () => {
  it('ends running and waiting calls, refuses new ones, and may be called again', async () => {
    const ending = await createEngine({ model: slow, device: 'cpu', threads: 1 });
    const calls = [jpg, jpg, new PassThrough()].map((input) => rejection(ending.removeBg(input)));
    await delay(100);
    const disposed = performance.now();
    const disposal = ending.dispose();
    expect((await Promise.all(calls)).map(({ code }) => code)).toEqual(
      Array(3).fill('engine_disposed'),
    );
    await Promise.all([disposal, ending.dispose()]);
    expect(performance.now() - disposed).toBeLessThan(2000);
    await ending.dispose();
    const stream = Readable.from([jpg]);
    expect((await rejection(ending.removeBg(stream))).code).toBe('engine_disposed');
    expect(stream.readableDidRead).toBe(false);
    expect(ending.info()).toMatchObject({ provider: 'cpu', pending: 0 });
  });

  it('leaves other engines of the same model alone', async () => {
    const other = await createEngine({ model: tiny, device: 'cpu', threads: 1 });
    await other.dispose();
    expect((await engine.removeBg(jpg)).format).toBe('png');
  });

  it('is what `await using` does', async () => {
    let kept: bgcut.Engine;
    {
      await using scoped = await createEngine({ model: tiny, device: 'cpu', threads: 1 });
      kept = scoped;
    }
    expect((await rejection(kept.removeBg(jpg))).code).toBe('engine_disposed');
  });
});

describe('a process', () => {
  const run = promisify(execFile);
  const node = (script: string, env: NodeJS.ProcessEnv = {}) =>
    run(process.execPath, ['--input-type=module', '-e', script], {
      cwd: project,
      env: { ...process.env, ...env },
      timeout: 20_000,
    });

  it('ends by itself beside an idle engine', async () => {
    const { stdout } = await node(
      `import { createEngine } from 'bgcut';
       const engine = await createEngine({ model: ${JSON.stringify(tiny)}, device: 'cpu' });
       console.log((await engine.removeBg('test/fixtures/photos/rocket.jpg')).format);`,
    );
    expect(stdout).toBe('png\n');
  });

  it('tries to start its default engine again after a failure', async () => {
    const { stdout } = await node(
      `import { removeBg } from 'bgcut';
       const code = () => removeBg('test/fixtures/photos/rocket.jpg').then(() => 'done', (error) => error.code);
       console.log(await code(), await code(), ...(await Promise.all([code(), code()])));`,
      { BGCUT_OFFLINE: '1', BGCUT_CACHE: join(project, 'test', 'fixtures', 'no-such-cache') },
    );
    expect(stdout).toBe('model_missing model_missing model_missing model_missing\n');
  });

  it('has one copy of everything, imported and required', () => {
    const required = createRequire(import.meta.url)('bgcut') as typeof bgcut;
    expect(required.BgcutError).toBe(bgcut.BgcutError);
    expect(required.createEngine).toBe(createEngine);
  });
});
