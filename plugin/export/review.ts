// One more voice: approve the step that waits, or return the request with a coded formal defect.
import { judgeLook, judgeVoice, nextStep } from '../domain/approval.js';
import type { ReturnCode } from '../domain/basis.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import type { Store } from '../store/store.js';
import { redecide } from './redecide.js';
import type { Requests, Turn } from './requests.js';

interface Parts {
  /** The one in force whenever it is asked for. */
  readonly policy: Policy;
  requests: Requests;
  store: Store;
  now: () => Date;
}

/** `planDigest` is what the reviewer saw: a voice is bound to it. A reviewer's "no" is a return with a code, never a refusal (F9). */
export type Voice = { verdict: 'approve'; planDigest?: string | undefined } | { verdict: 'return'; code: ReturnCode };

/**
 * Problems: `request-unknown`, `own-request`, `already-voted`, `not-your-step`, `plan-changed`, `not-inspected`, `state-conflict`,
 * `not-permitted`.
 */
export async function review(parts: Parts, reviewer: Person, requestId: string, voice: Voice): Promise<RequestState> {
  const person = reviewer.pseudonym;
  return parts.requests.take(requestId, async (turn) => {
    const policy = await upToDate(parts, turn);
    const { site } = turn.state.requested;
    if (turn.state.tracks.approval !== 'held')
      throw new Problem('state-conflict', `Request ${requestId} is ${turn.state.state}; it takes no voice.`);
    const step = judgeVoice(turn.state, person, ({ role }) => policy.holds(reviewer.user, role, site));
    if (!policy.allows(reviewer.user, 'review', 'request:*', site))
      throw new Problem('not-permitted', `No policy row lets ${reviewer.user} review requests at ${site}.`);
    if (voice.verdict === 'return') {
      const planDigest = turn.state.planDigest!;
      await turn.append({
        event: 'export-returned',
        by: person,
        data: { codes: [voice.code], step: step.step, policyVersion: policy.version, rows: [], planDigest },
      });
      return turn.state;
    }
    if (voice.planDigest !== undefined && voice.planDigest !== turn.state.planDigest)
      throw new Problem('plan-changed', `The plan of ${requestId} is ${turn.state.planDigest ?? 'none'}, not the one that was agreed to.`);
    judgeLook(turn.state, step, person);
    const planDigest = turn.state.planDigest!;
    await turn.append({ event: 'request-reviewed', by: person, data: { step: step.step, planDigest, policyVersion: policy.version } });
    // Another policy may have come into force while the voice was written: it was the last one for the plan that was.
    await upToDate(parts, turn);
    await grantWhenComplete(turn);
    return turn.state;
  });
}

/** No voice counts for a plan that the policy in force would make stricter. Another one may come into force while this one is asked. */
async function upToDate(parts: Parts, turn: Turn): Promise<Policy> {
  for (;;) {
    const { policy } = parts;
    await redecide({ policy, store: parts.store, now: parts.now }, turn);
    if (parts.policy === policy) return policy;
  }
}

/** The last voice makes it granted. Also run at start: a crash between the voice and this entry must not ask anybody again. */
export async function grantWhenComplete(turn: Turn): Promise<void> {
  const { tracks, planDigest, voices } = turn.state;
  if (tracks.approval !== 'held' || nextStep(turn.state) !== null) return;
  await turn.append({ event: 'export-granted', by: 'gate', data: { planDigest: planDigest!, voices: voices.length } });
}
