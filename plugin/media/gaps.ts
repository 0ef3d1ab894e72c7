// Where nothing was shown for longer than the camera's rhythm lets expect. Told of the pictures themselves: a gap that does not end with a
// key frame begins no new file, and is missing all the same.
import { Problem } from '../domain/problem.js';
import type { Sample } from '../domain/vms.js';
import { median } from './parts.js';

/** Microseconds since 1970, by the recorder's clock. */
export interface Gap {
  from: number;
  to: number;
}

const second = 1_000_000;
/** Steps that may be gaps; so many are no recording. */
const mostSteps = 20_000;
/** Intervals by which the rhythm is judged. */
const remembered = 1001;

/** All shown pictures go through `note`, in decode order; the rhythm is known at the end, and judges the first step too. */
export function watchGaps(): { note(sample: Sample): void; gaps(): Gap[] } {
  const times: number[] = [];
  const intervals: number[] = [];
  const steps: Gap[] = [];
  let newest: number | null = null;
  /** B-frames: pictures wait for those that are shown before them (16 at most, and one more). */
  const reordered = 17;

  const show = (time: number): void => {
    const step = newest === null ? 0 : time - newest;
    if (step > second) steps.push({ from: newest!, to: time });
    if (steps.length > mostSteps) throw new Problem('wrong-footage', 'The recorder’s footage has more gaps than any recording.');
    if (step > 0 && intervals.length < remembered) intervals.push(step);
    newest = Math.max(newest ?? time, time);
  };
  const release = (left: number): void => {
    while (times.length > left) show(times.shift()!);
  };
  return {
    note({ utcMicros }) {
      let at = times.length;
      while (at > 0 && times[at - 1]! > utcMicros) at--;
      times.splice(at, 0, utcMicros);
      release(reordered);
    },
    gaps() {
      release(0);
      const usual = median(intervals) ?? 0;
      // A camera that records a picture in nine seconds has no gap after each; one that lost two of them has.
      return steps.filter(({ from, to }) => to - from > Math.max(second, 2.5 * usual)).map(({ from, to }) => ({ from: from + usual, to }));
    },
  };
}
