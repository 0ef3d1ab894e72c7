// When each picture of a play is due, where nobody but the sender keeps time.
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds of a clock that nobody sets; `wait` ends, and does not throw, when `signal` tells it. */
export interface PaceClock {
  now(): number;
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const machinePace: PaceClock = {
  now: () => performance.now(),
  wait: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => undefined),
};

/** However large the hole in the footage: milliseconds between two pictures. */
const longestWaitMs = 5_000;

/**
 * Comes back when the picture of this time is due, `ratePercent` of real time, 1 to 10,000. A reader who was slow is not sent what was
 * missed all at once: time goes on from where they are.
 */
export function paceBy(ratePercent: number, clock: PaceClock): (utcMicros: number, signal: AbortSignal) => Promise<void> {
  const rate = Math.min(10_000, Math.max(1, ratePercent)) / 100;
  let before: { utcMicros: number; dueAt: number } | null = null;
  return async (utcMicros, signal) => {
    const now = clock.now();
    const step = before ? (utcMicros - before.utcMicros) / 1000 / rate : 0;
    const dueAt = before ? Math.max(now, before.dueAt + Math.min(longestWaitMs, Math.max(0, step))) : now;
    before = { utcMicros, dueAt };
    if (dueAt > now) await clock.wait(dueAt - now, signal);
  };
}
