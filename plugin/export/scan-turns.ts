// Who may upload at once: a few scans a person, and one change of the kept ones at a time, so that nothing is swept while it is being kept.
import { Problem } from '../domain/problem.js';
import type { UserId } from '../domain/subject.js';
import { Turns } from './turns.js';

/** Scans of one person that are read at the same time; each may take 20 MB of memory. */
const MOST_UPLOADS = 3;

export class ScanTurns {
  readonly #uploads = new Map<UserId, number>();
  readonly #changes = new Turns(1);

  /** Problem `too-many-requests`. */
  async upload<T>(user: UserId, step: () => Promise<T>): Promise<T> {
    const underWay = this.#uploads.get(user) ?? 0;
    if (underWay >= MOST_UPLOADS)
      throw new Problem('too-many-requests', `At most ${MOST_UPLOADS} scans of one person at once; wait for one of them.`);
    this.#uploads.set(user, underWay + 1);
    try {
      return await step();
    } finally {
      const left = this.#uploads.get(user)! - 1;
      if (left > 0) this.#uploads.set(user, left);
      else this.#uploads.delete(user);
    }
  }

  change<T>(step: () => Promise<T>): Promise<T> {
    return this.#changes.take(step);
  }
}
