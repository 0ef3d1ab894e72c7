// H.264 over RTP (RFC 6184): single NAL units, STAP-A, FU-A. Every received NAL unit comes out byte for byte behind its length.
import { Problem } from '../../../../plugin/domain/problem.js';
import type { RtpPacket } from '../rtp-packet.js';
import { makeUnitWriter } from '../unit-writer.js';
import { unfit } from './depacketizer.js';
import { misfit, slabBytes, tooLongSet } from './nal-units.js';
import type { PictureForm } from './pictures.js';

export function makeH264(): PictureForm {
  const writer = makeUnitWriter(slabBytes);
  let [coded, key, fragmented] = [false, false, false];
  let fragmentType = 0;

  const close = (type: number): void => {
    const length = writer.closeNal();
    // SPS, PPS, SPS extension, subset SPS: their length has 16 bits in an avcC (ISO/IEC 14496-15 section 5.3.3).
    if (length > 65_535 && (type === 7 || type === 8 || type === 13 || type === 15)) throw tooLongSet();
    coded ||= type >= 1 && type <= 5;
    key ||= type === 5;
  };
  const single = (bytes: Buffer, start: number, end: number): void => {
    writer.openNal();
    writer.copy(bytes, start, end);
    close((bytes[start] as number) & 0x1f);
  };
  const aggregate = ({ bytes, start, end }: RtpPacket): void => {
    for (let at = start + 1; at < end;) {
      const next = at + 2 <= end ? at + 2 + bytes.readUInt16BE(at) : Infinity;
      if (next > end || next === at + 2) throw unfit('an aggregation packet that cannot be read');
      single(bytes, at + 2, next);
      at = next;
    }
  };
  const fragment = ({ bytes, start, end }: RtpPacket): void => {
    const header = end - start > 2 ? (bytes[start + 1] as number) : 0xc0;
    const [isFirst, isLast, type] = [header >= 0x80, (header & 0x40) !== 0, header & 0x1f];
    if (isFirst === fragmented || (isFirst && isLast) || (!isFirst && type !== fragmentType)) throw misfit();
    if (isFirst) {
      writer.openNal();
      writer.byte(((bytes[start] as number) & 0xe0) | type);
    }
    writer.copy(bytes, start + 2, end);
    [fragmented, fragmentType] = [!isLast, type];
    if (isLast) close(type);
  };

  return {
    add(packet) {
      const type = packet.end > packet.start ? (packet.bytes[packet.start] as number) & 0x1f : 0;
      if (type === 28) return fragment(packet);
      if (fragmented) throw misfit();
      if (type >= 1 && type <= 23) return single(packet.bytes, packet.start, packet.end);
      if (type === 24) return aggregate(packet);
      throw new Problem('codec-unsupported', `The recorder packs H.264 in a way (payload structure ${type}) that the gate does not read.`);
    },
    state: () => (fragmented ? 'cut' : coded ? 'whole' : 'bare'),
    finish() {
      const picture = { data: writer.take(), key };
      [coded, key] = [false, false];
      return picture;
    },
  };
}
