// A held request under a policy that came into force after its plan: stricter → plan n+1, and the voices given so far are kept; else the
// old plan stands. Run for each held request when a policy comes into force, at start, and before every voice, so that none counts for a
// plan that is out of date.
import { canMove, type RequestState } from '../domain/lifecycle.js';
import type { Log } from '../domain/log.js';
import { judgeApplication } from '../policy/application.js';
import type { Policy } from '../policy/load.js';
import { makeStricterPlan, planDigest } from '../policy/plan.js';
import type { Store } from '../store/store.js';
import { asQuestion, denyRequest, returnRequest } from './admit.js';
import type { Requests, Turn } from './requests.js';
import { applicationOf } from './revealed.js';

interface Parts {
  policy: Policy;
  store: Store;
}

/** Nothing happens to what is not held, whose footage is gone, or was planned under this very policy. Problems: `camera-unknown`, `journal-unwritable`. */
export async function redecide({ policy, store }: Parts, turn: Turn): Promise<void> {
  const { tracks, plan, isPlanReplaced, requested, late } = turn.state;
  if (!canMove(tracks, 'plan-replaced') || !plan) return;
  const isDecided = plan.policyVersion === policy.version;
  if (isDecided && !isPlanReplaced) return;
  const [form, applicant] = await Promise.all([applicationOf(turn.state, store), store.people.userOf(requested.applicant)]);
  // Erased: nobody can be asked again, and what was recorded stands.
  if (!form || !applicant) return;
  // What an approver left out is not asked about any more.
  const application = { ...form, items: plan.items };
  const decision = policy.decide(asQuestion(application, applicant, late));
  if (decision.verdict === 'deny') return denyRequest(turn, decision);
  const next = isDecided ? null : makeStricterPlan(decision, plan, policy);
  if (next)
    await turn.append({
      event: 'plan-replaced',
      by: 'gate',
      data: { plan: next, planDigest: planDigest(next), rows: decision.rows.map((row) => row.source) },
    });
  // A paper or an officer that is asked for now cannot be added to an application: it comes back with the code that says which. Also where
  // an earlier run died between the two entries: the plan stands in the journal then, and its return does not. A plan that was only narrowed
  // asks for nothing more.
  if (!next && !isPlanReplaced) return;
  const current = next ?? plan;
  const faults = judgeApplication(application, current, policy.law, shownAt(turn.state));
  if (faults.length > 0) await returnRequest(turn, decision, current, faults);
}

/** When its papers were shown, by which their dates are judged: what ran out while it waited for voices is no defect of it. */
export const shownAt = ({ requestedAt, paper }: Pick<RequestState, 'requestedAt' | 'paper'>): Date =>
  new Date(paper?.servedAt ?? requestedAt);

/** Every held request. One that cannot be decided again keeps its plan for now, and is asked again before its next voice. */
export async function redecideAll(parts: Parts & { requests: Requests; log: Log }): Promise<void> {
  const { requests, log } = parts;
  for (const id of requests.ids())
    await requests
      .take(id, (turn) => redecide(parts, turn))
      .catch((cause: unknown) => log('error', { event: 'request-undecided', requestId: id, cause }));
}
