// When is a unit? By its replay extension; where it has none, counted on by RTP time from the last one that had, or from what the
// recorder said in its answer to PLAY.
import { Problem } from '../../../plugin/domain/problem.js';
import type { Piece } from './access-unit.js';

export interface UnitTimes {
  /** Microseconds since 1970. `counted`: no extension told it. Problem: `wrong-footage` where nothing tells it. */
  timeOf(piece: Piece): { utcMicros: number; counted: boolean };
}

/** RTP time b − a, with its wrap (RFC 3550 section 5.1: 32 bit). */
export const ticksFrom = (a: number, b: number): number => (b - a) | 0;

/**
 * `startOf` tells the time of the track's first unit from its RTP time where the recorder gave one, else null. NTP wins over RTP time,
 * whose clock drifts: each extension begins the count anew.
 */
export function makeUnitTimes(clockRate: number, startOf: (timestamp: number) => number | null): UnitTimes {
  /** From where it is counted: RTP times wrap every 13 hours at 90 kHz, so the ticks since then are added up. */
  let base: { utcMicros: number; ticks: number; timestamp: number } | null = null;
  return {
    timeOf({ extension, timestamp, ticks }) {
      const beside = (ticks * 1e6) / clockRate;
      if (extension) {
        base = { utcMicros: extension.utcMicros, ticks: 0, timestamp };
        return { utcMicros: extension.utcMicros + Math.round(beside), counted: false };
      }
      if (!base) {
        const utcMicros = startOf(timestamp);
        if (utcMicros === null)
          throw new Problem(
            'wrong-footage',
            'The recorder sent pictures without their time (ONVIF replay header extension), so nobody can tell of when they are.',
          );
        base = { utcMicros, ticks: 0, timestamp };
      }
      base.ticks += ticksFrom(base.timestamp, timestamp);
      base.timestamp = timestamp;
      return { utcMicros: base.utcMicros + Math.round((base.ticks * 1e6) / clockRate + beside), counted: true };
    },
  };
}
