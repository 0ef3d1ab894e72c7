// Journal entry → who is told what. A pure table: an event that is not in it tells nobody anything.
import { nextStep } from '../domain/approval.js';
import { isConfidential, isHurried, kindOf } from '../domain/kind.js';
import { dueTimes, glassEndsAt, paperDueAt } from '../domain/due-times.js';
import type { RequestState } from '../domain/lifecycle.js';
import { noticeKinds, type Notice, type NoticeKind } from '../domain/notice.js';
import type { Instant } from '../domain/span.js';
import { isRequestEntry, type Entry, type GateEvents, type RequestEvents } from '../domain/audit-event.js';

/**
 * The circles of the procedure, and no others: holders of the step that waits and who stands in for them, applicant and typist, who is to have the originals where they leave apart, who may execute, who may inspect at the
 * site (the shipped files: head of the unit, auditor), who may review the release, who may destroy, administrators of the gate.
 */
export type Audience = 'step' | 'applicant' | 'receiver' | 'executors' | 'overseers' | 'reviewers' | 'destroyers' | 'administrators';

export interface Raised extends Notice {
  audience: readonly Audience[];
}

interface Told {
  kind: NoticeKind;
  audience: readonly Audience[];
  deadline: Instant | null;
}

const tell = (kind: NoticeKind, audience: readonly Audience[], deadline: Instant | null = null): Told => ({ kind, audience, deadline });

/** Until when the footage is to be handed over: the instrument's time or the plan's, whichever is sooner. */
function handOverBy(state: RequestState): Instant | null {
  const times = [state.requested.instrument?.provideBy, dueTimes(state)?.releaseBy].filter((it) => typeof it === 'string');
  return times.sort((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null;
}

const stepWaits = (state: RequestState): Told | null =>
  state.tracks.approval === 'held' && nextStep(state) ? tell('step-waits', ['step'], handOverBy(state)) : null;

/** Whose act the request waits for. */
function doers({ tracks }: RequestState): Audience[] {
  if (tracks.approval === 'held') return ['step'];
  return tracks.delivery === 'packaged' || tracks.delivery === 'release-asked' ? ['executors'] : [];
}

/** An emergency is told to those who look after the site as well: who opened it did so by telephone. */
function held(state: RequestState): (Told | null)[] {
  const isEmergency = kindOf(state.requested) === 'emergency';
  return [isEmergency ? tell('emergency-opened', ['overseers'], paperDueAt(state)) : null, stepWaits(state)];
}

type Heard = Told | null | readonly (Told | null)[];
type OfRequest = { [E in keyof RequestEvents]?: (data: RequestEvents[E], state: RequestState) => Heard };
type OfGate = { [E in keyof GateEvents]?: (data: GateEvents[E]) => Heard };

const ofRequest: OfRequest = {
  'export-denied': () => tell('denied', ['applicant']),
  'export-returned': () => tell('returned', ['applicant']),
  'export-held': (_, state) => held(state),
  'plan-replaced': (_, state) => stepWaits(state),
  'request-reviewed': (_, state) => stepWaits(state),
  // Who looks at the footage first hears it again when there is something to look at.
  'preserve-completed': (_, state) => (state.plan?.inspect.includes(nextStep(state)?.step ?? '') ? stepWaits(state) : null),
  'export-granted': () => tell('granted', ['applicant']),
  'export-unavailable': () => tell('not-available', ['applicant', 'overseers']),
  'package-sealed': (_, state) => tell('package-ready', ['executors'], handOverBy(state)),
  'release-asked': (_, state) => tell('release-waits', ['executors'], handOverBy(state)),
  'clip-released': ({ expiresAt }) => tell('released', ['applicant', 'receiver'], expiresAt),
  'deadline-near': ({ dueAt }, state) => tell('deadline-near', [...doers(state), 'overseers'], dueAt),
  'deadline-missed': ({ provideBy }, state) => tell('deadline-missed', [...doers(state), 'overseers'], provideBy),
  // Whose paper did not come is told like its time: the applicant can still bring it.
  'expiry-near': ({ dueAt }, { tracks }) => tell('expiry-near', [tracks.approval === 'held' ? 'step' : 'applicant', 'overseers'], dueAt),
  'footage-expired': (_, { endedAt }) => (endedAt === null ? tell('not-available', ['applicant', 'overseers']) : null),
  'sla-missed': ({ dueAt }, state) => tell('sla-missed', [...doers(state), 'overseers'], dueAt),
  'paper-overdue': ({ dueAt }) => tell('paper-overdue', ['applicant', 'overseers'], dueAt),
  'request-withdrawn': () => tell('withdrawn', ['overseers']),
  'hold-placed': ({ until }) => tell('hold-placed', ['overseers'], until),
  'glass-asked': () => tell('glass-asked', ['administrators', 'overseers']),
  'glass-broken': (_, state) => tell('glass-broken', ['administrators', 'overseers', 'applicant'], glassEndsAt(state)),
  'review-drawn': ({ drawn, dueAt }) => (drawn ? tell('review-due', ['reviewers'], dueAt) : null),
  'destruction-near': ({ dueAt }) => tell('destruction-near', ['destroyers', 'overseers'], dueAt),
  'destruction-asked': () => tell('destruction-waits', ['destroyers', 'overseers']),
  'footage-destroyed': () => tell('footage-destroyed', ['applicant', 'overseers']),
  // Operators alone can make a recorder answer, or keep.
  'overwrite-near': ({ dueAt }) => tell('overwrite-near', ['administrators', 'overseers', 'executors'], dueAt),
  'review-overdue': ({ dueAt }) => tell('review-overdue', ['overseers'], dueAt),
};

const ofGate: OfGate = {
  'policy-proposed': () => tell('policy-proposed', ['administrators']),
  'clock-stepped': () => tell('clock-stepped', ['administrators']),
  'guard-hit': () => tell('guard-hit', ['administrators']),
  'witness-disagreed': () => tell('witness-disagreed', ['administrators']),
  'self-audited': ({ findings }) => (findings > 0 ? tell('audit-found', ['administrators']) : null),
};

const table = { ...ofRequest, ...ofGate } as Record<string, ((data: unknown, state: RequestState | null) => Heard) | undefined>;

/** Does anybody hear of such an event at all? The state of its request need not be known before this. */
export const isTold = (event: Entry['event']): boolean => Object.hasOwn(table, event);

/** `state`: the request as it stood right after this entry; null for entries of the gate. */
export function noticesOf(entry: Entry, state: RequestState | null): Raised[] {
  if (!isTold(entry.event)) return [];
  // Nothing at all, neither in the gate nor outward: that there is such a request is told already by a number.
  if (state && isConfidential(state.requested.basis)) return [];
  const request = isRequestEntry(entry) ? entry.requestId : null;
  const isUrgent = state !== null && isHurried(state.requested.basis);
  return [table[entry.event]!(entry.data, state)]
    .flat()
    .filter((told) => told !== null)
    .map((told) => ({ ...told, request, urgency: isUrgent ? 'urgent' : noticeKinds[told.kind].urgency }));
}
