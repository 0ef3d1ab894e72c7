// Release: an act of its own, by an authorised executor. With dual control one asks and a second confirms with their own login.
import { randomBytes } from 'node:crypto';
import { judgeCallBack, judgeExecutor } from '../domain/approval.js';
import type { Pseudonym, RequestEvents } from '../domain/audit-event.js';
import { awaitsPaper, type RequestState } from '../domain/lifecycle.js';
import { secretBytes } from '../delivery/secret.js';
import { keyOf } from '../domain/request-key.js';
import { Problem } from '../domain/problem.js';
import type { Person, UserId } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import type { Objects } from '../store/objects.js';
import type { ClockWatch } from './clock-watch.js';
import { sealBytes } from './custody.js';
import { receiverOfOriginals } from './receiver-of-originals.js';
import { mayStill, type MayStillParts } from './may-still.js';
import { expectNotNamed } from './named.js';
import type { Requests, Turn } from './requests.js';
import { drawWhenReleased } from './review-after.js';

interface Parts extends MayStillParts {
  policy: Policy;
  requests: Requests;
  objects: Objects;
  clock: ClockWatch;
}

/** To execute is to carry out what was granted, to release is to hand it over; today one act of one person is both. */
const acts = ['execute', 'release'] as const;

/**
 * `originalsFor`: whom the originals go to, where they leave apart; left out, whom the first executor named, or the applicant. Problems:
 * `request-unknown`, `own-request`, `executor-barred`, `receiver-barred`, `paper-missing`, `clock-doubted`, `not-permitted`, `state-conflict`.
 */
export async function release(parts: Parts, executor: Person, requestId: string, originalsFor?: UserId): Promise<RequestState> {
  const person = executor.pseudonym;
  return parts.requests.take(requestId, async (turn) => {
    const { state } = turn;
    for (const act of acts)
      if (!parts.policy.allows(executor.user, act, 'request:*', state.requested.site))
        throw new Problem('not-permitted', `No policy row lets ${executor.user} ${act} at ${state.requested.site}.`);
    if (state.tracks.delivery !== 'packaged' && state.tracks.delivery !== 'release-asked')
      throw new Problem('state-conflict', `Request ${requestId} is ${state.state}; only a packaged request can be released, once.`);
    judgeExecutor(state, person);
    await expectNotNamed(parts.store, state, executor.user);
    if (awaitsPaper(state)) throw new Problem('paper-missing', `No file of ${requestId} leaves before its paper was accepted.`);
    // Called back again since, the unit may have known nothing of it.
    judgeCallBack(state);
    // The times of the release, and of the copies' marks, are the gate's own.
    await parts.clock.judge();
    const plan = state.plan!;
    const first = await standingFirst(parts, state);
    const receiver = await receiverOfOriginals(parts, state, { executors: [first, person], named: originalsFor, before: first && state.originalsFor });
    if (plan.execute !== 'single' && first === null) {
      await turn.append({ event: 'release-asked', by: person, data: { planDigest: state.planDigest!, ...receiver } });
      return turn.state;
    }
    const executors = first === null ? [person] : [first, person];
    const expiresAt = new Date(parts.now().getTime() + plan.expiresHours * 3_600_000).toISOString();
    await letGo(parts, turn, person, { executors, expiresAt, downloads: plan.downloads, ...receiver });
    await drawWhenReleased(turn);
    return turn.state;
  });
}

/** With the release comes the secret from which all is derived that encrypts what leaves (docs/spec/delivery.md). On disk before the entry names it. */
async function letGo({ objects }: Parts, turn: Turn, by: Pseudonym, data: Omit<RequestEvents['clip-released'], 'delivery'>): Promise<void> {
  const delivery = await sealBytes(objects.under(keyOf(turn.state.requestId, 'copies')), randomBytes(secretBytes));
  try {
    await turn.append({ event: 'clip-released', by, data: { ...data, delivery } });
  } catch (thrown) {
    // Refused by the journal and not merely late: what no entry names goes.
    if (turn.state.release === null) await objects.remove(delivery.object);
    throw thrown;
  }
}

/** Who asked for the release, while they could do so now: else their word is none any more, and the next executor's is the first. */
async function standingFirst(parts: Parts, { releaseAskedBy, requested: { site } }: RequestState): Promise<Pseudonym | null> {
  if (releaseAskedBy === null) return null;
  const hasRight = (user: UserId) => acts.every((act) => parts.policy.allows(user, act, 'request:*', site));
  return (await mayStill(parts, releaseAskedBy, hasRight)) ? releaseAskedBy : null;
}
