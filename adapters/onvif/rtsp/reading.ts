// From PLAY on: each packet goes from the socket's bytes into the unit it belongs to, by its channel; whole units wait in a queue.
import { Problem } from '../../../plugin/domain/problem.js';
import type { Chosen } from './choose-media.js';
import type { Kept } from './codecs.js';
import type { Connection } from './connection.js';
import { holdsBye } from './rtp-packet.js';
import { makeTrackReader, type TrackReader } from './track-reader.js';
import { makeUnitQueue, type UnitQueue } from './unit-queue.js';
import { makeUnitTimes, ticksFrom } from './unit-times.js';

export interface Reading {
  units: UnitQueue;
  /** Packets of kept tracks so far: signs of life, also in the middle of a long unit. */
  packets(): number;
  /** Bytes of the connection so far. */
  bytes(): number;
  /** No packet follows: is something cut in its middle? What only the next packet would have ended is given out. */
  isCut(): boolean;
}

export const cutOff = (): Problem => new Problem('vms-unreachable', 'The recorder stopped in the middle of what it was sending.');

/** RTP times of RTP-Info (RFC 2326 section 12.33) that lie further before the first packet are not believed, seconds. */
const longestLead = 30;

/** RTP time of the start of the range, and the first sequence number, for the medium of this control address. */
function announced(name: 'rtptime' | 'seq', rtpInfo: string | null, { media }: Kept): number | null {
  for (const entry of (rtpInfo ?? '').split(/,\s*(?=url\s*=)/i)) {
    const url = /url\s*=\s*"?([^;"\s]+)/i.exec(entry)?.[1];
    const time = new RegExp(`;\\s*${name}\\s*=\\s*(\\d{1,10})`, 'i').exec(entry)?.[1];
    if (url && time && media.control && (url.endsWith(media.control) || media.control.endsWith(url))) return Number(time);
  }
  return null;
}

/**
 * `asserted`: the time at which the recorder was asked to begin, where its address carried the times; microseconds since 1970. `careful`:
 * a first packet that is not the announced one is a fault.
 */
export function startReading(
  connection: Connection,
  { all, kept }: Chosen,
  channels: readonly { rtp: number; rtcp: number }[],
  { asserted, careful }: { asserted: number | null; careful: boolean },
): Reading & { startsAt(utcMicros: number | null, rtpInfo: string | null): void } {
  const units = makeUnitQueue(connection);
  const readers = new Map<number, TrackReader>();
  const farewells = new Map<number, { track: number; reader: TrackReader }>();
  let [packets, begin, info] = [0, asserted, null as string | null];

  const startOf =
    (each: Kept) =>
    (timestamp: number): number | null => {
      if (begin === null) return null;
      const rtpTime = announced('rtptime', info, each);
      const lead = rtpTime === null ? 0 : ticksFrom(rtpTime, timestamp) / each.track.clockRate;
      return lead > 0 && lead < longestLead ? begin + Math.round(lead * 1e6) : begin;
    };
  /** 0 is never stale: some servers know no other. */
  const isStale = (cseq: number): boolean => cseq !== 0 && connection.plays().slice(0, -1).includes(cseq);
  for (const each of kept) {
    // Both media may have the same payload type: only the channel tells them apart.
    const channel = channels[all.indexOf(each.media)];
    if (!channel) continue;
    const times = makeUnitTimes(each.track.clockRate, startOf(each));
    const reader = makeTrackReader(each, times, {
      isStale,
      give: (unit) => units.push(unit),
      careful,
      firstSequence: () => announced('seq', info, each),
    });
    readers.set(channel.rtp, reader);
    farewells.set(channel.rtcp, { track: each.track.track, reader });
  }
  connection.receive({
    packet(channel, bytes, start, end) {
      const reader = readers.get(channel);
      if (reader) {
        packets++;
        return reader.push(bytes, start, end);
      }
      const farewell = farewells.get(channel);
      if (!farewell || !holdsBye(bytes, start, end)) return;
      if (!farewell.reader.end()) throw cutOff();
      units.push({ bye: farewell.track });
    },
    end: (error) => units.end(error),
  });
  return {
    units,
    packets: () => packets,
    bytes: () => connection.bytes(),
    isCut: () => {
      const whole = [...readers.values()].map((reader) => reader.end());
      return connection.isCut() || whole.includes(false);
    },
    startsAt(utcMicros, rtpInfo) {
      [begin, info] = [utcMicros, rtpInfo];
    },
  };
}
