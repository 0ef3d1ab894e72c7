// What a person's roles make of them, wherever they hold them: somebody who has a say, and an administrator.
import { acts as everyAct, type Act } from '../domain/decision.js';
import type { RoleName, UserId } from '../domain/subject.js';
import type { Policy } from './load.js';

export interface Office {
  /** Agrees to, carries out, looks into or manages something: a password alone is not enough, and neither is one administrator's hand. */
  secondFactor: boolean;
  /** Makes accounts or changes the policy. */
  administrator: boolean;
  /** Roles, each once. */
  roles: readonly RoleName[];
  /** What rows allow to these roles at some place, under some basis. To show a way there, not to decide. */
  acts: readonly Act[];
}

const weighty: readonly Act[] = ['inspect', 'review', 'execute', 'release', 'handover', 'destroy', 'read-journal', 'edit-policy', 'manage'];
const administrative: readonly Act[] = ['edit-policy', 'manage'];
const none: Office = { secondFactor: false, administrator: false, roles: [], acts: [] };

/** Asked at each request, and a policy never changes: worked out once for each. */
const known = new WeakMap<Policy, ReadonlyMap<UserId, Office>>();

export function officeOf(policy: Policy, user: UserId): Office {
  let offices = known.get(policy);
  if (!offices) known.set(policy, (offices = officesOf(policy)));
  return offices.get(user) ?? none;
}

type Grounds = Pick<Policy, 'rows' | 'steps' | 'holdings'>;

function officesOf({ rows, steps, holdings }: Grounds): ReadonlyMap<UserId, Office> {
  const rolesWith = (acts: readonly Act[]) =>
    new Set<string>(rows.filter(({ act, effect }) => effect === 'allow' && acts.includes(act)).map(({ role }) => role));
  const [second, administrators] = [rolesWith(weighty), rolesWith(administrative)];
  for (const { role } of steps) second.add(role);
  const allowed = new Map<string, Set<Act>>();
  for (const { act, role, effect } of rows) if (effect === 'allow') allowed.set(role, (allowed.get(role) ?? new Set()).add(act));
  const offices = new Map<UserId, Office>();
  for (const { user, role } of holdings) {
    const { secondFactor, administrator, roles, acts } = offices.get(user) ?? none;
    offices.set(user, {
      secondFactor: secondFactor || second.has(role),
      administrator: administrator || administrators.has(role),
      roles: roles.includes(role) ? roles : [...roles, role],
      acts: everyAct.filter((act) => acts.includes(act) || allowed.get(role)?.has(act)),
    });
  }
  return offices;
}
