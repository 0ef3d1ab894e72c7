// What is missing from a span, and what that makes of it.
import type { TakeState } from '../domain/audit-event.js';
import type { Span } from '../domain/span.js';
import type { Part } from '../media/mux-parts.js';

/** A picture may come this much after the asked start, or end this much before the asked end, without a hole being said. */
const TOLERANCE_MS = 1000;

/** The times of `span` (recorder's time) that no part covers. */
export function holesIn(span: Span, parts: readonly Part[]): Span[] {
  const edges = parts.map((part) => ({ from: part.firstUtcMicros / 1000, to: (part.firstUtcMicros + part.durationMicros) / 1000 }));
  const holes: Span[] = [];
  let at = Date.parse(span.from);
  for (const { from, to } of edges) {
    if (from - at > TOLERANCE_MS) holes.push({ from: iso(at), to: iso(from) });
    at = Math.max(at, to);
  }
  if (Date.parse(span.to) - at > TOLERANCE_MS) holes.push({ from: iso(at), to: span.to });
  return holes;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** `partial`: it begins late or ends early; `complete-with-holes`: something is missing in between. */
export function stateOfCoverage(span: Span, holes: readonly Span[]): TakeState {
  if (holes.length === 0) return 'complete';
  return holes.some((hole) => hole.from === span.from || hole.to === span.to) ? 'partial' : 'complete-with-holes';
}

const order: readonly TakeState[] = ['complete', 'complete-with-holes', 'partial', 'no-data'];

/** Of several spans of one camera: `partial` as soon as one gave nothing. */
export function worst(states: readonly TakeState[]): TakeState {
  const found = order[Math.max(...states.map((state) => order.indexOf(state)))]!;
  return found === 'no-data' ? 'partial' : found;
}
