// What a fuzzer's bytes mean where a target needs numbers and choices.

/** Ends a run where a promise of the code doesn't hold. @param {boolean} holds @param {() => string} promise @returns {asserts holds} */
export function require(holds, promise) {
  if (!holds) throw new Error(`broken promise: ${promise()}`);
}

/** Reads from the front; where there are no more bytes, it reads zeros. */
export class Reader {
  #left;

  /** @param {Buffer} bytes */
  constructor(bytes) {
    this.#left = bytes;
  }

  byte() {
    const [first = 0] = this.#left;
    this.#left = this.#left.subarray(1);
    return first;
  }

  flag() {
    return (this.byte() & 1) !== 0;
  }

  /** A whole number within bounds, both included. @param {number} least @param {number} most */
  between(least, most) {
    const range = most - least + 1;
    let value = this.byte();
    for (let reach = 256; reach < range; reach *= 256) value = value * 256 + this.byte();
    return least + (value % range);
  }

  /** @template T @param {readonly [T, ...T[]]} choices @returns {T} */
  one(choices) {
    return choices[this.between(0, choices.length - 1)] ?? choices[0];
  }

  /** What nobody has read. */
  rest() {
    return this.#left;
  }
}
