// Who stands in for whom during a leave: the holder of a role names another person of the same custodian, from a day to a day, on the
// record. The journal is the truth; this is its reading.
import type { Entry, Pseudonym } from '../domain/audit-event.js';
import { Problem } from '../domain/problem.js';
import type { Instant } from '../domain/span.js';
import type { Person, RoleName, UserId } from '../domain/subject.js';
import type { Journal } from '../journal/journal.js';
import type { Policy } from '../policy/load.js';
import type { Store } from '../store/store.js';
import { openAccount, type PeopleParts } from './people.js';

export interface Delegation {
  /** Index of the entry that made it. */
  id: number;
  by: Pseudonym;
  to: Pseudonym;
  role: RoleName;
  site: string;
  from: Instant;
  until: Instant;
}

interface Parts {
  journal: Journal;
  policy: Policy;
  store: Store;
  people: Pick<PeopleParts, 'roll'>;
  delegations: Delegations;
  now: () => Date;
}

const STEP = 1000;
/** A leave, not a transfer of office: that is a line of roles.csv. */
const LONGEST_DAYS = 92;

export class Delegations {
  readonly #standing = new Map<number, Delegation>();

  constructor(journal: Journal) {
    for (let at = 0; at < journal.size; at += STEP) for (const entry of journal.read(at, STEP)) this.learn(entry);
  }

  learn(entry: Entry): void {
    if (entry.event === 'delegation-made') this.#standing.set(entry.index, { id: entry.index, by: entry.by, ...entry.data });
    if (entry.event === 'delegation-ended') this.#standing.delete(entry.data.delegation);
  }

  /** Those that were not ended, past ones too. */
  all(): Delegation[] {
    return [...this.#standing.values()];
  }

  /** Who delegated this role at this site to the person, now. */
  behind(person: Pseudonym, role: RoleName, site: string, now: Date): Pseudonym[] {
    return this.#at(role, site, now)
      .filter(({ to }) => to === person)
      .map(({ by }) => by);
  }

  /** Who stands in for holders of this role at this site, now. */
  standIns(role: RoleName, site: string, now: Date): Pseudonym[] {
    return [...new Set(this.#at(role, site, now).map(({ to }) => to))];
  }

  #at(role: RoleName, site: string, now: Date): Delegation[] {
    const at = now.toISOString();
    return this.all().filter((it) => it.role === role && it.site === site && it.from <= at && at < it.until);
  }
}

/** Problems: `delegation-invalid`, `not-permitted`, `journal-unwritable`. */
export async function delegate(
  { journal, policy, store, people, delegations, now }: Parts,
  holder: Person,
  wish: { to: UserId; role: RoleName; site: string; from: Instant; until: Instant },
): Promise<Delegation> {
  const { role, site, from, until } = wish;
  const wrong = (detail: string) => new Problem('delegation-invalid', detail);
  if (!policy.holds(holder.user, role, site))
    throw new Problem('not-permitted', `${holder.user} does not hold ${role} at ${site}; nobody gives away what they do not have.`);
  if (!policy.allows(holder.user, 'review', 'request:*', site))
    throw wrong('Only the role of a step is delegated: its holder may review at the site.');
  if (wish.to === holder.user) throw wrong('Somebody else stands in; name another person.');
  // Of the same custodian: somebody whom the policy lets review there, though in another role.
  if (!(await openAccount({ store, roll: people.roll, now }, wish.to)) || !policy.allows(wish.to, 'review', 'request:*', site))
    throw wrong(`${wish.to} is nobody who may review requests at ${site}; right is one of the custodian’s own people there.`);
  if (!(from < until) || Date.parse(until) <= now().getTime()) throw wrong('It begins before it ends, and ends in the future.');
  if (Date.parse(until) - Date.parse(from) > LONGEST_DAYS * 86_400_000)
    throw wrong(`A delegation lasts ${LONGEST_DAYS} days at most; longer is a change of roles.csv.`);
  const to = await store.people.pseudonymOf(wish.to);
  const entry = await journal.append({ event: 'delegation-made', by: holder.pseudonym, data: { to, role, site, from, until } });
  delegations.learn(entry);
  return { id: entry.index, by: holder.pseudonym, to, role, site, from, until };
}

/** By who made it, or who received it. Problems: `not-found`, `journal-unwritable`. */
export async function endDelegation(
  { journal, delegations }: Pick<Parts, 'journal' | 'delegations'>,
  person: Person,
  id: number,
): Promise<void> {
  const found = delegations.all().find((it) => it.id === id);
  if (!found || (found.by !== person.pseudonym && found.to !== person.pseudonym))
    throw new Problem('not-found', `There is no delegation ${id} that you made or received.`);
  delegations.learn(await journal.append({ event: 'delegation-ended', by: person.pseudonym, data: { delegation: id } }));
}
