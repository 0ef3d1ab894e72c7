// Where in a part's own time something of it begins and ends.
import { Problem } from '../domain/problem.js';
import type { Part } from './write-part.js';

/** Microseconds by the recorder's clock; left out: from the first frame shown, to the last. */
export interface Within {
  from?: number | undefined;
  to?: number | undefined;
}

/** Microseconds from the part's beginning; null: at its own beginning or end. Problem `span-invalid`. */
export function boundsOf(part: Part, { from, to }: Within): { begin: number | null; end: number | null } {
  const begin = from === undefined || from <= part.firstUtcMicros ? null : from - part.firstUtcMicros;
  const end = to === undefined || to > part.lastUtcMicros ? null : to - part.firstUtcMicros;
  if (begin !== null && begin >= (end ?? part.durationMicros))
    throw new Problem('span-invalid', 'The part of the footage that is asked for ends before it begins.');
  return { begin, end };
}

/** As ffmpeg reads it: `1.500000`. */
export const inSeconds = (micros: number): string => (micros / 1_000_000).toFixed(6);
