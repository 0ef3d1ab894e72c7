// Reads an RTP packet (RFC 3550 section 5.1) and the ONVIF replay header extension 0xABAC in it (ONVIF Streaming, "RTP header extension").
import { Problem } from '../../../plugin/domain/problem.js';

export interface ReplayExtension {
  /** Microseconds since 1970, UTC by the recorder's clock. */
  utcMicros: number;
  flags: { c: boolean; e: boolean; d: boolean; t: boolean };
}

export interface RtpPacket {
  payloadType: number;
  marker: boolean;
  sequence: number;
  timestamp: number;
  ssrc: number;
  extension: ReplayExtension | null;
  payload: Buffer;
}

const ntpEpochSeconds = 2_208_988_800;

/**
 * 64-bit NTP → microseconds since 1970, half rounded up. Seconds below 2^31 are past the wrap of 2036-02-07. Exact: every step is below
 * 2^53.
 */
export function microsOfNtp(seconds: number, fraction: number): number {
  const era = seconds < 2 ** 31 ? seconds + 2 ** 32 : seconds;
  return (era - ntpEpochSeconds) * 1_000_000 + Math.floor((fraction * 1_000_000 + 2 ** 31) / 2 ** 32);
}

const broken = (): Problem => new Problem('vms-fault', 'The recorder sent an RTP packet that cannot be read.');

function readExtension(packet: Buffer, at: number, words: number): ReplayExtension | null {
  if (packet.readUInt16BE(at) !== 0xabac || words < 3) return null;
  const bits = packet[at + 12] as number;
  // The CSeq byte behind the bits is 0 with some servers whatever was asked: not read.
  return {
    utcMicros: microsOfNtp(packet.readUInt32BE(at + 4), packet.readUInt32BE(at + 8)),
    flags: { c: (bits & 0x80) !== 0, e: (bits & 0x40) !== 0, d: (bits & 0x20) !== 0, t: (bits & 0x10) !== 0 },
  };
}

/** Problem: `vms-fault` for what is no RTP packet. Another header extension is skipped by its own length. */
export function readRtp(packet: Buffer): RtpPacket {
  const first = packet[0] ?? 0;
  let at = 12 + 4 * (first & 0x0f);
  if (packet.length < at || first >> 6 !== 2) throw broken();
  let extension: ReplayExtension | null = null;
  if (first & 0x10) {
    if (packet.length < at + 4) throw broken();
    const words = packet.readUInt16BE(at + 2);
    if (packet.length < at + 4 + 4 * words) throw broken();
    extension = readExtension(packet, at, words);
    at += 4 + 4 * words;
  }
  const padding = first & 0x20 ? (packet.at(-1) ?? 0) : 0;
  if ((first & 0x20 && padding === 0) || at + padding > packet.length) throw broken();
  const second = packet[1] as number;
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequence: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    ssrc: packet.readUInt32BE(8),
    extension,
    payload: packet.subarray(at, packet.length - padding),
  };
}

/** Does a compound RTCP packet hold a BYE (RFC 3550 section 6.6)? */
export function holdsBye(rtcp: Buffer): boolean {
  for (let at = 0; at + 4 <= rtcp.length; at += 4 + 4 * rtcp.readUInt16BE(at + 2)) if (rtcp[at + 1] === 203) return true;
  return false;
}
