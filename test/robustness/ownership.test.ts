/** Whose bytes are whose: what the caller does with its buffer after the call, and with the result. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createEngine, type Engine, type Input } from 'bgcut';
import { scene } from '../support/pictures.js';
import { onCpu, tinyModel } from '../support/project.js';

let engine: Engine;
let picture: Buffer;
let expected: Buffer;
beforeAll(async () => {
  engine = await createEngine({ ...onCpu, model: tinyModel });
  picture = await scene(640, 400).png().toBuffer();
  expected = (await engine.removeBg(picture, { format: 'png' })).data;
});
afterAll(() => engine.dispose());

/** A copy in memory of its own, so that it can be transferred. */
function copy(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(picture);
}

function sharedCopy(): Uint8Array<SharedArrayBuffer> {
  const bytes = new Uint8Array(new SharedArrayBuffer(picture.length));
  bytes.set(picture);
  return bytes;
}

const kinds: [string, () => { input: Input; bytes: Uint8Array }][] = [
  ['a Uint8Array', () => ((bytes) => ({ input: bytes, bytes }))(copy())],
  ['an ArrayBuffer', () => ((bytes) => ({ input: bytes.buffer, bytes }))(copy())],
  ['a Buffer', () => ((bytes) => ({ input: Buffer.from(bytes.buffer), bytes }))(copy())],
  ['a view of shared memory', () => ((bytes) => ({ input: bytes, bytes }))(sharedCopy())],
];

describe.each(kinds)('%s', (_, make) => {
  it('may be overwritten as soon as the call has returned its promise', async () => {
    const { input, bytes } = make();
    const call = engine.removeBg(input, { format: 'png' });
    bytes.fill(0);
    expect((await call).data.equals(expected)).toBe(true);
  });

  it('is never written to', async () => {
    const { input, bytes } = make();
    await engine.removeBg(input, { format: 'png' });
    expect(Buffer.from(bytes).equals(picture)).toBe(true);
  });
});

it.each(kinds.slice(0, 3))('%s may be transferred at once', async (_, make) => {
  const { input, bytes } = make();
  const call = engine.removeBg(input, { format: 'png' });
  structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] });
  expect(bytes.byteLength).toBe(0);
  expect((await call).data.equals(expected)).toBe(true);
});

it('a view is read between its own ends', async () => {
  const padded = Buffer.concat([Buffer.alloc(1000, 7), picture, Buffer.alloc(1000, 7)]);
  const view = new DataView(padded.buffer, padded.byteOffset + 1000, picture.length);
  expect((await engine.removeBg(view, { format: 'png' })).data.equals(expected)).toBe(true);
});

it('a result is the caller’s: written to, kept after disposal, and transferred', async () => {
  const own = await createEngine({ ...onCpu, model: tinyModel });
  const results = await Promise.all([1, 2, 3].map(() => own.removeBg(picture, { format: 'png' })));
  results[0]!.data.fill(0);
  await own.dispose();
  expect(results[1]!.data.equals(expected)).toBe(true);
  const data = new Uint8Array(results[2]!.data);
  const moved = structuredClone(data, { transfer: [data.buffer] });
  expect(Buffer.from(moved).equals(expected)).toBe(true);
});
