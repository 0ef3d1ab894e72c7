// An administrator of a video system deletes footage through the gate: the act destroy. What somebody has asked for, or is to be kept, stays
// (799 art 17; 21 and 23: nothing is deleted against the law).
import type { Item } from '../domain/export-request.js';
import { isGone, type RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Journal } from '../journal/journal.js';
import type { Policy } from '../policy/load.js';
import { isHeld } from './holds.js';
import type { Requests } from './requests.js';

interface Parts {
  journal: Journal;
  readonly policy: Policy;
  requests: Requests;
  now: () => Date;
}

/** Recorded before it goes. Problems: `not-permitted`, `footage-held`, `camera-unknown`, `journal-unwritable`. */
export async function deleteFootage(parts: Parts, person: Person, recorder: string, items: readonly Item[]): Promise<void> {
  const { policy, journal } = parts;
  for (const { camera } of items) {
    const site = policy.place(camera).site.id;
    if (!policy.allows(person.user, 'destroy', 'request:*', site))
      throw new Problem('not-permitted', `No policy row lets ${person.user} destroy footage at ${site}.`);
  }
  judgeKept(parts, items);
  await journal.append({ event: 'footage-deleted', by: person.pseudonym, data: { recorder, items } });
}

/** Problem `footage-held`. A confidential request holds as any other, and is not named. */
export function judgeKept({ requests, now }: Pick<Parts, 'requests' | 'now'>, items: readonly Item[]): void {
  for (const id of requests.ids()) {
    const state = requests.state(id);
    if (!isWanted(state) && !isHeld(state, now())) continue;
    const kept = state.requested.items;
    const met = items.find((item) => kept.some((it) => it.camera === item.camera && it.from < item.to && item.from < it.to));
    if (met) throw new Problem('footage-held', `Footage of ${met.camera} is asked for, or to be kept; nothing of it is deleted.`);
  }
}

/** Until it ended, or its copies are out: the original may be asked for again. */
const isWanted = ({ endedAt, tracks }: RequestState): boolean =>
  endedAt === null && !isGone({ tracks }) && tracks.delivery !== 'released';
