// Until when the plan's `sla` wants the first voice and the release. Past it a request escalates; nothing is granted or closed by a clock.
import { awaitsPaper, type RequestState } from './lifecycle.js';
import type { Instant } from './span.js';

const A_DAY_MS = 24 * 3_600_000;

export function dueTimes({
  plan,
  requestedAt,
}: Pick<RequestState, 'plan' | 'requestedAt'>): { verifyBy: Instant; releaseBy: Instant } | null {
  if (!plan?.sla) return null;
  const after = (hours: number): Instant => new Date(Date.parse(requestedAt) + hours * 3_600_000).toISOString();
  return { verifyBy: after(plan.sla.verifyHours), releaseBy: after(plan.sla.totalHours) };
}

/** Until when the paper of an emergency has to come; null where none is waited for. */
export const paperDueAt = (state: Pick<RequestState, 'plan' | 'requested' | 'paper' | 'requestedAt'>): Instant | null =>
  awaitsPaper(state) ? new Date(Date.parse(state.requestedAt) + state.plan!.paperHours! * 3_600_000).toISOString() : null;

/** Until when the officer may watch for a broken glass; null where none is broken. */
export const glassEndsAt = ({ glass }: Pick<RequestState, 'glass'>): Instant | null =>
  glass?.brokenAt ? new Date(Date.parse(glass.brokenAt) + A_DAY_MS).toISOString() : null;

/** From when on a deadline is near: a day before, or a quarter of the time that was given where that is less. */
export const nearFrom = (requestedAt: Instant, dueAt: Instant): number =>
  Date.parse(dueAt) - Math.max(0, Math.min(A_DAY_MS, (Date.parse(dueAt) - Date.parse(requestedAt)) / 4));
