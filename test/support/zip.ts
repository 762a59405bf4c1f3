/** A reader of zip files that takes nothing on trust: directory and local headers must agree, nothing may be between. */
import { crc32 } from 'node:zlib';

/** One entry, as its two headers say. */
export interface ZipEntry {
  name: string;
  method: number;
  flags: number;
  extraBytes: number;
  data: Buffer;
}

/** The entries in the order in which they lie in the file. Throws where the file is not sound. */
export function readZip(file: Buffer): ZipEntry[] {
  const end = file.length - 22;
  check(file.readUInt32LE(end) === 0x06054b50, 'an end of directory without comment');
  const count = file.readUInt16LE(end + 10);
  const directory = file.readUInt32LE(end + 16);
  const entries: ZipEntry[] = [];
  let position = directory;
  let expected = 0; // where the next local header has to start
  for (let i = 0; i < count; i++) {
    check(file.readUInt32LE(position) === 0x02014b50, 'a directory entry');
    const nameLength = file.readUInt16LE(position + 28);
    const directoryExtra = file.readUInt16LE(position + 30);
    const commentLength = file.readUInt16LE(position + 32);
    const local = file.readUInt32LE(position + 42);
    check(local === expected, 'no gap before a local header');
    check(file.readUInt32LE(local) === 0x04034b50, 'a local header');
    const shared = file.subarray(local + 4, local + 30);
    check(shared.equals(file.subarray(position + 6, position + 32)), 'headers that agree');
    const [flags, method] = [shared.readUInt16LE(2), shared.readUInt16LE(4)];
    const [checksum, packed, size] = [10, 14, 18].map((at) => shared.readUInt32LE(at));
    check(packed === size, 'a stored size');
    const localExtra = shared.readUInt16LE(24);
    const start = local + 30 + nameLength + localExtra;
    const data = file.subarray(start, start + size!);
    check(crc32(data) === checksum, 'the right checksum');
    const name = file.toString('latin1', local + 30, local + 30 + nameLength);
    entries.push({ name, method, flags, extraBytes: localExtra + directoryExtra, data });
    expected = start + size!;
    position += 46 + nameLength + directoryExtra + commentLength;
  }
  check(expected === directory && position === end, 'nothing besides the entries');
  return entries;
}

function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`the zip lacks ${what}`);
}
