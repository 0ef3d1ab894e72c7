// Who is to have the originals, where they leave apart: one named person with an account; under `original:court` somebody of a court or procuratorate.
import type { Pseudonym } from '../domain/audit-event.js';
import type { RequestState } from '../domain/lifecycle.js';
import { judicialRoles, leavesApart } from '../domain/package-part.js';
import { Problem } from '../domain/problem.js';
import type { UserId } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import { openAccount } from './people.js';
import { mayStill, type MayStillParts } from './may-still.js';

interface Parts extends MayStillParts {
  policy: Policy;
}

interface Naming {
  executors: readonly (Pseudonym | null)[];
  /** By the executor who speaks now. */
  named: UserId | undefined;
  /** Whom the first executor named. */
  before: Pseudonym | null;
}

/** Nothing where nothing leaves apart. Problem `receiver-barred`. */
export async function receiverOfOriginals(parts: Parts, { plan, requested }: RequestState, { executors, named, before }: Naming): Promise<{ originalsFor?: Pseudonym }> {
  if (!leavesApart(plan!)) {
    if (named !== undefined) throw barred('Under this plan the originals do not leave apart; nobody is named for them.');
    return {};
  }
  if (named !== undefined && !(await openAccount({ ...parts, roll: parts.people.roll }, named))) throw barred('originalsFor names nobody with an open account.');
  const said = named === undefined ? null : await parts.store.people.pseudonymOf(named);
  if (before !== null && said !== null && said !== before) throw barred('The first executor named another person for the originals; agree on one.');
  const receiver = said ?? before ?? requested.applicant;
  const user = await parts.store.people.userOf(receiver);
  // Whoever could be the second executor, too: named by the first, they could neither confirm nor be replaced.
  if (executors.includes(receiver) || (user !== null && parts.policy.allows(user, 'release', 'request:*', requested.site))) throw barred('Who hands over does not receive.');
  const needsCourt = plan!.original === 'court';
  const hasRight = (who: UserId): boolean => !needsCourt || judicialRoles.some((role) => parts.policy.holds(who, role, requested.site));
  if (!(await mayStill(parts, receiver, hasRight)))
    throw barred(
      needsCourt
        ? `The originals go to a court or procuratorate alone: originalsFor names an open account that holds ${judicialRoles.join(' or ')} at ${requested.site}.`
        : 'Whom the originals go to has no open account any more; originalsFor names another.',
    );
  return { originalsFor: receiver };
}

const barred = (detail: string): Problem => new Problem('receiver-barred', detail);
