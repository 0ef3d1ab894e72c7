// Who holds a role at a place, and who may do an act there, by the policy alone.
import type { Act } from '../domain/decision.js';
import type { UserId } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';

/** `role place` → users. */
export type Holders = ReadonlyMap<string, readonly UserId[]>;

/** Where a request belongs. */
export interface Spot {
  city: string;
  site: string;
}

/** A policy never changes, so neither does this. */
const known = new WeakMap<Policy, Holders>();

export function holdersOf(policy: Policy): Holders {
  const found = known.get(policy);
  if (found) return found;
  const holders = new Map<string, UserId[]>();
  for (const { user, role, place } of policy.holdings) {
    const there = holders.get(`${role} ${place}`);
    if (there) there.push(user);
    else holders.set(`${role} ${place}`, [user]);
  }
  known.set(policy, holders);
  return holders;
}

/** Holders at the site, in its city and everywhere; without a spot, everywhere alone. */
export const usersOf = (holders: Holders, role: string, spot: Spot | null): UserId[] =>
  (spot === null ? ['*'] : ['*', spot.city, `${spot.city}/${spot.site}`]).flatMap((place) => holders.get(`${role} ${place}`) ?? []);

/** Everybody whom some row lets do this to `object`, at a site or (spot null) on the gate itself. Some twice, where they hold two roles. */
export function* usersWhoMay(policy: Policy, act: Act, object: string, spot: Spot | null): Generator<UserId> {
  const holders = holdersOf(policy);
  for (const role of new Set(policy.rows.filter((row) => row.act === act).map((row) => row.role)))
    for (const user of usersOf(holders, role, spot)) if (policy.allows(user, act, object, spot?.site ?? null)) yield user;
}
