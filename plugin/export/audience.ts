// A circle of the procedure → the people in it, by the policy in force. Whoever may not act is not called upon: parties and those who had
// their say are left out by the same rules that would refuse them.
import { judgeAfterReviewer, judgeExecutor, judgeVoice, nextStep } from '../domain/approval.js';
import type { Pseudonym } from '../domain/audit-event.js';
import type { RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { UserId } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';
import type { Store } from '../store/store.js';
import type { Delegations } from './delegations.js';
import { holdersOf, usersOf, usersWhoMay } from './holders.js';
import type { Audience } from './notices.js';

interface Parts {
  policy: Policy;
  store: Store;
  delegations: Delegations;
  /** Of the entry that is told: whose leave it falls into. */
  at: Date;
}

/** Each once. `state` null: of the gate. */
export async function usersIn(audience: readonly Audience[], state: RequestState | null, parts: Parts): Promise<UserId[]> {
  const { policy, store } = parts;
  const took = state ? await whoTookPart(state, store) : new Map<UserId, Pseudonym>();
  const standIns = state && audience.includes('step') ? await standInsFor(state, parts) : new Map<UserId, Pseudonym>();
  return [
    ...new Set(
      audience.flatMap((circle) =>
        circle === 'administrators' ? administrators(policy) : around(circle, state, policy, new Map([...standIns, ...took]), [...standIns.keys()]),
      ),
    ),
  ];
}

/** Who was lent the role of the step that waits, and may use it. */
async function standInsFor(state: RequestState, { store, delegations, at }: Parts): Promise<TookPart> {
  const role = nextStep(state)?.role;
  const lent = role ? delegations.standIns(role, state.requested.site, at) : [];
  return usersBehind(lent, store);
}

function around(
  circle: Exclude<Audience, 'administrators'>,
  state: RequestState | null,
  policy: Policy,
  took: TookPart,
  standIns: readonly UserId[],
): UserId[] {
  if (!state) return [];
  const { requested } = state;
  const isParty = (user: UserId): boolean => [requested.applicant, requested.enteredBy].includes(took.get(user) ?? stranger);
  const whoMay = (act: 'execute' | 'inspect' | 'destroy'): UserId[] => [...usersWhoMay(policy, act, 'request:*', requested)];
  switch (circle) {
    case 'applicant':
      return [...took.keys()].filter(isParty);
    case 'receiver':
      return [...took.keys()].filter((user) => took.get(user) === state.release?.originalsFor);
    case 'step':
      return [...usersOf(holdersOf(policy), nextStep(state)?.role ?? '', requested), ...standIns].filter(
        (user) =>
          policy.allows(user, 'review', 'request:*', requested.site) &&
          mayDo(() => judgeVoice(state, took.get(user) ?? stranger, () => true)),
      );
    case 'executors':
      return whoMay('execute').filter(
        (user) =>
          policy.allows(user, 'release', 'request:*', requested.site) && mayDo(() => judgeExecutor(state, took.get(user) ?? stranger)),
      );
    case 'overseers':
      return whoMay('inspect').filter((user) => !isParty(user));
    case 'destroyers':
      return whoMay('destroy').filter((user) => !isParty(user));
    case 'reviewers':
      return whoMay('inspect').filter((user) => mayDo(() => judgeAfterReviewer(state, took.get(user) ?? stranger)));
  }
}

const administrators = (policy: Policy): UserId[] => [
  ...usersWhoMay(policy, 'edit-policy', 'policy:*', null),
  ...usersWhoMay(policy, 'manage', 'account:*', null),
];

type TookPart = ReadonlyMap<UserId, Pseudonym>;

/** Nobody who acted on the request. */
const stranger: Pseudonym = 'p-stranger';

/** Only those that the request knows: asking for a pseudonym would make one for everybody who holds a role. */
async function whoTookPart(state: RequestState, store: Store): Promise<TookPart> {
  const { requested, voices, confirmations, releaseAskedBy, release } = state;
  const people = [
    requested.applicant,
    requested.enteredBy,
    ...[...voices, ...confirmations].map(({ by }) => by),
    ...(release?.executors ?? []),
    ...(release?.originalsFor === undefined ? [] : [release.originalsFor]),
  ];
  if (releaseAskedBy !== null) people.push(releaseAskedBy);
  return usersBehind(people, store);
}

async function usersBehind(people: readonly Pseudonym[], store: Store): Promise<TookPart> {
  const known = await Promise.all([...new Set(people)].map(async (person) => [await store.people.userOf(person), person] as const));
  return new Map(known.filter((it): it is readonly [UserId, Pseudonym] => it[0] !== null));
}

function mayDo(judge: () => unknown): boolean {
  try {
    judge();
    return true;
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.status < 500) return false;
    throw thrown;
  }
}
