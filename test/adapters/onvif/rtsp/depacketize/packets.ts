// RTP packets for the tests of this folder, from one line each: `41aa!` bears the marker, `@1` counts the time up by 9000, `~` leaves a
// packet out before it, `?` carries no time, `#` the C bit.
import { strictEqual } from 'node:assert';
import type { AccessUnit, Piece } from '../../../../../adapters/onvif/rtsp/access-unit.js';
import type { Kept } from '../../../../../adapters/onvif/rtsp/codecs.js';
import type { Depacketizer, Emit } from '../../../../../adapters/onvif/rtsp/depacketize/depacketizer.js';
import { makeTrackReader } from '../../../../../adapters/onvif/rtsp/track-reader.js';
import { makeUnitTimes } from '../../../../../adapters/onvif/rtsp/unit-times.js';
import { ntpOf } from '../../../../support/recorder/rtp.js';

export const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');
export const startMicros = 1_772_330_400_000_000;

export interface PacketFacts {
  payload: Buffer;
  marker?: boolean;
  sequence?: number;
  timestamp?: number;
  ssrc?: number;
  payloadType?: number;
  /** Bits of the replay extension; null: no extension. */
  bits?: number | null;
  cseq?: number;
}

export function packetOf({ payload, marker = false, sequence = 0, timestamp = 0, ssrc = 1, payloadType = 96, bits = 0, cseq = 0 }: PacketFacts): Buffer {
  const header = Buffer.alloc(12);
  header[0] = bits === null ? 0x80 : 0x90;
  header[1] = payloadType | (marker ? 0x80 : 0);
  header.writeUInt16BE(sequence, 2);
  header.writeUInt32BE(timestamp, 4);
  header.writeUInt32BE(ssrc, 8);
  const micros = startMicros + Math.round((timestamp * 1e6) / 90_000);
  const extension = bits === null ? Buffer.alloc(0) : Buffer.concat([Buffer.of(0xab, 0xac, 0, 3), ntpOf(micros), Buffer.of(bits, cseq, 0, 0)]);
  return Buffer.concat([header, extension, payload]);
}

export function packetsOf(rows: readonly string[]): Buffer[] {
  let [sequence, timestamp] = [65_534, 0];
  return rows.map((row) => {
    timestamp += row.includes('@1') ? 9000 : 0;
    sequence = (sequence + (row.includes('~') ? 2 : 1)) & 0xffff;
    const bits = row.includes('?') ? null : row.includes('#') ? 0x80 : 0;
    return packetOf({ payload: hex(row.replace(/[!~?#]|@1/g, '')), marker: row.includes('!'), sequence, timestamp, bits });
  });
}

/** Units of whole packets, through the reader of a track. `isCut`: something is open at the end. */
export function read(depacketizer: (emit: Emit) => Depacketizer, packets: readonly Buffer[]): { units: AccessUnit[]; isCut: boolean } {
  const units: AccessUnit[] = [];
  const track = { track: 0, token: '', kind: 'video', codec: 'h264', clockRate: 90_000, parameterSets: [] } as const;
  const kept: Kept = { track, media: { payloadType: 96 } as Kept['media'], depacketizer };
  const reader = makeTrackReader(kept, makeUnitTimes(90_000, () => null), { isStale: (cseq) => cseq === 99, give: (unit) => units.push(unit), careful: true, firstSequence: () => null });
  for (const packet of packets) reader.push(packet, 0, packet.length);
  return { units, isCut: !reader.end() };
}

/** The NAL units of a sample, in hex. */
export function nalsOf({ data }: Pick<Piece, 'data'>): string {
  const nals: string[] = [];
  for (let at = 0; at < data.length;) {
    const end = at + 4 + data.readUInt32BE(at);
    nals.push(data.toString('hex', at + 4, end));
    at = end;
    strictEqual(at <= data.length, true);
  }
  return nals.join(' ');
}
