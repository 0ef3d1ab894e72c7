// 保全: a hold on a request. While it stands nothing of the request is deleted: no footage, no personal value (799 art 17).
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Instant } from '../domain/span.js';
import type { Person } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import type { Store } from '../store/store.js';
import type { Requests } from './requests.js';

interface Parts {
  readonly policy: Policy;
  requests: Requests;
  store: Store;
  now: () => Date;
}

export const isHeld = ({ hold }: Pick<RequestState, 'hold'>, now: Date): boolean =>
  hold !== null && (hold.until === null || Date.parse(hold.until) > now.getTime());

/** `until` null: until somebody lifts it. Problems: `request-unknown`, `not-permitted`, `span-invalid`. */
export async function placeHold(
  parts: Parts,
  person: Person,
  requestId: string,
  { until, reason }: { until: Instant | null; reason: string },
): Promise<RequestState> {
  return parts.requests.take(requestId, async (turn) => {
    judgeKeeper(parts.policy, turn.state, person);
    if (until !== null && Date.parse(until) <= parts.now().getTime())
      throw new Problem('span-invalid', `A hold ends in the future; ${until} is past.`);
    const commitment = await parts.store.personal.conceal('reason', reason);
    await turn.append({ event: 'hold-placed', by: person.pseudonym, data: { until, reason: commitment } });
    return turn.state;
  });
}

/** Problems: `request-unknown`, `not-permitted`, `state-conflict`. */
export async function liftHold(parts: Parts, person: Person, requestId: string): Promise<RequestState> {
  return parts.requests.take(requestId, async (turn) => {
    judgeKeeper(parts.policy, turn.state, person);
    if (turn.state.hold === null) throw new Problem('state-conflict', `No hold stands on ${requestId}.`);
    await turn.append({ event: 'hold-lifted', by: person.pseudonym, data: {} });
    return turn.state;
  });
}

function judgeKeeper(policy: Policy, { requested: { site } }: RequestState, { user }: Person): void {
  const may = policy.allows(user, 'review', 'request:*', site) || policy.allows(user, 'inspect', 'request:*', site);
  if (!may) throw new Problem('not-permitted', `Holds are placed by who may review or inspect requests at ${site}.`);
}
