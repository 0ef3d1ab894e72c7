// What open requests need of a policy: their cameras where they were, for each voice still to come somebody who may give it, and for a
// review that is due somebody who may make it. A policy that takes these away would leave requests that can neither go on nor end.
// Of a confidential one no more is told than that there is one, and which file it needs: who edits the files has the difference before them.
import { isReviewDue } from '../domain/draw-review.js';
import { isConfidential } from '../domain/kind.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { Step } from '../domain/plan.js';
import { Problem, type Fault } from '../domain/problem.js';
import { canSeat } from '../policy/fillable.js';
import type { Policy } from '../policy/load.js';
import { makePace } from '../policy/pace.js';
import { makeStricterPlan } from '../policy/plan.js';
import type { Store } from '../store/store.js';
import { holdersOf, usersOf, usersWhoMay, type Holders } from './holders.js';
import { questionOf } from './rehearse.js';
import type { Requests } from './requests.js';

interface Parts {
  requests: Requests;
  store: Store;
}

interface Lack {
  code: 'camera-in-use' | 'step-in-use';
  /** A file of the policy, and a line in it that is told of no confidential request. */
  file: string;
  line?: string;
  /** What follows on the request’s number, and on “A confidential request”. */
  detail: string;
  discreet: string;
}

/** Empty where nothing is lacking. */
export async function lackedByRequests({ requests, store }: Parts, policy: Policy): Promise<Fault[]> {
  const pace = makePace();
  const holders = holdersOf(policy);
  const faults: Fault[] = [];
  for (const id of requests.ids()) {
    if (pace.isDue()) await pace.rest();
    const state = requests.state(id);
    const lacks = [
      ...(isOpen(state) ? lackingCameras(state, policy) : []),
      ...(state.tracks.approval === 'held' ? await lackingVoices(state, policy, holders, store) : []),
      ...(isReviewDue(state) ? lackingReview(state, policy) : []),
    ];
    for (const lack of lacks) tell(faults, faultOf(state, lack));
    if (faults.length >= MOST_TOLD) break;
  }
  return faults;
}

const MOST_TOLD = 100;

function faultOf({ requestId, requested }: RequestState, { code, file, line, detail, discreet }: Lack): Fault {
  if (isConfidential(requested.basis)) return { code, where: file, detail: `A confidential request ${discreet}` };
  return { code, where: line ? `${file}: ${line}` : file, detail: `Request ${requestId} ${detail}` };
}

/** The same once: how many confidential requests there are is not told either. */
function tell(faults: Fault[], fault: Fault): void {
  if (!faults.some(({ where, detail }) => where === fault.where && detail === fault.detail)) faults.push(fault);
}

/** One that is only just recorded is decided in a moment. */
const isOpen = ({ tracks }: RequestState): boolean =>
  (tracks.approval === 'requested' || tracks.approval === 'held' || tracks.approval === 'granted') &&
  tracks.delivery !== 'released' &&
  tracks.custody !== 'unavailable' &&
  tracks.custody !== 'destroyed';

function lackingCameras({ requested }: RequestState, policy: Policy): Lack[] {
  return [...new Set(requested.items.map(({ camera }) => camera))]
    .filter((camera) => siteOf(camera, policy) !== requested.site)
    .map((camera) => ({
      code: 'camera-in-use',
      file: 'cameras.csv',
      line: camera,
      detail: `is open and concerns ${camera} at ${requested.site}; keep it there until the request has ended.`,
      discreet: 'is open and concerns a camera that these files drop or move; keep those where they are until it has ended.',
    }));
}

function siteOf(camera: string, policy: Policy): string | null {
  try {
    return policy.place(camera).site.id;
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.status < 500) return null;
    throw thrown;
  }
}

/** Of the plan that would stand: every step is there as it was, and the missing ones can be given by as many people who had no part yet. */
async function lackingVoices(state: RequestState, policy: Policy, holders: Holders, store: Store): Promise<Lack[]> {
  const { requested, plan, voices } = state;
  if (!plan) return [];
  const inUse = (file: string, detail: string, discreet: string): Lack[] => [{ code: 'step-in-use', file, detail, discreet }];
  const changed = plan.steps.find(({ step, role }) => policy.steps.find((known) => known.step === step)?.role !== role);
  if (changed)
    return inUse(
      'steps.csv',
      `is held and its plan has the step ${changed.step} (${changed.role}); keep both until the request has ended.`,
      'is held and its plan has a step that these files drop or give to another role; keep both until it has ended.',
    );
  const missing = (await stepsUnder(state, policy, store)).filter(({ step }) => !voices.some((voice) => voice.step === step));
  const parties = await Promise.all(
    [requested.applicant, requested.enteredBy, ...voices.flatMap(({ by, standsInFor }) => (standsInFor ? [by, standsInFor] : [by]))].map(
      (by) => store.people.userOf(by),
    ),
  );
  const candidates = missing.map(({ role }) =>
    usersOf(holders, role, requested).filter(
      (user) => !parties.includes(user) && policy.allows(user, 'review', 'request:*', requested.site),
    ),
  );
  if (canSeat(candidates)) return [];
  const names = missing.map(({ step, role }) => `${step} (${role})`).join(', ');
  return inUse(
    'roles.csv',
    `waits for ${names} at ${requested.city}/${requested.site}, and too few people who may review and had no part in it would hold these; leave them until it has ended.`,
    'waits for voices, and too few people who may review and had no part in it would hold its steps; leave the roles until it has ended.',
  );
}

/** The steps that the request would have: those of its plan, and what a stricter one adds. */
async function stepsUnder(state: RequestState, policy: Policy, store: Store): Promise<readonly Step[]> {
  const plan = state.plan!;
  const question = siteOf(plan.items[0]!.camera, policy) === null ? null : await questionOf(state, store);
  if (!question) return plan.steps;
  try {
    const decision = policy.decide(question);
    return (decision.verdict === 'allow' ? makeStricterPlan(decision, plan, policy) : null)?.steps ?? plan.steps;
  } catch (thrown) {
    // What cannot be decided (cameras of two sites now) is told as a lacking camera.
    if (thrown instanceof Problem && thrown.status < 500) return plan.steps;
    throw thrown;
  }
}

function lackingReview({ requested }: RequestState, policy: Policy): Lack[] {
  const { site } = requested;
  if (!usersWhoMay(policy, 'inspect', 'request:*', requested).next().done) return [];
  return [
    {
      code: 'step-in-use',
      file: 'roles.csv',
      detail: `is drawn for a review afterwards, and nobody would be left at ${site} who may inspect; leave it to somebody until then.`,
      discreet: 'is drawn for a review afterwards, and nobody would be left there who may inspect; leave it to somebody until then.',
    },
  ];
}
