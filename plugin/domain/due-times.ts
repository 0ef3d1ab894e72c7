// Until when the plan's `sla` wants the first voice and the release. Past it a request escalates; nothing is granted or closed by a clock.
import { awaitsPaper, type RequestState } from './lifecycle.js';
import type { Instant } from './span.js';

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
