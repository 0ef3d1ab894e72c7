// What is missing from a span, and what that makes of it.
import type { TakeState } from '../domain/audit-event.js';
import type { Span } from '../domain/span.js';
import type { PullReport } from '../domain/vms.js';
import type { Part } from '../media/mux-parts.js';

/** A picture may come this much after the asked start, or end this much before the asked end, without a hole being said. */
const TOLERANCE_MS = 1000;

export interface FootageHole extends Span {
  /** Did the recorder itself say that nothing is there? null: it could not say. */
  expected: boolean | null;
}

/** The times of `span` (recorder's time) that no part covers, held against where the recorder promised footage. */
export function holesIn(span: Span, parts: readonly Part[], promised: readonly Span[] | null): FootageHole[] {
  const edges = parts.map((part) => ({ from: part.firstUtcMicros / 1000, to: (part.firstUtcMicros + part.durationMicros) / 1000 }));
  const holes: FootageHole[] = [];
  const add = (from: string, to: string): void => void holes.push({ from, to, expected: isExpected({ from, to }, promised) });
  let at = Date.parse(span.from);
  for (const { from, to } of edges.sort((a, b) => a.from - b.from)) {
    if (from - at > TOLERANCE_MS) add(iso(at), iso(from));
    at = Math.max(at, to);
  }
  if (Date.parse(span.to) - at > TOLERANCE_MS) add(iso(at), span.to);
  return holes;
}

/** Promises are told to the second, and pictures end a little before or after them. */
function isExpected(hole: Span, promised: readonly Span[] | null): boolean | null {
  if (promised === null) return null;
  return promised.every(
    ({ from, to }) => Math.min(Date.parse(to), Date.parse(hole.to)) - Math.max(Date.parse(from), Date.parse(hole.from)) <= TOLERANCE_MS,
  );
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** `partial`: it begins late or ends early, or nobody but the asking vouches for its times; `complete-with-holes`: something is missing in
 *  between. */
export function stateOfCoverage(span: Span, holes: readonly Span[], times: PullReport['times']): TakeState {
  if (times === 'asserted') return 'partial';
  if (holes.length === 0) return 'complete';
  return holes.some((hole) => hole.from === span.from || hole.to === span.to) ? 'partial' : 'complete-with-holes';
}

const order: readonly TakeState[] = ['complete', 'complete-with-holes', 'partial', 'no-data'];

/** Of several spans of one camera: `partial` as soon as one gave nothing. */
export function worst(states: readonly TakeState[]): TakeState {
  const found = order[Math.max(...states.map((state) => order.indexOf(state)))]!;
  return found === 'no-data' ? 'partial' : found;
}
