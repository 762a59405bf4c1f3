/** Colours: hex digits, the names of CSS, or { r, g, b, alpha }. */
import names from 'color-name';
import type { Grammar } from './grammar.js';

/** Red, green, blue and alpha, each a whole number 0..255. */
export type Rgba = readonly [r: number, g: number, b: number, alpha: number];

/** A colour as an object: r, g and b 0..255, alpha 0..1, opaque unless given. */
export interface ColorOption {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly alpha?: number | undefined;
}

const named: ReadonlyMap<string, Rgba> = new Map<string, Rgba>([
  ...Object.entries(names).map(([name, [r, g, b]]): [string, Rgba] => [name, [r, g, b, 255]]),
  ['transparent', [0, 0, 0, 0]],
]);

/** Every name of a colour that is understood, in lower case. */
export const colorNames: readonly string[] = [...named.keys()];

/** 3, 4, 6 or 8 hex digits with or without #, a CSS name, or an object of numbers. */
export function color(): Grammar<string | ColorOption, Rgba> {
  return {
    shape: '3, 4, 6 or 8 hex digits | the name of a colour',
    fromText: (text) => named.get(text.toLowerCase()) ?? fromHex(text),
    fromValue,
  };
}

function fromHex(text: string): Rgba | undefined {
  const [, digits = ''] = /^#?([\da-f]+)$/i.exec(text) ?? [];
  const short = digits.length === 3 || digits.length === 4;
  if (!short && digits.length !== 6 && digits.length !== 8) return undefined;
  const parts = digits.match(short ? /./g : /../g) ?? [];
  const [r = 0, g = 0, b = 0, alpha = 255] = parts.map((part) =>
    parseInt(short ? part + part : part, 16),
  );
  return [r, g, b, alpha];
}

function fromValue(value: unknown): Rgba | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { r, g, b, alpha = 1, ...more } = value as Partial<Record<string, unknown>>;
  const within = (channel: unknown, max: number) =>
    typeof channel === 'number' && channel >= 0 && channel <= max;
  if (Object.keys(more).length > 0 || !within(alpha, 1)) return undefined;
  if (![r, g, b].every((channel) => within(channel, 255))) return undefined;
  const [red, green, blue] = [r, g, b].map((channel) => Math.round(channel as number));
  return [red ?? 0, green ?? 0, blue ?? 0, Math.round((alpha as number) * 255)];
}
