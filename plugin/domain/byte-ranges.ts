// Which bytes of a whole left already: a list of ranges in order, no two of which touch.
import type { ByteRange } from './audit-event.js';

/** The union of both. */
export function addRange(ranges: readonly ByteRange[], [from, to]: ByteRange): ByteRange[] {
  if (from >= to) return [...ranges];
  const apart = ranges.filter(([a, b]) => b < from || a > to);
  const touching = ranges.filter(([a, b]) => b >= from && a <= to);
  const joined: ByteRange = [Math.min(from, ...touching.map(([a]) => a)), Math.max(to, ...touching.map(([, b]) => b))];
  return [...apart, joined].sort(([a], [b]) => a - b);
}

/** Would one more from this byte on be joined to one that is there? */
export const touches = (ranges: readonly ByteRange[], from: number): boolean => ranges.some(([a, b]) => a <= from && from <= b);

/** Are they all `bytes` bytes? */
export const isWhole = (ranges: readonly ByteRange[], bytes: number): boolean =>
  ranges.length === 1 && ranges[0]![0] === 0 && ranges[0]![1] >= bytes;

export const bytesIn = (ranges: readonly ByteRange[]): number => ranges.reduce((sum, [from, to]) => sum + to - from, 0);
