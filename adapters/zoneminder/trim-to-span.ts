// The joined course of pictures → samples of the asked span: what leads to it is kept from its key frame on, what its last pictures lean on
// is kept behind it, and sound is cut at both ends. Nothing is encoded.
import { Problem } from '../../plugin/domain/problem.js';
import type { Span } from '../../plugin/domain/span.js';
import type { PullReport, Sample } from '../../plugin/domain/vms.js';
import type { JoinedUnit } from './join-events.js';
import { preRollBytes, secondBytes, unitsBeside, unitsPerSecond, unitWeight } from './limits.js';

/** Pictures may come out of the order of their times by so much (B-frames); sound may lie behind the pictures of its time. Microseconds. */
const reordering = 1_000_000;
const furthestBehind = 10_000_000;

const wrong = (detail: string): Problem => new Problem('wrong-footage', detail);

/** Films whose time stands still, or creeps, may not fill the memory or the disk. Problem `wrong-footage`. */
function makeGuard(seconds: number): (unit: JoinedUnit) => void {
  const most = unitsPerSecond * seconds + unitsBeside;
  const counts = [0, 0];
  let [second, bytes] = [-Infinity, 0];
  return ({ track, utcMicros, data }) => {
    if (++counts[track]! > most) throw wrong('The video system gives more pictures than fit in the span.');
    if (utcMicros >= second + 1_000_000) [second, bytes] = [utcMicros, 0];
    bytes += data.length;
    if (bytes > secondBytes) throw wrong('The video system gives more than 64 MB for one second.');
  };
}

/**
 * `span` by the system's clock. Of the pictures before it, those from the last key frame at or before its start come out; pictures shown at
 * or after its end only where one that is shown before it follows them in decode order. `hasSound`: asked after the first unit. Returns why
 * it ended. Problems: `wrong-footage`, `footage-missing`, and what `units` throws.
 */
export async function* trimToSpan(
  units: AsyncGenerator<JoinedUnit, void>,
  span: Span,
  hasSound: () => boolean,
): AsyncGenerator<Sample, PullReport['end']> {
  const [from, to] = [Date.parse(span.from) * 1000, Date.parse(span.to) * 1000];
  const guard = makeGuard((to - from) / 1e6);
  const sequence = [0, 0];
  /** Before the first picture of the span: what leads to it. From then on: pictures behind the end that may still be needed. */
  let waiting: Sample[] = [];
  /** Sound of the span that came before its first picture. */
  let early: Sample[] = [];
  let [bytes, started, past, undecodable, begun] = [0, false, false, false, false];
  /** The key frame that begins: pictures that are shown before it (H.265 leading pictures) nobody sees and nothing needs. */
  let begin = Infinity;
  let heard = -Infinity;

  const toSample = ({ track, utcMicros, key, data, fresh }: JoinedUnit): Sample => {
    const number = sequence[track]!++ & 0xffff;
    const sample: Sample = {
      track,
      utcMicros,
      key,
      flags: { c: key, e: false, d: fresh && started, t: false },
      sequence: [number, number],
      preRoll: utcMicros < from,
      data,
    };
    return utcMicros < to ? sample : { ...sample, postRoll: true };
  };
  const hold = (list: Sample[], sample: Sample): void => {
    list.push(sample);
    bytes += sample.data.length + unitWeight;
    if (bytes > preRollBytes) throw new Problem('vms-fault', 'The video system gives without end what is not in the span.');
  };

  for await (const unit of units) {
    guard(unit);
    const { track, utcMicros, key } = unit;
    if (track === 1) {
      heard = Math.max(heard, utcMicros);
      if (utcMicros >= from && utcMicros < to) {
        if (started) yield toSample(unit);
        else hold(early, toSample(unit));
      }
    } else if (past || utcMicros >= to + reordering) {
      if (!started) break;
      past = true;
      if (utcMicros >= to + furthestBehind) return 'past-span';
    } else if (!begun && !key) undecodable ||= utcMicros >= from && utcMicros < to;
    else {
      // Before the span only the last group of pictures counts, and none from before a hole.
      if (key && !started && (utcMicros <= from || unit.fresh)) {
        [waiting, begin] = [[], utcMicros];
        bytes = early.reduce((sum, each) => sum + each.data.length + unitWeight, 0);
      }
      if (!begun) begin = utcMicros;
      begun = true;
      if (utcMicros < from && utcMicros < begin) continue;
      const sample = toSample(unit);
      if (utcMicros >= from && utcMicros < to) {
        yield* [...waiting, ...early, sample];
        [waiting, early, bytes, started] = [[], [], 0, true];
      } else if (started && utcMicros < from) yield sample;
      else hold(waiting, sample);
    }
    if (past && (!hasSound() || heard >= to)) return 'past-span';
  }
  if (started) return 'closed';
  throw undecodable
    ? wrong('The video system holds pictures of the span and no key frame to decode them from.')
    : new Problem('footage-missing', 'The video system holds nothing for this span.');
}
