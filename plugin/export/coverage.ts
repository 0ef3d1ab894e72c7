// What is missing from a span, and what that makes of it.
import type { TakeState } from '../domain/audit-event.js';
import type { Span } from '../domain/span.js';
import type { PullReport } from '../domain/vms.js';
import type { Gap } from '../media/gaps.js';
import type { Part } from '../media/mux-parts.js';

/** Promises are told to the second. */
const PROMISE_MS = 1000;

/** Pictures come a little late and end a little early: five of their usual intervals, at least 0.2 s; at most 1 s, or 1.5 intervals of a
 *  camera that is slower than that. */
function toleranceOf({ durationMicros, firstUtcMicros, lastUtcMicros }: Part): number {
  const interval = (durationMicros - (lastUtcMicros - firstUtcMicros)) / 1000;
  return Math.min(Math.max(200, 5 * interval), Math.max(1000, 1.5 * interval));
}

export interface FootageHole extends Span {
  /** Did the recorder itself say that nothing is there? null: it could not say. */
  expected: boolean | null;
}

/** Stretches of a part in which pictures follow each other, milliseconds. */
function shownOf(part: Part, gaps: readonly Gap[]): { from: number; to: number; tolerance: number }[] {
  const [first, end, tolerance] = [part.firstUtcMicros, part.firstUtcMicros + part.durationMicros, toleranceOf(part)];
  const stretches: { from: number; to: number; tolerance: number }[] = [];
  let at = first;
  for (const { from, to } of gaps.filter((gap) => gap.from < end && gap.to > first)) {
    stretches.push({ from: at / 1000, to: from / 1000, tolerance });
    at = to;
  }
  return [...stretches, { from: at / 1000, to: end / 1000, tolerance }];
}

/** The times of `span` (recorder's time) that no part covers, held against where the recorder promised footage. */
export function holesIn(span: Span, parts: readonly Part[], promised: readonly Span[] | null, gaps: readonly Gap[] = []): FootageHole[] {
  const told = promised && promised.map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) }));
  const edges = parts.flatMap((part) => shownOf(part, gaps));
  const holes: FootageHole[] = [];
  const add = (from: string, to: string): void => void holes.push({ from, to, expected: isExpected({ from, to }, told) });
  let at = Date.parse(span.from);
  let allowed = 0;
  for (const { from, to, tolerance } of edges.sort((a, b) => a.from - b.from)) {
    allowed = tolerance;
    if (from - at > allowed) add(iso(at), iso(from));
    at = Math.max(at, to);
  }
  if (Date.parse(span.to) - at > allowed) add(iso(at), span.to);
  return holes;
}

/** What of these holes lies in a shorter span. Whether something is missing was judged by the rhythm of the whole; that is not asked again. */
export function holesWithin(span: Span, holes: readonly FootageHole[], promised: readonly Span[] | null): FootageHole[] {
  const told = promised && promised.map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) }));
  return intersect(span, holes).map((hole) => ({ ...hole, expected: isExpected(hole, told) }));
}

/** What of these spans lies in another one. */
export const intersect = (span: Span, others: readonly Span[]): Span[] =>
  others
    .map(({ from, to }) => ({ from: from > span.from ? from : span.from, to: to < span.to ? to : span.to }))
    .filter(({ from, to }) => from < to);

/** Promises are told to the second, and pictures end a little before or after them. */
function isExpected(hole: Span, promised: readonly { from: number; to: number }[] | null): boolean | null {
  if (promised === null) return null;
  const [from, to] = [Date.parse(hole.from), Date.parse(hole.to)];
  return promised.every((each) => Math.min(each.to, to) - Math.max(each.from, from) <= PROMISE_MS);
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
