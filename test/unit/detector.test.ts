/** When a detector that could not be had is tried again. */
import { describe, expect, it } from 'vitest';

import { Detector } from '#lib/detector';
import { BgcutError } from '#lib/errors';

const model = { name: 'nanodet', file: '/models/nanodet.onnx' };

/** A detector whose attempts end as listed, the last one again and again, on a clock that stands still. */
function detector(...ends: (typeof model | Error)[]) {
  const clock = { now: 0, attempts: 0 };
  const start = () => {
    const end = ends[Math.min(clock.attempts, ends.length - 1)]!;
    clock.attempts += 1;
    return end instanceof Error ? Promise.reject(end) : Promise.resolve(end);
  };
  return { clock, tried: new Detector(start, () => clock.now) };
}

describe('the detector', () => {
  it('is not fetched before a call needs it, and then once for all calls', async () => {
    const { clock, tried } = detector(model);
    expect(tried.state).toBeNull();
    expect(clock.attempts).toBe(0);
    await Promise.all([tried.ready(), tried.ready()]);
    clock.now = 1e9;
    await tried.ready();
    expect(tried.state).toEqual(model);
    expect(clock.attempts).toBe(1);
  });

  it('is tried again by a call a minute after a download failed, and not by every call', async () => {
    const failure = new BgcutError('model_download_failed', { detail: 'No network.' });
    const { clock, tried } = detector(failure, model);
    await Promise.all([tried.ready(), tried.ready()]);
    expect(tried.state).toEqual({ problem: expect.stringContaining('No network.') as string });
    clock.now = 59_000;
    await tried.ready();
    expect(clock.attempts).toBe(1);
    clock.now = 61_000;
    await tried.ready();
    expect(tried.state).toEqual(model);
    expect(clock.attempts).toBe(2);
  });

  it('is looked for by the next call where it was missing', async () => {
    const { clock, tried } = detector(new BgcutError('model_missing'), model);
    await tried.ready();
    await tried.ready();
    expect(tried.state).toEqual(model);
    expect(clock.attempts).toBe(2);
  });
});
