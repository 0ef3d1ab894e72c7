// Cuts access units into RTP packets (RFC 3550, RFC 6184) with the ONVIF replay header extension, each framed for RTSP over TCP.
import type { Unit } from './timeline.js';

export interface RtpStream {
  channel: number;
  sequence: number;
  ssrc: number;
  firstMicros: number | null;
}

export interface Bits {
  e: boolean;
  d: boolean;
  t: boolean;
  cseq: number;
}

const payloadSize = 1400;
const ntpEpochSeconds = 2_208_988_800;

/** 64-bit NTP time of microseconds since 1970 (RFC 5905 section 6). */
export function ntpOf(utcMicros: number): Buffer {
  const bytes = Buffer.alloc(8);
  const seconds = Math.floor(utcMicros / 1e6);
  bytes.writeUInt32BE((seconds + ntpEpochSeconds) % 2 ** 32, 0);
  bytes.writeUInt32BE(Math.floor(((utcMicros - seconds * 1e6) / 1e6) * 2 ** 32 + 0.5) % 2 ** 32, 4);
  return bytes;
}

/** Small neighbours share a STAP-A, large units become FU-As, the rest goes alone (RFC 6184 sections 5.6 to 5.8). */
function payloadsOf(nals: readonly Buffer[]): Buffer[] {
  const payloads: Buffer[] = [];
  let small: Buffer[] = [];
  const flush = (): void => {
    if (small.length === 1) payloads.push(small[0] as Buffer);
    if (small.length > 1) {
      const indicator = Math.max(...small.map((nal) => (nal[0] ?? 0) & 0x60)) | 24;
      payloads.push(Buffer.concat([Buffer.of(indicator), ...small.flatMap((nal) => [Buffer.of(nal.length >> 8, nal.length & 255), nal])]));
    }
    small = [];
  };
  for (const nal of nals) {
    const room = small.reduce((sum, each) => sum + each.length + 2, 1) + nal.length + 2;
    if (room > payloadSize) flush();
    if (nal.length <= payloadSize) {
      small.push(nal);
      continue;
    }
    const head = nal[0] ?? 0;
    for (let at = 1; at < nal.length; at += payloadSize - 2) {
      const end = Math.min(at + payloadSize - 2, nal.length);
      const header = (head & 0x1f) | (at === 1 ? 0x80 : 0) | (end === nal.length ? 0x40 : 0);
      payloads.push(Buffer.concat([Buffer.of((head & 0xe0) | 28, header), nal.subarray(at, end)]));
    }
  }
  flush();
  return payloads;
}

export function frameOnTcp(channel: number, packet: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x24, channel, packet.length >> 8, packet.length & 255), packet]);
}

/** All packets of one unit. The extension stands in its first packet only, which is all that the standard promises. */
export function packetize(stream: RtpStream, unit: Unit, bits: Bits): Buffer[] {
  stream.firstMicros ??= unit.utcMicros;
  const timestamp = Math.round(((unit.utcMicros - stream.firstMicros) * 9) / 100) % 2 ** 32;
  const payloads = payloadsOf(unit.nals);
  return payloads.map((payload, index) => {
    const header = Buffer.alloc(12);
    header[0] = index === 0 ? 0x90 : 0x80;
    header[1] = 96 | (index === payloads.length - 1 ? 0x80 : 0);
    header.writeUInt16BE(stream.sequence, 2);
    header.writeUInt32BE(timestamp, 4);
    header.writeUInt32BE(stream.ssrc, 8);
    stream.sequence = (stream.sequence + 1) & 0xffff;
    if (index > 0) return frameOnTcp(stream.channel, Buffer.concat([header, payload]));
    const flags = (unit.key ? 0x80 : 0) | (bits.e ? 0x40 : 0) | (bits.d ? 0x20 : 0) | (bits.t ? 0x10 : 0);
    const extension = Buffer.concat([Buffer.of(0xab, 0xac, 0, 3), ntpOf(unit.utcMicros), Buffer.of(flags, bits.cseq & 255, 0, 0)]);
    return frameOnTcp(stream.channel, Buffer.concat([header, extension, payload]));
  });
}

/** RTCP: an empty sender report whose NTP and RTP times are 0, as replay sends them, and a BYE (RFC 3550 sections 6.4.1, 6.6). */
export function goodbye(stream: RtpStream): Buffer {
  const report = Buffer.alloc(28);
  report.set([0x80, 200, 0, 6]);
  report.writeUInt32BE(stream.ssrc, 4);
  const bye = Buffer.alloc(8);
  bye.set([0x81, 203, 0, 1]);
  bye.writeUInt32BE(stream.ssrc, 4);
  return frameOnTcp(stream.channel + 1, Buffer.concat([report, bye]));
}
