// Who draws what is masked of a request, and whether all of it was drawn. Pure: drawings come folded from the journal. A voice stands for what was
// drawn when it was given, so nothing is drawn anew behind it.
import { hasSpoken, nextStep } from './approval.js';
import type { RequestState } from './lifecycle.js';
import { privacyStep, type Step } from './plan.js';
import { Problem } from './problem.js';

export type Drawing = RequestState['drawings'][number];

/** The last one of this camera. */
export const drawingOf = ({ drawings }: Pick<RequestState, 'drawings'>, camera: string): Drawing | null =>
  drawings.findLast((it) => it.camera === camera) ?? null;

/** The last one of each camera, in the order in which they were drawn first. */
export const drawingsOf = (state: Pick<RequestState, 'drawings'>): Drawing[] =>
  [...new Set(state.drawings.map(({ camera }) => camera))].map((camera) => drawingOf(state, camera)!);

/** Did whoever drew it agree to the request since? Until then it is a proposal. */
export const isSettled = (state: RequestState, drawing: Drawing): boolean => hasSpoken(state, drawing.by);

/** Cameras with footage of which a plan with masks wants to know what is hidden, and nobody said it yet. */
export function undrawn(state: RequestState, items = state.plan?.items ?? []): string[] {
  if ((state.plan?.masks.length ?? 0) === 0) return [];
  return state.takes.map(({ camera }) => camera).filter((camera) => items.some((item) => item.camera === camera) && drawingOf(state, camera) === null);
}

/** The same, also where somebody drew and has not agreed to it: nobody but who reviews sees such footage. */
export function unsettled(state: RequestState): string[] {
  if ((state.plan?.masks.length ?? 0) === 0) return [];
  const isOpenTo = (camera: string): boolean => {
    const drawing = drawingOf(state, camera);
    return drawing !== null && isSettled(state, drawing);
  };
  return state.takes.map(({ camera }) => camera).filter((camera) => state.plan!.items.some((item) => item.camera === camera) && !isOpenTo(camera));
}

const isOpen = (state: RequestState, step: string): boolean => !state.voices.some((voice) => voice.step === step);

/**
 * May the holder of this step, whose turn it is, draw on this camera? The privacy officer where the plan has one, else whoever agrees next. Behind
 * the voice of who drew before only what nobody drew: a stricter policy may have asked for masks since. Problems: `not-your-step`, `state-conflict`.
 */
export function judgeDraw(state: RequestState, { step }: Step, camera: string): void {
  const { plan, requestId } = state;
  const isPrivacyOpen = plan!.steps.some((it) => it.step === privacyStep) && isOpen(state, privacyStep);
  if (isPrivacyOpen && step !== privacyStep)
    throw new Problem('not-your-step', `What is masked of ${requestId} is drawn at step ${privacyStep}; it waits for ${step}.`);
  const before = drawingOf(state, camera);
  if (before && isSettled(state, before))
    throw new Problem('state-conflict', `Whoever drew what is masked of ${camera} has agreed to it; it stays as it was drawn.`);
}

/** The privacy officer's step, else the last: where the masks are decided. */
function decides(state: RequestState, step: string): boolean {
  const open = state.plan!.steps.filter((it) => isOpen(state, it.step));
  return step === privacyStep || (open.length === 1 && nextStep(state)?.step === step);
}

/**
 * Before a voice: each camera that is agreed to was drawn, and what was drawn last is what this person drew, or what somebody drew who agreed before.
 * Threat: two hold one role, and the one changes what the other has seen. Problem `areas-missing`.
 */
export function judgeDrawn(state: RequestState, { step }: Step, person: string, items = state.plan!.items): void {
  if (!decides(state, step)) return;
  // What comes after the last voice nobody could draw on any more.
  if (state.plan!.masks.length > 0 && state.tracks.custody !== 'sealed')
    throw new Problem('areas-missing', `Step ${step} draws what is masked before it agrees, and the footage is not sealed yet.`);
  const missing = undrawn(state, items);
  if (missing.length > 0)
    throw new Problem('areas-missing', `Step ${step} draws what is masked before it agrees; not drawn yet: ${missing.join(', ')}. An empty list says that there is nothing to hide, and why.`);
  const foreign = items
    .map(({ camera }) => drawingOf(state, camera))
    .filter((drawing) => drawing !== null && drawing.by !== person && !isSettled(state, drawing))
    .map((drawing) => drawing!.camera);
  if (foreign.length > 0)
    throw new Problem('areas-missing', `Somebody else drew last what is masked of ${[...new Set(foreign)].join(', ')}; who agrees looks at it and draws it themselves.`);
}
