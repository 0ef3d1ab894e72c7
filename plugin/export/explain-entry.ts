// A past decision made again: the same question to the policy that was in force then, and whether the answer is the one on record.
import type { Decision } from '../domain/decision.js';
import { isRequestEntry, type RequestEntry } from '../domain/audit-event.js';
import { fold } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Journal } from '../journal/journal.js';
import { explain, type Explanation } from '../policy/explain.js';
import type { Policy } from '../policy/load.js';
import { makePlan, makeStricterPlan, planDigest } from '../policy/plan.js';
import type { Store } from '../store/store.js';
import type { Policies } from './policies.js';
import { questionOf } from './rehearse.js';

interface Parts {
  journal: Journal;
  store: Store;
  policies: Pick<Policies, 'ofVersion'>;
}

/** What an entry says of a decision. */
interface Recorded {
  entry: number;
  event: RequestEntry['event'];
  requestId: string;
  at: string;
  verdict: Decision['verdict'];
  policyVersion: string;
  rows: readonly string[];
  planDigest: string | null;
}

export interface PastDecision {
  recorded: Recorded;
  explanation: Explanation;
  /** Verdict, rows and plan come out as they were recorded. */
  same: boolean;
}

/** Problems: `entry-unknown`, `state-conflict` (the application was erased), `policy-unknown`, `policy-invalid`. */
export async function explainEntry({ journal, store, policies }: Parts, at: number): Promise<PastDecision> {
  const entry = journal.read(at, 1)[0];
  const recorded = entry && isRequestEntry(entry) ? recordedBy(entry) : null;
  if (!recorded)
    throw new Problem(
      'entry-unknown',
      `Entry ${at} records no decision; export-held, export-denied, export-returned and plan-replaced do.`,
    );
  const before = fold(journal.entriesOf(recorded.requestId).filter(({ index }) => index < at));
  const after = fold(journal.entriesOf(recorded.requestId).filter(({ index }) => index <= at));
  // The deadline is flagged after the first decision, and before every later one.
  const late = before.plan === null ? isPast(before.requested.instrument?.provideBy, recorded.at) : before.late;
  const question = await questionOf(after, store, late);
  if (!question) throw new Problem('state-conflict', `The application of ${recorded.requestId} was erased; it cannot be decided again.`);
  const { policy, faults } = await policies.ofVersion(recorded.policyVersion);
  if (!policy)
    throw new Problem('policy-invalid', `The policy ${recorded.policyVersion} does not load in this version of the gate.`, { faults });
  const explanation = explain(policy, question);
  const { decision } = explanation;
  const digest = digestOf(decision, before, policy);
  const same =
    decision.verdict === recorded.verdict &&
    decision.rows.map((row) => row.source).join() === recorded.rows.join() &&
    (recorded.planDigest === null || digest === recorded.planDigest);
  return { recorded, explanation, same };
}

const isPast = (provideBy: string | null | undefined, at: string): boolean => provideBy != null && Date.parse(provideBy) < Date.parse(at);

function digestOf(decision: Decision, before: ReturnType<typeof fold>, policy: Policy): string | null {
  if (decision.verdict === 'deny') return null;
  if (before.plan === null) return planDigest(makePlan(decision, before.requested.items, policy));
  // A return that follows on a stricter plan speaks of that plan.
  return planDigest(makeStricterPlan(decision, before.plan, policy) ?? before.plan);
}

function recordedBy(entry: RequestEntry): Recorded | null {
  const head = { entry: entry.index, event: entry.event, requestId: entry.requestId, at: entry.at };
  switch (entry.event) {
    case 'export-held':
    case 'plan-replaced': {
      const { plan, planDigest, rows } = entry.data;
      return { ...head, verdict: 'allow', policyVersion: plan.policyVersion, rows, planDigest };
    }
    case 'export-denied': {
      const { policyVersion, rows } = entry.data;
      return { ...head, verdict: 'deny', policyVersion, rows, planDigest: null };
    }
    case 'export-returned': {
      // A reviewer's return is a person's word, not a decision of the policy.
      const { policyVersion, rows, planDigest, step } = entry.data;
      return step === null ? { ...head, verdict: 'allow', policyVersion, rows, planDigest } : null;
    }
    default:
      return null;
  }
}
