// May this person apply for these cameras at all, under any basis? Asked before what a recorder holds is told to them.
import { bases } from '../domain/basis.js';
import type { Item } from '../domain/export-request.js';
import type { UserId } from '../domain/subject.js';
import type { Policy } from '../policy/load.js';

/** The custodian's own reviewers type in for others, so they may ask too. */
export function mayAsk(policy: Policy, user: UserId, items: readonly Item[]): boolean {
  const site = policy.place(items[0]!.camera).site.id;
  if (policy.allows(user, 'review', 'request:*', site)) return true;
  return bases.some((basis) => policy.decide({ user, act: 'request', basis, items, late: false }).verdict === 'allow');
}
