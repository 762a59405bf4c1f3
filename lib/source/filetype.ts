/** What kind of file some bytes are, for the detail of invalid_file_type. */

/** file-type reads no more than this of the kinds that it knows by their first bytes. */
const sampleBytes = 4100;

const accepted = new Set(['jpg', 'png', 'webp']);

/** `Expected jpg/png/webp, received gif`; without the second half where the kind is not known. */
export async function describeFileType(bytes: Uint8Array): Promise<string> {
  const expected = 'Expected jpg/png/webp';
  // An ES module, which CommonJS can only import like this.
  const { fileTypeFromBuffer } = await import('file-type');
  const kind = await fileTypeFromBuffer(bytes.subarray(0, sampleBytes)).catch(() => undefined);
  return kind === undefined || accepted.has(kind.ext)
    ? expected
    : `${expected}, received ${kind.ext}`;
}
