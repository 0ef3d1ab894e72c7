// Where one part of the footage ends and the next begins: at a hole, at a step of the recorder's clock, at new parameter sets, and where
// the file's index grows too large.
// One file with a hole in it plays badly and confuses burned-in clocks.
import type { Sample } from '../domain/vms.js';

const second = 1_000_000;
/** Frame intervals that the median looks at. */
const remembered = 31;
export const median = (values: readonly number[]): number | undefined => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Tells for each picture, in decode order, whether a new part begins with it. `wantsNew`: it brought other parameter sets, or the part
 *  before is full. */
export function watchParts(): (sample: Sample, wantsNew: boolean) => boolean {
  let newest: number | undefined;
  let intervals: number[] = [];
  let wanted = false;

  const isHole = (step: number, sample: Sample): boolean => {
    const usual = median(intervals);
    // A camera that records one frame in seconds has a rhythm too; before it is known, only a long step counts.
    const allowed = usual === undefined ? 10 * second : Math.max(second, 5 * usual);
    return step > allowed || (sample.flags.d && step > 1.5 * (usual ?? 0));
  };

  return (sample, wantsNew) => {
    const step = newest === undefined ? 0 : sample.utcMicros - newest;
    const hole = isHole(step, sample);
    const clockSteppedBack = sample.key && step < 0;
    wanted ||= newest !== undefined && (hole || clockSteppedBack || wantsNew);
    // A part that did not begin with a key frame could not be decoded: without one, the step stays inside the part.
    const begins = newest === undefined || (wanted && sample.key);
    if (begins) {
      intervals = [];
      wanted = false;
      newest = sample.utcMicros;
    } else if (step > 0) {
      if (!hole) intervals = [...intervals, step].slice(-remembered);
      newest = sample.utcMicros;
    }
    return begins;
  };
}
