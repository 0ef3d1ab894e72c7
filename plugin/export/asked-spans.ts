// What is asked of one camera, each moment once: spans named by the same clock that touch or overlap become one.
import type { Item } from '../domain/export-request.js';
import { mergeSpans, type Span } from '../domain/span.js';
import type { TimeBasis } from '../domain/vms.js';

export type AskedSpan = Span & { basis?: TimeBasis };

/** In order of time; those by true time before those by the recorder's own. */
export function askedSpans(items: readonly Item[], camera: string): AskedSpan[] {
  const mine = items.filter((item) => item.camera === camera);
  const beijing = mergeSpans(mine.filter((item) => item.basis !== 'recorder'));
  const recorder = mergeSpans(mine.filter((item) => item.basis === 'recorder'));
  return [...beijing, ...recorder.map((span) => ({ ...span, basis: 'recorder' as const }))];
}

/** With the clock by which it was named, also where that is the usual one. */
export const inFull = ({ from, to, basis = 'beijing' }: AskedSpan): Span & { basis: TimeBasis } => ({ from, to, basis });
