// Reads an RTP packet (RFC 3550 section 5.1) where it lies. One object is filled again and again: a packet costs no memory.
import { Problem } from '../../../plugin/domain/problem.js';
import type { ReplayExtension } from './access-unit.js';
import { readExtension } from './replay-extension.js';

export interface RtpPacket {
  bytes: Buffer;
  /** Payload, half-open, in `bytes`. */
  start: number;
  end: number;
  payloadType: number;
  marker: boolean;
  sequence: number;
  timestamp: number;
  ssrc: number;
  extension: ReplayExtension | null;
  /** ONVIF's JPEG extension behind the replay extension or alone: where its segments lie in `bytes`. Empty where there is none. */
  jpegStart: number;
  jpegEnd: number;
}

export const makePacket = (): RtpPacket => ({
  bytes: Buffer.alloc(0),
  start: 0,
  end: 0,
  payloadType: 0,
  marker: false,
  sequence: 0,
  timestamp: 0,
  ssrc: 0,
  extension: null,
  jpegStart: 0,
  jpegEnd: 0,
});

const broken = (): Problem => new Problem('vms-fault', 'The recorder sent an RTP packet that cannot be read.');
const uint16 = (bytes: Buffer, at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
const uint32 = (bytes: Buffer, at: number): number => uint16(bytes, at) * 65_536 + uint16(bytes, at + 2);

/** Reads `bytes` from `from` to before `to` into `packet`. Problem: `vms-fault` for what is no RTP packet. */
export function readRtp(packet: RtpPacket, bytes: Buffer, from: number, to: number): void {
  const first = to - from >= 12 ? (bytes[from] as number) : 0;
  let at = from + 12 + 4 * (first & 0x0f);
  if (first >> 6 !== 2 || at > to) throw broken();
  packet.extension = null;
  packet.jpegStart = packet.jpegEnd = 0;
  if (first & 0x10) {
    const end = at + 4 <= to ? at + 4 + 4 * uint16(bytes, at + 2) : Infinity;
    if (end > to) throw broken();
    // Another extension is skipped by its own length, as is what follows ours.
    readExtension(packet, bytes, at, end);
    at = end;
  }
  const padding = first & 0x20 ? (bytes[to - 1] as number) : 0;
  if ((first & 0x20 && padding === 0) || at + padding > to) throw broken();
  const second = bytes[from + 1] as number;
  packet.bytes = bytes;
  packet.start = at;
  packet.end = to - padding;
  packet.payloadType = second & 0x7f;
  packet.marker = second >= 0x80;
  packet.sequence = uint16(bytes, from + 2);
  packet.timestamp = uint32(bytes, from + 4);
  packet.ssrc = uint32(bytes, from + 8);
}

/** Does a compound RTCP packet hold a BYE (RFC 3550 section 6.6)? */
export function holdsBye(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at + 4 <= to; at += 4 + 4 * uint16(bytes, at + 2)) if (bytes[at + 1] === 203) return true;
  return false;
}
