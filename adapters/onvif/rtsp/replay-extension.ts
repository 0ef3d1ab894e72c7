// The ONVIF replay header extension 0xABAC of an RTP packet (ONVIF Streaming, "RTP header extension"), and the JPEG extension behind it.
import type { RtpPacket } from './rtp-packet.js';

const ntpEpochSeconds = 2_208_988_800;

/**
 * 64-bit NTP → microseconds since 1970, half rounded up. Seconds below 2^31 are past the wrap of 2036-02-07. Exact: every step is below
 * 2^53.
 */
export function microsOfNtp(seconds: number, fraction: number): number {
  const era = seconds < 2 ** 31 ? seconds + 2 ** 32 : seconds;
  return (era - ntpEpochSeconds) * 1_000_000 + Math.floor((fraction * 1_000_000 + 2 ** 31) / 2 ** 32);
}

/** 0xFFD8 and 0xFFFF name ONVIF's JPEG extension: words of marker segments that RFC 2435 has no room for. */
const isJpeg = (profile: number): boolean => profile === 0xffd8 || profile === 0xffff;

/** `at` is the extension's own header, `end` lies behind its last word. Its length may be any: servers append to it. */
export function readExtension(packet: RtpPacket, bytes: Buffer, at: number, end: number): void {
  const profile = bytes.readUInt16BE(at);
  if (isJpeg(profile)) [packet.jpegStart, packet.jpegEnd] = [at + 4, end];
  if (profile !== 0xabac || end - at < 16) return;
  packet.extension = {
    utcMicros: microsOfNtp(bytes.readUInt32BE(at + 4), bytes.readUInt32BE(at + 8)),
    bits: (bytes[at + 12] as number) & 0xf0,
    cseq: bytes[at + 13] as number,
  };
  if (end - at >= 20 && isJpeg(bytes.readUInt16BE(at + 16)))
    [packet.jpegStart, packet.jpegEnd] = [at + 20, Math.min(end, at + 20 + 4 * bytes.readUInt16BE(at + 18))];
}
