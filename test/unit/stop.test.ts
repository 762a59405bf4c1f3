import { getEventListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

import { BgcutError } from '#lib/errors';
import { Stop } from '#lib/stop';

describe('a call is stopped by', () => {
  it('its signal, whose reason is the cause', () => {
    const controller = new AbortController();
    const stop = new Stop(controller.signal, 0);
    expect(stop.signal.aborted).toBe(false);
    controller.abort('because');
    expect(stop.signal.reason).toMatchObject({ code: 'aborted', cause: 'because' });
    stop.end();
  });

  it('a signal that was aborted before', () => {
    expect(new Stop(AbortSignal.abort('early'), 0).signal.reason).toMatchObject({
      code: 'aborted',
      cause: 'early',
    });
  });

  it('its timeout', async () => {
    const stop = new Stop(undefined, 10);
    expect(stop.remainingMs()).toBeGreaterThan(0);
    expect(stop.remainingMs()).toBeLessThanOrEqual(10);
    await delay(40);
    expect(stop.signal.reason).toMatchObject({ code: 'timeout' });
    expect(stop.remainingMs()).toBe(1);
  });

  it('whatever comes first', () => {
    const controller = new AbortController();
    const stop = new Stop(controller.signal, 0);
    stop.now(new BgcutError('engine_disposed'));
    controller.abort();
    expect(stop.signal.reason).toMatchObject({ code: 'engine_disposed' });
    stop.end();
  });
});

it('leaves nothing behind', async () => {
  const controller = new AbortController();
  const stops = Array.from({ length: 30 }, () => new Stop(controller.signal, 20));
  // Node warns of a leak from the eleventh listener of one signal on.
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  for (const stop of stops) stop.end();
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  await delay(40);
  expect(stops.some((stop) => stop.signal.aborted)).toBe(false);
});

it('stops every call that shares a signal, and no call that has ended', () => {
  const controller = new AbortController();
  const [first, second, third] = [0, 1, 2].map(() => new Stop(controller.signal, 0));
  second!.end();
  controller.abort();
  expect([first, second, third].map((stop) => stop!.signal.aborted)).toEqual([true, false, true]);
});

it('has no limit without a timeout', () => {
  expect(new Stop(undefined, 0).remainingMs()).toBe(0);
});
