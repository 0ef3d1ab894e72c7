// A camera live on a video system's own pages: if the policy lets this person, and one entry for each time that they sit down to it.
import { Problem } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Journal } from '../journal/journal.js';
import type { Policy } from '../policy/load.js';

interface Parts {
  journal: Journal;
  readonly policy: Policy;
  now: () => Date;
}

/** After so long without a request for it, looking again is another time. */
const SITTING_MS = 30 * 60_000;

/** One session's cameras, by when a picture of them was last asked for. */
export type Sitting = Map<string, number>;

/** Recorded before the first picture. Problems: `not-permitted`, `camera-unknown`, `journal-unwritable`. */
export async function watchLive({ journal, policy, now }: Parts, person: Person, recorder: string, camera: string, sitting: Sitting): Promise<void> {
  const at = now();
  const span = { from: new Date(at.getTime() - 1000).toISOString(), to: at.toISOString() };
  const decision = policy.decide({ user: person.user, act: 'live', basis: '-', items: [{ camera, ...span }], late: false });
  if (decision.verdict === 'deny') throw new Problem('not-permitted', `No policy row lets ${person.user} watch ${camera} live.`);
  const last = sitting.get(camera) ?? Number.NEGATIVE_INFINITY;
  sitting.set(camera, at.getTime());
  if (at.getTime() - last < SITTING_MS) return;
  try {
    await journal.append({ event: 'live-watched', by: person.pseudonym, data: { recorder, camera } });
  } catch (thrown) {
    // What was not recorded was not begun.
    sitting.delete(camera);
    throw thrown;
  }
}
