// What somebody owes and did not do in time, of one request.
import { isReviewDue } from '../domain/draw-review.js';
import { dueTimes, paperDueAt } from '../domain/due-times.js';
import type { RequestState } from '../domain/lifecycle.js';
import type { Instant } from '../domain/span.js';
import { isOpen } from './watch-deadlines.js';

export const overdueKinds = ['deadline', 'sla-verify', 'sla-total', 'paper', 'review'] as const;
export type OverdueKind = (typeof overdueKinds)[number];

export interface Overdue {
  kind: OverdueKind;
  dueAt: Instant;
}

export const overdueOf = (state: RequestState, now: Date): Overdue[] =>
  dueOf(state).flatMap(({ kind, dueAt }) => (dueAt !== null && Date.parse(dueAt) < now.getTime() ? [{ kind, dueAt }] : []));

function dueOf(state: RequestState): { kind: OverdueKind; dueAt: Instant | null }[] {
  const review = { kind: 'review', dueAt: isReviewDue(state) ? state.draw!.dueAt : null } as const;
  if (!isOpen(state)) return [review];
  const sla = dueTimes(state);
  return [
    review,
    { kind: 'deadline', dueAt: state.instrument?.provideBy ?? null },
    { kind: 'sla-verify', dueAt: state.voices.length === 0 ? (sla?.verifyBy ?? null) : null },
    { kind: 'sla-total', dueAt: sla?.releaseBy ?? null },
    { kind: 'paper', dueAt: paperDueAt(state) },
  ];
}
