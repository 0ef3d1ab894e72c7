// Payloads → pictures: which packets belong to one picture is the same in every video format. The time ends it, or the marker bit.
import type { ReplayExtension } from '../access-unit.js';
import type { RtpPacket } from '../rtp-packet.js';
import { unfit, type Depacketizer, type Emit } from './depacketizer.js';

/** The payload format of one codec, for one picture after the other. */
export interface PictureForm {
  add(packet: RtpPacket): void;
  /** `bare`: no coded picture in it yet, at most parameter sets. `cut`: in the middle of a fragment. */
  state(): 'bare' | 'cut' | 'whole';
  finish(): { data: Buffer; key: boolean };
}

export function makePictures(form: PictureForm, emit: Emit): Depacketizer {
  let open = false;
  /** Has the server ever set a marker? One that never does ends its pictures by the next one's time (RFC 6184 section 5.1). */
  let marks = false;
  let [timestamp, first, last, bits] = [0, 0, 0, 0];
  let extension: ReplayExtension | null = null;

  const isWhole = (): boolean => {
    const state = form.state();
    if (state === 'cut') throw unfit('a picture without its end');
    return state === 'whole';
  };
  const close = (): void => {
    open = false;
    const { data, key } = form.finish();
    emit({ data, key, timestamp, ticks: 0, sequence: [first, last], extension: extension && { ...extension, bits } });
  };

  return {
    push(packet) {
      // Parameter sets with a time of their own wait for the picture that they belong to.
      if (open && packet.timestamp !== timestamp && isWhole()) close();
      if (!open) {
        [open, first, bits, extension] = [true, packet.sequence, 0, null];
        timestamp = packet.timestamp;
      }
      if (packet.timestamp !== timestamp) [timestamp, extension] = [packet.timestamp, null];
      last = packet.sequence;
      // Only the first packet of a picture must carry the extension; T and E may stand in its last one.
      if (packet.extension) {
        extension ??= packet.extension;
        bits |= packet.extension.bits;
      }
      form.add(packet);
      marks ||= packet.marker;
      // Some cameras mark the packets of parameter sets too.
      if (packet.marker && isWhole()) close();
    },
    end() {
      if (open && !marks && form.state() === 'whole') close();
      return !open;
    },
  };
}
