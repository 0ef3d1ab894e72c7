// The headers of a JPEG file (ITU-T T.81, annex B) made from what RTP's own header tells (RFC 2435, appendix B).
import { huffmanSegments } from './jpeg-tables.js';

export interface JpegFacts {
  /** 0: 4:2:2, 1: 4:2:0 (RFC 2435 section 4.1). */
  subsampling: 0 | 1;
  /** Pixels; 0 where RTP's header has no room for it and `segments` must tell. */
  width: number;
  height: number;
  /** One or two tables of 64 (8 bit) or 128 bytes (16 bit), one behind the other; bit n of `precision`: table n has 16 bit. */
  quantizers: Buffer;
  precision: number;
  /** MCUs between restart markers; 0: none. */
  restartInterval: number;
  /** Marker segments of ONVIF's JPEG extension: they stand in for ours. */
  segments: ReadonlyMap<number, Buffer>;
}

export const marker = { dqt: 0xdb, sof0: 0xc0, sof1: 0xc1, dht: 0xc4, dri: 0xdd } as const;
const carried: ReadonlySet<number> = new Set(Object.values(marker));

/** DQT, SOF, DHT and DRI segments of ONVIF's JPEG extension, whole with marker and length; the rest, and what is broken, is read over. */
export function readSegments(bytes: Buffer, start: number, end: number): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = start; at + 4 <= end;) {
    const kind = bytes[at + 1] as number;
    if (bytes[at] !== 0xff || kind === 0xff) {
      at++;
      continue;
    }
    const next = at + 2 + bytes.readUInt16BE(at + 2);
    if (next > end || next < at + 4) break;
    const segment = bytes.subarray(at, next);
    const before = found.get(kind);
    if (carried.has(kind)) found.set(kind, before ? Buffer.concat([before, segment]) : Buffer.from(segment));
    at = next;
  }
  return found;
}

const uint16 = (value: number): number[] => [value >> 8, value & 255];

function quantizerSegments({ quantizers, precision }: JpegFacts): Buffer {
  const segments: number[] = [];
  let at = 0;
  for (let table = 0; at < quantizers.length; table++) {
    const wide = (precision >> table) & 1;
    const values = quantizers.subarray(at, at + 64 * (1 + wide));
    segments.push(0xff, marker.dqt, ...uint16(3 + values.length), (wide << 4) | table, ...values);
    at += values.length;
  }
  return Buffer.from(segments);
}

function frameSegment({ subsampling, width, height, quantizers, precision }: JpegFacts): Buffer {
  const firstBytes = 64 * (1 + (precision & 1));
  const chroma = quantizers.length > firstBytes ? 1 : 0;
  const luma = subsampling === 0 ? 0x21 : 0x22;
  const components = [1, luma, 0, 2, 0x11, chroma, 3, 0x11, chroma];
  return Buffer.of(0xff, marker.sof0, 0, 17, 8, ...uint16(height), ...uint16(width), 3, ...components);
}

/** Components are numbered 1 to 3 by us; a frame header of the extension may number them otherwise, and the scan follows it. */
function scanSegment(frame: Buffer): Buffer {
  const numbers = [0, 1, 2].map((index) => frame[10 + 3 * index] ?? index + 1);
  return Buffer.of(0xff, 0xda, 0, 12, 3, ...numbers.flatMap((number, index) => [number, index === 0 ? 0x00 : 0x11]), 0, 63, 0);
}

/** From SOI to the last byte before the scan. Null where the size of the picture is not told. */
export function jpegHeaders(facts: JpegFacts): Buffer | null {
  const { segments, restartInterval } = facts;
  const told = segments.get(marker.sof0) ?? segments.get(marker.sof1);
  // A frame header of three components is all that the scan header above fits.
  if (told ? told.length !== 19 : facts.width === 0 || facts.height === 0) return null;
  const frame = told ?? frameSegment(facts);
  const restart = restartInterval > 0 ? Buffer.of(0xff, marker.dri, 0, 4, ...uint16(restartInterval)) : Buffer.alloc(0);
  // JFIF 1.01, which says that the colours are YCbCr; no density, no thumbnail.
  const jfif = Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex');
  return Buffer.concat([
    jfif,
    segments.get(marker.dqt) ?? quantizerSegments(facts),
    frame,
    segments.get(marker.dri) ?? restart,
    segments.get(marker.dht) ?? huffmanSegments,
    scanSegment(frame),
  ]);
}
