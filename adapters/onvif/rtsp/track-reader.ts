// Packets of one track → its units: nothing may be missing between them, and what an earlier PLAY still sends is dropped.
import { Problem } from '../../../plugin/domain/problem.js';
import type { AccessUnit, Piece } from './access-unit.js';
import type { Kept } from './codecs.js';
import { makePacket, readRtp } from './rtp-packet.js';
import type { UnitTimes } from './unit-times.js';

export interface TrackReader {
  /** One RTP packet, `bytes` from `start` to before `end`. Problems: `vms-fault`, `codec-unsupported`, `wrong-footage`. */
  push(bytes: Buffer, start: number, end: number): void;
  /** Nothing follows: gives out what only the next packet would have ended. False where something is cut in its middle. */
  end(): boolean;
}

const fault = (detail: string): Problem => new Problem('vms-fault', detail);

/** It looks as if the first packet were missing. There are recorders of which it always does. */
export class BeginningMissing extends Problem {
  constructor(detail: string) {
    super('vms-fault', detail);
  }
}

interface Parts {
  /** Does this CSeq byte name an earlier PLAY of the session? */
  isStale(cseq: number): boolean;
  give(unit: AccessUnit): void;
  /** Is it a fault when the beginning seems to be missing? */
  careful: boolean;
  /** Sequence number that the answer to PLAY announced (RFC 2326 section 12.33), or null. */
  firstSequence(): number | null;
}

export function makeTrackReader(kept: Kept, times: UnitTimes, { isStale, give, careful, firstSequence }: Parts): TrackReader {
  const packet = makePacket();
  const { track, media } = kept;
  let [begun, sequence, ssrc] = [false, 0, 0];
  /** The first unit, where it came without its time: it waits until the second one tells whether that is this recorder's way. */
  let first: AccessUnit | 'none' | 'given' = 'none';
  const letGo = (): void => {
    if (typeof first === 'object') give(first);
    first = 'given';
  };

  const emit = (piece: Piece): void => {
    const { extension, data, sequence: numbers } = piece;
    if (extension && isStale(extension.cseq)) return;
    const { utcMicros, counted } = times.timeOf(piece);
    const bits = extension?.bits ?? 0;
    const flags = { c: (bits & 0x80) !== 0, e: (bits & 0x40) !== 0, d: (bits & 0x20) !== 0, t: (bits & 0x10) !== 0 };
    const unit = { track: track.track, utcMicros, counted, key: piece.key || flags.c, flags, sequence: numbers, data };
    if (first === 'none' && counted && careful) return void (first = unit);
    // The packet that bore the time of the first unit is the one that is missing.
    if (typeof first === 'object' && !counted) throw new BeginningMissing('The first packet of what the recorder sent is missing.');
    letGo();
    give(unit);
  };
  const depacketizer = kept.depacketizer(emit);
  return {
    push(bytes, start, end) {
      readRtp(packet, bytes, start, end);
      // TCP loses nothing: a hole was in what the recorder read or sent.
      if (begun && (packet.ssrc !== ssrc || packet.sequence !== ((sequence + 1) & 0xffff)))
        throw fault('Packets are missing in what the recorder sent.');
      if (!begun && careful && packet.sequence !== (firstSequence() ?? packet.sequence))
        throw new BeginningMissing('What the recorder sent does not begin with the packet that it announced.');
      [begun, sequence, ssrc] = [true, packet.sequence, packet.ssrc];
      if (packet.payloadType === media.payloadType) return depacketizer.push(packet);
      // Comfort noise and tones stand between samples of audio.
      if (track.kind === 'video') throw fault('The recorder changed the form of its packets in mid-stream.');
    },
    end: () => {
      const whole = depacketizer.end();
      letGo();
      return whole;
    },
  };
}
