/** Where the subject stands on the canvas, and how large: the grammars of `scale` and `position`. */
import type { Grammar } from './grammar.js';

/** Percent of the free space that is left of and above the subject, as CSS background-position has it: 0..100. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

/** The number before a % sign, within bounds. */
function percent(given: unknown, min: number, max: number): number | undefined {
  const value = typeof given === 'string' ? numberBefore(given) : given;
  return typeof value === 'number' && value >= min && value <= max ? value : undefined;
}

function numberBefore(text: string): number | undefined {
  const [, digits] = /^(\d+(?:\.\d+)?)%$/.exec(text.trim()) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** `10%` to `100%`, as a number too, or `original`. */
export function scale(): Grammar<'original' | `${number}%` | number, 'original' | number> {
  const read = (given: unknown) => percent(given, 10, 100);
  return {
    shape: 'original | 10%..100%',
    fromText: (text) => (text.toLowerCase() === 'original' ? 'original' : read(text)),
    fromValue: read,
  };
}

type PositionOption =
  | 'original'
  | 'center'
  | `${number}%`
  | `${number}% ${number}%`
  | { readonly x: number | `${number}%`; readonly y: number | `${number}%` };

/** `original`, `center`, one percentage for both axes or two (horizontal, vertical), or { x, y }. */
export function position(): Grammar<PositionOption, 'original' | Position> {
  const read = (horizontal: unknown, vertical: unknown): Position | undefined => {
    const x = percent(horizontal, 0, 100);
    const y = percent(vertical, 0, 100);
    return x === undefined || y === undefined ? undefined : { x, y };
  };
  return {
    shape: 'original | center | 0%..100%, once or twice',
    fromText: (text) => {
      const name = text.toLowerCase();
      if (name === 'original') return 'original';
      if (name === 'center') return { x: 50, y: 50 };
      const [x, y = x, ...more] = text.split(/\s+/);
      return more.length === 0 ? read(x, y) : undefined;
    },
    fromValue: (value) => {
      if (typeof value !== 'object' || value === null) return undefined;
      if (Object.keys(value).some((key) => key !== 'x' && key !== 'y')) return undefined;
      const { x, y } = value as { x?: unknown; y?: unknown };
      return read(x, y);
    },
  };
}
