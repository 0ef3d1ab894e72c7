// H.265 over RTP (RFC 7798): single NAL units, aggregation packets (48), fragmentation units (49), without DONL.
import { Problem } from '../../../../plugin/domain/problem.js';
import type { RtpPacket } from '../rtp-packet.js';
import { makeUnitWriter } from '../unit-writer.js';
import { unfit } from './depacketizer.js';
import { misfit, slabBytes, tooLongSet } from './nal-units.js';
import type { PictureForm } from './pictures.js';

const typeOf = (first: number): number => (first >> 1) & 0x3f;

export function makeH265(): PictureForm {
  const writer = makeUnitWriter(slabBytes);
  let [coded, key, fragmented] = [false, false, false];
  let fragmentType = 0;

  const close = (type: number): void => {
    const length = writer.closeNal();
    // VPS, SPS, PPS: their length has 16 bits in an hvcC (ISO/IEC 14496-15 section 8.3.3).
    if (length > 65_535 && type >= 32 && type <= 34) throw tooLongSet();
    coded ||= type < 32;
    // IRAP: BLA, IDR, CRA (table 7-1).
    key ||= type >= 16 && type <= 21;
  };
  const single = (bytes: Buffer, start: number, end: number): void => {
    if (end - start < 2) throw unfit('a NAL unit without its header');
    writer.openNal();
    writer.copy(bytes, start, end);
    close(typeOf(bytes[start] as number));
  };
  const aggregate = ({ bytes, start, end }: RtpPacket): void => {
    if (end - start < 4) throw unfit('an aggregation packet that cannot be read');
    for (let at = start + 2; at < end;) {
      const next = at + 2 <= end ? at + 2 + bytes.readUInt16BE(at) : Infinity;
      if (next > end) throw unfit('an aggregation packet that cannot be read');
      single(bytes, at + 2, next);
      at = next;
    }
  };
  const fragment = ({ bytes, start, end }: RtpPacket): void => {
    const header = end - start > 3 ? (bytes[start + 2] as number) : 0xc0;
    const [isFirst, isLast, type] = [header >= 0x80, (header & 0x40) !== 0, header & 0x3f];
    if (isFirst === fragmented || (isFirst && isLast) || (!isFirst && type !== fragmentType)) throw misfit();
    if (isFirst) {
      writer.openNal();
      writer.byte(((bytes[start] as number) & 0x81) | (type << 1));
      writer.byte(bytes[start + 1] as number);
    }
    writer.copy(bytes, start + 3, end);
    [fragmented, fragmentType] = [!isLast, type];
    if (isLast) close(type);
  };

  return {
    add(packet) {
      const type = packet.end > packet.start ? typeOf(packet.bytes[packet.start] as number) : 63;
      if (type === 49) return fragment(packet);
      if (fragmented) throw misfit();
      if (type < 48) return single(packet.bytes, packet.start, packet.end);
      if (type === 48) return aggregate(packet);
      throw new Problem('codec-unsupported', `The recorder packs H.265 in a way (payload structure ${type}) that the gate does not read.`);
    },
    state: () => (fragmented ? 'cut' : coded ? 'whole' : 'bare'),
    finish() {
      const picture = { data: writer.take(), key };
      [coded, key] = [false, false];
      return picture;
    },
  };
}
