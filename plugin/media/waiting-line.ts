// So many runs of a costly tool at once, so many waiting, and none of them for long: beyond that the answer is no, at once.
import { Problem } from '../domain/problem.js';

/** Does `step` after so many milliseconds, unless what it gives is called before. */
export type After = (milliseconds: number, step: () => void) => () => void;

/** Keeps no process alive. */
export const machineAfter: After = (milliseconds, step) => {
  const timer = setTimeout(step, milliseconds).unref();
  return () => clearTimeout(timer);
};

export interface LineLimits {
  most: number;
  mostWaiting: number;
  longestWaitMs: number;
  /** Part of the places, and of those to wait in, that one alone may take: 0.5 is half, one at least. Left out: all. */
  share?: number;
}

interface Waiting {
  who: string;
  go: () => void;
}

export class WaitingLine {
  readonly #limits: LineLimits;
  readonly #after: After;
  readonly #waiting: Waiting[] = [];
  /** Who is inside, each as often as that one has places. */
  readonly #inside: string[] = [];

  constructor(limits: LineLimits, after: After = machineAfter) {
    this.#limits = limits;
    this.#after = after;
  }

  /**
   * Comes back when it is this one's turn, with what gives the place back. Who came first goes first, but nobody beyond the own share: a
   * place is kept for others rather than given to somebody who has enough, or one person's streams would be all that is shown. Problem
   * `capacity-exceeded`; what `signal` was ended with.
   */
  async enter(who: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#mayEnter(who)) this.#inside.push(who);
    else await this.#wait(who, signal);
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      this.#inside.splice(this.#inside.indexOf(who), 1);
      // Handed over at once, so that nobody slips in between.
      const next = this.#waiting.findIndex((it) => this.#mayEnter(it.who));
      if (next >= 0) this.#waiting[next]!.go();
    };
  }

  #shareOf(places: number): number {
    return Math.max(1, Math.floor(places * (this.#limits.share ?? 1)));
  }

  #mayEnter(who: string): boolean {
    const { most } = this.#limits;
    return this.#inside.length < most && this.#inside.filter((it) => it === who).length < this.#shareOf(most);
  }

  #wait(who: string, signal: AbortSignal): Promise<void> {
    const { mostWaiting, longestWaitMs } = this.#limits;
    if (this.#waiting.length >= mostWaiting)
      throw new Problem('capacity-exceeded', `Pictures are being made for others, and ${mostWaiting} wait already. Try again in a while.`);
    if (this.#waiting.filter((it) => it.who === who).length >= this.#shareOf(mostWaiting))
      throw new Problem(
        'capacity-exceeded',
        'So many pictures are being made for you, and so many wait, that the rest is left to others. Close one, or try again in a while.',
      );
    return new Promise((resolve, reject) => {
      const leave = (reason: unknown): void => {
        settle();
        reject(reason as Error);
      };
      const tooLong = (): void =>
        leave(
          new Problem(
            'capacity-exceeded',
            'Pictures are being made, and it was not your turn in time. Close one, or try again in a while.',
          ),
        );
      const aborted = (): void => leave(signal.reason);
      const cancel = this.#after(longestWaitMs, tooLong);
      const settle = (): void => {
        cancel();
        signal.removeEventListener('abort', aborted);
        this.#waiting.splice(this.#waiting.indexOf(it), 1);
      };
      const it: Waiting = {
        who,
        go: () => {
          settle();
          this.#inside.push(who);
          resolve();
        },
      };
      signal.addEventListener('abort', aborted, { once: true });
      this.#waiting.push(it);
    });
  }
}
