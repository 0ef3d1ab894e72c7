// Units as packets that are kept ready: made once for each frame of the file, then only sequence, times, flags and source are written in.
// What makes the recorder fast enough to measure a client by.
import type { MediaTrack } from './mp4.js';
import { flagsOf, packetize, timestampOf, writeNtp, type Bits, type RtpStream } from './rtp.js';
import type { LaidUnit } from './timeline.js';

interface Ready {
  bytes: Buffer;
  /** Where each packet's frame begins. */
  starts: number[];
}

const kept = new WeakMap<MediaTrack, Map<number, Ready>>();

function readyFor(stream: RtpStream, unit: LaidUnit): Ready {
  let ofTrack = kept.get(unit.media);
  if (!ofTrack) kept.set(unit.media, (ofTrack = new Map<number, Ready>()));
  // Several audio units in one packet: any number may begin with the same one.
  const name = unit.fileFrame * 64 + (unit.track ? unit.nals.length : 0);
  let ready = ofTrack.get(name);
  if (!ready) {
    const packets = packetize({ ...stream, sequence: 0 }, unit, { e: false, d: false, t: false, cseq: 0 });
    let at = 0;
    ready = { bytes: Buffer.concat(packets), starts: packets.map((packet) => (at += packet.length) - packet.length) };
    ofTrack.set(name, ready);
  }
  return ready;
}

export const readyLength = (stream: RtpStream, unit: LaidUnit): number => readyFor(stream, unit).bytes.length;

/** Copies the unit's packets to `target` at `at`; the same bytes as `packetize` makes. */
export function writeReady(target: Buffer, at: number, stream: RtpStream, unit: LaidUnit, bits: Bits): number {
  const { bytes, starts } = readyFor(stream, unit);
  target.set(bytes, at);
  const timestamp = timestampOf(stream, unit.utcMicros);
  const { channel, ssrc, payloadType = 96 } = stream;
  for (const start of starts) {
    const from = at + start;
    target[from + 1] = channel;
    target[from + 5] = ((target[from + 5] ?? 0) & 0x80) | payloadType;
    target.writeUInt16BE(stream.sequence, from + 6);
    target.writeUInt32BE(timestamp, from + 8);
    target.writeUInt32BE(ssrc, from + 12);
    stream.sequence = (stream.sequence + 1) & 0xffff;
  }
  // Frame 4, header 12, extension header 4: the time stands at 20.
  writeNtp(target, at + 20, unit.utcMicros);
  target[at + 28] = flagsOf(unit.key, bits);
  target[at + 29] = bits.cseq & 255;
  return bytes.length;
}
