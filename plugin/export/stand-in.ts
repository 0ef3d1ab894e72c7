// In whose right somebody speaks: their own role at the site, or one that its holder delegated to them. A voice in another's right is
// barred by what that other did: nobody agrees through a stand-in to what they applied for, or twice.
import { judgeVoice } from '../domain/approval.js';
import type { Pseudonym } from '../domain/audit-event.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { Step } from '../domain/plan.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import type { Store } from '../store/store.js';
import type { Delegations } from './delegations.js';

export interface StandInParts {
  readonly policy: Policy;
  store: Store;
  delegations: Delegations;
  now: () => Date;
}

/** The step that is this person's to take, and whom they stand in for. Problems of `judgeVoice`; `not-permitted`. */
export async function turnOf(
  parts: StandInParts,
  state: RequestState,
  person: Person,
  policy: Policy,
): Promise<{ step: Step; standsInFor: Pseudonym | null }> {
  const { site } = state.requested;
  const behind = await lendersOf(parts, state, person, policy);
  const holds = (role: Step['role']): boolean => policy.holds(person.user, role, site);
  const step = judgeVoice(state, person.pseudonym, ({ role }) => holds(role) || behind.some((it) => it.role === role));
  if (!policy.allows(person.user, 'review', 'request:*', site))
    throw new Problem('not-permitted', `No policy row lets ${person.user} review requests at ${site}.`);
  if (holds(step.role)) return { step, standsInFor: null };
  const standsInFor = behind.find((it) => it.role === step.role)!.lender;
  if (standsInFor === state.requested.applicant || standsInFor === state.requested.enteredBy)
    throw new Problem('own-request', 'Who delegated this role applied for the request or typed it in; nobody stands in for them here.');
  if (state.voices.some(({ by, standsInFor: spokenFor }) => by === standsInFor || spokenFor === standsInFor))
    throw new Problem(
      'already-voted',
      'Who delegated this role has spoken for another step of this request; each step needs another person.',
    );
  return { step, standsInFor };
}

/** Delegations of the plan's roles to this person that count: who made them still holds the role, and has an account. */
async function lendersOf({ store, delegations, now }: StandInParts, { plan, requested }: RequestState, person: Person, policy: Policy) {
  const found: { role: Step['role']; lender: Pseudonym }[] = [];
  for (const role of new Set((plan?.steps ?? []).map((step) => step.role)))
    for (const lender of delegations.behind(person.pseudonym, role, requested.site, now())) {
      const user = await store.people.userOf(lender);
      const account = user && (await store.accounts.get(user));
      if (account && policy.holds(account.user, role, requested.site)) found.push({ role, lender });
    }
  return found;
}
