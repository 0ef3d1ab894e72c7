// What bytes are, by how they begin: the one thing that neither a wrong route table nor a lying content type changes.

export type MagicKind =
  | 'iso-media' // MP4, MOV, fragmented MP4, HEIC, AVIF
  | 'matroska'
  | 'riff' // AVI, WAV
  | 'flv'
  | 'mpeg-ps'
  | 'mpeg-ts'
  | 'h26x' // Annex B
  | 'asf'
  | 'recorder' // containers of recorder makers
  | 'mxf'
  | 'sound'
  | 'jpeg'
  | 'png'
  | 'gif'
  | 'webp'
  | 'bmp'
  | 'tiff'
  | 'jpeg-xl'
  | 'jpeg-2000'
  | 'icon'
  | 'playlist'
  | 'archive'
  | 'compressed';

/** Bytes of a beginning that are looked at: 512 of the facts, and what may stand before them. */
export const SNIFFED = 1024;

const latin = (bytes: Buffer, from: number, to: number): string => bytes.toString('latin1', from, Math.min(to, bytes.length));
const startsWith = (text: string) => (bytes: Buffer) => bytes.length >= text.length && bytes.toString('latin1', 0, text.length) === text;
const big = (bytes: Buffer, at: number): number => (at + 4 <= bytes.length ? bytes.readUInt32BE(at) : -1);

const mainBoxes = new Set(['ftyp', 'styp', 'moof', 'moov', 'sidx']);
const otherBoxes = new Set(['mdat', 'free', 'skip', 'wide', 'pnot', 'emsg', 'prft', 'uuid']);
/** A size whose first byte is no character of text. */
const boxSize = (bytes: Buffer): boolean => bytes[0]! < 0x09 && (big(bytes, 0) >= 8 || big(bytes, 0) < 2);
const isoMedia = (bytes: Buffer): boolean => {
  const box = latin(bytes, 4, 8);
  return mainBoxes.has(box) || (otherBoxes.has(box) && boxSize(bytes));
};
/** Found in the middle of other bytes: the size must be one, and a brand must be letters. */
const isoMediaAnywhere = (bytes: Buffer): boolean => {
  const box = latin(bytes, 4, 8);
  if (box === 'ftyp' || box === 'styp') return boxSize(bytes) && big(bytes, 0) < 4096 && /^[A-Za-z0-9 ]{4}$/.test(latin(bytes, 8, 12));
  return (box === 'moov' || box === 'moof' || box === 'sidx') && boxSize(bytes);
};

/** Who wrote a remark (APPn), where it is so long that its end has not come. */
const remark = /^(?:JFIF\0|JFXX\0|Exif\0|http:|ICC_P|Adobe|Photo|MPF\0|AVI1|FPXR)/;
/** First marker, its length, and the marker to which that leads: ITU-T T.81, B.1.1. */
function jpegAnywhere(bytes: Buffer): boolean {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8 || bytes[2] !== 0xff || bytes.length < 6) return false;
  const marker = bytes[3]!;
  const named = marker >= 0xe0 && marker <= 0xef;
  if (!named && ![0xdb, 0xc0, 0xc1, 0xc2, 0xc4, 0xdd, 0xfe].includes(marker)) return false;
  const next = 4 + bytes.readUInt16BE(4);
  if (next < 6) return false;
  if (next + 1 >= bytes.length) return named && remark.test(latin(bytes, 6, 11));
  const second = bytes[next + 1]!;
  return bytes[next] === 0xff && second >= 0xc0 && second !== 0xff && (second < 0xd0 || second > 0xd9);
}

const bmpHeaders = new Set([12, 40, 52, 56, 64, 108, 124]);
const bmp = (bytes: Buffer): boolean =>
  startsWith('BM')(bytes) && bytes.length >= 18 && big(bytes, 6) === 0 && bmpHeaders.has(bytes.readUInt32LE(14));

/** Sync bytes a packet apart: 188, 192 with a time stamp before each, 204 with check bytes behind each. */
const transport = (bytes: Buffer): boolean =>
  [
    [0, 188],
    [0, 192],
    [4, 192],
    [0, 204],
  ].some(([first, packet]) => {
    const syncs = [first!, first! + packet!, first! + 2 * packet!];
    // Three letters G at these places could stand in a text; a packet's bytes are not all letters.
    return syncs.every((at) => bytes[at] === 0x47) && /[^\t-\r -~\x80-\xff]/.test(latin(bytes, 0, syncs[2]!));
  });
/** Too short for three packets: one whole packet and the sync byte of a second, or nothing behind it. */
const shortTransport = (bytes: Buffer): boolean =>
  bytes.length < 409 &&
  bytes.length >= 188 &&
  [188, 192, 204].some((packet) => bytes.length % packet === 0 && bytes[0] === 0x47 && (bytes[packet] ?? 0x47) === 0x47) &&
  /[\x00-\x08]/.test(latin(bytes, 0, 188));

const profiles = new Set([0x42, 0x4d, 0x58, 0x64, 0x6e, 0x7a, 0xf4, 0x2c]);
/** A start code (`00 00 01`) and a unit. `00 00 01 00` begins an icon. */
const startCode = (bytes: Buffer): boolean => {
  if (bytes[0] !== 0 || bytes[1] !== 0) return false;
  if (bytes[2] === 1) return bytes[3] !== undefined && bytes[3] !== 0;
  return bytes[2] === 0 && bytes[3] === 1 && bytes[4] !== undefined && bytes[4] < 0x80;
};
/** Among other bytes: a sequence parameter set of H.264 with its profile, or a parameter set of H.265. */
const parameterSet = (bytes: Buffer): boolean => {
  const at = bytes[2] === 1 ? 3 : 4;
  if (!startCode(bytes)) return false;
  const [first, second, third] = [bytes[at]!, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0xff];
  if (first === 0x67 || first === 0x27 || first === 0x47) return profiles.has(second) && (third & 0x03) === 0;
  return (first === 0x40 && second === 0x01 && third === 0x0c) || (first === 0x42 && second === 0x01 && third === 0x01);
};

/** Of MPEG-2 and MPEG-1: marker bits among the clock's (ISO/IEC 13818-1, 2.5.3.3). */
const packHeader = (bytes: Buffer): boolean =>
  startsWith('\0\0\x01\xba')(bytes) &&
  bytes.length >= 14 &&
  (((bytes[4]! & 0xc4) === 0x44 && (bytes[6]! & bytes[8]! & 4) !== 0 && (bytes[9]! & 1) === 1 && (bytes[12]! & 3) === 3) ||
    ((bytes[4]! & 0xf1) === 0x21 && (bytes[6]! & bytes[8]! & 1) === 1));
/** Shape and rate are from short lists, and a marker bit stands in the bit rate (ISO/IEC 13818-2, 6.2.2.1). */
const sequenceHeader = (bytes: Buffer): boolean => {
  if (!startsWith('\0\0\x01\xb3')(bytes) || bytes.length < 12) return false;
  const [shape, rate] = [bytes[7]! >> 4, bytes[7]! & 0x0f];
  return shape >= 1 && shape <= 14 && rate >= 1 && rate <= 8 && (bytes[10]! & 0x20) !== 0;
};
/** Local file header of a ZIP: version and method are from short lists. */
const zipEntry = (bytes: Buffer): boolean =>
  startsWith('PK\x03\x04')(bytes) &&
  bytes[4]! <= 63 &&
  bytes[5] === 0 &&
  bytes[9] === 0 &&
  [0, 8, 9, 12, 14, 93, 95, 99].includes(bytes[8] ?? -1);

/** A zlib stream (RFC 1950): the header is divisible by 31. `x^` and `x\x01` may begin a text, so what follows must be none. */
const zlib = (bytes: Buffer): boolean =>
  bytes[0] === 0x78 && [0x01, 0x5e, 0x9c, 0xda].includes(bytes[1] ?? -1) && /[^\t-\r -~]/.test(latin(bytes, 2, 18)) && bytes.length > 4;
const gzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b && (bytes[2] === undefined || bytes[2] === 8);

const riffOf = (form: (text: string) => boolean) => (bytes: Buffer) => startsWith('RIFF')(bytes) && form(latin(bytes, 8, 12));
const playlist = (bytes: Buffer): boolean =>
  /^(?:#EXTM3U|(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^]{0,600}?-->\s*)*<(?:\w+:)?(?:MPD|SmoothStreamingMedia)[\s>])/.test(
    latin(bytes, 0, SNIFFED),
  );

/**
 * `start`: as said of the beginning of a body. `among`: so long that they do not come by chance at the beginning of decoded bytes;
 * `anywhere`: nor in the middle of a million.
 */
interface Test {
  kind: MagicKind;
  start: (bytes: Buffer) => boolean;
  among?: (bytes: Buffer) => boolean;
  anywhere?: (bytes: Buffer) => boolean;
}
const strong = (kind: MagicKind, start: Test['start'], anywhere = start): Test => ({ kind, start, among: anywhere, anywhere });
const fair = (kind: MagicKind, start: Test['start']): Test => ({ kind, start, among: start });
const weak = (kind: MagicKind, start: Test['start']): Test => ({ kind, start });

const tests: readonly Test[] = [
  strong('iso-media', isoMedia, isoMediaAnywhere),
  strong('matroska', startsWith('\x1a\x45\xdf\xa3')),
  strong(
    'webp',
    riffOf((form) => form === 'WEBP'),
  ),
  strong(
    'riff',
    startsWith('RIFF'),
    riffOf((form) => ['AVI ', 'WAVE', 'AVIX'].includes(form)),
  ),
  fair('riff', (bytes) => startsWith('RIFX')(bytes) || (startsWith('FORM')(bytes) && /^AIF[FC]$/.test(latin(bytes, 8, 12)))),
  weak('flv', startsWith('FLV')),
  strong('flv', startsWith('FLV\x01'), (bytes) => startsWith('FLV\x01')(bytes) && (bytes[4]! & 0xfa) === 0 && big(bytes, 5) === 9),
  strong('mpeg-ps', startsWith('\0\0\x01\xba'), packHeader),
  strong('mpeg-ps', startsWith('\0\0\x01\xb3'), sequenceHeader),
  strong('h26x', startCode, parameterSet),
  strong('jpeg', startsWith('\xff\xd8\xff'), jpegAnywhere),
  strong('png', startsWith('\x89PNG'), startsWith('\x89PNG\r\n\x1a\n')),
  strong('gif', (bytes) => /^GIF8[79]a/.test(latin(bytes, 0, 6))),
  fair('mpeg-ts', transport),
  weak('mpeg-ts', shortTransport),
  fair('bmp', bmp),
  fair('tiff', (bytes) => /^(?:II[*+]\0|MM\0[*+])/.test(latin(bytes, 0, 4))),
  weak('jpeg-xl', startsWith('\xff\x0a')),
  fair('jpeg-xl', startsWith('\0\0\0\x0cJXL \r\n\x87\n')),
  fair('jpeg-2000', (bytes) => startsWith('\0\0\0\x0cjP  ')(bytes) || startsWith('\xff\x4f\xff\x51')(bytes)),
  strong('asf', startsWith('\x30\x26\xb2\x75\x8e\x66\xcf\x11')),
  strong(
    'recorder',
    (bytes) => /^(?:DHAV|IMKH|IMKV|\.RMF)/.test(latin(bytes, 0, 4)),
    (bytes) => /^(?:DHAV[\xf0-\xff]|IMK[HV]\x01[\0-\x03])/.test(latin(bytes, 0, 6)),
  ),
  strong('mxf', startsWith('\x06\x0e\x2b\x34'), startsWith('\x06\x0e\x2b\x34\x02\x05\x01')),
  fair('sound', (bytes) => /^(?:OggS|fLaC|#!AMR|caff|MThd|\.snd)/.test(latin(bytes, 0, 5))),
  weak('sound', (bytes) => (startsWith('ID3')(bytes) && bytes[3]! >= 2 && bytes[3]! <= 4) || startsWith('\x0b\x77')(bytes)),
  // MPEG audio and AAC: eleven bits of sync. Text never begins so.
  weak('sound', (bytes) => bytes[0] === 0xff && bytes[1]! >= 0xe0),
  strong('archive', startsWith('PK\x03\x04'), zipEntry),
  fair('archive', (bytes) => /^PK(?:\x03\x04|\x05\x06|\x07\x08)/.test(latin(bytes, 0, 4))),
  // Names and numbers of a tar header end with a byte 0; a text about tar has the word alone.
  fair('archive', (bytes) => latin(bytes, 257, 262) === 'ustar' && latin(bytes, 0, 257).includes('\0')),
  fair('archive', (bytes) => /^(?:7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|MSCF\0|!<arch>\n|07070[127])/.test(latin(bytes, 0, 8))),
  weak('compressed', gzip),
  fair('compressed', (bytes) => gzip(bytes) && bytes.length > 9 && bytes[3]! < 0x20 && [0, 2, 4].includes(bytes[8]!)),
  weak('compressed', zlib),
  weak('compressed', startsWith('\x1f\x9d')),
  fair('compressed', (bytes) => /^(?:BZh[1-9]1AY&SY|\xfd7zXZ\0|\x28\xb5\x2f\xfd|\x04\x22\x4d\x18|LZIP\x01)/.test(latin(bytes, 0, 10))),
  fair('playlist', playlist),
  weak('icon', (bytes) => /^\0\0[\x01\x02]\0[^\0]\0/.test(latin(bytes, 0, 6))),
];

/** What a body is that begins with these bytes, or null. */
export const magicOf = (head: Buffer): MagicKind | null => tests.find((test) => test.start(head))?.kind ?? null;

/** The same where something is written before it that a reader skips: a byte order mark, white space. */
export function sniff(head: Buffer): MagicKind | null {
  const found = magicOf(head);
  if (found) return found;
  const skipped = /^(?:\xef\xbb\xbf)?[\t-\r ]*(?:\xef\xbb\xbf)?[\t-\r ]*/.exec(latin(head, 0, SNIFFED))![0].length;
  return skipped > 0 ? magicOf(head.subarray(skipped)) : null;
}

/** What decoded bytes begin with. Stricter than of a body: a word of a text decodes to something, too. */
export const magicAmong = (bytes: Buffer): MagicKind | null => tests.find((test) => test.among?.(bytes))?.kind ?? null;

const anchor =
  /\xff\xd8\xff|\x89PNG|GIF8|RIFF|FLV\x01|\x1a\x45\xdf\xa3|ftyp|styp|moov|moof|sidx|\0\0\x01[\x67\x27\x47\x40\x42\xba\xb3]|PK\x03\x04|DHAV|IMK[HV]|\x30\x26\xb2\x75|\x06\x0e\x2b\x34/g;
const boxNames = /^(?:ftyp|styp|moov|moof|sidx)$/;

/** Wherever in decoded bytes something begins that does not come by chance. */
export function* magicsIn(bytes: Buffer): Generator<{ kind: MagicKind; at: number }> {
  const text = bytes.toString('latin1');
  for (const match of text.matchAll(anchor)) {
    const at = match.index - (boxNames.test(match[0]) ? 4 : 0);
    if (at < 0) continue;
    const head = bytes.subarray(at, at + 70_000);
    const found = tests.find((test) => test.anywhere?.(head));
    if (found) yield { kind: found.kind, at };
  }
}
