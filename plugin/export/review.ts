// One more voice: approve the step that waits, narrow what it is asked to agree to, or return the request with a coded formal defect.
import { judgeDrawn } from '../domain/drawing.js';
import { judgeCallBack, judgeKept, judgeLook, nextStep } from '../domain/approval.js';
import type { Pseudonym } from '../domain/audit-event.js';
import type { ReturnCode } from '../domain/basis.js';
import type { Item } from '../domain/export-request.js';
import { canMove, type RequestState } from '../domain/lifecycle.js';
import { judgeNarrower } from '../domain/narrower.js';
import { Problem } from '../domain/problem.js';
import { parseInstant } from '../domain/span.js';
import type { Person } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import { narrowPlan, planDigest } from '../policy/plan.js';
import { redecide } from './redecide.js';
import type { Requests, Turn } from './requests.js';
import { turnOf, type StandInParts } from './stand-in.js';

interface Parts extends StandInParts {
  requests: Requests;
}

/**
 * `planDigest` is of the plan that the reviewer saw: a yes is bound to it. `narrow` agrees to less than was asked: plan n+1, to which earlier voices
 * carry over because its items lie inside those that they agreed to. A "no" is a return with a code, never a refusal (F9).
 */
export type Voice =
  | { verdict: 'approve'; planDigest: string }
  | { verdict: 'narrow'; items: readonly Item[]; planDigest: string }
  | { verdict: 'return'; code: ReturnCode };

/**
 * Problems: `request-unknown`, `own-request`, `already-voted`, `not-your-step`, `plan-changed`, `not-inspected`, `areas-missing`, `call-back-missing`,
 * `scope-wider`, `scope-same`, `span-invalid`, `state-conflict`, `not-permitted`.
 */
export async function review(parts: Parts, reviewer: Person, requestId: string, voice: Voice): Promise<RequestState> {
  const person = reviewer.pseudonym;
  return parts.requests.take(requestId, async (turn) => {
    const policy = await upToDate(parts, turn);
    if (turn.state.tracks.approval !== 'held')
      throw new Problem('state-conflict', `Request ${requestId} is ${turn.state.state}; it takes no voice.`);
    const { step, standsInFor } = await turnOf(parts, turn.state, reviewer, policy);
    if (voice.verdict === 'return') {
      const digest = turn.state.planDigest!;
      await turn.append({
        event: 'export-returned',
        by: person,
        data: { codes: [voice.code], step: step.step, policyVersion: policy.version, rows: [], planDigest: digest, ...(standsInFor && { standsInFor }) },
      });
      return turn.state;
    }
    judgeKept(turn.state);
    if (voice.planDigest !== turn.state.planDigest)
      throw new Problem('plan-changed', `The plan of ${requestId} is ${turn.state.planDigest ?? 'none'}, not the one that was agreed to.`);
    judgeCallBack(turn.state);
    judgeLook(turn.state, step, person);
    judgeDrawn(turn.state, step, person, voice.verdict === 'narrow' ? voice.items : undefined);
    if (voice.verdict === 'narrow') await narrow(turn, person, step.step, voice.items);
    const data = {
      step: step.step,
      planDigest: turn.state.planDigest!,
      policyVersion: policy.version,
      ...(standsInFor && { standsInFor }),
    };
    await turn.append({ event: 'request-reviewed', by: person, data });
    // Another policy may have come into force while the voice was written: it was the last one for the plan that was.
    await upToDate(parts, turn);
    await grantWhenComplete(turn);
    return turn.state;
  });
}

/** A crash between this entry and the voice leaves the narrower plan, and asks the same step again. */
async function narrow(turn: Turn, person: Pseudonym, step: string, asked: readonly Item[]): Promise<void> {
  const plan = turn.state.plan!;
  const items = asked.map((item) => ({ ...item, from: parseInstant(item.from), to: parseInstant(item.to) }));
  judgeNarrower(items, plan.items);
  const next = narrowPlan(plan, items);
  await turn.append({ event: 'plan-narrowed', by: person, data: { plan: next, planDigest: planDigest(next), rows: [], step } });
}

/** No voice counts for a plan that the policy in force would make stricter. Another one may come into force while this one is asked. */
async function upToDate(parts: Parts, turn: Turn): Promise<Policy> {
  for (;;) {
    const { policy } = parts;
    await redecide({ policy, store: parts.store }, turn);
    if (parts.policy === policy) return policy;
  }
}

/** The last voice makes it granted. Also run at start: a crash between the voice and this entry must not ask anybody again. */
export async function grantWhenComplete(turn: Turn): Promise<void> {
  const { tracks, planDigest: digest, voices } = turn.state;
  if (!canMove(tracks, 'export-granted') || nextStep(turn.state) !== null) return;
  await turn.append({ event: 'export-granted', by: 'gate', data: { planDigest: digest!, voices: voices.length } });
}
