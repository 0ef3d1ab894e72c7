// Whose voice comes next, where the plan wants a look before it: that person may see the sealed footage, and nobody else for this reason.
import { judgeVoice } from '../domain/approval.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';

/** Problems: `own-request`, `already-voted`, `not-your-step`, `not-permitted`, `state-conflict`. */
export function judgeReviewer(policy: Policy, state: RequestState, person: Person): void {
  const { requestId, requested, tracks, plan } = state;
  if (tracks.approval !== 'held') throw new Problem('state-conflict', `Request ${requestId} is ${state.state}; no voice is waited for.`);
  const { step } = judgeVoice(state, person.pseudonym, ({ role }) => policy.holds(person.user, role, requested.site));
  if (!policy.allows(person.user, 'review', 'request:*', requested.site))
    throw new Problem('not-permitted', `No policy row lets ${person.user} review requests at ${requested.site}.`);
  if (!plan!.inspect.includes(step))
    throw new Problem('not-permitted', `The plan of ${requestId} lets nobody see the footage for step ${step}.`);
}
