// Payloads of RTP packets for one access unit, by codec: RFC 6184 (H.264), RFC 7798 (H.265), RFC 3640 (AAC), RFC 3551 (G.711),
// RFC 2435 (JPEG).
import { jpegPayloads } from './jpeg.js';
import type { Entry } from './sample-entry.js';

const payloadSize = 1400;
type Codec = Entry['codec'];

interface NalPacking {
  /** Bytes of a NAL unit's header. */
  head: number;
  aggregate(nals: readonly Buffer[]): Buffer;
  /** What stands before a fragment: payload header and FU header. */
  fragment(nal: Buffer, start: boolean, end: boolean): Buffer;
}

const sized = (nals: readonly Buffer[]): Buffer[] => nals.flatMap((nal) => [Buffer.of(nal.length >> 8, nal.length & 255), nal]);

/** STAP-A and FU-A (RFC 6184 sections 5.7.1, 5.8). */
const h264: NalPacking = {
  head: 1,
  aggregate: (nals) => Buffer.concat([Buffer.of(Math.max(...nals.map((nal) => (nal[0] ?? 0) & 0x60)) | 24), ...sized(nals)]),
  fragment: ([first = 0], start, end) => Buffer.of((first & 0xe0) | 28, (first & 0x1f) | (start ? 0x80 : 0) | (end ? 0x40 : 0)),
};

/** AP and FU (RFC 7798 sections 4.4.2, 4.4.3), layer 0, temporal id of the first. */
const h265: NalPacking = {
  head: 2,
  aggregate: (nals) => Buffer.concat([Buffer.of(48 << 1, (nals[0]?.[1] ?? 1) & 7), ...sized(nals)]),
  fragment: ([first = 0, second = 0], start, end) =>
    Buffer.of((first & 0x81) | (49 << 1), second, ((first >> 1) & 0x3f) | (start ? 0x80 : 0) | (end ? 0x40 : 0)),
};

/** Small neighbours share a packet, large units are cut, the rest goes alone. */
function packNals(nals: readonly Buffer[], packing: NalPacking): Buffer[] {
  const payloads: Buffer[] = [];
  let small: Buffer[] = [];
  const flush = (): void => {
    if (small.length === 1) payloads.push(small[0] as Buffer);
    if (small.length > 1) payloads.push(packing.aggregate(small));
    small = [];
  };
  for (const nal of nals) {
    const room = small.reduce((sum, each) => sum + each.length + 2, packing.head) + nal.length + 2;
    if (room > payloadSize) flush();
    if (nal.length <= payloadSize) {
      small.push(nal);
      continue;
    }
    const each = payloadSize - packing.head - 1;
    for (let at = packing.head; at < nal.length; at += each) {
      const end = Math.min(at + each, nal.length);
      payloads.push(Buffer.concat([packing.fragment(nal, at === packing.head, end === nal.length), nal.subarray(at, end)]));
    }
  }
  flush();
  return payloads;
}

/** AAC-hbr (RFC 3640 section 3.3.6): 13 bits of size and 3 of index for each unit; one that is too large is cut, each piece with its
 *  whole size. */
function packAac(units: readonly Buffer[]): Buffer[] {
  const header = (of: readonly Buffer[]): Buffer =>
    Buffer.concat([
      Buffer.of(of.length >> 4, (of.length << 4) & 255),
      ...of.map((unit) => Buffer.of(unit.length >> 5, (unit.length << 3) & 255)),
    ]);
  const [only] = units;
  if (units.length > 1 || !only || only.length <= payloadSize) return [Buffer.concat([header(units), ...units])];
  return Array.from({ length: Math.ceil(only.length / payloadSize) }, (_, index) =>
    Buffer.concat([header(units), only.subarray(index * payloadSize, (index + 1) * payloadSize)]),
  );
}

/** Payloads in order. The marker stands on the last; on none for G.711, where it would say that somebody begins to speak. */
export function payloadsOf(codec: Codec, nals: readonly Buffer[]): Buffer[] {
  switch (codec) {
    case 'h264':
      return packNals(nals, h264);
    case 'h265':
      return packNals(nals, h265);
    case 'aac':
      return packAac(nals);
    case 'jpeg':
      return jpegPayloads(nals[0] ?? Buffer.alloc(0), payloadSize);
    case 'pcmu':
    case 'pcma':
      return [Buffer.concat(nals)];
  }
}
