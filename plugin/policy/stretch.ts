// Stretches of time asked of a camera, or covered by a paper. Those that touch count as one: twice four hours in a row are eight.
import type { Item } from '../domain/export-request.js';

/** Milliseconds since 1970, half-open. */
type Stretch = readonly [from: number, to: number];

/** Touching and overlapping stretches become one; sorted. */
export function merge(stretches: readonly Stretch[]): Stretch[] {
  const merged: [number, number][] = [];
  for (const [from, to] of [...stretches].sort(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

export function longestHours(items: readonly Item[]): number {
  const cameras = [...new Set(items.map((item) => item.camera))];
  const stretchesOf = (camera: string): Stretch[] =>
    merge(items.filter((item) => item.camera === camera).map(({ from, to }) => [Date.parse(from), Date.parse(to)]));
  return Math.max(...cameras.flatMap((camera) => stretchesOf(camera).map(([from, to]) => to - from))) / 3_600_000;
}
