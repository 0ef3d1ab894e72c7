// AAC over RTP (RFC 3640, mode AAC-hbr): several access units in a packet, or one over several packets.
import { Problem } from '../../../../plugin/domain/problem.js';
import type { ReplayExtension } from '../access-unit.js';
import type { RtpPacket } from '../rtp-packet.js';
import { makeUnitWriter } from '../unit-writer.js';
import { unfit, type Depacketizer, type Emit } from './depacketizer.js';

export interface AacPacking {
  /** Bits of an AU header's fields (`fmtp`). */
  sizeLength: number;
  indexLength: number;
  indexDeltaLength: number;
  /** RTP ticks from one access unit to the next. */
  ticks: number;
}

const slabBytes = 64 * 1024;
/** A packet of 64 kB cannot hold more units that are of any use. */
const mostUnits = 256;

export function makeAac({ sizeLength, indexLength, indexDeltaLength, ticks }: AacPacking, emit: Emit): Depacketizer {
  const writer = makeUnitWriter(slabBytes);
  /** The access unit that goes on in the next packet. */
  let open: { size: number; timestamp: number; first: number; extension: ReplayExtension | null } | null = null;
  const sizes: number[] = [];

  /** Sizes of the access units (section 3.2.1); where the headers end. */
  const readHeaders = ({ bytes, start, end }: RtpPacket): number => {
    const bitLength = end - start >= 2 ? bytes.readUInt16BE(start) : 0;
    const dataStart = start + 2 + ((bitLength + 7) >> 3);
    if (bitLength === 0 || dataStart > end) throw unfit('an audio packet that cannot be read');
    let at = 0;
    const bits = (count: number): number => {
      let value = 0;
      for (; count > 0; count--, at++) value = value * 2 + (((bytes[start + 2 + (at >> 3)] as number) >> (7 - (at & 7))) & 1);
      return value;
    };
    sizes.length = 0;
    while (at < bitLength) {
      const width = sizeLength + (sizes.length ? indexDeltaLength : indexLength);
      if (at + width > bitLength || sizes.length === mostUnits) throw unfit('an audio packet that cannot be read');
      sizes.push(bits(sizeLength));
      if (bits(width - sizeLength) !== 0)
        throw new Problem('codec-unsupported', 'The recorder interleaves its audio units, which the gate does not read.');
    }
    return dataStart;
  };

  const proceed = (packet: RtpPacket, dataStart: number): void => {
    if (!open || packet.timestamp !== open.timestamp || sizes.length !== 1 || sizes[0] !== open.size)
      throw unfit('fragments of an audio unit that do not fit together');
    if (writer.size() + packet.end - dataStart > open.size) throw unfit('an audio unit longer than it says');
    writer.copy(packet.bytes, dataStart, packet.end);
    if (writer.size() < open.size) return;
    const { timestamp, first, extension } = open;
    open = null;
    emit({ data: writer.take(), key: true, timestamp, ticks: 0, sequence: [first, packet.sequence], extension });
  };

  return {
    push(packet) {
      const dataStart = readHeaders(packet);
      if (open) return proceed(packet, dataStart);
      const { bytes, end, timestamp, sequence, extension } = packet;
      if (sizes.length === 1 && (sizes[0] as number) > end - dataStart) {
        open = { size: sizes[0] as number, timestamp, first: sequence, extension };
        if (end > dataStart) writer.copy(bytes, dataStart, end);
        return;
      }
      let at = dataStart;
      for (const [index, size] of sizes.entries()) {
        if (size === 0 || at + size > end) throw unfit('an audio packet that cannot be read');
        writer.copy(bytes, at, at + size);
        at += size;
        // D is told of the first unit of a packet, E and T of its last.
        const bits = (extension?.bits ?? 0) & (index === 0 ? 0xf0 : ~0x20) & (index === sizes.length - 1 ? 0xf0 : ~0x50);
        emit({
          data: writer.take(),
          key: true,
          timestamp,
          ticks: index * ticks,
          sequence: [sequence, sequence],
          extension: extension && { ...extension, bits },
        });
      }
    },
    end: () => open === null,
  };
}
