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
}

export class WaitingLine {
  readonly #limits: LineLimits;
  readonly #after: After;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(limits: LineLimits, after: After = machineAfter) {
    this.#limits = limits;
    this.#after = after;
  }

  /** Comes back when it is this one's turn, who came first goes first, with what gives the place back. Problem `capacity-exceeded`; what
   *  `signal` was ended with. */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#inside < this.#limits.most) this.#inside++;
    else await this.#wait(signal);
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      // Handed over, so that nobody slips in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#inside--;
    };
  }

  #wait(signal: AbortSignal): Promise<void> {
    const { mostWaiting, longestWaitMs } = this.#limits;
    if (this.#waiting.length >= mostWaiting)
      throw new Problem('capacity-exceeded', `Pictures are being made for others, and ${mostWaiting} wait already. Try again in a while.`);
    return new Promise((resolve, reject) => {
      const leave = (reason: unknown): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        settle();
        reject(reason as Error);
      };
      const tooLong = (): void =>
        leave(
          new Problem('capacity-exceeded', 'Pictures are being made for others, and it was nobody’s turn in time. Try again in a while.'),
        );
      const aborted = (): void => leave(signal.reason);
      const cancel = this.#after(longestWaitMs, tooLong);
      const settle = (): void => {
        cancel();
        signal.removeEventListener('abort', aborted);
      };
      const go = (): void => {
        settle();
        resolve();
      };
      signal.addEventListener('abort', aborted, { once: true });
      this.#waiting.push(go);
    });
  }
}
