// Access units of a replay → samples of the asked span: the first time is judged, what leads to the span is kept from its key frame on,
// the end is ours to see.
import { Problem } from '../../plugin/domain/problem.js';
import type { Span } from '../../plugin/domain/span.js';
import type { PullReport, Sample } from '../../plugin/domain/vms.js';
import { preRollBytes } from './limits.js';
import type { AccessUnit } from './rtsp/depacketize.js';

type End = PullReport['end'];

/** A group of pictures may be so long: a first picture older than this is not the one asked for. Microseconds. */
const longestLead = 10_000_000;
/** The range asked for ends 2 s after the span; a first picture in those belongs to the next section behind a hole. */
const askedBeyond = 2_000_000;
/** Pictures may come out of the order of their times by so much (B-frames). */
const reordering = 1_000_000;

function lengthPrefixed(nals: readonly Buffer[]): Buffer {
  return Buffer.concat(
    nals.flatMap((nal) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(nal.length);
      return [length, nal];
    }),
  );
}

function toSample({ utcMicros, key, flags, sequence, nals }: AccessUnit, from: number): Sample {
  return { track: 0, utcMicros, key, flags, sequence, preRoll: utcMicros < from, data: lengthPrefixed(nals) };
}

const missing = (): Problem => new Problem('footage-missing', 'The recorder holds nothing for this span.');

/** A 200 proves nothing: some servers play live pictures, or the start of the archive, whatever range was asked. */
function judgeFirst(utcMicros: number, from: number, to: number): void {
  if (utcMicros < from - longestLead || utcMicros > to + askedBeyond)
    throw new Problem('wrong-footage', 'The recorder plays another time than was asked of it.');
  if (utcMicros >= to) throw missing();
}

/**
 * `span` in the recorder's time. Units before the first key unit are dropped; of those before the span, only the ones from the last key
 * frame at or
 * before its start come out. Returns why it ended. Problems: `wrong-footage`, `footage-missing` (no unit inside the span), and what
 * `units` throws.
 */
export async function* trimToSpan(units: AsyncGenerator<AccessUnit, End>, span: Span): AsyncGenerator<Sample, End> {
  const [from, to] = [Date.parse(span.from) * 1000, Date.parse(span.to) * 1000];
  let lead: Sample[] = [];
  let [leadBytes, judged, keySeen, started] = [0, false, false, false];
  for (;;) {
    const step = await units.next();
    if (step.done) {
      if (!started) throw missing();
      return step.value;
    }
    const unit = step.value;
    if (!judged) judgeFirst(unit.utcMicros, from, to);
    judged = true;
    keySeen ||= unit.key;
    if (!keySeen) continue;
    if (unit.utcMicros >= to) {
      // From a key frame on, or a second later, nothing comes any more that belongs before the border.
      if (!unit.key && unit.utcMicros < to + reordering) continue;
      if (!started) throw missing();
      return 'past-span';
    }
    const sample = toSample(unit, from);
    if (started) {
      if (unit.utcMicros < from - reordering)
        throw new Problem('wrong-footage', 'The recorder jumped back to before the span in the middle of it.');
      yield sample;
    } else if (sample.preRoll) {
      if (unit.key) [lead, leadBytes] = [[], 0];
      lead.push(sample);
      leadBytes += sample.data.length;
      if (leadBytes > preRollBytes) throw new Problem('vms-fault', 'The recorder sends without end what is older than the span.');
    } else {
      started = true;
      if (!(unit.key && unit.utcMicros === from)) yield* lead;
      lead = [];
      yield sample;
    }
  }
}
