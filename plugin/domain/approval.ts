// Whose turn it is, and who may not speak. Pure: voices come folded from the journal, never from the store.
import { edges, type Edge } from './audit-event.js';
import { isHurried } from './kind.js';
import { isGone, type RequestState } from './lifecycle.js';
import { managerStep, type Step } from './plan.js';
import { Problem } from './problem.js';

/** The step that waits, or null when every voice is in. Steps run in the plan's order; a stricter plan may have put one in between. */
export const nextStep = ({ plan, voices }: Pick<RequestState, 'plan' | 'voices'>): Step | null =>
  plan?.steps.find(({ step }) => !voices.some((voice) => voice.step === step)) ?? null;

/** Given by this person, or in their right by somebody who stood in for them. */
const isVoiceOf = ({ by, standsInFor }: RequestState['voices'][number], person: string): boolean => by === person || standsInFor === person;

/** Did they agree to a step, themselves or through another? */
export const hasSpoken = ({ voices }: Pick<RequestState, 'voices'>, person: string): boolean =>
  voices.some((voice) => isVoiceOf(voice, person));

const isParty = (state: RequestState, person: string): boolean =>
  person === state.requested.applicant || person === state.requested.enteredBy;

/** Nobody acts on their own request. Problem `own-request`. */
export function judgeParty(state: RequestState, person: string): void {
  if (isParty(state, person))
    throw new Problem('own-request', 'The applicant, and whoever typed the application in, act no further on it.');
}

/**
 * May this person speak now, for this step? F12: nobody acts on their own request; one person's voice counts for one step.
 * Problems: `own-request`, `already-voted`, `not-your-step`.
 */
export function judgeVoice(state: RequestState, person: string, holdsRole: (step: Step) => boolean): Step {
  if (isParty(state, person)) throw new Problem('own-request', 'The applicant, and whoever typed the application in, hold no step of it.');
  if (hasSpoken(state, person))
    throw new Problem('already-voted', 'This person already agreed to a step of this request; each step needs another person.');
  const step = nextStep(state);
  if (!step) throw new Problem('state-conflict', 'Every step of this request has its voice already.');
  if (!holdsRole(step))
    throw new Problem(
      'not-your-step',
      `The request waits for step ${step.step} (${step.role}) at site ${state.requested.site}; this person does not hold that role there.`,
    );
  return step;
}

/** Who asked in a hurry was called back on a published number before anybody agrees (ADMIN 28(3)). Problem `call-back-missing`. */
export function judgeCallBack({ requested, callBacks }: Pick<RequestState, 'requested' | 'callBacks'>): void {
  if (!isHurried(requested.basis)) return;
  if (callBacks.at(-1)?.confirmed !== true)
    throw new Problem(
      'call-back-missing',
      'Call the unit back on a number of the directory, and record what it said, before anybody agrees.',
    );
}

/** To footage that is gone nobody agrees; the request itself is ended by people alone. Problem `state-conflict`. */
export function judgeKept({ tracks, requestId }: RequestState): void {
  if (isGone({ tracks }))
    throw new Problem('state-conflict', `The footage of ${requestId} was destroyed; the request can be returned, withdrawn or closed.`);
}

/** Of a camera's first and last frame those that this person was not shown yet. */
export const unseenEdges = ({ inspected }: Pick<RequestState, 'inspected'>, camera: string, person: string): Edge[] =>
  edges.filter((edge) => !inspected.some((it) => it.camera === camera && it.edge === edge && it.by === person));

/** Where the plan wants it, nobody agrees to footage that they have not seen themselves. Problem `not-inspected`. */
export function judgeLook(state: RequestState, { step }: Step, person: string): void {
  if (!state.plan?.inspect.includes(step)) return;
  if (state.tracks.custody !== 'sealed')
    throw new Problem('not-inspected', `Step ${step} looks at the footage before it agrees, and the footage is not sealed yet.`);
  // What gave no footage cannot be looked at, and what the plan leaves out may not be.
  const { items } = state.plan;
  const cameras = state.takes
    .map(({ camera }) => camera)
    .filter((camera) => items.some((item) => item.camera === camera) && unseenEdges(state, camera, person).length > 0);
  if (cameras.length > 0)
    throw new Problem(
      'not-inspected',
      `Step ${step} looks at the first and the last frame of each camera; not seen yet: ${cameras.join(', ')}.`,
    );
}

/**
 * May this person execute (ask for or confirm the release)? Nobody executes their own request. With `dual` neither executor held
 * a step, with `dual-not-manager` neither held the site-security-manager's, and the two are different people.
 * Problem: `executor-barred`, `own-request`.
 */
export function judgeExecutor(state: RequestState, person: string): void {
  const rule = state.plan?.execute ?? 'dual';
  if (isParty(state, person)) throw new Problem('own-request', 'The applicant, and whoever typed the application in, do not execute it.');
  const barred = state.voices.filter((voice) => rule === 'dual' || (rule === 'dual-not-manager' && voice.step === managerStep));
  if (barred.some((voice) => isVoiceOf(voice, person)))
    throw new Problem('executor-barred', `This person held a step of this request; its execution (${rule}) wants somebody who did not.`);
  if (rule !== 'single' && state.releaseAskedBy === person)
    throw new Problem('executor-barred', 'This person asked for the release; a second executor confirms it with their own login.');
}

/** Who reviews a release afterwards had no part in it: no application, no voice, no word on times, no execution. Problem `reviewer-party`. */
export function judgeAfterReviewer(state: RequestState, person: string): void {
  const acted = hasSpoken(state, person) || state.confirmations.some(({ by }) => by === person);
  if (isParty(state, person) || acted || state.release?.executors.includes(person))
    throw new Problem('reviewer-party', 'This person applied for the request, agreed to it or executed it; somebody else reviews it.');
}
