// G.711 over RTP (RFC 3551 section 4.5.14): a packet holds samples and nothing else.
import { unfit, type Depacketizer, type Emit } from './depacketizer.js';

export function makeG711(emit: Emit): Depacketizer {
  return {
    push({ bytes, start, end, timestamp, sequence, extension }) {
      if (end === start) throw unfit('an audio packet without samples');
      emit({
        data: Buffer.from(bytes.subarray(start, end)),
        key: true,
        timestamp,
        ticks: 0,
        sequence: [sequence, sequence],
        extension,
      });
    },
    end: () => true,
  };
}
