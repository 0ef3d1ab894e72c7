// Which time a picture bears on its way through ffmpeg. What is shown lies ten days behind the time that marks count from, what is not shown
// lies elsewhere: so one filter tells them apart, whatever the recorder's clock says and however far it steps.
import { Problem } from '../domain/problem.js';
import type { Filter } from './ffmpeg.js';
import type { PictureUnit, Place } from './play-units.js';

const second = 1_000_000;
const day = 86_400 * second;
/** Against the second in which the first picture was taken. */
const offsets: Readonly<Record<Place, number>> = { before: day, shown: 10 * day, after: 36_500 * day };
/** Where what is shown begins and ends. */
const [shownFrom, shownTo] = [5 * day, 30_000 * day];

export interface PlayTime {
  /** Microseconds, whole, never below 0. Problem `wrong-footage`: years lie between this picture and the first, or days before it. */
  of(unit: Pick<PictureUnit, 'place' | 'utcMicros'>): number;
  /** Recorder's time of a picture that would be shown at 0: a whole second, so that the clock's arithmetic rounds nothing. */
  zeroUtcMicros: number;
}

export function playTime(firstUtcMicros: number): PlayTime {
  const base = Math.floor(firstUtcMicros / second) * second;
  return {
    of({ place, utcMicros }) {
      const micros = utcMicros - base + offsets[place];
      const fits = place === 'shown' ? micros >= shownFrom && micros < shownTo : place === 'after' ? micros >= shownTo : micros < shownFrom;
      if (micros < 0 || !fits) throw new Problem('wrong-footage', 'The recorder’s pictures jump by days or years.');
      return micros;
    },
    zeroUtcMicros: base - offsets.shown,
  };
}

/** Lets through what is shown. */
export const onlyShown: Filter = { filter: 'select', options: { expr: `between(t,${shownFrom / second},${shownTo / second})` } };

/** Lets through what bears this time. */
export const onlyAt = (micros: number): Filter => ({ filter: 'select', options: { expr: `eq(pts,${micros})` } });

/** A longer step of what is shown is shown as one of this length, microseconds: nobody looks at a hole of an hour. */
export const longestStep = 60 * second;

/** The first picture at 0, each other one behind the one before it by its own step; ascending, also where the recorder's clock does not. */
export const fromZero: Filter = {
  filter: 'setpts',
  options: { expr: `if(isnan(PREV_INPTS),0,PREV_OUTPTS+clip(PTS-PREV_INPTS,1,${longestStep}))` },
};
