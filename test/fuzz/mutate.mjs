// Changes to an input, as fuzzers make them.
import { seeded } from '../../bench/quality/random.mjs';

/** Numbers that depend on the seed alone. @param {number} seed */
export function randomFrom(seed) {
  const { between } = seeded(seed);
  /** A whole number of 0 or more, below `end`. @param {number} end */
  return (end) => Math.floor(between(0, end));
}

/** @typedef {ReturnType<typeof randomFrom>} Random */
/** @typedef {(bytes: Buffer, random: Random, words: readonly Buffer[], other: Buffer) => Buffer} Mutation */

/** `bytes` with `removed` of them at `at` replaced. @param {Buffer} bytes @param {number} at @param {number} removed @param {Uint8Array} by */
const spliced = (bytes, at, removed, by) =>
  Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + removed)]);

/** @param {Buffer} bytes @param {Random} random */
function range(bytes, random) {
  const from = random(bytes.length + 1);
  return bytes.subarray(from, from + 1 + random(random(4) === 0 ? bytes.length + 1 : 8));
}

const EDGES = Buffer.from('\0\xff\x7f\x80 \r\n\t"\'-+.,%=&;:[]{}/\\09', 'latin1');

/** @type {readonly Mutation[]} */
const mutations = [
  (bytes, random) => {
    const at = random(bytes.length);
    return spliced(bytes, at, 1, Buffer.of((bytes[at] ?? 0) ^ (1 << random(8))));
  },
  (bytes, random) => spliced(bytes, random(bytes.length), 1, Buffer.of(random(256))),
  (bytes, random) =>
    spliced(
      bytes,
      random(bytes.length + 1),
      random(2),
      EDGES.subarray(random(EDGES.length)).subarray(0, 1),
    ),
  (bytes, random) => spliced(bytes, random(bytes.length), range(bytes, random).length, Buffer.of()),
  (bytes, random) => spliced(bytes, random(bytes.length + 1), 0, range(bytes, random)),
  (bytes, random, words) => {
    const word = words[random(words.length)] ?? Buffer.of();
    return spliced(bytes, random(bytes.length + 1), random(2) * word.length, word);
  },
  (bytes, random, _, other) =>
    Buffer.concat([
      bytes.subarray(0, random(bytes.length + 1)),
      other.subarray(random(other.length + 1)),
    ]),
  (bytes, random, _, other) =>
    spliced(bytes, random(bytes.length + 1), random(8), range(other, random)),
];

/**
 * One to eight changes, the result no longer than `most`.
 * @param {Buffer} bytes
 * @param {Random} random
 * @param {{ words: readonly Buffer[], other: Buffer, most: number }} with words of the format, and another input
 */
export function mutated(bytes, random, { words, other, most }) {
  let result = bytes;
  for (let left = 1 + random(random(8) + 1); left > 0; left--) {
    const mutation = mutations[random(mutations.length)];
    if (mutation) result = mutation(result, random, words, other);
  }
  return result.subarray(0, most);
}
