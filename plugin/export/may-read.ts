// Who sees a request: its parties, the people of their unit, who holds a step of it when that comes, who carries it out, who looks after the site.
// A confidential one is seen by those alone whom it needs, and stands in nobody else's list or count.
import { nextStep } from '../domain/approval.js';
import type { Basis } from '../domain/basis.js';
import { isConfidential, isHurried } from '../domain/kind.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { Step } from '../domain/plan.js';
import type { Person, UserId } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import { basesOf } from '../policy/row-index.js';
import { lendersOf, type LendersParts } from './lenders.js';
import { unitOf } from './revealed.js';

interface Parts extends LendersParts {
  readonly policy: Policy;
}

export async function mayRead(parts: Parts, state: RequestState, person: Person): Promise<boolean> {
  if (isParty(state, person) || executes(parts, state, person) || (await holdsStep(parts, state, person))) return true;
  const { site, basis } = state.requested;
  const may = (act: 'review' | 'inspect' | 'read-journal', object: string, where: string | null): boolean =>
    parts.policy.allows(person.user, act, object, where);
  if (isConfidential(basis)) return may('read-journal', 'journal:*', null) && state.draw?.drawn === true;
  if (may('inspect', 'request:*', site) || may('read-journal', 'journal:*', site)) return true;
  // Who asks in a hurry is called back, and the paper taken, by whoever of the custodian's people is there.
  if (isHurried(basis) && may('review', 'request:*', site)) return true;
  return asksThere(parts.policy, person.user, state.requested) && (await unitOf(state, parts.store)) === person.unit;
}

/** Does it stand in this person's lists and counts? A confidential one only while something is theirs to do, and for its parties. */
export async function isListed(parts: Parts, state: RequestState, person: Person): Promise<boolean> {
  if (!isConfidential(state.requested.basis)) return mayRead(parts, state, person);
  const step = state.tracks.approval === 'held' ? nextStep(state) : null;
  return isParty(state, person) || executes(parts, state, person) || (step !== null && holds(parts, state, person, step));
}

const isParty = ({ requested }: RequestState, { pseudonym }: Person): boolean =>
  pseudonym === requested.applicant || pseudonym === requested.enteredBy;

async function holds(parts: Parts, { requested: { site } }: RequestState, person: Person, { role }: Step): Promise<boolean> {
  const { policy } = parts;
  if (!policy.allows(person.user, 'review', 'request:*', site)) return false;
  return policy.holds(person.user, role, site) || (await lendersOf(parts, policy, person, role, site)).length > 0;
}

/** A step that was taken, or that it waits for: what may never come to a later one is not for its holders' eyes. */
async function holdsStep(parts: Parts, state: RequestState, person: Person): Promise<boolean> {
  const next = nextStep(state);
  for (const step of state.plan?.steps ?? []) {
    if (await holds(parts, state, person, step)) return true;
    if (step.step === next?.step) return false;
  }
  return false;
}

/** From the grant on: before that there is nothing to carry out. */
const executes = ({ policy }: Parts, { tracks, requested: { site } }: RequestState, { user }: Person): boolean =>
  tracks.approval === 'granted' && policy.allows(user, 'release', 'request:*', site);

/**
 * One who asks there for such matters: an organ's officer for an organ's, else for the very same basis. A custodian's clerk, guard or
 * receptionist whose account happens to name the same unit is none.
 */
export function asksThere({ rows, law, holds }: Policy, user: UserId, { basis, site }: { basis: Basis; site: string }): boolean {
  const isAlike = (other: Basis): boolean => other === basis || (law.bases[basis].organ && law.bases[other].organ);
  return rows.some(
    ({ act, effect, role, basis: asked }) =>
      act === 'request' && effect === 'allow' && basesOf(asked).some(isAlike) && holds(user, role, site),
  );
}
