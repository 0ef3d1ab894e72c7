// Who may watch sealed footage, marked and never as a file: the reviewer of the step that waits, the officer of an emergency that was
// agreed to (or of which two administrators set the voices aside), and who was granted the viewing. Each of these has an end.
import { judgeCallBack } from '../domain/approval.js';
import type { Viewing } from '../domain/audit-event.js';
import { glassEndsAt, paperDueAt } from '../domain/due-times.js';
import { kindOf } from '../domain/kind.js';
import type { RequestState } from '../domain/lifecycle.js';
import { privacyStep } from '../domain/plan.js';
import { Problem } from '../domain/problem.js';
import type { Instant } from '../domain/span.js';
import type { Person } from '../domain/subject.js';
import { turnOf, type StandInParts } from './stand-in.js';

const refuse = (detail: string): never => {
  throw new Problem('view-refused', detail);
};

/** Why this person may watch. Problems: `view-refused`, `state-conflict`, those of `turnOf`. */
export async function judgeWatch(parts: StandInParts, state: RequestState, person: Person): Promise<Viewing> {
  const { tracks, plan, requestId } = state;
  if (!plan || tracks.custody !== 'sealed')
    throw new Problem('state-conflict', `The footage of ${requestId} is not sealed; there is nothing to watch.`);
  const isApplicant = person.pseudonym === state.requested.applicant;
  const emergencyEndsAt = isApplicant ? endOfEmergency(state) : null;
  if (emergencyEndsAt !== null) {
    judgeCallBack(state);
    judgeEnd(parts.now(), state, emergencyEndsAt);
    return 'emergency';
  }
  if (plan.deliver === 'view' && (isApplicant || person.pseudonym === state.requested.enteredBy)) return judgeGranted(parts.now(), state);
  if (tracks.approval !== 'held') return refuse(`Request ${requestId} is ${state.state}; its footage is watched by nobody now.`);
  const { step } = (await turnOf(parts, state, person, parts.policy)).step;
  if (step !== privacyStep && !plan.inspect.includes(step))
    refuse(`The plan of ${requestId} lets nobody watch the footage for step ${step}.`);
  return 'review';
}

/**
 * Agreed to, or with its voices set aside; null where it is neither. Once the paper is there the officer has the copies; when it is due and
 * has not come, nothing says any more that there was an emergency. Voices that were set aside can be had within a day.
 */
function endOfEmergency(state: RequestState): Instant | null {
  if (state.tracks.approval === 'held') return glassEndsAt(state);
  return kindOf(state.requested) === 'emergency' && state.tracks.approval === 'granted' ? paperDueAt(state) : null;
}

function judgeGranted(now: Date, state: RequestState): Viewing {
  const { requestId, grantedAt, plan, tracks } = state;
  // Granted once, and perhaps taken back since.
  if (grantedAt === null || tracks.approval !== 'granted')
    return refuse(`Request ${requestId} is ${state.state}; the viewing is not granted.`);
  judgeEnd(now, state, new Date(Date.parse(grantedAt) + plan!.expiresHours * 3_600_000).toISOString());
  return 'view';
}

function judgeEnd(now: Date, { requestId }: RequestState, endsAt: Instant): void {
  if (Date.parse(endsAt) <= now.getTime()) refuse(`The viewing of ${requestId} ended at ${endsAt}.`);
}

/** A viewing that was granted is one of a counted number, for each part of each camera. Problem `view-refused`. */
export function judgeCount({ views, plan, requestId }: RequestState, camera: string, from: string): void {
  const seen = views.filter((view) => view.why === 'view' && view.camera === camera && view.from === from).length;
  if (seen >= plan!.downloads) refuse(`This footage of ${requestId} was watched ${seen} times, which is all that its plan allows.`);
}
