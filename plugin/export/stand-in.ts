// In whose right somebody speaks: their own role at the site, or one that its holder delegated to them. A voice in another's right is
// barred by what that other did: nobody agrees through a stand-in to what they applied for, or twice.
import { hasSpoken, judgeVoice, nextStep } from '../domain/approval.js';
import type { Pseudonym } from '../domain/audit-event.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { Step } from '../domain/plan.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import { expectNotNamed, isNamed } from './named.js';
import { lendersOf, type LendersParts } from './lenders.js';

export interface StandInParts extends LendersParts {
  readonly policy: Policy;
}

/** The step that is this person's to take, and whom they stand in for. Problems of `judgeVoice`; `not-permitted`. */
export async function turnOf(
  parts: StandInParts,
  state: RequestState,
  person: Person,
  policy: Policy,
): Promise<{ step: Step; standsInFor: Pseudonym | null }> {
  const { site } = state.requested;
  const next = nextStep(state);
  const holds = next !== null && policy.holds(person.user, next.role, site);
  const lenders = next !== null && !holds ? await lendersOf(parts, policy, person, next.role, site) : [];
  const step = judgeVoice(state, person.pseudonym, () => holds || lenders.length > 0);
  if (!policy.allows(person.user, 'review', 'request:*', site))
    throw new Problem('not-permitted', `No policy row lets ${person.user} review requests at ${site}.`);
  await expectNotNamed(parts.store, state, person.user);
  return { step, standsInFor: holds ? null : await chosenOf(parts, lenders, state) };
}

/** Several may have left their role to one person: that one of them is barred takes nothing from the others. */
async function chosenOf(parts: StandInParts, lenders: readonly Pseudonym[], state: RequestState): Promise<Pseudonym> {
  const bars = await Promise.all(lenders.map((lender) => barOf(parts, lender, state)));
  const free = lenders[bars.indexOf(null)];
  if (free === undefined) throw bars[0]!;
  return free;
}

async function barOf({ store }: StandInParts, lender: Pseudonym, state: RequestState): Promise<Problem | null> {
  const { requested } = state;
  if (lender === requested.applicant || lender === requested.enteredBy)
    return new Problem('own-request', 'Who delegated this role applied for the request or typed it in; nobody stands in for them here.');
  const user = await store.people.userOf(lender);
  if (user !== null && (await isNamed(store, state, user)))
    return new Problem('own-request', 'Who delegated this role is an officer of the form; nobody stands in for them here.');
  if (hasSpoken(state, lender))
    return new Problem(
      'already-voted',
      'Who delegated this role has spoken for another step of this request; each step needs another person.',
    );
  return null;
}
