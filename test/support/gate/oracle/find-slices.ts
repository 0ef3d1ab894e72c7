// What of an original is coded picture: slices of H.264 and H.265, entropy-coded scans of JPEG. Headers, parameter sets and the encoder's own
// remarks (SEI) are left out: the gate's copies made by the same tools hold the same ones.
import { mp4Samples } from './mp4-samples.js';

export interface Coded {
  kind: 'nal' | 'scan' | 'whole';
  /** A view into the original. */
  data: Buffer;
}

/** What is none of the known kinds counts whole. */
export function slicesOf(bytes: Buffer): Coded[] {
  if (isMp4(bytes))
    return mp4Samples(bytes).flatMap(({ codec, data, lengthBytes }) =>
      codec === 'other' ? pieceOf(data) : slicesIn(splitByLength(data, lengthBytes), codec),
    );
  if (isAnnexB(bytes)) return slicesIn(splitByStartCode(bytes), annexBCodec(bytes));
  return pieceOf(bytes);
}

const pieceOf = (data: Buffer): Coded[] =>
  isJpeg(data) ? scansOf(data).map((scan) => ({ kind: 'scan', data: scan })) : [{ kind: 'whole', data }];

const isJpeg = (bytes: Buffer): boolean => bytes.length > 4 && bytes.readUInt32BE(0) >>> 8 === 0xffd8ff;
const isMp4 = (bytes: Buffer): boolean =>
  bytes.length >= 8 && /^(ftyp|styp|moov|moof|mdat|free|wide)$/.test(bytes.toString('latin1', 4, 8));
const isAnnexB = (bytes: Buffer): boolean => bytes.length > 4 && (bytes.readUInt32BE(0) === 1 || bytes.readUInt32BE(0) >>> 8 === 1);

export type NalCodec = 'h264' | 'h265';

/** H.264 table 7-1, H.265 table 7-1. */
const isSlice = (nal: Buffer, codec: NalCodec): boolean => {
  if (codec === 'h265') return nal[0]! >> 1 <= 21;
  const type = nal[0]! & 0x1f;
  return type >= 1 && type <= 5;
};
const slicesIn = (nals: readonly Buffer[], codec: NalCodec): Coded[] =>
  nals.filter((nal) => nal.length > 0 && isSlice(nal, codec)).map((data) => ({ kind: 'nal', data }));

/** What is cut short counts as far as it goes. */
function splitByLength(data: Buffer, lengthBytes: number): Buffer[] {
  const nals: Buffer[] = [];
  for (let at = 0; at + lengthBytes < data.length;) {
    const bytes = data.readUIntBE(at, lengthBytes);
    nals.push(data.subarray(at + lengthBytes, at + lengthBytes + bytes));
    at += lengthBytes + bytes;
  }
  return nals;
}

function splitByStartCode(bytes: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let at = bytes.indexOf('000001', 0, 'hex'); at >= 0; at = bytes.indexOf('000001', at + 3, 'hex')) starts.push(at + 3);
  return starts.map((start, index) => {
    let end = index + 1 < starts.length ? starts[index + 1]! - 3 : bytes.length;
    // A NAL unit ends with no zero: those belong to the next start code (H.264, B.1).
    while (end > start && bytes[end - 1] === 0) end--;
    return bytes.subarray(start, end);
  });
}

/** A stream of H.265 begins with its VPS, or with a delimiter of two bytes' header. */
const annexBCodec = (bytes: Buffer): NalCodec => ([0x40, 0x46].includes(bytes[bytes.readUInt32BE(0) === 1 ? 4 : 3]!) ? 'h265' : 'h264');

/** From behind each scan's header to the next marker that is neither a stuffed zero nor a restart (ITU-T T.81, B.1.1.5). */
function scansOf(jpeg: Buffer): Buffer[] {
  const scans: Buffer[] = [];
  for (let at = 2; at + 4 <= jpeg.length;) {
    if (jpeg[at] !== 0xff) break;
    const marker = jpeg[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xd9) break;
    at += 2 + jpeg.readUInt16BE(at + 2);
    if (marker !== 0xda) continue;
    const end = endOfScan(jpeg, at);
    scans.push(jpeg.subarray(at, end));
    at = end;
  }
  return scans;
}

/** Where the entropy-coded data that begins at `from` ends. */
export function endOfScan(jpeg: Buffer, from: number): number {
  for (let at = jpeg.indexOf(0xff, from); at >= 0 && at + 1 < jpeg.length; at = jpeg.indexOf(0xff, at + 1)) {
    const next = jpeg[at + 1]!;
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  return jpeg.length;
}
