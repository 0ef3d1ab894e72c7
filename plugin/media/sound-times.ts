// When sound is heard in a play whose pictures begin at 0 and whose holes are short: with the pictures that it came with.
import { longestStep } from './play-time.js';
import type { PictureUnit, SoundUnit } from './play-units.js';

/** `firstShown`: the earliest picture shown, microseconds since 1970. Units are told in their order. */
export function soundTimes(firstShown: number): { note(unit: PictureUnit): void; of(unit: SoundUnit): number | null } {
  /** The newest picture shown, and when. */
  let [newest, shownAt] = [firstShown, 0];
  let last = -1;
  return {
    note({ place, utcMicros, key }) {
      const step = utcMicros - newest;
      // Pictures come in decode order; only one that begins anew tells that the clock stepped back.
      if (place !== 'shown' || (step <= 0 && !key)) return;
      [newest, shownAt] = [utcMicros, shownAt + Math.max(0, Math.min(step, longestStep))];
    },
    /** Microseconds of the play; null: it sounds before the first picture, deep in a hole, or over other sound. */
    of({ utcMicros }) {
      const after = utcMicros - newest;
      const micros = shownAt + after;
      if (after > longestStep || micros <= last) return null;
      last = micros;
      return micros;
    },
  };
}
