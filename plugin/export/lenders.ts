// Who lent this person a role at a site: a delegation counts only while who made it holds the role there and has an open account.
import type { Pseudonym } from '../domain/audit-event.js';
import type { Person, RoleName } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import type { Store } from '../store/store.js';
import type { Delegations } from './delegations.js';
import { openAccount, type PeopleParts } from './people.js';

export interface LendersParts {
  store: Store;
  delegations: Delegations;
  people: Pick<PeopleParts, 'roll'>;
  now: () => Date;
}

/** In the order in which they delegated. Under `policy`, which may be newer than the delegation. */
export async function lendersOf(parts: LendersParts, policy: Policy, person: Person, role: RoleName, site: string): Promise<Pseudonym[]> {
  const { store, delegations, people, now } = parts;
  const found: Pseudonym[] = [];
  for (const lender of delegations.behind(person.pseudonym, role, site, now())) {
    const user = await store.people.userOf(lender);
    // Who left, or whose account ran out, has no right any more that somebody could speak in.
    const open = user && (await openAccount({ store, roll: people.roll, now }, user));
    if (open && policy.holds(open.account.user, role, site)) found.push(lender);
  }
  return found;
}
