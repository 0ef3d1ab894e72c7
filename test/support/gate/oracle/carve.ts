// Where pictures and films begin in bytes, also in the middle of others. A beginning counts where its head makes sense: a few bytes look like
// anything somewhere.
import { endOfScan } from './find-slices.js';

/** `format`: the name of ffmpeg's demuxer. */
export interface Carved {
  format: string;
  isFilm: boolean;
  at: number;
  bytes: Buffer;
  /** Pixels; null: only its decoder knows. */
  size: { width: number; height: number } | null;
}

type Found = Pick<Carved, 'bytes' | 'size'> & { format?: string };

interface Finder {
  format: string;
  isFilm: boolean;
  start: Buffer;
  /** From where `start` was found; null: it is none. */
  read(bytes: Buffer, at: number): Found | null;
}

const text = (start: string): Buffer => Buffer.from(start, 'latin1');
const hex = (start: string): Buffer => Buffer.from(start, 'hex');
const rest = (bytes: Buffer, at: number): Found => ({ bytes: bytes.subarray(at), size: null });

/** ITU-T T.81: segments from SOI to EOI, with a frame header of 1 or 3 components and at least one scan. What has no end ends with the bytes. */
function readJpeg(bytes: Buffer, start: number): Found | null {
  let size: Carved['size'] = null;
  let scanned = false;
  const found = (end: number): Found | null => (size && scanned ? { bytes: bytes.subarray(start, end), size } : null);
  for (let at = start + 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) return found(at);
    const marker = bytes[at + 1]!;
    if (marker === 0xff) at++;
    else if (marker === 0xd9) return found(at + 2);
    else {
      if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
        if (at + 10 > bytes.length) return null;
        size = { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
        if (size.width === 0 || size.height === 0 || bytes[at + 9]! > 4) return null;
      }
      at += 2 + bytes.readUInt16BE(at + 2);
      if (marker === 0xda) [at, scanned] = [endOfScan(bytes, at), true];
    }
  }
  return found(bytes.length);
}

function readPng(bytes: Buffer, start: number): Found | null {
  if (bytes.toString('latin1', start + 12, start + 16) !== 'IHDR' || start + 24 > bytes.length) return null;
  const size = { width: bytes.readUInt32BE(start + 16), height: bytes.readUInt32BE(start + 20) };
  let [end, format] = [start + 8, 'png_pipe'];
  for (let at = end; at + 12 <= bytes.length; at = end) {
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (type === 'acTL') format = 'apng';
    end = Math.min(bytes.length, at + 12 + bytes.readUInt32BE(at));
    if (type === 'IEND') break;
  }
  return { format, bytes: bytes.subarray(start, end), size };
}

/** Every picture of it is looked at. GIF89a, sections 17 to 27; to its trailer. */
function readGif(bytes: Buffer, start: number): Found | null {
  if (start + 13 > bytes.length || !/^GIF8[79]a$/.test(bytes.toString('latin1', start, start + 6))) return null;
  const size = { width: bytes.readUInt16LE(start + 6), height: bytes.readUInt16LE(start + 8) };
  const colours = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let at = start + 13 + colours(bytes[start + 10]!);
  let pictures = 0;
  const skipBlocks = (): void => {
    while (at < bytes.length && bytes[at] !== 0) at += 1 + bytes[at]!;
    at++;
  };
  for (; at < bytes.length && bytes[at] !== 0x3b;) {
    if (bytes[at] === 0x21) at += 2;
    else if (bytes[at] === 0x2c && at + 10 < bytes.length) {
      pictures++;
      at += 11 + colours(bytes[at + 9]!);
    } else return null;
    skipBlocks();
  }
  return pictures > 0 ? { bytes: bytes.subarray(start, Math.min(bytes.length, at + 1)), size } : null;
}

function readRiff(kind: string): Finder['read'] {
  return (bytes, at) =>
    bytes.toString('latin1', at + 8, at + 12) === kind
      ? { bytes: bytes.subarray(at, at + 8 + bytes.readUInt32LE(at + 4)), size: null }
      : null;
}

function readBmp(bytes: Buffer, at: number): Found | null {
  if (at + 30 > bytes.length) return null;
  const [length, reserved, offset, head] = [2, 6, 10, 14].map((place) => bytes.readUInt32LE(at + place)) as [
    number,
    number,
    number,
    number,
  ];
  if (reserved !== 0 || ![12, 40, 52, 56, 64, 108, 124].includes(head) || offset < 14 + head || offset > 2048) return null;
  return { bytes: bytes.subarray(at, Math.max(at + length, at + offset)), size: null };
}

/** ISO/IEC 14496-12: a first box of a sensible size with a brand that can be read. Media data alone has none, and nobody can decode it. */
function readMp4(bytes: Buffer, at: number): Found | null {
  const start = at - 4;
  if (start < 0 || at + 8 > bytes.length) return null;
  const isHead = bytes.readUInt32BE(start) <= 4096 && /^[\x20-\x7e]{4}$/.test(bytes.toString('latin1', at + 4, at + 8));
  return isHead ? readBoxes(bytes, start) : null;
}

/** One box behind the other as far as they go. */
function readBoxes(bytes: Buffer, start: number): Found {
  let end = start;
  while (end + 8 <= bytes.length && /^[\x20-\x7e\xa9]{4}$/.test(bytes.toString('latin1', end + 4, end + 8))) {
    const short = bytes.readUInt32BE(end);
    const size = short === 1 && end + 16 <= bytes.length ? Number(bytes.readBigUInt64BE(end + 8)) : short || bytes.length - end;
    if (size < 8) break;
    end += size;
  }
  return { bytes: bytes.subarray(start, Math.min(end, bytes.length)), size: null };
}

/** Of older MOV files and of fragments: only as the first box of all. */
const readFirstBox: Finder['read'] = (bytes, at) => (at === 4 ? readBoxes(bytes, 0) : null);

/** Ten packets in a row: a letter G may stand anywhere in a text. */
const readTs: Finder['read'] = (bytes, at) => {
  const isPacket = (_: unknown, packet: number): boolean => bytes[at + 188 * packet] === 0x47;
  return Array.from({ length: 10 }).every(isPacket) ? rest(bytes, at) : null;
};

/** H.264: a sequence parameter set with a profile that there is. */
function readH264(bytes: Buffer, at: number): Found | null {
  const [head, profile] = [bytes[at + 3]!, bytes[at + 4]!];
  return (head & 0x9f) === 7 && [66, 77, 88, 100, 110, 122, 244].includes(profile) ? rest(bytes, at) : null;
}

const film = (format: string, start: Buffer, read: Finder['read'] = rest): Finder => ({ format, isFilm: true, start, read });
const picture = (format: string, start: Buffer, read: Finder['read']): Finder => ({ format, isFilm: false, start, read });

const pictures: readonly Finder[] = [
  picture('mjpeg', hex('ffd8ff'), readJpeg),
  picture('png_pipe', hex('89504e470d0a1a0a'), readPng),
  picture('gif', text('GIF8'), readGif),
  picture('webp_pipe', text('RIFF'), readRiff('WEBP')),
  picture('bmp_pipe', text('BM'), readBmp),
];
const containers: readonly Finder[] = [
  film('mov', text('ftyp'), readMp4),
  film('mov', text('moov'), readFirstBox),
  film('mov', text('wide'), readFirstBox),
  film('matroska', hex('1a45dfa3')),
  film('avi', text('RIFF'), readRiff('AVI ')),
  film('flv', text('FLV\x01')),
  film('mpeg', hex('000001ba')),
  film('mpegts', hex('47'), readTs),
];
/** Only where no container holds them: what lies in one is no stream by itself. */
const streams: readonly Finder[] = [film('h264', hex('000001'), readH264), film('hevc', hex('00000140010c'))];

/** The first film of each kind runs to the end; pictures are found one by one, also in films and in each other. */
export function carve(bytes: Buffer): Carved[] {
  const films = containers.flatMap((finder) => find(bytes, finder).slice(0, 1));
  return [
    ...pictures.flatMap((finder) => find(bytes, finder)),
    ...(films.length > 0 ? films : streams.flatMap((finder) => find(bytes, finder).slice(0, 1))),
  ];
}

function find(bytes: Buffer, { format, isFilm, start, read }: Finder): Carved[] {
  const found: Carved[] = [];
  for (let at = bytes.indexOf(start); at >= 0; at = bytes.indexOf(start, at + 1)) {
    const carved = read(bytes, at);
    if (carved) found.push({ format, isFilm, at: carved.bytes.byteOffset - bytes.byteOffset, ...carved });
    if (carved && isFilm) break;
  }
  return found;
}
