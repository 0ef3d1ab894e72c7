// The canonical ZIP (PKWARE APPNOTE 6.3, stored only): a function of the files alone, so that length and any range are known before
// a byte is written, and every byte of it can be checked. See docs/spec/package.md, "The archive".
import { u16, u32, u64 } from '../domain/formats/little-endian.js';
import { readExactly } from './read-exactly.js';
import type { PackageFile } from './read-exactly.js';

export interface ZipLayout {
  /** Length of the whole archive, bytes. */
  total: number;
  /** Per file: where its local header and its data begin, and where its data ends. */
  members: readonly { path: string; headerAt: number; dataAt: number; dataEnd: number }[];
  directoryAt: number;
}

type Member = Pick<PackageFile, 'path' | 'bytes' | 'crc32'>;
type Piece = { at: number; end: number } & ({ record: Buffer } | { file: PackageFile });

/** From here on a 32-bit field holds this value and the ZIP64 field the number (APPNOTE 4.4.1.4). */
const full32 = 0xffffffff;
const full16 = 0xffff;
/** 2.0: stored files in folders. 4.5: ZIP64. */
const [plainVersion, zip64Version] = [20, 45];
const unix = 3;
/** A regular file, rw-r--r--. */
const attributes = 0o100644 * 0x10000;
const utf8Names = 0x0800;
const stored = 0;
/** 1980-01-01 00:00:00, the first that MS-DOS knows: times are in the manifest, a clock here would only differ. */
const [dosTime, dosDate] = [0, 0x21];

const capped = (value: number): Buffer => u32(Math.min(value, full32));

/** Where everything will lie. Costs no reading. */
export function zipLayout(files: readonly Member[]): ZipLayout {
  let at = 0;
  const members = files.map((file) => {
    const dataAt = at + localHeader(file).length;
    const member = { path: file.path, headerAt: at, dataAt, dataEnd: dataAt + file.bytes };
    at = member.dataEnd;
    return member;
  });
  const directory = files.reduce((sum, file, i) => sum + directoryRecord(file, members[i]!.headerAt).length, 0);
  return { total: at + directory + endRecords(files.length, directory, at).length, members, directoryAt: at };
}

/**
 * Bytes [from, to) of the archive; all, if not told. Only files that the range touches are read, and only that part of them.
 * Problem `object-corrupt` where a file does not give the bytes it promised.
 */
export async function* writeZip(files: readonly PackageFile[], from = 0, to = zipLayout(files).total): AsyncIterable<Buffer> {
  for (const piece of pieces(files)) {
    const [start, end] = [Math.max(from, piece.at), Math.min(to, piece.end)];
    if (start >= end) continue;
    if ('record' in piece) yield piece.record.subarray(start - piece.at, end - piece.at);
    else yield* readExactly(piece.file, start - piece.at, end - piece.at);
  }
}

function* pieces(files: readonly PackageFile[]): Generator<Piece> {
  const { total, members, directoryAt } = zipLayout(files);
  for (const [i, file] of files.entries()) {
    const { headerAt, dataAt, dataEnd } = members[i]!;
    yield { at: headerAt, end: dataAt, record: localHeader(file) };
    yield { at: dataAt, end: dataEnd, file };
  }
  const records = files.map((file, i) => directoryRecord(file, members[i]!.headerAt));
  const directory = Buffer.concat(records);
  const end = endRecords(files.length, directory.length, directoryAt);
  yield { at: directoryAt, end: total, record: Buffer.concat([directory, end]) };
}

/** From "flags" to "uncompressed size": the same in the local header and in the directory. */
const facts = ({ bytes, crc32 }: Member): Buffer[] => [
  u16(utf8Names),
  u16(stored),
  u16(dosTime),
  u16(dosDate),
  u32(crc32),
  capped(bytes),
  capped(bytes),
];

const zip64Extra = (values: readonly number[]): Buffer =>
  values.length === 0 ? Buffer.alloc(0) : Buffer.concat([u16(1), u16(values.length * 8), ...values.map(u64)]);

/** APPNOTE 4.3.7. */
function localHeader(file: Member): Buffer {
  const name = Buffer.from(file.path);
  const extra = zip64Extra(file.bytes >= full32 ? [file.bytes, file.bytes] : []);
  const version = extra.length > 0 ? zip64Version : plainVersion;
  return Buffer.concat([u32(0x04034b50), u16(version), ...facts(file), u16(name.length), u16(extra.length), name, extra]);
}

/** APPNOTE 4.3.12. */
function directoryRecord(file: Member, headerAt: number): Buffer {
  const name = Buffer.from(file.path);
  const extra = zip64Extra([...(file.bytes >= full32 ? [file.bytes, file.bytes] : []), ...(headerAt >= full32 ? [headerAt] : [])]);
  const version = extra.length > 0 ? zip64Version : plainVersion;
  const noCommentNoDisk = [u16(0), u16(0), u16(0)];
  return Buffer.concat([
    u32(0x02014b50),
    Buffer.of(version, unix),
    u16(version),
    ...facts(file),
    u16(name.length),
    u16(extra.length),
    ...noCommentNoDisk,
    u32(attributes),
    capped(headerAt),
    name,
    extra,
  ]);
}

/** APPNOTE 4.3.14 to 4.3.16: the end record, behind its ZIP64 form where a number does not fit. */
function endRecords(count: number, bytes: number, at: number): Buffer {
  const end = Buffer.concat([
    u32(0x06054b50),
    u16(0),
    u16(0),
    u16(Math.min(count, full16)),
    u16(Math.min(count, full16)),
    capped(bytes),
    capped(at),
    u16(0),
  ]);
  if (count < full16 && bytes < full32 && at < full32) return end;
  const versions = [Buffer.of(zip64Version, unix), u16(zip64Version)];
  const end64 = [u32(0x06064b50), u64(44), ...versions, u32(0), u32(0), u64(count), u64(count), u64(bytes), u64(at)];
  const locator = [u32(0x07064b50), u32(0), u64(at + bytes), u32(1)];
  return Buffer.concat([...end64, ...locator, end]);
}
