// The archive (PKWARE APPNOTE 6.3; docs/spec/package.md, "The archive"): stored files behind each other, then the directory, and nothing
// between, before or behind. What can be read in two ways is refused at once; what is only in another dress, once the contents are known.
import { Broken } from './broken.js';
import { compareTexts, joinBytes, sameBytes, textOf, utf8 } from './bytes.js';
import { crc32 } from './crc32.js';
import { mostFiles, mostPathBytes } from './shape.js';
import { readPieces, type Readable, type Source } from './source.js';

const full = 0xffffffff;
const mostExtra = 1024;

interface Member {
  path: string;
  bytes: number;
  crc: number;
  headerAt: number;
  /** Its record in the directory. */
  record: Uint8Array;
}

const malformed = (where: string): Broken => new Broken('archive-malformed', where);
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function wide(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed('archive');
  return Number(value);
}

/** Little-endian fields: [value, bytes]. */
function fields(...list: readonly (readonly [value: number, bytes: 2 | 4 | 8])[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(list.reduce((sum, [, bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [value, bytes] of list) {
    if (bytes === 2) view.setUint16(at, value, true);
    else if (bytes === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}
const capped = (value: number): number => Math.min(value, full);

/** The archive's last bytes, written anew from what they say; the ZIP64 records only where a number does not fit. */
function endOf({ count, bytes, at }: { count: number; bytes: number; at: number }, isWide: boolean): Uint8Array {
  const files = Math.min(count, 0xffff);
  const plain = fields([0x06054b50, 4], [0, 4], [files, 2], [files, 2], [capped(bytes), 4], [capped(at), 4], [0, 2]);
  if (!isWide) return plain;
  const versions = [
    [0x032d, 2],
    [45, 2],
  ] as const;
  const record = fields([0x06064b50, 4], [44, 8], ...versions, [0, 4], [0, 4], [count, 8], [count, 8], [bytes, 8], [at, 8]);
  return joinBytes(record, fields([0x07064b50, 4], [0, 4], [at + bytes, 8], [1, 4]), plain);
}

async function readEnd(archive: Readable): Promise<{ count: number; bytes: number; at: number }> {
  const tail = await archive.read(Math.max(0, archive.size - 98), archive.size);
  const view = viewOf(tail);
  const end = tail.length - 22;
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) throw malformed('end record');
  let told = { count: view.getUint16(end + 10, true), bytes: view.getUint32(end + 12, true), at: view.getUint32(end + 16, true) };
  const isWide = told.count === 0xffff || told.bytes === full || told.at === full;
  if (isWide) {
    if (end < 76) throw malformed('end record');
    told = { count: wide(view, end - 76 + 32), bytes: wide(view, end - 76 + 40), at: wide(view, end - 76 + 48) };
  }
  const expected = endOf(told, isWide);
  const fits = tail.length >= expected.length && sameBytes(tail.subarray(tail.length - expected.length), expected);
  if (!fits || told.at + told.bytes + expected.length !== archive.size) throw malformed('end record');
  return told;
}

/** One record of the directory that begins at `at`. */
function readMember(directory: Uint8Array, at: number): Member {
  const view = viewOf(directory);
  if (directory.length - at < 46 || view.getUint32(at, true) !== 0x02014b50) throw malformed('directory');
  const [nameBytes, extraBytes] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true)];
  const length = 46 + nameBytes + extraBytes;
  if (at + length > directory.length || nameBytes > mostPathBytes || extraBytes > mostExtra) throw malformed('directory');
  const path = readName(directory.subarray(at + 46, at + 46 + nameBytes));
  const isPlain = (view.getUint16(at + 8, true) & ~0x0800) === 0 && view.getUint16(at + 10, true) === 0;
  if (!isPlain || view.getUint16(at + 32, true) !== 0 || view.getUint16(at + 34, true) !== 0) throw malformed(path);
  const numbers = [24, 20, 42].map((place) => view.getUint32(at + place, true));
  const [bytes, packed, headerAt] = widen(numbers, directory.subarray(at + 46 + nameBytes, at + length), path);
  if (bytes !== packed) throw malformed(path);
  return { path, bytes: bytes!, crc: view.getUint32(at + 16, true), headerAt: headerAt!, record: directory.subarray(at, at + length) };
}

/** A full field stands for the next number of the ZIP64 field, which is the first of the extra fields. */
function widen(numbers: readonly number[], extra: Uint8Array, path: string): number[] {
  const missing = numbers.filter((number) => number === full).length;
  if (missing === 0) return [...numbers];
  const view = viewOf(extra);
  if (extra.length < 4 + 8 * missing || view.getUint16(0, true) !== 1 || view.getUint16(2, true) !== 8 * missing) throw malformed(path);
  let at = -4;
  return numbers.map((number) => (number === full ? wide(view, (at += 8)) : number));
}

/** Nothing that leads out of the folder, on any system, and nothing that is shown as another name. */
function readName(bytes: Uint8Array): string {
  const path = textOf(bytes);
  if (path === null || /[\\:\p{Cc}\p{Cf}]/u.test(path) || path.split('/').some((part) => ['', '.', '..'].includes(part)))
    throw malformed('directory');
  return path;
}

const facts = ({ path, bytes, crc }: Member, wideNumbers: number): Uint8Array =>
  fields(
    [wideNumbers > 0 ? 45 : 20, 2],
    [0x0800, 2],
    [0, 2],
    [0, 2],
    [0x0021, 2],
    [crc, 4],
    [capped(bytes), 4],
    [capped(bytes), 4],
    [utf8(path).length, 2],
    [wideNumbers > 0 ? 4 + 8 * wideNumbers : 0, 2],
  );
const extraOf = (numbers: readonly number[]): Uint8Array =>
  numbers.length === 0 ? new Uint8Array(0) : fields([1, 2], [8 * numbers.length, 2], ...numbers.map((number) => [number, 8] as const));

/** Bytes that the file's header must consist of. */
function headerOf(member: Member): Uint8Array {
  const numbers = member.bytes >= full ? [member.bytes, member.bytes] : [];
  return joinBytes(fields([0x04034b50, 4]), facts(member, numbers.length), utf8(member.path), extraOf(numbers));
}

/** Bytes that its record in the directory must consist of. */
function recordOf(member: Member): Uint8Array {
  const { path, bytes, headerAt } = member;
  const numbers = [...(bytes >= full ? [bytes, bytes] : []), ...(headerAt >= full ? [headerAt] : [])];
  const made = fields([0x02014b50, 4], [numbers.length > 0 ? 0x032d : 0x0314, 2]);
  return joinBytes(
    made,
    facts(member, numbers.length),
    fields([0, 2], [0, 2], [0, 2], [0x81a40000, 4], [capped(headerAt), 4]),
    utf8(path),
    extraOf(numbers),
  );
}

/** Length of a header that says what the directory says. */
function checkHeader(header: Uint8Array, { path, bytes, crc }: Member): number {
  const [view, name] = [viewOf(header), utf8(path)];
  if (header.length < 30 + name.length || view.getUint32(0, true) !== 0x04034b50) throw malformed(path);
  const isSame =
    (view.getUint16(6, true) & ~0x0800) === 0 &&
    view.getUint16(8, true) === 0 &&
    view.getUint32(14, true) === crc &&
    view.getUint32(18, true) === capped(bytes) &&
    view.getUint32(22, true) === capped(bytes) &&
    view.getUint16(26, true) === name.length &&
    sameBytes(header.subarray(30, 30 + name.length), name);
  const length = 30 + name.length + view.getUint16(28, true);
  if (!isSame || length > header.length) throw malformed(path);
  return length;
}

const rankOf = (path: string): number =>
  path === 'manifest.json'
    ? 0
    : path === 'manifest.dsse.json'
      ? 1
      : path === 'manifest.tsr'
        ? 2
        : !path.startsWith('journal/')
          ? 3
          : path === 'journal/entries.ndjson'
            ? 4
            : path === 'journal/checkpoint'
              ? 6
              : 5;
const compareInArchive = (a: string, b: string): number => rankOf(a) - rankOf(b) || compareTexts(a, b);

/** Reads the structure, whole. Throws Broken `archive-malformed`. */
export async function openArchive(archive: Readable): Promise<Source> {
  const { count, bytes, at } = await readEnd(archive);
  if (count > mostFiles || bytes > mostFiles * (46 + mostPathBytes + 64)) throw malformed('directory');
  const directory = await archive.read(at, at + bytes);
  const placed = new Map<string, Member & { dataAt: number }>();
  const listed: Member[] = [];
  const paths = new Set<string>();
  let place = 0;
  for (let i = 0; i < count; i++) {
    const member = readMember(directory, place);
    if (paths.has(member.path)) throw malformed(member.path);
    paths.add(member.path);
    listed.push(member);
    place += member.record.length;
  }
  if (place !== directory.length) throw malformed('directory');
  let [next, dress]: [number, string | null] = [0, null];
  for (const [i, member] of listed.entries()) {
    if (member.headerAt !== next) throw malformed(member.path);
    const header = await archive.read(next, Math.min(next + 30 + mostPathBytes + mostExtra, at));
    const length = checkHeader(header, member);
    next += length + member.bytes;
    if (next > at) throw malformed(member.path);
    placed.set(member.path, { ...member, dataAt: next - member.bytes });
    const inOrder = i === 0 || compareInArchive(listed[i - 1]!.path, member.path) < 0;
    if (!inOrder || !sameBytes(member.record, recordOf(member)) || !sameBytes(header.subarray(0, length), headerOf(member)))
      dress ??= member.path;
  }
  if (next !== at) throw malformed('directory');
  return sourceOf(archive, placed, dress);
}

function sourceOf(archive: Readable, placed: ReadonlyMap<string, Member & { dataAt: number }>, dress: string | null): Source {
  const wrongSums = new Set<string>();
  return {
    files: new Map([...placed].map(([path, { bytes }]) => [path, bytes])),
    read: async function* (path) {
      const member = placed.get(path);
      if (!member) throw new Broken('file-missing', path);
      let sum = 0;
      for await (const piece of readPieces(archive, member.dataAt, member.dataAt + member.bytes)) {
        sum = crc32(piece, sum);
        yield piece;
      }
      if (sum !== member.crc) wrongSums.add(path);
    },
    settle: () => {
      const wrong = dress ?? [...wrongSums].sort(compareInArchive)[0];
      if (wrong !== undefined) throw malformed(wrong);
    },
  };
}
