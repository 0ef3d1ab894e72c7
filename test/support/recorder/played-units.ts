// What one PLAY sends, unit by unit, with the bits of each; and what a recorder that is wrong makes of it.
import type { Faults } from './faults.js';
import { merge, type Ask, type LaidUnit, type Timeline } from './timeline.js';

export interface PlayedUnit extends LaidUnit {
  /** Last before a hole or the end; first after one; last of its track in this PLAY. */
  e: boolean;
  d: boolean;
  t: boolean;
  /** Belongs to an earlier PLAY. */
  stale: boolean;
}

/** AAC units that share a packet as one unit with the time of the first. */
function* grouped(lane: Iterable<LaidUnit>, size: number): Iterable<LaidUnit> {
  let held: LaidUnit[] = [];
  for (const unit of lane) {
    if (unit.media.codec !== 'aac') {
      yield unit;
      continue;
    }
    if (unit.first) {
      yield* held;
      held = [];
    }
    const [begun] = held;
    const group: LaidUnit = begun ? { ...begun, nals: [...begun.nals, ...unit.nals], last: unit.last } : unit;
    held = group.nals.length < size && !group.last ? [group] : [];
    if (!held.length) yield group;
  }
  yield* held;
}

/** Every unit with a look at the one behind it. */
function* flagged(lane: Iterable<LaidUnit>): Iterable<PlayedUnit> {
  let held: PlayedUnit | undefined;
  for (const unit of lane) {
    if (held) yield held;
    held = { ...unit, e: unit.last, d: !held || unit.first, t: false, stale: false };
  }
  if (held) yield { ...held, e: true, t: true };
}

const moved = (unit: PlayedUnit, micros: number): PlayedUnit => ({ ...unit, utcMicros: unit.utcMicros + micros });

function* repeated(units: Iterable<PlayedUnit>, fromMicros: number): Iterable<PlayedUnit> {
  const before: PlayedUnit[] = [];
  for (const unit of units) {
    if (unit.utcMicros >= fromMicros) break;
    before.push({ ...unit, e: false, t: false });
  }
  while (before.length) yield* before;
}

function* wronglyTimed(units: Iterable<PlayedUnit>, faults: Faults, nowMicros: number): Iterable<PlayedUnit> {
  let [count, first] = [0, null as number | null];
  for (const unit of units) {
    first ??= unit.utcMicros;
    count++;
    let shift = (faults.shiftSeconds ?? 0) * 1e6;
    if (faults.live) shift = nowMicros - first;
    if (faults.clock) shift = first + (faults.clock === 'still' ? 0 : count - 1) - unit.utcMicros;
    if (faults.stepBack && count > faults.stepBack.units) shift = -faults.stepBack.seconds * 1e6;
    yield shift ? moved(unit, shift) : unit;
  }
}

function* withStale(units: Iterable<PlayedUnit>, earlier: Iterable<PlayedUnit>, count: number): Iterable<PlayedUnit> {
  for (const unit of earlier) {
    if (count-- <= 0) break;
    yield { ...unit, e: false, t: false, stale: true };
  }
  yield* units;
}

export interface PlayParts {
  timeline: Timeline;
  faults: Faults;
  /** Numbers of the tracks that were set up. */
  tracks: readonly number[];
  startMicros: number;
  nowMicros: number;
}

/** In the order in which they are sent. */
export function playedUnits({ timeline, faults, tracks, startMicros, nowMicros }: PlayParts, ask: Ask): Iterable<PlayedUnit> {
  const played = (from: number): Iterable<PlayedUnit> =>
    merge(
      timeline
        .lanes({ ...ask, fromMicros: from, audioFromKey: faults.audioFromKey ?? false })
        .filter((_, track) => tracks.includes(track))
        .map((lane) => flagged(grouped(lane, faults.audioUnitsPerPacket ?? 2))),
    );
  let units = played(faults.fromArchiveStart ? startMicros : ask.fromMicros + (faults.lateSeconds ?? 0) * 1e6);
  if (faults.endlessPreRoll) units = repeated(units, ask.fromMicros);
  if (faults.live || faults.shiftSeconds || faults.clock || faults.stepBack) units = wronglyTimed(units, faults, nowMicros);
  if (faults.staleUnits) units = withStale(units, played(startMicros), faults.staleUnits);
  return units;
}
