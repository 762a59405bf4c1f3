/**
 * The container of a zip result: two stored entries, color.jpg and alpha.png, as the API writes them. No extra fields,
 * no data descriptors, permissions 0o600, and one fixed time, so that the same picture gives the same bytes.
 *
 * Written here and not by a package because those compute CRC-32 in JavaScript: some 30 ms of a blocked event loop
 * for a large picture, against 2 ms of zlib.crc32. The test holds the bytes against yazl's.
 */
import { crc32 } from 'node:zlib';

const timestamp = (1 << 5) | 1; // 1980-01-01 in DOS form: the year counts from 1980, then month and day
const regularFile = 0o100600;
const utf8Names = 1 << 11;

/** A zip of stored entries, in the order given. Sizes up to 4 GB in all; names are ASCII. */
export function zipStored(entries: readonly (readonly [name: string, data: Buffer])[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, data] of entries) {
    const common = commonFields(name, data);
    const local = Buffer.concat([uint32(0x04034b50), common, Buffer.from(name)]);
    directory.push(directoryEntry(common, name, offset));
    files.push(local, data);
    offset += local.length + data.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8); // entries on this disk
  end.writeUInt16LE(entries.length, 10); // entries in all
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, index, end]);
}

/** What the local header and the directory share: 26 bytes, from "version needed" to the length of the extra field. */
function commonFields(name: string, data: Buffer): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0); // version 2.0 extracts it
  fields.writeUInt16LE(utf8Names, 2);
  fields.writeUInt16LE(0, 4); // stored
  fields.writeUInt16LE(0, 6); // midnight
  fields.writeUInt16LE(timestamp, 8);
  fields.writeUInt32LE(crc32(data), 10);
  fields.writeUInt32LE(data.length, 14); // compressed
  fields.writeUInt32LE(data.length, 18); // as it was
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

function directoryEntry(common: Buffer, name: string, offset: number): Buffer {
  const madeBy = Buffer.from([63, 3]); // version 6.3, Unix: what makes the permissions count
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE((regularFile << 16) >>> 0, 6);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([uint32(0x02014b50), madeBy, common, rest, Buffer.from(name)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
