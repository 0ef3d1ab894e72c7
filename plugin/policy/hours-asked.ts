// How much time is asked of one camera. All its spans count together, those that overlap once: a span cut in pieces, with or without
// gaps between them, is as long as its pieces.
import type { Item } from '../domain/export-request.js';
import { hours, mergeSpans } from '../domain/span.js';

/** Hours of the camera of which most is asked. */
export function hoursAsked(items: readonly Item[]): number {
  const cameras = [...new Set(items.map((item) => item.camera))];
  const sumOf = (camera: string): number =>
    mergeSpans(items.filter((item) => item.camera === camera)).reduce((sum, span) => sum + hours(span), 0);
  return Math.max(...cameras.map(sumOf));
}
