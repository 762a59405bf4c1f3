import { describe, expect, it } from 'vitest';

import { readModel } from '#lib/models/onnx/graph';
import { rewriteIsnet } from '#lib/models/recipes/isnet';

import { miniatureIsnet } from './miniature.js';
import { run } from './support.js';

/** Values in -1..1 that differ from pixel to pixel. */
function picture(height: number, width: number): Float32Array {
  return Float32Array.from({ length: 3 * height * width }, (_, i) => Math.sin(i * 0.37));
}

describe('the IS-Net recipe, on a miniature', () => {
  const shipped = miniatureIsnet(32);
  const rewritten = rewriteIsnet(shipped);

  it('gives the same mask at the size that was baked in', async () => {
    const before = await run(shipped, 32, 32, picture(32, 32));
    const after = await run(rewritten, 32, 32, picture(32, 32));
    expect(after.dims).toEqual([1, 1, 32, 32]);
    const worst = Math.max(...after.data.map((v, i) => Math.abs(v - before.data[i]!)));
    // 34 steps in float16 against the same in float32.
    expect(worst).toBeLessThan(0.02);
    // The masks really vary: equal constants would prove nothing.
    expect(Math.max(...before.data) - Math.min(...before.data)).toBeGreaterThan(0.1);
  });

  it.each([
    [16, 48],
    [64, 64],
    [48, 16],
  ])('runs at %i x %i, which the shipped graph refuses', async (height, width) => {
    await expect(run(shipped, height, width, picture(height, width))).rejects.toThrow();
    const { dims } = await run(rewritten, height, width, picture(height, width));
    expect(dims).toEqual([1, 1, height, width]);
  });

  it('leaves one output and no half-precision arithmetic', () => {
    const { graph } = readModel(rewritten);
    expect(graph.output.map((o) => o.name)).toEqual(['output']);
    const casts = graph.node.filter((n) => n.opType === 'Cast');
    const weights = new Set(graph.initializer.map((t) => t.name));
    // The only casts left widen weights, which ONNX Runtime does once, while it loads.
    expect(casts.every((n) => weights.has(n.input[0]!))).toBe(true);
    expect(graph.initializer.map((t) => t.name)).not.toContain('unused');
  });

  it('makes equal bytes of equal bytes', () => {
    expect(rewriteIsnet(shipped)).toEqual(rewritten);
  });

  it('refuses a graph that it was not written for', () => {
    expect(() => rewriteIsnet(miniatureIsnet(32, 33))).toThrow('33');
    expect(() => rewriteIsnet(Buffer.from('no model at all'))).toThrow();
  });
});
