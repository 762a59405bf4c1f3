import { expect, it } from 'vitest';

import { Layout } from '#lib/layout';
import { readCall } from '#lib/params/options';

const subject = {
  frame: { width: 80, height: 60 },
  box: { left: 10, top: 20, width: 30, height: 40 },
  transparent: true,
  boxTransparent: true,
};

it('tells afterwards what the native side was told', async () => {
  const layout = new Layout(readCall({ type: 'graphic', crop: true }), null);
  expect(layout.compose(subject).canvas).toEqual({ width: 30, height: 40 });
  expect(await layout.finished(Promise.resolve('made'))).toBe('made');
  expect(layout.facts()).toEqual({ foreground: subject.box, type: 'graphics' });
});

it('what goes wrong in it reaches the caller as itself, not as the native side passes it on', async () => {
  const layout = new Layout(readCall({}), null);
  let thrown: unknown;
  try {
    layout.compose(undefined as never);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(TypeError);
  const native = Object.assign(new Error('a text'), { code: 'internal_error' });
  await expect(layout.finished(Promise.reject(native))).rejects.toBe(thrown);
});

it('a run that fails by itself fails with its own error', async () => {
  const layout = new Layout(readCall({}), null);
  const native = Object.assign(new Error(''), { code: 'unknown_foreground' });
  await expect(layout.finished(Promise.reject(native))).rejects.toBe(native);
});
