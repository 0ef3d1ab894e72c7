// Does each recorder keep footage as long as its site declares (799 art 14)? A recorder that is new has little, and loses none of it: only one whose first
// footage moved on since the gate looked last is told, where it moved on too early.
import { deadlineOr } from '../domain/deadline.js';
import type { AuditFinding } from '../domain/self-audit.js';
import type { Instant } from '../domain/span.js';
import type { Policy } from '../policy/load.js';
import { DAY_MS } from './keeping-times.js';
import { placeOf } from './place-of.js';

export interface RetentionParts {
  readonly policy: Policy;
  now: () => Date;
  /** Camera → the first footage that its recorder says it holds, in true time; null where it cannot say. */
  firstFootage: ReadonlyMap<string, (signal: AbortSignal) => Promise<Instant | null>>;
}

/** How long one may take to say it. */
const ASK_MS = 15_000;
/** A clock that is set right moves it too, and what goes at once is minutes long. */
const MOVED_MS = 600_000;

/**
 * Null where nothing is wrong, or nothing is known yet: a recorder that does not answer is found by its clock. `lastFirst`: what each said when it was asked
 * last, which becomes what it says now.
 */
export async function* auditRetention(
  { policy, now, firstFootage }: RetentionParts,
  lastFirst: Map<string, Instant>,
  signal: AbortSignal,
): AsyncGenerator<AuditFinding | null> {
  for (const [camera, read] of firstFootage) {
    const first = await read(deadlineOr(ASK_MS, signal)).catch(() => signal.throwIfAborted());
    const before = lastFirst.get(camera);
    if (first) lastFirst.set(camera, first);
    const declared = placeOf(policy, camera)?.site.retentionDays;
    if (!first || !before || declared === undefined) {
      yield null;
      continue;
    }
    const kept = (now().getTime() - Date.parse(first)) / DAY_MS;
    const isMoving = Date.parse(first) - Date.parse(before) > MOVED_MS;
    yield isMoving && kept < declared ? { code: 'retention-short', what: `${camera}: ${kept.toFixed(1)} of ${declared} days` } : null;
  }
}
