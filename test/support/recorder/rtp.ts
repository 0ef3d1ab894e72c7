// Cuts access units into RTP packets (RFC 3550) with the ONVIF replay header extension, each framed for RTSP over TCP.
import { payloadsOf } from './payloads.js';
import type { Entry } from './sample-entry.js';
import type { Unit } from './timeline.js';

export interface RtpStream {
  channel: number;
  sequence: number;
  ssrc: number;
  firstMicros: number | null;
  /** H.264 at 90 kHz, type 96, when unset. */
  codec?: Entry['codec'];
  clockRate?: number;
  payloadType?: number;
}

export interface Bits {
  e: boolean;
  d: boolean;
  t: boolean;
  cseq: number;
}

/** How the extension is written. The standard promises it in the first packet of a unit only. */
export interface Shape {
  on: 'first-packet' | 'every-packet' | 'no-packet';
  /** Words of a JPEG extension that stand behind the three of replay (ONVIF Streaming, "RTP header extension for JPEG"). */
  jpegWords: number;
  /** Flags that are never set. */
  without: readonly ('c' | 'e' | 'd' | 't')[];
}

export const plainShape: Shape = { on: 'first-packet', jpegWords: 0, without: [] };
const ntpEpochSeconds = 2_208_988_800;

/** Writes the 64-bit NTP time of microseconds since 1970 (RFC 5905 section 6). */
export function writeNtp(bytes: Buffer, at: number, utcMicros: number): void {
  const seconds = Math.floor(utcMicros / 1e6);
  bytes.writeUInt32BE((seconds + ntpEpochSeconds) % 2 ** 32, at);
  bytes.writeUInt32BE(Math.floor(((utcMicros - seconds * 1e6) / 1e6) * 2 ** 32 + 0.5) % 2 ** 32, at + 4);
}

export function ntpOf(utcMicros: number): Buffer {
  const bytes = Buffer.alloc(8);
  writeNtp(bytes, 0, utcMicros);
  return bytes;
}

export function frameOnTcp(channel: number, packet: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x24, channel, packet.length >> 8, packet.length & 255), packet]);
}

/** RTP time of a unit, 32 bits. */
export function timestampOf(stream: RtpStream, utcMicros: number): number {
  stream.firstMicros ??= utcMicros;
  const ticks = Math.round(((utcMicros - stream.firstMicros) * (stream.clockRate ?? 90_000)) / 1e6) % 2 ** 32;
  return ticks < 0 ? ticks + 2 ** 32 : ticks;
}

export const flagsOf = (key: boolean, bits: Bits): number =>
  (key ? 0x80 : 0) | (bits.e ? 0x40 : 0) | (bits.d ? 0x20 : 0) | (bits.t ? 0x10 : 0);

function extensionOf(unit: Unit, bits: Bits, shape: Shape): Buffer {
  const masks = { c: 0x80, e: 0x40, d: 0x20, t: 0x10 };
  const flags = shape.without.reduce((kept, name) => kept & ~masks[name], flagsOf(unit.key, bits));
  const jpeg = Buffer.alloc(4 * shape.jpegWords);
  if (jpeg.length) jpeg.set([0xff, 0xd8, 0, shape.jpegWords - 1]);
  return Buffer.concat([
    Buffer.of(0xab, 0xac, 0, 3 + shape.jpegWords),
    ntpOf(unit.utcMicros),
    Buffer.of(flags, bits.cseq & 255, 0, 0),
    jpeg,
  ]);
}

/** All packets of one unit. */
export function packetize(stream: RtpStream, unit: Unit, bits: Bits, shape: Shape = plainShape): Buffer[] {
  const { codec = 'h264', payloadType = 96 } = stream;
  const timestamp = timestampOf(stream, unit.utcMicros);
  const payloads = payloadsOf(codec, unit.nals);
  const marked = codec === 'pcmu' || codec === 'pcma' ? -1 : payloads.length - 1;
  return payloads.map((payload, index) => {
    const extended = shape.on === 'every-packet' || (shape.on === 'first-packet' && index === 0);
    const header = Buffer.alloc(12);
    header[0] = extended ? 0x90 : 0x80;
    header[1] = payloadType | (index === marked ? 0x80 : 0);
    header.writeUInt16BE(stream.sequence, 2);
    header.writeUInt32BE(timestamp, 4);
    header.writeUInt32BE(stream.ssrc, 8);
    stream.sequence = (stream.sequence + 1) & 0xffff;
    return frameOnTcp(stream.channel, Buffer.concat([header, ...(extended ? [extensionOf(unit, bits, shape)] : []), payload]));
  });
}

/** RTCP: an empty sender report (RFC 3550 section 6.4.1). NTP and RTP times are 0, as replay sends them, unless told. */
function senderReport(stream: RtpStream, utcMicros?: number): Buffer {
  const report = Buffer.alloc(28);
  report.set([0x80, 200, 0, 6]);
  report.writeUInt32BE(stream.ssrc, 4);
  if (utcMicros !== undefined) report.set(ntpOf(utcMicros), 8);
  return report;
}

/** A sender report that tells a time of which no picture is. */
export const falseReport = (stream: RtpStream, utcMicros: number): Buffer =>
  frameOnTcp(stream.channel + 1, senderReport(stream, utcMicros));

/** BYE (RFC 3550 section 6.6). */
export function goodbye(stream: RtpStream): Buffer {
  const bye = Buffer.alloc(8);
  bye.set([0x81, 203, 0, 1]);
  bye.writeUInt32BE(stream.ssrc, 4);
  return frameOnTcp(stream.channel + 1, Buffer.concat([senderReport(stream), bye]));
}
