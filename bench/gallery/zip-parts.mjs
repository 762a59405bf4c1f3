// @ts-check
/**
 * The two pictures in a zip result. They are stored one after the other without compression, so that their lengths in
 * the local headers are all that a reader needs.
 *
 * @param {Buffer} data
 * @returns {{ color: Buffer, alpha: Buffer }}
 */
export function zipParts(data) {
  const [color, next] = entry(data, 0);
  const [alpha] = entry(data, next);
  return { color, alpha };
}

/** @param {Buffer} data @param {number} at @returns {[Buffer, number]} */
function entry(data, at) {
  const length = data.readUInt32LE(at + 18);
  const start = at + 30 + data.readUInt16LE(at + 26) + data.readUInt16LE(at + 28);
  return [data.subarray(start, start + length), start + length];
}
