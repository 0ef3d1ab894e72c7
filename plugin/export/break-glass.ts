// 破窗: two administrators set the missing voices of a request aside, each with their own login, for a reason of the list. The officer may
// then watch the footage, marked; no file leaves for it, and voices are still asked for. It rings.
import type { GlassReason } from '../domain/audit-event.js';
import { hasSpoken, judgeKept, judgeParty } from '../domain/approval.js';
import { glassEndsAt } from '../domain/due-times.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { Log } from '../domain/log.js';
import { Problem } from '../domain/problem.js';
import type { Person, UserId } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import { mayStill, type MayStillParts } from './may-still.js';
import { expectNotNamed } from './named.js';
import type { Requests } from './requests.js';

interface Parts extends MayStillParts {
  readonly policy: Policy;
  requests: Requests;
  log: Log;
}

/** How long the second administrator has, milliseconds. */
const ASKED_FOR_MS = 30 * 60_000;

/** Problems: `not-permitted`, `own-request`, `already-voted`, `state-conflict`. */
export async function breakGlass(parts: Parts, person: Person, requestId: string, reason: GlassReason): Promise<RequestState> {
  const isAdministrator = (user: UserId): boolean => parts.policy.allows(user, 'manage', 'account:*', null);
  if (!isAdministrator(person.user))
    throw new Problem('not-permitted', 'Breaking the glass needs two administrators (the act manage).');
  return parts.requests.take(requestId, async (turn) => {
    const { state } = turn;
    judgeParty(state, person.pseudonym);
    await expectNotNamed(parts.store, state, person.user);
    if (hasSpoken(state, person.pseudonym))
      throw new Problem(
        'already-voted',
        'Who gave a voice to this request, or had it given in their stead, does not set the others aside.',
      );
    if (state.tracks.approval !== 'held') throw new Problem('state-conflict', `Request ${requestId} is ${state.state}.`);
    judgeKept(state);
    const endsAt = glassEndsAt(state);
    if (endsAt !== null && Date.parse(endsAt) > parts.now().getTime())
      throw new Problem('state-conflict', `The glass of ${requestId} is broken already, until ${endsAt}.`);
    const { glass } = state;
    const isRecent = glass !== null && !glass.broken && parts.now().getTime() - Date.parse(glass.askedAt) < ASKED_FOR_MS;
    // Who lost the right or the account since has asked for nothing: the next one is the first again.
    const stands = isRecent && (await mayStill(parts, glass.askedBy, isAdministrator));
    if (stands && glass.askedBy === person.pseudonym)
      throw new Problem('state-conflict', 'You asked for it already; a second administrator does the same with their own login.');
    if (stands && glass.reason !== reason)
      throw new Problem('state-conflict', `The first administrator gave the reason ${glass.reason}; both stand for one reason.`);
    if (!stands) await turn.append({ event: 'glass-asked', by: person.pseudonym, data: { reason } });
    else await turn.append({ event: 'glass-broken', by: person.pseudonym, data: { reason, askedBy: glass.askedBy, askedAt: glass.askedAt } });
    parts.log('error', { event: stands ? 'glass-broken' : 'glass-asked', requestId, reasons: [reason] });
    return turn.state;
  });
}
