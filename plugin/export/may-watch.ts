// Who may watch sealed footage, marked and never as a file: the reviewer of the step that waits, the officer of an emergency that was
// agreed to (or of which two administrators set the voices aside), and who was granted the viewing.
import type { Viewing } from '../domain/audit-event.js';
import { kindOf } from '../domain/kind.js';
import { awaitsPaper, type RequestState } from '../domain/lifecycle.js';
import { privacyStep } from '../domain/plan.js';
import { Problem } from '../domain/problem.js';
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
  if (isApplicant && isEmergency(state)) return 'emergency';
  if (plan.deliver === 'view' && (isApplicant || person.pseudonym === state.requested.enteredBy)) return judgeGranted(parts.now(), state);
  if (tracks.approval !== 'held') return refuse(`Request ${requestId} is ${state.state}; its footage is watched by nobody now.`);
  const { step } = (await turnOf(parts, state, person, parts.policy)).step;
  if (step !== privacyStep && !plan.inspect.includes(step))
    refuse(`The plan of ${requestId} lets nobody watch the footage for step ${step}.`);
  return 'review';
}

/** Agreed to, or with its voices set aside; once the paper is there the officer has the copies. */
const isEmergency = (state: RequestState): boolean =>
  (kindOf(state.requested) === 'emergency' && state.tracks.approval === 'granted' && awaitsPaper(state)) ||
  (state.glass?.broken === true && state.tracks.approval === 'held');

function judgeGranted(now: Date, { requestId, grantedAt, plan, state }: RequestState): Viewing {
  if (grantedAt === null) return refuse(`Request ${requestId} is ${state}; the viewing is not granted.`);
  const endsAt = Date.parse(grantedAt) + plan!.expiresHours * 3_600_000;
  if (endsAt <= now.getTime()) refuse(`The viewing of ${requestId} ended at ${new Date(endsAt).toISOString()}.`);
  return 'view';
}

/** A viewing that was granted is one of a counted number, for each part of each camera. Problem `view-refused`. */
export function judgeCount({ views, plan, requestId }: RequestState, camera: string, from: string): void {
  const seen = views.filter((view) => view.why === 'view' && view.camera === camera && view.from === from).length;
  if (seen >= plan!.downloads) refuse(`This footage of ${requestId} was watched ${seen} times, which is all that its plan allows.`);
}
