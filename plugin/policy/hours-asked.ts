// How much time is asked of one camera. All its spans count together, those that overlap once: a span cut in pieces, with or without
// gaps between them, is as long as its pieces.
import type { Item } from '../domain/export-request.js';
import { hours, mergeSpans } from '../domain/span.js';

/** Hours of the camera of which most is asked. Times by two clocks may be the same moment or may not: they count apart. */
export function hoursAsked(items: readonly Item[]): number {
  const sums = new Map<string, number>();
  for (const camera of new Set(items.map((item) => item.camera)))
    for (const basis of [undefined, 'recorder'] as const) {
      const mine = items.filter((item) => item.camera === camera && item.basis === basis);
      sums.set(camera, (sums.get(camera) ?? 0) + mergeSpans(mine).reduce((sum, span) => sum + hours(span), 0));
    }
  return Math.max(...sums.values());
}
