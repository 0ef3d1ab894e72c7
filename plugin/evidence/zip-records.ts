// The records of a ZIP (PKWARE APPNOTE 6.3) as the verifier reads them: written from the specification, not from the writer's code.
import { decodeText } from './decode-text.js';
import { maxPathBytes } from './layout.js';
import { Broken } from './package-fault.js';

export interface ArchivedFile {
  path: string;
  bytes: number;
  crc32: number;
  headerAt: number;
}

export const malformed = (where: string): Broken => new Broken('archive-malformed', where);

const unset32 = 0xffffffff;
const signatures = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator: 0x07064b50 };
export const endBytes = 22;
/** ZIP64 end record and its locator. */
export const end64Bytes = 56 + 20;
const extraLimit = 1024;

/** Where the directory lies, from the archive's last bytes: the end record with its ZIP64 form before it, if it has one. */
export function readEnd(tail: Buffer, archiveBytes: number): { count: number; bytes: number; at: number } {
  const end = tail.subarray(tail.length - endBytes);
  if (end.length < endBytes || end.readUInt32LE(0) !== signatures.end) throw malformed('end record');
  const plain = { count: end.readUInt16LE(10), bytes: end.readUInt32LE(12), at: end.readUInt32LE(16) };
  const is64 = plain.count === 0xffff || plain.bytes === unset32 || plain.at === unset32;
  const found = is64 ? readEnd64(tail.subarray(0, tail.length - endBytes)) : plain;
  const expected = writeEnd(found, is64);
  if (!tail.subarray(tail.length - expected.length).equals(expected)) throw malformed('end record');
  if (found.at + found.bytes + expected.length !== archiveBytes) throw malformed('end record');
  return found;
}

function readEnd64(before: Buffer): { count: number; bytes: number; at: number } {
  if (before.length < end64Bytes) throw malformed('end record');
  const record = before.subarray(before.length - end64Bytes);
  return { count: number64(record, 32), bytes: number64(record, 40), at: number64(record, 48) };
}

function writeEnd({ count, bytes, at }: { count: number; bytes: number; at: number }, is64: boolean): Buffer {
  const end = Buffer.alloc(endBytes);
  end.writeUInt32LE(signatures.end, 0);
  end.writeUInt16LE(Math.min(count, 0xffff), 8);
  end.writeUInt16LE(Math.min(count, 0xffff), 10);
  end.writeUInt32LE(Math.min(bytes, unset32), 12);
  end.writeUInt32LE(Math.min(at, unset32), 16);
  if (!is64) return end;
  const wide = Buffer.alloc(end64Bytes);
  wide.writeUInt32LE(signatures.end64, 0);
  wide.writeUInt32LE(44, 4);
  wide.writeUInt16LE(0x032d, 12);
  wide.writeUInt16LE(45, 14);
  for (const [value, place] of [
    [count, 24],
    [count, 32],
    [bytes, 40],
    [at, 48],
  ] as const)
    wide.writeBigUInt64LE(BigInt(value), place);
  wide.writeUInt32LE(signatures.locator, 56);
  wide.writeBigUInt64LE(BigInt(at + bytes), 64);
  wide.writeUInt32LE(1, 72);
  return Buffer.concat([wide, end]);
}

/**
 * Records of the directory, in their order. Throws where one cannot be read without doubt: compressed or encrypted, bent sizes,
 * comments, a path that leaves the folder, the same path twice.
 */
export function readDirectory(directory: Buffer, count: number): { file: ArchivedFile; record: Buffer }[] {
  const found: { file: ArchivedFile; record: Buffer }[] = [];
  const paths = new Set<string>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    const each = readCentral(directory.subarray(at));
    if (paths.has(each.file.path)) throw malformed(each.file.path);
    paths.add(each.file.path);
    found.push(each);
    at += each.record.length;
  }
  if (at !== directory.length) throw malformed('directory');
  return found;
}

function readCentral(rest: Buffer): { file: ArchivedFile; record: Buffer } {
  if (rest.length < 46 || rest.readUInt32LE(0) !== signatures.central) throw malformed('directory');
  const [nameBytes, extraBytes] = [rest.readUInt16LE(28), rest.readUInt16LE(30)];
  const length = 46 + nameBytes + extraBytes;
  if (length > rest.length || nameBytes > maxPathBytes || extraBytes > extraLimit) throw malformed('directory');
  const record = rest.subarray(0, length);
  const path = readPath(record.subarray(46, 46 + nameBytes));
  const sizes = [record.readUInt32LE(24), record.readUInt32LE(20), record.readUInt32LE(42)];
  const commentOrDisk = record.readUInt16LE(32) + record.readUInt16LE(34);
  if (!isPlainFile(record.subarray(8, 12)) || commentOrDisk !== 0) throw malformed(path);
  const [bytes, packed, headerAt] = widen(sizes, record.subarray(46 + nameBytes), path);
  if (bytes !== packed) throw malformed(path);
  return { file: { path, bytes: bytes!, crc32: record.readUInt32LE(16), headerAt: headerAt! }, record };
}

/** Flags and method: stored, not encrypted, no data descriptor. Bit 11 only tells how the name is written. */
const isPlainFile = (flagsAndMethod: Buffer): boolean =>
  (flagsAndMethod.readUInt16LE(0) & ~0x0800) === 0 && flagsAndMethod.readUInt16LE(2) === 0;

/** A full 32-bit field stands for the next number in the ZIP64 extra field, which must come first (APPNOTE 4.5.3). */
function widen(values: readonly number[], extra: Buffer, path: string): number[] {
  const missing = values.filter((value) => value === unset32).length;
  if (missing === 0) return [...values];
  if (extra.length < 4 + missing * 8 || extra.readUInt16LE(0) !== 1 || extra.readUInt16LE(2) !== missing * 8) throw malformed(path);
  let place = 4 - 8;
  return values.map((value) => (value === unset32 ? number64(extra, (place += 8)) : value));
}

/** No way out of the folder, on any system. Whether the package expects the name is asked later. */
function readPath(name: Buffer): string {
  const path = decodeText(name);
  const doubtful =
    path === null || /[\\:\p{Cc}\p{Cf}]/u.test(path) || path.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (path === null || doubtful) throw malformed('directory');
  return path;
}

/**
 * Length of a local header that says the same as the directory; throws where it does not. `header` holds at least the header, if
 * the archive is long enough.
 */
export function checkLocal(header: Buffer, file: ArchivedFile): number {
  const name = Buffer.from(file.path);
  if (header.length < 30 + name.length || header.readUInt32LE(0) !== signatures.local) throw malformed(file.path);
  const size = Math.min(file.bytes, unset32);
  const same =
    isPlainFile(header.subarray(6, 10)) &&
    header.readUInt32LE(14) === file.crc32 &&
    header.readUInt32LE(18) === size &&
    header.readUInt32LE(22) === size &&
    header.readUInt16LE(26) === name.length &&
    header.subarray(30, 30 + name.length).equals(name);
  const length = 30 + name.length + header.readUInt16LE(28);
  if (!same || length > header.length) throw malformed(file.path);
  return length;
}

/** Bytes that a local header of this file must consist of. */
export function canonicalLocal(file: ArchivedFile): Buffer {
  const wide = file.bytes >= unset32 ? [file.bytes, file.bytes] : [];
  const head = Buffer.alloc(30);
  head.writeUInt32LE(signatures.local, 0);
  writeFacts(head, 4, file, wide.length);
  return Buffer.concat([head, Buffer.from(file.path), extraField(wide)]);
}

/** Bytes that the directory's record of this file must consist of. */
export function canonicalCentral(file: ArchivedFile): Buffer {
  const wide = [...(file.bytes >= unset32 ? [file.bytes, file.bytes] : []), ...(file.headerAt >= unset32 ? [file.headerAt] : [])];
  const head = Buffer.alloc(46);
  head.writeUInt32LE(signatures.central, 0);
  head.writeUInt16LE(wide.length > 0 ? 0x032d : 0x0314, 4);
  writeFacts(head, 6, file, wide.length);
  head.writeUInt32LE(0x81a40000, 38);
  head.writeUInt32LE(Math.min(file.headerAt, unset32), 42);
  return Buffer.concat([head, Buffer.from(file.path), extraField(wide)]);
}

function writeFacts(head: Buffer, at: number, file: ArchivedFile, wide: number): void {
  head.writeUInt16LE(wide > 0 ? 45 : 20, at);
  head.writeUInt16LE(0x0800, at + 2);
  head.writeUInt16LE(0x0021, at + 8);
  head.writeUInt32LE(file.crc32, at + 10);
  head.writeUInt32LE(Math.min(file.bytes, unset32), at + 14);
  head.writeUInt32LE(Math.min(file.bytes, unset32), at + 18);
  head.writeUInt16LE(Buffer.byteLength(file.path), at + 22);
  head.writeUInt16LE(wide > 0 ? 4 + wide * 8 : 0, at + 24);
}

function extraField(values: readonly number[]): Buffer {
  if (values.length === 0) return Buffer.alloc(0);
  const field = Buffer.alloc(4 + values.length * 8);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(values.length * 8, 2);
  for (const [i, value] of values.entries()) field.writeBigUInt64LE(BigInt(value), 4 + i * 8);
  return field;
}

/** 64 bits that a JavaScript number can hold; larger ones lie outside of any archive. */
function number64(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed('archive');
  return Number(value);
}

/** The longest local header that is read: whatever else stands in it is not ours. */
export const maxLocalBytes = 30 + maxPathBytes + extraLimit;
