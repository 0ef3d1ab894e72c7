// One more voice: approve the step that waits, or return the request with a coded formal defect.
import { judgeVoice, nextStep } from '../domain/approval.js';
import type { ReturnCode } from '../domain/basis.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import type { Requests, Turn } from './requests.js';

interface Parts {
  policy: Policy;
  requests: Requests;
}

/** `planDigest` is what the reviewer saw: a voice is bound to it. A reviewer's "no" is a return with a code, never a refusal (F9). */
export type Voice = { verdict: 'approve'; planDigest?: string | undefined } | { verdict: 'return'; code: ReturnCode };

/** Problems: `request-unknown`, `own-request`, `already-voted`, `not-your-step`, `plan-changed`, `state-conflict`, `not-permitted`. */
export async function review(parts: Parts, reviewer: Person, requestId: string, voice: Voice): Promise<RequestState> {
  const person = reviewer.pseudonym;
  return parts.requests.take(requestId, async (turn) => {
    const { site } = turn.state.requested;
    if (turn.state.tracks.approval !== 'held')
      throw new Problem('state-conflict', `Request ${requestId} is ${turn.state.state}; it takes no voice.`);
    const step = judgeVoice(turn.state, person, ({ role }) => parts.policy.holds(reviewer.user, role, site));
    if (!parts.policy.allows(reviewer.user, 'review', 'request:*', site))
      throw new Problem('not-permitted', `No policy row lets ${reviewer.user} review requests at ${site}.`);
    if (voice.verdict === 'return') {
      await turn.append({ event: 'export-returned', by: person, data: { codes: [voice.code], step: step.step } });
      return turn.state;
    }
    if (voice.planDigest !== undefined && voice.planDigest !== turn.state.planDigest)
      throw new Problem('plan-changed', `The plan of ${requestId} is ${turn.state.planDigest ?? 'none'}, not the one that was agreed to.`);
    await turn.append({ event: 'request-reviewed', by: person, data: { step: step.step, planDigest: turn.state.planDigest! } });
    await grantWhenComplete(turn);
    return turn.state;
  });
}

/** The last voice makes it granted. Also run at start: a crash between the voice and this entry must not ask anybody again. */
export async function grantWhenComplete(turn: Turn): Promise<void> {
  const { tracks, planDigest, voices } = turn.state;
  if (tracks.approval !== 'held' || nextStep(turn.state) !== null) return;
  await turn.append({ event: 'export-granted', by: 'gate', data: { planDigest: planDigest!, voices: voices.length } });
}
