// A personal value behind a request is erased: its row goes, its commitment stays mute for ever, and papers print 〔已删除〕. Not before the
// register's time has passed (F7), and not under a hold.
import type { Commitment } from '../domain/audit-event.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Instant } from '../domain/span.js';
import type { Person } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import type { Store } from '../store/store.js';
import { isHeld } from './holds.js';
import type { Requests } from './requests.js';
import type { MonthIndex } from './month-index.js';
import { isErased } from './revealed.js';
import { unbindScans } from './scans.js';

interface Parts {
  readonly policy: Policy;
  requests: Requests;
  store: Store;
  months: MonthIndex;
  now: () => Date;
}

export const erasable = ['application', 'unit'] as const;
export type Erasable = (typeof erasable)[number];

/** F7: three years at least, from the last thing that happened; longer where the plan says so. */
const LEAST_YEARS = 3;

export function keptUntil({ actedAt, plan }: Pick<RequestState, 'actedAt' | 'plan'>): Instant {
  const until = new Date(actedAt);
  until.setUTCFullYear(until.getUTCFullYear() + Math.max(plan?.registerYears ?? LEAST_YEARS, LEAST_YEARS));
  return until.toISOString();
}

/** A refused act on it has a row of its own in the register, which is kept as long. */
export function keptInRegister(months: MonthIndex, state: RequestState): Instant {
  const refusedAt = months.refusedAt(state.requestId);
  return keptUntil(refusedAt !== null && refusedAt > state.actedAt ? { ...state, actedAt: refusedAt } : state);
}

/** Problems: `request-unknown`, `not-permitted`, `footage-held`, `retention-running`, `state-conflict`. */
export async function erase(parts: Parts, person: Person, requestId: string, field: Erasable): Promise<RequestState> {
  const { policy, requests, store, months, now } = parts;
  return requests.take(requestId, async (turn) => {
    const { state } = turn;
    const { site } = state.requested;
    if (!policy.allows(person.user, 'destroy', 'request:*', site))
      throw new Problem('not-permitted', `No policy row lets ${person.user} destroy at ${site}.`);
    if (isHeld(state, now())) throw new Problem('footage-held', `A hold stands on ${requestId}; lift it first.`);
    await months.catchUp();
    const until = keptInRegister(months, state);
    if (Date.parse(until) > now().getTime())
      throw new Problem('retention-running', `What stands in the register about ${requestId} is kept until ${until} (F7).`);
    if (state.state === 'held' || state.state === 'preserve-queued')
      throw new Problem('state-conflict', `${requestId} still waits for voices; nothing could be made of it without its application.`);
    const values = valuesOf(state, field).filter(({ commitment }) => !state.erased.includes(commitment));
    if (values.length === 0) throw new Problem('state-conflict', `The ${field} of ${requestId} is erased already.`);
    for (const data of values) await turn.append({ event: 'personal-erased', by: person.pseudonym, data });
    await finishErasure(store, turn.state);
    return turn.state;
  });
}

/** With the application go the forms before it, and what others wrote about it. */
const valuesOf = ({ requested, words }: RequestState, field: Erasable): readonly { field: string; commitment: Commitment }[] =>
  field === 'unit' ? [{ field, commitment: requested.unit }] : words;

/** Also run at start: what the journal says is erased is erased. The application's papers go with the next sweep of scans. */
export async function finishErasure(store: Store, state: RequestState): Promise<void> {
  const { erased, requestId } = state;
  for (const commitment of erased) await store.personal.erase(commitment);
  if (isErased(state)) await unbindScans(store, requestId);
  if (erased.length > 0) await store.personal.scrub();
}
