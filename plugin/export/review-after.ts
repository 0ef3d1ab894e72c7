// Review afterwards (事后复核): of what was released some are drawn by lot, and somebody who took no part says what they find.
import { judgeAfterReviewer } from '../domain/approval.js';
import type { Finding } from '../domain/audit-event.js';
import { isDrawn, isReviewDue } from '../domain/draw-review.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import type { Store } from '../store/store.js';
import { isNamed } from './named.js';
import type { Requests, Turn } from './requests.js';

interface Parts {
  store: Store;
  policy: Policy;
  requests: Requests;
}

/** Problems: `request-unknown`, `not-permitted`, `reviewer-party`, `state-conflict`. */
export async function reviewAfter(parts: Parts, reviewer: Person, requestId: string, finding: Finding): Promise<RequestState> {
  return parts.requests.take(requestId, async (turn) => {
    const { state } = turn;
    const { site } = state.requested;
    if (!parts.policy.allows(reviewer.user, 'inspect', 'request:*', site))
      throw new Problem('not-permitted', `No policy row lets ${reviewer.user} inspect requests at ${site}.`);
    judgeAfterReviewer(state, reviewer.pseudonym);
    if (await isNamed(parts.store, state, reviewer.user))
      throw new Problem('reviewer-party', 'The form names this person as one of its officers; somebody else reviews the release.');
    if (!isReviewDue(state))
      throw new Problem('state-conflict', `Request ${requestId} is ${state.state}; ${whyNot(state)}, so it takes no review afterwards.`);
    await turn.append({ event: 'release-reviewed', by: reviewer.pseudonym, data: { finding } });
    return turn.state;
  });
}

const whyNot = ({ draw, reviewedAfter }: RequestState): string =>
  reviewedAfter ? 'it was reviewed already' : draw ? 'the lot did not fall on it' : 'nothing was drawn';

/** Also run at start: a crash between the release and this entry must not spare a release its draw. */
export async function drawWhenReleased(turn: Turn): Promise<void> {
  const { plan, release, draw } = turn.state;
  if (!plan?.reviewAfter || !release || draw) return;
  const { percent, days } = plan.reviewAfter;
  const seed = turn.leafOf('clip-released');
  const dueAt = new Date(Date.parse(release.at) + days * 86_400_000).toISOString();
  await turn.append({ event: 'review-drawn', by: 'gate', data: { percent, seed, drawn: isDrawn(seed, percent), dueAt } });
}
