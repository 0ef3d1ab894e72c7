// What happens in the month: a hundred requests in each city, and when each of them begins.
import { returnCodes } from '../../plugin/domain/basis.js';
import type { Chance } from './chance.js';
import { cities, qinhuangdao, type City } from './cities.js';
import { curious, defective, defectsOf, denialsOf, denied, knocking } from './counter.js';
import {
  citizen, givenBack, glass, internal, leftOpen, noRoom, nothingThere, ordinary, publication, rescueClosed, rescueOpen, rescueWithPaper, secret, urgent, withdrawn,
  type Story,
} from './stories.js';

export interface Entry {
  city: City;
  story: Story;
  /** Days that it takes at the most; it begins so much before the month ends. */
  days: number;
  /** On the first day: what ends then without a grant is destroyed on the last one. */
  first?: boolean;
}

export const perCity = 100;

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** Every kind of story at least once in each city; what ends at the counter fills up the hundred. */
function of(city: City, place: number): Entry[] {
  const short = (story: Story, first = false): Entry => ({ city, story, days: 2, first });
  const long = (story: Story, days: number): Entry => ({ city, story, days });
  // Each city gives back six times, and all of them together with every code.
  const back = times(6, (at) => short(givenBack(returnCodes[(place * 6 + at) % returnCodes.length]!, at % 2 === 0 ? 0 : 1, at === 3)));
  const rare: Entry[] = [
    ...defectsOf(city).map((which) => short(defective(which))),
    ...times(denialsOf, (which) => short(denied(which))),
    ...back,
    ...times(3, () => short(urgent)),
    ...times(3, () => long(rescueWithPaper, 2)),
    ...times(2, () => long(rescueClosed, 5)),
    short(rescueOpen),
    ...times(3, () => short(citizen)),
    ...times(2, () => long(internal, 9)),
    short(publication),
    short(withdrawn('held'), true), short(withdrawn('held', true), true), short(withdrawn('packaged')), short(withdrawn('asked')), short(withdrawn('typed in')),
    ...times(2, () => short(nothingThere)),
    short(noRoom(true)), short(noRoom(false)),
    short(glass('life-in-danger', true)), short(glass(place === 0 ? 'procedure-down' : 'approvers-unreachable', false)),
    short(secret('STATE_SECURITY', true)), short(secret('SUPERVISION', place === 1)),
    short(leftOpen('held')), short(leftOpen('packaged')), short(leftOpen('asked')),
  ];
  const common: Entry[] = [
    ...times(6, () => short(ordinary({ trespasses: 5 }))),
    ...times(8, (at) => short(ordinary({ publicOrder: at % 4 === 0, watched: at % 3 === 0, fetches: at % 3, ...(at in receipts && { receipt: receipts[at]! }) }))),
    long(ordinary({ cameras: 2, fetches: city.downloads + 1, watched: true, reviewed: true }), 3),
    long(ordinary({ publicOrder: true, tooLate: true }), 9),
    short(ordinary({ narrowed: true, cameras: 2 })), short(ordinary({ narrowed: true, watched: true })), short(ordinary({ narrowed: true, publicOrder: true })),
    short(ordinary({ standIn: true })), short(ordinary({ standIn: true, cameras: 2 })),
    short(ordinary({ typedIn: true, fetches: 0 })),
    short(ordinary({ heldMeanwhile: true })),
    // Shanghai’s sensitive camera is recorded by nobody here.
    ...(city.school.recording ? times(city === qinhuangdao ? 2 : 1, () => short(ordinary({ school: true, watched: true }))) : []),
    short(ordinary({ reviewed: true, watched: true })), short(ordinary({ reviewed: true })),
  ];
  // The counter sends back more than it keeps: these cost no footage.
  const quick = [...defectsOf(city).map(defective), ...times(denialsOf, denied)];
  const rest = times(perCity - rare.length - common.length, (at) => short(quick[at % quick.length]!));
  return [...rare, ...common, ...rest, short(curious), short(curious), short(knocking), short(knocking)];
}

/** By place among the eight: of those that are fetched at all. */
const receipts: Readonly<Record<number, 'confirmed' | 'refused' | 'medium'>> = { 1: 'confirmed', 2: 'refused', 5: 'medium' };

/** Day of the month → what begins on it, in no order. */
export function programme(chance: Chance): Map<number, Entry[]> {
  const begins = new Map<number, Entry[]>();
  const entries = chance.shuffle(cities.flatMap((city, place) => of(city, place)));
  const last = 30;
  for (const [at, entry] of entries.entries()) {
    // Spread over the month as they lie, and no later than they can end.
    const wished = 1 + Math.floor((at * last) / entries.length);
    const on = entry.first ? 1 : Math.min(wished, last - entry.days);
    begins.set(on, [...(begins.get(on) ?? []), entry]);
  }
  return begins;
}
