// One stream of units out of as many sessions as it takes: where the replay breaks off it is taken up again at the last key frame, and
// what came already is known again and dropped.
import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../../../plugin/domain/problem.js';
import type { Span } from '../../../plugin/domain/span.js';
import type { LeftOut, PullReport, Track, VideoTrack } from '../../../plugin/domain/vms.js';
import { mostResumes, type Limits } from '../limits.js';
import type { AccessUnit } from './access-unit.js';
import { instantOf } from './clock-range.js';
import { beyond, isHole, judgeFirst, lateness, median, promisedBetween, type Expectations } from './expectations.js';
import { makeMemory, type Memory } from './memory.js';
import { readUnits, type Ending } from './read-units.js';
import { cutOff } from './reading.js';
import type { Replay } from './session.js';
import { BeginningMissing } from './track-reader.js';

export interface Course {
  /** After the first unit. */
  tracks(): readonly Track[];
  resumes(): number;
  leftOut(): readonly LeftOut[];
  /** Tracks of which some time was only counted on. */
  counted(): ReadonlySet<number>;
  units: AsyncGenerator<AccessUnit, PullReport['end']>;
}

export interface CourseParts {
  expected: Expectations;
  /** Opens a session for a range in the recorder's time. `careful`: what suggests that its first packets are missing is a fault. */
  open(range: Span, careful: boolean): Promise<Replay>;
  limits: Limits;
  signal: AbortSignal;
}

/** The recorder holds back what its search promised: asked once more for it. */
const again = Symbol('again');

const tooLong = (): Problem => new Problem('vms-unreachable', 'The recorder takes longer for this footage than the gate waits.');

/** May another session get over it? Wrong footage, refused logins and unknown codecs stay what they are. */
const isBreak = (thrown: unknown): thrown is Problem =>
  thrown instanceof Problem && (thrown.code === 'vms-unreachable' || thrown.code === 'vms-fault' || thrown.code === 'footage-missing');

const factsOf = (tracks: readonly Track[]): string =>
  JSON.stringify(tracks.map(({ track, kind, codec, clockRate }) => [track, kind, codec, clockRate]));

/** Footage that covers the asked start is played from a key frame at or before it. Microseconds. */
const shortlyAfter = 200_000;

/** Steps of time between pictures: is there a hole where footage was promised? Each place is doubted once. */
function makeDoubt(expected: Expectations) {
  const doubted = new Set<number>();
  const ends = new Map<number, number>();
  let beginning = false;
  const intervals: number[] = [];
  const doubt = (since: number, until: number): boolean => {
    // Searches tell whole seconds, and sections begin with their key frames.
    if (doubted.has(since) || doubted.size >= mostResumes || promisedBetween(expected, since, until) <= 2e6) return false;
    doubted.add(since);
    return true;
  };
  return {
    atPicture(since: number | null, until: number): boolean {
      if (since === null || until <= since) return false;
      const step = until - since;
      if (isHole(step, intervals)) return doubt(since, Math.min(until, expected.to));
      if (intervals.push(step) > 31) intervals.shift();
      return false;
    },
    /** What was promised begins without its first pictures: a key frame may be lost, and with it all that leans on it. */
    atStart(utcMicros: number): boolean {
      const late = lateness(utcMicros, expected);
      if (late === null || late <= shortlyAfter || beginning) return false;
      return (beginning = true);
    },
    atEnd: (since: number | null): boolean => doubt(Math.max(since ?? 0, expected.from), expected.to),
    /** An end that nobody told, a little before the end of the span: a cut looks the same, so it counts when three sessions end there. */
    untold(since: number | null): boolean {
      const at = since ?? expected.from;
      const times = (ends.get(at) ?? 0) + 1;
      ends.set(at, times);
      return times < 3 && ends.size <= mostResumes;
    },
    /** Is the picture shown until the end of the span, as far as the usual interval goes? */
    reachesEnd: (since: number | null): boolean => since !== null && since + 1.5 * (median(intervals) ?? 0) >= expected.to,
  };
}

/**
 * Problems of its units: those of a session. What breaks off, or is doubted, is taken up again at most five times in all; of breaks, one
 * that brought nothing new counts twice.
 */
export function takeUp({ expected, open, limits, signal }: CourseParts): Course {
  const deadline = performance.now() + Math.max(limits.wallMs, (2 * (expected.to - expected.from)) / 1000);
  const doubt = makeDoubt(expected);
  let resumes = 0;
  let leftOut: readonly LeftOut[] = [];
  const counted = new Set<number>();
  /** Sessions behind the first one, whatever they were for. */
  let reopened = 0;
  const mayReopen = (): boolean => reopened < mostResumes;
  /** Sessions whose beginning seemed to be missing. There are recorders that announce wrong sequence numbers: the third is believed. */
  let beheaded = 0;
  let tracks: readonly Track[] = [];
  let memory: Memory | null = null;

  const begin = async (): Promise<{ replay: Replay; asked: number }> => {
    const asked = memory?.from() ?? expected.from;
    const replay = await open({ from: instantOf(asked), to: instantOf(expected.to + beyond) }, beheaded < 2);
    if (memory && factsOf(replay.tracks) !== factsOf(tracks)) {
      await replay.teardown();
      throw new Problem('wrong-footage', 'The recorder describes other tracks than the first time it was asked.');
    }
    [tracks, leftOut] = [replay.tracks, replay.leftOut];
    memory ??= makeMemory((tracks[0] as VideoTrack).codec);
    memory.begin();
    return { replay, asked };
  };

  /** New units of one session. */
  async function* session(known: Memory, replay: Replay, asked: number): AsyncGenerator<AccessUnit, Ending | typeof again> {
    let judged = false;
    const units = readUnits(replay, limits, signal);
    for (;;) {
      const step = await units.next();
      if (performance.now() > deadline) throw tooLong();
      if (step.done) return step.value;
      const unit = step.value;
      if (unit.track === 0 && !judged) {
        judgeFirst(unit.utcMicros, asked, expected);
        judged = true;
      }
      if (!known.isNew(unit)) continue;
      if (unit.track === 0) {
        const latest = known.latest();
        if (latest === null && mayReopen() && doubt.atStart(unit.utcMicros)) return again;
        if (latest === null) judgeFirst(unit.utcMicros, asked, expected);
        if (mayReopen() && doubt.atPicture(latest, unit.utcMicros)) return again;
      }
      if (unit.counted) counted.add(unit.track);
      known.keep(unit);
      yield unit;
    }
  }

  /** What the end of a session means: the end of all, another look (`again`), or a break (thrown). */
  const judgeEnd = ({ end, told }: Ending, latest: number | null, caughtUp: boolean): PullReport['end'] | typeof again => {
    // It ended before what came already: that says nothing of the end.
    if (!caughtUp) throw cutOff();
    if (doubt.reachesEnd(latest)) return end;
    if (mayReopen() && doubt.atEnd(latest)) return again;
    if (told) return end;
    // A recorder that promised no more may close without the E bit; but promises are told to the second.
    const isDone = expected.promised?.length && promisedBetween(expected, latest ?? expected.from, expected.to) <= 2e6;
    if (end === 'closed' && !isDone) throw cutOff();
    return (end === 'closed' || end === 'idle') && mayReopen() && doubt.untold(latest) ? again : end;
  };

  async function* units(): AsyncGenerator<AccessUnit, PullReport['end']> {
    let strikes = 0;
    for (;;) {
      let replay: Replay | null = null;
      let news = 0;
      try {
        const begun = await begin();
        replay = begun.replay;
        const known = memory as unknown as Memory;
        const fresh = session(known, replay, begun.asked);
        let step = await fresh.next();
        for (; !step.done; step = await fresh.next()) {
          news++;
          yield step.value;
        }
        const end = step.value === again ? again : judgeEnd(step.value, known.latest(), known.caughtUp());
        if (end !== again) return end;
      } catch (thrown) {
        signal.throwIfAborted();
        const isFirst = memory === null || memory.latest() === null;
        if (!isBreak(thrown) || (isFirst && !replay) || performance.now() > deadline) throw thrown;
        strikes += news > 0 ? 1 : 2;
        if (thrown instanceof BeginningMissing) beheaded++;
        // Footage that was there a moment ago is not missing.
        if (strikes > mostResumes || !mayReopen()) throw thrown.code === 'footage-missing' ? cutOff() : thrown;
      } finally {
        await replay?.teardown();
      }
      await wait(limits.backoffMs * 2 ** reopened++, undefined, { signal }).catch(() => signal.throwIfAborted());
      if (memory?.latest() !== null) resumes++;
    }
  }
  return { tracks: () => tracks, leftOut: () => leftOut, resumes: () => resumes, counted: () => counted, units: units() };
}
