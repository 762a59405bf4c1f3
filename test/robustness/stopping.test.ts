/** Abort, timeout and disposal at every moment of a call: the call ends at once, its work soon, and the engine goes on. */
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { type BgcutError, createEngine, type Engine } from 'bgcut';
import { noise, scene } from '../support/pictures.js';
import { onCpu, slowModel, tinyModel } from '../support/project.js';
import { rejection } from '../support/rejection.js';

// Long enough for a machine that does other things as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let small: Buffer;
let large: Buffer; // 9 megapixels of detail: decoding and encoding last
beforeAll(async () => {
  small = await scene(320, 200).png().toBuffer();
  large = await noise(3000, 3000).jpeg({ quality: 95 }).toBuffer();
});

const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.dispose();
});
async function start(model: string, options: { concurrency?: number } = {}): Promise<Engine> {
  const engine = await createEngine({ ...onCpu, model, ...options });
  engines.push(engine);
  return engine;
}

/** Milliseconds until the engine works on nothing any more. */
async function untilIdle(engine: Engine): Promise<number> {
  const from = performance.now();
  while (engine.info().pending > 0) await sleep(2);
  return performance.now() - from;
}

const inFull = { size: 'full', format: 'png' } as const;
// How long work may go on after its call has ended; the run would have taken 5 seconds. Generous: other processes may use
// the same CPUs.
const soon = 2000;

describe('one moment after the other', () => {
  // Parts of the time that the call takes when nothing stops it: in every stage that lasts. On a machine whose speed
  // changes meanwhile the last ones may come too late, so that the call succeeds.
  const moments = [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8];
  const enough = 5;

  async function duration(engine: Engine): Promise<number> {
    const times: number[] = [];
    for (let i = 0; i < 3; i++) times.push((await engine.removeBg(large, inFull)).timings.total);
    return Math.min(...times);
  }

  /** The error of a call, or undefined. */
  function failure(call: Promise<unknown>): Promise<BgcutError | undefined> {
    return call.then(
      () => undefined,
      (error: unknown) => error as BgcutError,
    );
  }

  /** What the moments have shown. */
  class Tally {
    readonly errors: unknown[] = [];
    #wentOn = 0;
    #wouldHave = 0;

    /** A call that failed, for how long its work went on, and for how long it would have without that. */
    add(error: unknown, wentOn: number, wouldHave: number): void {
      this.errors.push(error);
      this.#wentOn += wentOn;
      this.#wouldHave += wouldHave;
    }

    /** All in all; a single one may meet a step that is not cut short. Measured: .06 to .12. */
    expectCutShort(): void {
      expect(this.errors.length).toBeGreaterThanOrEqual(enough);
      expect(this.#wentOn / this.#wouldHave).toBeLessThan(0.5);
    }
  }

  it('abort ends the call with its reason, and its work', async () => {
    const engine = await start(tinyModel);
    const whole = await duration(engine);
    const reason = new Error('the user left');
    const tally = new Tally();
    for (const moment of moments) {
      const controller = new AbortController();
      const call = failure(engine.removeBg(large, { ...inFull, signal: controller.signal }));
      await sleep(moment * whole);
      controller.abort(reason);
      const error = await call;
      const idle = await untilIdle(engine);
      if (error) tally.add([error.code, error.cause], idle, (1 - moment) * whole);
    }
    tally.expectCutShort();
    expect(tally.errors).toEqual(tally.errors.map(() => ['aborted', reason]));
    expect((await engine.removeBg(small, inFull)).width).toBe(320);
  });

  it('a timeout as well', async () => {
    const engine = await start(tinyModel);
    const whole = await duration(engine);
    const tally = new Tally();
    for (const moment of moments) {
      const timeout = Math.ceil(moment * whole) + 1;
      const from = performance.now();
      const error = await failure(engine.removeBg(large, { ...inFull, timeout }));
      const took = performance.now() - from;
      const idle = await untilIdle(engine);
      if (!error) continue;
      expect(took).toBeGreaterThan(timeout - 2);
      tally.add(error.code, took - timeout + idle, (1 - moment) * whole);
    }
    tally.expectCutShort();
    expect(new Set(tally.errors)).toEqual(new Set(['timeout']));
    expect((await engine.removeBg(small, inFull)).width).toBe(320);
  });

  it('disposal as well, and another engine of the same model goes on', async () => {
    const other = await start(tinyModel);
    const whole = await duration(other);
    const tally = new Tally();
    for (const moment of moments) {
      const engine = await start(tinyModel);
      const call = failure(engine.removeBg(large, inFull));
      await sleep(moment * whole);
      const from = performance.now();
      await engine.dispose();
      const ended = performance.now() - from;
      const error = await call;
      if (error) tally.add(error.code, ended, (1 - moment) * whole);
      expect((await rejection(engine.removeBg(small))).code).toBe('engine_disposed');
    }
    tally.expectCutShort();
    expect(new Set(tally.errors)).toEqual(new Set(['engine_disposed']));
    expect((await other.removeBg(small, inFull)).width).toBe(320);
  });
});

describe('inside of an inference that takes seconds', () => {
  // The engine is in it after this long: loading is done, the picture is small.
  const inside = 250;

  it('abort', async () => {
    const engine = await start(slowModel);
    const controller = new AbortController();
    const call = rejection(engine.removeBg(small, { size: 'hd', signal: controller.signal }));
    await sleep(inside);
    controller.abort();
    expect((await call).code).toBe('aborted');
    expect(await untilIdle(engine)).toBeLessThan(soon);
  });

  it('timeout', async () => {
    const engine = await start(slowModel);
    const call = engine.removeBg(small, { size: 'hd', timeout: inside });
    expect((await rejection(call)).code).toBe('timeout');
    expect(await untilIdle(engine)).toBeLessThan(soon);
  });

  it('disposal', async () => {
    const engine = await start(slowModel);
    const call = rejection(engine.removeBg(small, { size: 'hd' }));
    await sleep(inside);
    const from = performance.now();
    await engine.dispose();
    expect(performance.now() - from).toBeLessThan(soon);
    expect((await call).code).toBe('engine_disposed');
  });

  it('one call is stopped, those that wait behind it come to their turn', async () => {
    const engine = await start(slowModel);
    const controller = new AbortController();
    const { signal } = controller;
    const first = rejection(engine.removeBg(small, { size: 'hd', signal }));
    const waiting = rejection(engine.removeBg(small, { size: 'hd', signal }));
    const last = engine.removeBg(small, { size: 'hd', timeout: inside + 100 });
    const lastEnds = rejection(last);
    await sleep(inside);
    controller.abort();
    expect([(await first).code, (await waiting).code]).toEqual(['aborted', 'aborted']);
    expect((await lastEnds).code).toBe('timeout');
    expect(await untilIdle(engine)).toBeLessThan(soon);
  });
});

describe('before there is anything to work on', () => {
  it('a stream that never ends is left', async () => {
    const engine = await start(tinyModel);
    const endless = new PassThrough();
    endless.write(small.subarray(0, 100));
    const error = await rejection(engine.removeBg(endless, { timeout: 50 }));
    expect(error.code).toBe('timeout');
    expect(endless.destroyed).toBe(true);
    expect(engine.info().pending).toBe(0);
  });

  it('a signal that has fired already', async () => {
    const engine = await start(tinyModel);
    const error = await rejection(engine.removeBg(small, { signal: AbortSignal.abort('no') }));
    expect([error.code, error.cause]).toEqual(['aborted', 'no']);
    expect(engine.info().pending).toBe(0);
  });
});

it('a hundred calls that are stopped leave no trace', async () => {
  const engine = await start(tinyModel, { concurrency: 2 });
  const expected = await engine.removeBg(small, { size: 'full', format: 'png' });
  for (let i = 0; i < 100; i++) {
    const controller = new AbortController();
    const call = engine.removeBg(small, { signal: controller.signal });
    setTimeout(() => controller.abort(), i % 8);
    await call.catch((error: unknown) => expect(error).toMatchObject({ code: 'aborted' }));
  }
  expect(await untilIdle(engine)).toBeLessThan(soon);
  const result = await engine.removeBg(small, { size: 'full', format: 'png' });
  expect(result.data.equals(expected.data)).toBe(true);
});
