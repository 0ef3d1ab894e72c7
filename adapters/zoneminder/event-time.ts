// When an event's pictures were taken, as far as ZoneMinder tells: it keeps whole seconds of both ends, and the length between them.
import type { ZmEvent } from './events.js';

/** When the first picture of a film was taken, microseconds since 1970: surely not before `low`, not after `high`; most likely `best`. */
export interface Anchor {
  low: number;
  best: number;
  high: number;
}

/** A film that is longer than its event by more holds pictures of before it. Milliseconds. */
const noLead = 500;

/** `span`: from the first picture of its film to the last, microseconds. */
export function anchorOf({ start, end, lengthMs }: Pick<ZmEvent, 'start' | 'end' | 'lengthMs'>, span: number): Anchor {
  // What was cut off from the start, milliseconds: so much that start and length make the end that is told.
  const told = end === null || lengthMs === 0 ? null : end - start - lengthMs;
  let [low, high] = [Math.max(0, told ?? 0), Math.min(1000, (told ?? 0) + 1000)];
  // Both ends and the length do not fit together where the clock was set in between.
  if (low >= high) [low, high] = [0, 1000];
  // A recorder that has just started writes what it held already, and counts neither its time nor its length in.
  const lead = end === null || lengthMs === 0 ? 0 : Math.max(0, span / 1000 - lengthMs);
  const first = start - (lead > noLead ? lead : 0);
  return { low: (first + low) * 1000, best: Math.round((first + (low + high) / 2) * 1000), high: (first + high) * 1000 };
}
