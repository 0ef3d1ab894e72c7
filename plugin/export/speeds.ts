// How fast pulls and renderings were here, to tell an applicant how long theirs will take. An estimate; nothing is decided by it.

const weight = 0.2;

export class Speeds {
  /** Hours of work for an hour of footage. Until one was seen: as long as the footage lasts, and half of it. */
  readonly #factors = { pull: 1, render: 0.5 };

  learn(work: 'pull' | 'render', footageMs: number, tookMs: number): void {
    // A clock that was put back meanwhile has measured nothing.
    if (footageMs > 0 && tookMs >= 0) this.#factors[work] += weight * (tookMs / footageMs - this.#factors[work]);
  }

  hours(work: 'pull' | 'render', footageHours: number): number {
    return Math.round(this.#factors[work] * footageHours * 1000) / 1000;
  }
}
