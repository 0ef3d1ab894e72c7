// Does somebody who spoke earlier still have their account, and the right that they spoke in? Asked where an earlier word counts for another's act.
import type { Pseudonym } from '../domain/audit-event.js';
import type { UserId } from '../domain/subject.js';
import type { Store } from '../store/store.js';
import { openAccount, type PeopleParts } from './people.js';

export interface MayStillParts {
  store: Store;
  people: Pick<PeopleParts, 'roll'>;
  now: () => Date;
}

/** False for who left, whose account ran out, or whose name was erased. */
export async function mayStill(
  { store, people, now }: MayStillParts,
  person: Pseudonym,
  hasRight: (user: UserId) => boolean,
): Promise<boolean> {
  const user = await store.people.userOf(person);
  const open = user && (await openAccount({ store, roll: people.roll, now }, user));
  return Boolean(open && hasRight(open.account.user));
}
