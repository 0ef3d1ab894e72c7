// Whose turn it is, and who may not speak. Pure: voices come folded from the journal, never from the store.
import type { RequestState } from './lifecycle.js';
import type { Step } from './plan.js';
import { Problem } from './problem.js';

/** The step that waits, or null when every voice is in. Steps run in the plan's order. */
export const nextStep = ({ plan, voices }: Pick<RequestState, 'plan' | 'voices'>): Step | null => plan?.steps[voices.length] ?? null;

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
  if (state.voices.some((voice) => voice.by === person))
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

/**
 * May this person execute (ask for or confirm the release)? Nobody executes their own request. With `dual` neither executor held
 * a step, with `dual-not-manager` neither held the site-security-manager's, and the two are different people.
 * Problem: `executor-barred`, `own-request`.
 */
export function judgeExecutor(state: RequestState, person: string): void {
  const rule = state.plan?.execute ?? 'dual';
  if (isParty(state, person)) throw new Problem('own-request', 'The applicant, and whoever typed the application in, do not execute it.');
  const barred = state.voices.filter((voice) => rule === 'dual' || (rule === 'dual-not-manager' && voice.step === 'site-security-manager'));
  if (barred.some((voice) => voice.by === person))
    throw new Problem('executor-barred', `This person held a step of this request; its execution (${rule}) wants somebody who did not.`);
  if (rule !== 'single' && state.releaseAskedBy === person)
    throw new Problem('executor-barred', 'This person asked for the release; a second executor confirms it with their own login.');
}
