// Two policies beside each other: what a decision would be instead, and who gains or loses which role.
import type { Decision } from '../domain/decision.js';
import type { Policy } from './load.js';
import { paced, type Pace } from './pace.js';
import { coversAll, writeDuty } from './strictest.js';

/** How a decision would end instead. `mixed`: stricter in one kind, lighter in another. */
export type Shift = 'denied' | 'allowed' | 'stricter' | 'lighter' | 'mixed';

export interface Difference {
  shift: Shift;
  /** Duties (or reasons of a denial) that would no longer stand, and those that would stand instead. */
  gone: readonly string[];
  new: readonly string[];
}

/** Null where nothing that anybody notices would change: other rows may say the same. */
export function compareDecisions(before: Decision, after: Decision): Difference | null {
  const said = (decision: Decision): string[] => (decision.verdict === 'allow' ? decision.duties.map(writeDuty) : [...decision.reasons]);
  const [was, is] = [said(before), said(after)];
  const gone = was.filter((word) => !is.includes(word));
  const come = is.filter((word) => !was.includes(word));
  if (before.verdict !== after.verdict) return { shift: after.verdict === 'deny' ? 'denied' : 'allowed', gone, new: come };
  if (gone.length === 0 && come.length === 0) return null;
  if (before.verdict === 'deny') return null;
  const [isStricter, isLighter] = [!coversAll(before.duties, after.duties), !coversAll(after.duties, before.duties)];
  if (isStricter && isLighter) return { shift: 'mixed', gone, new: come };
  return { shift: isStricter ? 'stricter' : 'lighter', gone, new: come };
}

export interface RoleChanges {
  /** `user:sh.lu role:executor.department 310000`, as many as a person reads. */
  gained: readonly string[];
  lost: readonly string[];
  gainedInAll: number;
  lostInAll: number;
}

const MOST_LISTED = 200;

/** Who would hold what they do not hold now: the first thing to look at in somebody else's edit. */
export async function compareRoles(before: Policy, after: Policy, pace: Pace): Promise<RoleChanges> {
  const words = async ({ holdings }: Policy): Promise<Set<string>> => {
    const held = new Set<string>();
    for await (const { user, role, place } of paced(holdings, pace)) held.add(`${user} ${role} ${place}`);
    return held;
  };
  const [was, is] = [await words(before), await words(after)];
  const gained = [...is].filter((word) => !was.has(word));
  const lost = [...was].filter((word) => !is.has(word));
  return { gained: gained.slice(0, MOST_LISTED), lost: lost.slice(0, MOST_LISTED), gainedInAll: gained.length, lostInAll: lost.length };
}
