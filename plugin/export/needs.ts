// What open requests need of a policy: their cameras where they were, and for each voice still to come somebody who may give it. A
// policy that takes these away would leave requests that can neither go on nor end.
import { Problem, type Fault } from '../domain/problem.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { Policy } from '../policy/load.js';
import type { Requests } from './requests.js';

/** Empty where nothing is lacking. */
export function lackedByRequests({ requests }: { requests: Requests }, policy: Policy): Fault[] {
  const held = new Set(policy.holdings.map(({ role, place }) => `${role} ${place}`));
  const faults = requests.ids().flatMap((id) => {
    const state = requests.state(id);
    return isOpen(state) ? [...lackingCameras(state, policy), ...lackingSteps(state, policy), ...lackingVoices(state, held)] : [];
  });
  return faults.slice(0, MOST_TOLD);
}

const MOST_TOLD = 100;

const isOpen = ({ tracks }: RequestState): boolean =>
  (tracks.approval === 'held' || tracks.approval === 'granted') && tracks.delivery !== 'released' && tracks.custody !== 'unavailable';

function lackingCameras({ requestId, requested }: RequestState, policy: Policy): Fault[] {
  return [...new Set(requested.items.map(({ camera }) => camera))]
    .filter((camera) => siteOf(camera, policy) !== requested.site)
    .map((camera) => ({
      code: 'camera-in-use',
      where: `cameras.csv: ${camera}`,
      detail: `Request ${requestId} is open and concerns ${camera} at ${requested.site}; keep it there until the request has ended.`,
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

/** A stricter plan holds every step of the one that it replaces. */
function lackingSteps({ requestId, plan, tracks }: RequestState, policy: Policy): Fault[] {
  if (tracks.approval !== 'held') return [];
  return (plan?.steps ?? [])
    .filter(({ step }) => !policy.steps.some((known) => known.step === step))
    .map(({ step }) => ({
      code: 'step-in-use',
      where: 'steps.csv',
      detail: `Request ${requestId} is held and its plan has the step ${step}; keep it until the request has ended.`,
    }));
}

function lackingVoices({ requestId, requested: { city, site }, plan, voices, tracks }: RequestState, held: ReadonlySet<string>): Fault[] {
  if (tracks.approval !== 'held') return [];
  return (plan?.steps ?? [])
    .filter(({ step }) => !voices.some((voice) => voice.step === step))
    .filter(({ role }) => ![`${role} *`, `${role} ${city}`, `${role} ${city}/${site}`].some((key) => held.has(key)))
    .map(({ step, role }) => ({
      code: 'step-in-use',
      where: 'roles.csv',
      detail: `Request ${requestId} waits for the step ${step}, and nobody would hold ${role} at ${city}/${site}; leave it to somebody until then.`,
    }));
}
