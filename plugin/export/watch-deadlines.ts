// Times that run: the instrument's 提供时限, the plan's `sla`, the review afterwards. Past one a request is flagged and operators are told;
// silence never approves and never closes.
import type { RequestEvents } from '../domain/audit-event.js';
import { isReviewDue } from '../domain/draw-review.js';
import { dueTimes, nearFrom, paperDueAt } from '../domain/due-times.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { Log } from '../domain/log.js';
import type { Instant } from '../domain/span.js';
import type { Requests } from './requests.js';
import { dayToTell } from './expire.js';
import { drawWhenReleased } from './review-after.js';

interface Parts {
  requests: Requests;
  log: Log;
  now: () => Date;
}

export async function flagLate({ requests, log, now }: Parts): Promise<void> {
  for (const id of requests.ids()) {
    const look = requests.take(id, async (turn) => {
      // What the journal did not take behind a release is made good now.
      await drawWhenReleased(turn);
      for (const flag of flagsFor(turn.state, now())) {
        await turn.append({ by: 'gate', ...flag });
        const which = (flag.event === 'sla-missed' || flag.event === 'deadline-near') && { reasons: [flag.data.of] };
        log('warn', { event: flag.event, requestId: id, outcome: turn.state.state, ...which });
      }
    });
    // One history that cannot be read does not silence the deadlines behind it.
    await look.catch((cause: unknown) => log('error', { event: 'deadline-unread', requestId: id, cause }));
  }
}

type FlagName = 'deadline-near' | 'deadline-missed' | 'sla-missed' | 'paper-overdue' | 'expiry-near' | 'review-overdue';
type Flag = { [E in FlagName]: { event: E; data: RequestEvents[E] } }[FlagName];

/** Each is raised once; that footage goes, again where that day has moved. */
function flagsFor(state: RequestState, now: Date): Flag[] {
  const isPast = (instant: Instant): boolean => Date.parse(instant) < now.getTime();
  const flags: Flag[] = [];
  if (isReviewDue(state) && !state.reviewOverdue && isPast(state.draw!.dueAt))
    flags.push({ event: 'review-overdue', data: { dueAt: state.draw!.dueAt } });
  if (!isOpen(state)) return flags;
  const provideBy = state.instrument?.provideBy;
  if (provideBy && !state.late && isPast(provideBy)) flags.push({ event: 'deadline-missed', data: { provideBy } });
  const paperDue = paperDueAt(state);
  if (paperDue && !state.paperOverdue && isPast(paperDue)) flags.push({ event: 'paper-overdue', data: { dueAt: paperDue } });
  const dueAt = dayToTell(state, now);
  if (dueAt !== null) flags.push({ event: 'expiry-near', data: { dueAt } });
  const due = dueTimes(state);
  const isNear = (instant: Instant): boolean => !isPast(instant) && nearFrom(state.requestedAt, instant) <= now.getTime();
  for (const [of, dueAt] of [
    ['instrument', provideBy],
    ['total', due?.releaseBy],
  ] as const)
    if (dueAt && !state.near.includes(of) && isNear(dueAt)) flags.push({ event: 'deadline-near', data: { of, dueAt } });
  if (!due) return flags;
  // A first voice that came late, before anybody looked, was late all the same.
  const firstVoice = state.voices[0] ? new Date(state.voices[0].at) : now;
  for (const [of, dueAt, by] of [
    ['verify', due.verifyBy, firstVoice],
    ['total', due.releaseBy, now],
  ] as const)
    if (!state.slaMissed.includes(of) && Date.parse(dueAt) < by.getTime()) flags.push({ event: 'sla-missed', data: { of, dueAt } });
  return flags;
}

/** Somebody still owes something for its release. */
export const isOpen = ({ tracks, state }: RequestState): boolean =>
  (tracks.approval === 'held' || tracks.approval === 'granted') &&
  tracks.delivery !== 'released' &&
  tracks.custody !== 'unavailable' &&
  state !== 'viewable' &&
  state !== 'destroyed';
