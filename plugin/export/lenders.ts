// Who lent this person a role at a site: a delegation counts only while who made it holds the role there and has an open account.
import type { Pseudonym } from '../domain/audit-event.js';
import type { Person, RoleName } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import type { Delegations } from './delegations.js';
import { mayStill, type MayStillParts } from './may-still.js';

export interface LendersParts extends MayStillParts {
  delegations: Delegations;
}

/** In the order in which they delegated. Under `policy`, which may be newer than the delegation. */
export async function lendersOf(parts: LendersParts, policy: Policy, person: Person, role: RoleName, site: string): Promise<Pseudonym[]> {
  const found: Pseudonym[] = [];
  for (const lender of parts.delegations.behind(person.pseudonym, role, site, parts.now()))
    // Who left, or whose account ran out, has no right any more that somebody could speak in.
    if (await mayStill(parts, lender, (user) => policy.holds(user, role, site))) found.push(lender);
  return found;
}
