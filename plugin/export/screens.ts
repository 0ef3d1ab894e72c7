// How many may watch at once: so many of all, and each person one stream. Who begins another one ends their own before.
import type { Pseudonym } from '../domain/audit-event.js';
import { Problem } from '../domain/problem.js';
import { Turns } from './turns.js';

interface Screen {
  stop: AbortController;
  over: Promise<void>;
}

export class Screens {
  readonly #turns: Turns;
  readonly #open = new Map<Pseudonym, Screen>();

  constructor(most: number) {
    this.#turns = new Turns(most);
  }

  /** Gives a place once there is one: `signal` ends with the caller's, or when the same person begins another stream. `leave` gives it back. */
  async enter(person: Pseudonym, signal: AbortSignal): Promise<{ signal: AbortSignal; leave(): void }> {
    const before = this.#open.get(person);
    const stop = new AbortController();
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => void (end = resolve));
    const screen: Screen = { stop, over };
    this.#open.set(person, screen);
    const both = AbortSignal.any([signal, stop.signal]);
    const leave = (): void => {
      if (this.#open.get(person) === screen) this.#open.delete(person);
      end();
    };
    try {
      before?.stop.abort(new Problem('state-conflict', 'The same person began to watch another stream; one is shown to each.'));
      await before?.over;
      await new Promise<void>((resolve, reject) => {
        this.#turns
          .take(() => {
            resolve();
            return over;
          }, both)
          .catch(reject);
      });
    } catch (thrown) {
      leave();
      throw thrown;
    }
    return { signal: both, leave };
  }

  /** Ends every stream, and comes back when nothing of them is left. */
  async close(): Promise<void> {
    const open = [...this.#open.values()];
    for (const { stop } of open) stop.abort(new Problem('state-conflict', 'The gate stops.'));
    await Promise.all(open.map(({ over }) => over));
  }
}
