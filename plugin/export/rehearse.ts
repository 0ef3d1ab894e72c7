// Past requests decided again, under the policy in force and under another one: what would change, and for whom. Nothing is recorded.
// Confidential ones stand in no list and no count.
import type { Decision, Question } from '../domain/decision.js';
import { isConfidential } from '../domain/kind.js';
import { canMove, type RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import { judgeApplication } from '../policy/application.js';
import { compareDecisions, compareRoles, type Difference, type RoleChanges } from '../policy/compare.js';
import type { Policy } from '../policy/load.js';
import { makePace } from '../policy/pace.js';
import { makeStricterPlan } from '../policy/plan.js';
import type { Store } from '../store/store.js';
import { asQuestion } from './admit.js';
import { shownAt } from './redecide.js';
import type { Requests } from './requests.js';
import { applicationOf } from './revealed.js';

interface Parts {
  requests: Requests;
  store: Store;
}

export interface Change extends Difference {
  requestId: string;
  requestedAt: string;
  site: string;
  /** The applicant's user name. */
  applicant: string;
  /** Where the request stands today. */
  state: string;
  /** What becomes of a request that is held, when the files come into force. */
  then: 'denied' | 'returned' | 'plan-replaced' | 'plan-stands' | null;
  /** With `returned`: the codes of the formal defects. */
  codes: readonly string[];
}

export interface Rehearsal {
  since: string;
  /** Requests decided again, and those of which nothing is left to decide: the personal values were erased. */
  decided: number;
  erased: number;
  /** As many as a person reads; `changesInAll` counts the rest too. */
  changes: readonly Change[];
  changesInAll: number;
  roles: RoleChanges;
}

const MOST_LISTED = 200;

export async function rehearse({ requests, store }: Parts, inForce: Policy, next: Policy, since: Date): Promise<Rehearsal> {
  const pace = makePace();
  const changes: Change[] = [];
  let [decided, erased, changesInAll] = [0, 0, 0];
  for (const id of requests.ids()) {
    if (pace.isDue()) await pace.rest();
    const state = requests.state(id);
    if (Date.parse(state.requestedAt) < since.getTime() || isConfidential(state.requested.basis)) continue;
    const question = await questionOf(state, store);
    if (!question) {
      erased += 1;
      continue;
    }
    decided += 1;
    const after = decideOrDeny(next, question);
    const difference = compareDecisions(decideOrDeny(inForce, question), after);
    if (!difference) continue;
    changesInAll += 1;
    const { requestId, requestedAt, requested } = state;
    const change = { requestId, requestedAt, site: requested.site, applicant: question.user, state: state.state };
    if (changes.length < MOST_LISTED) changes.push({ ...change, ...difference, ...(await becomes(state, after, next, store)) });
  }
  return { since: since.toISOString(), decided, erased, changes, changesInAll, roles: await compareRoles(inForce, next, pace) };
}

/** What `redecide` would do with it. */
async function becomes(state: RequestState, after: Decision, next: Policy, store: Store): Promise<Pick<Change, 'then' | 'codes'>> {
  const { plan, tracks } = state;
  const application = await applicationOf(state, store);
  if (!canMove(tracks, 'plan-replaced') || !plan || !application) return { then: null, codes: [] };
  if (after.verdict === 'deny') return { then: 'denied', codes: [] };
  const stricter = makeStricterPlan(after, plan, next);
  if (!stricter) return { then: 'plan-stands', codes: [] };
  const codes = [...new Set(judgeApplication({ ...application, items: plan.items }, stricter, next.law, shownAt(state)).map(({ code }) => code))];
  if (codes.length > 0) return { then: 'returned', codes };
  return { then: 'plan-replaced', codes };
}

/** What was asked, as it would be asked now; null once the application was erased. */
export async function questionOf(state: RequestState, store: Store, late = state.late): Promise<Question | null> {
  const [application, applicant] = await Promise.all([applicationOf(state, store), store.people.userOf(state.requested.applicant)]);
  return application && applicant ? asQuestion({ ...application, items: state.plan?.items ?? application.items }, applicant, late) : null;
}

/** A camera that the files no longer name is a denial here: an application for it would be refused. */
function decideOrDeny(policy: Policy, question: Question): Decision {
  try {
    return policy.decide(question);
  } catch (thrown) {
    const problem = Problem.from(thrown);
    if (problem.status >= 500) throw problem;
    return {
      verdict: 'deny',
      reasons: ['no-row-allows'],
      rows: [],
      facts: [],
      duties: [],
      tier: 1,
      city: '',
      site: '',
      policyVersion: policy.version,
    };
  }
}
