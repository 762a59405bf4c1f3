/** The plan that the native side takes today; lib/plan.ts takes over with the next native interface. */
import { type Encoder, encoders } from './encoders.js';
import { fitInto, type Size } from './geometry.js';
import { maxPngPixels, maxResultPixels, maxSide } from './limits.js';
import { modelInput, type ModelSizes } from './plan.js';
import type { Parameters } from './params/table.js';

/** What the native pipeline does with one picture. All sizes in pixels, upright. */
export interface Plan {
  readonly transparent: Target;
  readonly opaque: Target | null;
  readonly segment: Size;
  readonly channels: 'rgba' | 'alpha';
  readonly timeoutMs: number;
}

/** A result: its size and how it is encoded. */
export interface Target extends Size {
  readonly encoder: Encoder;
}

/** What a plan is made from. */
export interface PlanInput {
  readonly parameters: Parameters;
  readonly picture: Size;
  readonly model: ModelSizes;
  readonly timeoutMs: number;
}

/** The plan for one picture. */
export function makePlan({ parameters, picture, model, timeoutMs }: PlanInput): Plan {
  const { size, format, channels } = parameters;
  const target = (name: keyof typeof encoders): Target => {
    const cap = maxResultPixels[size];
    const pixels = name === 'png' ? Math.min(cap, maxPngPixels) : cap;
    return { ...fitInto(picture, { pixels, side: maxSide[name] }), encoder: encoders[name] };
  };
  const chooses = format === 'auto' && channels === 'rgba';
  return {
    transparent: target(format === 'auto' ? 'png' : format),
    opaque: chooses ? target('jpg') : null,
    segment: modelInput(model, size),
    channels: format === 'zip' ? 'rgba' : channels,
    timeoutMs,
  };
}
