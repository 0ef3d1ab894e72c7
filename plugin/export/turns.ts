// Waiting lines: so many at once, the rest in order. The door to p-queue.
import PQueue from 'p-queue';

export class Turns {
  readonly #queue: PQueue;

  constructor(most: number) {
    this.#queue = new PQueue({ concurrency: most });
  }

  /** Runs `step` when it is its turn; an abort before that leaves the line. `due`: the smallest goes first; without it, who came first. */
  take<T>(step: () => Promise<T>, signal?: AbortSignal, due = 0): Promise<T> {
    return this.#queue.add(
      () => {
        signal?.throwIfAborted();
        return step();
      },
      { priority: -due },
    );
  }
}
