// Gives an ELF shared library another SONAME. Used by build.mjs for ONNX Runtime.
//
// Why: the dynamic linker knows a loaded library by its SONAME. All versions of ONNX Runtime are called
// libonnxruntime.so.1, so when ours is in the process first, an app's own onnxruntime-node of another version is given
// ours instead of its own, and fails with “version VERS_… not found”. Under a name of its own ours is never mistaken.
//
// The name is overwritten where it stands, hence the same length: a longer one would mean moving a table that every
// symbol points into. The name of the base version definition (.gnu.version_d) is the same string and changes with it;
// its hash stays, since nothing asks for a symbol of the base version.
import { BuildError } from './toolchain.mjs';

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_NULL = 0;
const DT_STRTAB = 5;
const DT_SONAME = 14;

/** Of Elf64_Phdr and Elf64_Dyn, in bytes. */
const PROGRAM_HEADER = 56;
const DYNAMIC_ENTRY = 16;

/** @typedef {{ type: number, offset: number, address: number, size: number }} Segment in bytes of the file */

/** @param {string} problem */
function unexpected(problem) {
  return new BuildError(
    `ONNX Runtime's library can't be given a name of its own: ${problem}; run \`npm ci\` to install onnxruntime-node anew.`,
  );
}

/**
 * @param {Buffer} image
 * @param {number} offset in bytes, where `size` bytes must be
 * @param {number} size
 */
function part(image, offset, size) {
  if (offset + size > image.length) throw unexpected('the file is cut short');
  return image.subarray(offset, offset + size);
}

/** @param {Buffer} image */
function assertElf64(image) {
  const isElf = image.subarray(0, 4).equals(Buffer.from('\x7fELF', 'latin1'));
  const [bits, endianness] = [image[4], image[5]];
  if (!isElf || bits !== 2 || endianness !== 1) {
    throw unexpected('it is no 64-bit little-endian ELF file');
  }
}

/**
 * @param {Buffer} image
 * @returns {Segment[]}
 */
function readSegments(image) {
  const header = part(image, 0, 64);
  const start = Number(header.readBigUInt64LE(32));
  const entrySize = header.readUInt16LE(54);
  return Array.from({ length: header.readUInt16LE(56) }, (_, index) => {
    const entry = part(image, start + index * entrySize, PROGRAM_HEADER);
    return {
      type: entry.readUInt32LE(0),
      offset: Number(entry.readBigUInt64LE(8)),
      address: Number(entry.readBigUInt64LE(16)),
      size: Number(entry.readBigUInt64LE(32)),
    };
  });
}

/**
 * The dynamic section's entries up to its end, as tag and value.
 * @param {Buffer} image
 * @param {Segment[]} segments
 */
function readDynamic(image, segments) {
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  if (!dynamic) throw unexpected('it has no dynamic section');
  const table = part(image, dynamic.offset, dynamic.size);
  /** @type {Map<number, number>} */
  const entries = new Map();
  for (let at = 0; at + DYNAMIC_ENTRY <= table.length; at += DYNAMIC_ENTRY) {
    const tag = Number(table.readBigUInt64LE(at));
    if (tag === DT_NULL) break;
    entries.set(tag, Number(table.readBigUInt64LE(at + 8)));
  }
  return entries;
}

/**
 * Where the byte that will be at `address` stands in the file.
 * @param {Segment[]} segments
 * @param {number} address
 */
function fileOffset(segments, address) {
  const segment = segments.find(
    ({ type, address: start, size }) =>
      type === PT_LOAD && address >= start && address < start + size,
  );
  if (!segment) throw unexpected('its table of names lies outside of the file');
  return address - segment.address + segment.offset;
}

/**
 * Changes a library's SONAME in place; nothing is changed unless everything is as expected.
 * @param {Buffer} image the whole ELF file, 64-bit little-endian
 * @param {string} from the SONAME that it has, ASCII
 * @param {string} to the one that it gets, ASCII, exactly as long
 * @throws {BuildError} one sentence: another kind of file, another SONAME, another length
 */
export function renameSoname(image, from, to) {
  if (from.length !== to.length) throw unexpected(`${to} is not as long as ${from}`);
  assertElf64(image);
  const segments = readSegments(image);
  const dynamic = readDynamic(image, segments);
  const names = dynamic.get(DT_STRTAB);
  const soname = dynamic.get(DT_SONAME);
  if (names === undefined || soname === undefined) throw unexpected('it has no SONAME');

  const expected = Buffer.from(`${from}\0`, 'latin1');
  const place = part(image, fileOffset(segments, names + soname), expected.length);
  if (!place.equals(expected)) throw unexpected(`its SONAME is not ${from}`);
  place.write(to, 'latin1');
}
