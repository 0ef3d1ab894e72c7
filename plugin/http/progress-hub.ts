// How far the machines are, from those who do the work to those who watch. Lost with the process; nothing depends on it.
import type { Progress } from '../domain/progress.js';

/** Requests whose last progress is kept for who comes later; the one that moved longest ago goes first. */
const MOST_KNOWN = 256;

export class ProgressHub {
  readonly #listeners = new Map<string, Set<(progress: Progress) => void>>();
  readonly #latest = new Map<string, Map<string, Progress>>();

  readonly tell = (progress: Progress): void => {
    const known = this.#latest.get(progress.requestId) ?? new Map<string, Progress>();
    known.set(`${progress.stage} ${progress.camera}`, progress);
    this.#latest.delete(progress.requestId);
    this.#latest.set(progress.requestId, known);
    if (this.#latest.size > MOST_KNOWN) this.#latest.delete(this.#latest.keys().next().value!);
    for (const listener of this.#listeners.get(progress.requestId) ?? []) listener(progress);
  };

  /** What is known already is told first. Returns the undo. */
  listen(requestId: string, listener: (progress: Progress) => void): () => void {
    for (const progress of this.#latest.get(requestId)?.values() ?? []) listener(progress);
    const listeners = this.#listeners.get(requestId) ?? new Set();
    this.#listeners.set(requestId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(requestId);
    };
  }
}
