// Units of a replay → samples of the asked span: what leads to it is kept from its key frame on, what its last pictures lean on is kept
// behind it, and audio is cut at both ends.
import { Problem } from '../../plugin/domain/problem.js';
import type { Span } from '../../plugin/domain/span.js';
import type { PullReport, Sample } from '../../plugin/domain/vms.js';
import { preRollBytes, secondBytes, unitWeight, unitsBeside, unitsPerSecond } from './limits.js';
import type { AccessUnit } from './rtsp/access-unit.js';

type End = PullReport['end'];

/** Pictures may come out of the order of their times by so much (B-frames). Microseconds. */
const reordering = 1_000_000;

const missing = (): Problem => new Problem('footage-missing', 'The recorder holds nothing for this span.');
const wrong = (detail: string): Problem => new Problem('wrong-footage', detail);

const toSample = ({ track, utcMicros, key, flags, sequence, data }: AccessUnit, from: number, to: number): Sample => {
  const sample: Sample = { track, utcMicros, key, flags, sequence, preRoll: utcMicros < from, data };
  return utcMicros < to ? sample : { ...sample, postRoll: true };
};

/** A recorder whose time stands still, or creeps, may not fill the memory or the disk. Problem: `wrong-footage`. */
function makeGuard(seconds: number): (unit: AccessUnit) => void {
  const most = unitsPerSecond * seconds + unitsBeside;
  const counts = new Map<number, number>();
  let [second, bytes] = [-Infinity, 0];
  return ({ track, utcMicros, data }) => {
    const count = (counts.get(track) ?? 0) + 1;
    counts.set(track, count);
    if (count > most) throw wrong('The recorder sends more pictures than fit in the span.');
    if (utcMicros >= second + 1_000_000) [second, bytes] = [utcMicros, 0];
    bytes += data.length;
    if (bytes > secondBytes) throw wrong('The recorder sends more than 64 MB for one second.');
  };
}

/** Audio may lie far behind the pictures of its time; a recorder that ignores the end is not listened to longer. Microseconds of pictures
 *  behind the end: a hole there is one step, no time in which audio could have come. */
const furthestBehind = 10_000_000;
const longestStep = 1_000_000;

/** The audio tracks: have all that are kept passed the end? */
function makeEars(to: number, kept: () => readonly number[]): { hear(unit: AccessUnit): void; arePast(): boolean } {
  const times = new Map<number, number>();
  return {
    hear: ({ track, utcMicros }) => void times.set(track, utcMicros),
    arePast: () => kept().every((track) => (times.get(track) ?? -Infinity) >= to),
  };
}

/**
 * `span` in the recorder's time. Of the units before it, only those from the last key frame at or before its start come out. Pictures
 * shown at or after its end come out (`postRoll`) only where a picture shown before it follows them in decode order, and may lean on
 * them: so every picture of the span can be decoded, and a player shows none behind it. `audioTracks`: those that are kept, asked after
 * the first unit. Returns why it ended. Problems: `wrong-footage`,
 * `footage-missing` (no unit inside the span), `vms-fault`, and what `units` throws.
 */
export async function* trimToSpan(
  units: AsyncGenerator<AccessUnit, End>,
  span: Span,
  audioTracks: () => readonly number[],
): AsyncGenerator<Sample, End> {
  const [from, to] = [Date.parse(span.from) * 1000, Date.parse(span.to) * 1000];
  const guard = makeGuard((to - from) / 1e6);
  const ears = makeEars(to, audioTracks);
  /** Before the first picture of the span: what leads to it. From then on: pictures behind the end that may still be needed. */
  let waiting: Sample[] = [];
  /** Audio of the span that came before its first picture. */
  let early: Sample[] = [];
  let [bytes, started, past] = [0, false, false];
  /** Newest picture behind the end, and how much of pictures came behind it. */
  let [newest, behind] = [to, 0];
  /** Pictures of the span came, and none that decoding could begin with. */
  let undecodable = false;
  /** The key frame that begins: pictures of before it (H.265 leading pictures) are shown to nobody and nothing needs them. */
  let begin: number | null = null;
  const hold = (list: Sample[], sample: Sample): void => {
    list.push(sample);
    bytes += sample.data.length + unitWeight;
    if (bytes > preRollBytes) throw new Problem('vms-fault', 'The recorder sends without end what is not in the span.');
  };
  /** A picture inside the span, behind all that had to wait for it. */
  const release = (sample: Sample): Sample[] => {
    const isClean = !started && sample.key && sample.utcMicros === from;
    const released = [...(isClean ? [] : waiting), ...early, sample];
    [waiting, early, bytes, started] = [[], [], 0, true];
    return released;
  };

  try {
    for (;;) {
      const step = await units.next();
      if (step.done) {
        if (!started) throw undecodable ? wrong('The recorder sent pictures of the span and no key frame to decode them from.') : missing();
        return step.value;
      }
      const unit = step.value;
      guard(unit);
      const { track, utcMicros, key } = unit;
      if (track !== 0) {
        ears.hear(unit);
        if (utcMicros >= from && utcMicros < to) {
          if (started) yield toSample(unit, from, to);
          else hold(early, toSample(unit, from, to));
        }
      } else if (past || utcMicros >= to + reordering) {
        if (!started) throw missing();
        past = true;
        behind += Math.min(Math.max(0, utcMicros - newest), longestStep);
        newest = Math.max(newest, utcMicros);
        if (behind >= furthestBehind) return 'past-span';
      } else if (begin === null && !key) undecodable ||= utcMicros >= from;
      else {
        if (started && utcMicros < from - reordering) throw wrong('The recorder jumped back to before the span in the middle of it.');
        if (!started && key && utcMicros <= from)
          [waiting, bytes] = [[], early.reduce((sum, each) => sum + each.data.length + unitWeight, 0)];
        if (begin === null || (!started && key && utcMicros <= from)) begin = utcMicros;
        if (utcMicros < from && utcMicros < begin) continue;
        const sample = toSample(unit, from, to);
        if (utcMicros >= from && utcMicros < to) yield* release(sample);
        else if (started && utcMicros < from) yield sample;
        else hold(waiting, sample);
      }
      if (past && ears.arePast()) return 'past-span';
    }
  } finally {
    await units.return('past-span');
  }
}
