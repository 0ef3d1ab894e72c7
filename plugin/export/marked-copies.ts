// Finished marked copies, kept for a while under an opaque key (who receives it, which camera, which span, by which plan), so that a player
// may come again for a piece; and one making for all who want the same. A copy is footage in the clear, marked: it lies in the work folder.
import { Problem } from '../domain/problem.js';
import { stoppable } from '../media/stoppable.js';
import { machineAfter, WaitingLine, type After, type LineLimits } from '../media/waiting-line.js';
import { openWork, type Work } from '../media/work-folder.js';
import { diskProblem } from '../store/disk.js';
import { MarkedCopy } from './marked-copy.js';

export interface CopiesParts extends LineLimits {
  /** The gate's work folder, wiped at start. */
  workFolder: string;
  now(): Date;
  after?: After;
  /** A making that nobody reads goes on for so long: a player that seeks comes back. */
  graceMs: number;
  /** A whole copy that nobody reads is kept for so long. */
  keptMs: number;
  /** Of all copies together, and how many. */
  mostBytes: number;
  mostCopies: number;
}

/** A copy as somebody holds it. It is there until `close`, or until the signal ends that it was opened with. */
export interface OpenCopy {
  /** Bytes; null while it is being made. */
  size(): number | null;
  /** Bytes from `from` on and before `to`, or to its end; waits for what is not made yet. A making that fails breaks it with its Problem. */
  read(range?: { from?: number; to?: number }): AsyncGenerator<Buffer>;
  close(): void;
}

interface Entry {
  key: string;
  copy: MarkedCopy;
  holders: number;
  /** When the last holder left. */
  leftAt: number;
  stop: AbortController;
  forgive: () => void;
  /** Nothing of its making goes on. */
  over: Promise<void>;
}

const closed = (): Problem => new Problem('state-conflict', 'The gate stops.');

export class MarkedCopies {
  readonly #parts: CopiesParts;
  readonly #after: After;
  readonly #line: WaitingLine;
  readonly #entries = new Map<string, Entry>();
  /** Steps that nobody waits for but `close`. */
  readonly #pending = new Set<Promise<void>>();
  #work: Promise<Work> | undefined;
  #made = 0;
  #isClosed = false;

  constructor(parts: CopiesParts) {
    this.#parts = parts;
    this.#after = parts.after ?? machineAfter;
    this.#line = new WaitingLine(parts, this.#after);
  }

  /**
   * The copy of this key for `who`, once its first bytes are there: what fails before is a Problem and no byte. `make` is called where there is none;
   * its signal ends when nobody wants it any more. Problems: what `make` throws, `capacity-exceeded`, `disk-full`; what `signal` ended with.
   */
  async open(who: string, key: string, make: (signal: AbortSignal) => AsyncIterable<Buffer>, signal: AbortSignal): Promise<OpenCopy> {
    if (this.#isClosed) throw closed();
    signal.throwIfAborted();
    this.#expire();
    const found = this.#entries.get(key);
    // One that failed just now is nobody's any more.
    const entry = found && !found.copy.failure ? found : this.#begin(who, key, make);
    const held = this.#hold(entry, signal);
    try {
      while (entry.copy.written === 0 && !entry.copy.failure) await firstOf(entry.copy.changed(), signal);
      if (entry.copy.failure) throw entry.copy.failure;
      return held;
    } catch (thrown) {
      held.close();
      throw thrown;
    }
  }

  /** Bytes of the copy of this key where it is whole; null: it is not, or there is none. Nothing is made for the question. */
  sizeOf(key: string): number | null {
    this.#expire();
    return this.#entries.get(key)?.copy.size ?? null;
  }

  /** Pictures that nobody can have twice: a place in the line, and nothing is kept. Problems as of `open`. */
  async *through(who: string, make: (signal: AbortSignal) => AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
    if (this.#isClosed) throw closed();
    const leave = await this.#line.enter(who, signal);
    try {
      yield* make(signal);
    } finally {
      leave();
    }
  }

  /** What nobody read for long is destroyed. To be called now and then; `open` does it too. */
  async sweep(): Promise<void> {
    this.#expire();
    await Promise.all(this.#pending);
  }

  /** Ends every making and every reader; nothing is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const entry of [...this.#entries.values()]) {
      this.#drop(entry, closed());
      this.#await(entry.over);
    }
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    await (await this.#work?.catch(() => undefined))?.wipe();
  }

  #begin(who: string, key: string, make: (signal: AbortSignal) => AsyncIterable<Buffer>): Entry {
    this.#makePlace();
    const copy = new MarkedCopy(`copy-${++this.#made}`);
    const entry: Entry = {
      key,
      copy,
      holders: 0,
      leftAt: 0,
      stop: new AbortController(),
      forgive: () => undefined,
      over: Promise.resolve(),
    };
    this.#entries.set(key, entry);
    entry.over = this.#make(who, entry, make);
    return entry;
  }

  async #make(who: string, entry: Entry, make: (signal: AbortSignal) => AsyncIterable<Buffer>): Promise<void> {
    const { signal } = entry.stop;
    try {
      const leave = await this.#line.enter(who, signal);
      try {
        const { folder } = await this.#folder();
        await entry.copy.take(folder, stoppable(make(signal), signal), (bytes) => this.#makeRoom(bytes));
      } finally {
        leave();
      }
    } catch (thrown) {
      this.#drop(entry, Problem.from(thrown));
    }
  }

  #folder(): Promise<Work> {
    return (this.#work ??= openWork(this.#parts.workFolder).catch((thrown: unknown) => {
      this.#work = undefined;
      throw diskProblem(thrown);
    }));
  }

  #hold(entry: Entry, signal: AbortSignal): OpenCopy {
    const away = new AbortController();
    entry.holders++;
    entry.forgive();
    const close = (): void => {
      signal.removeEventListener('abort', close);
      if (away.signal.aborted) return;
      away.abort(signal.aborted ? signal.reason : new Problem('render-failed', 'The copy was closed.'));
      this.#leave(entry);
    };
    signal.addEventListener('abort', close);
    return {
      size: () => entry.copy.size,
      read: ({ from = 0, to = Infinity } = {}) => entry.copy.read(from, to, away.signal),
      close,
    };
  }

  #leave(entry: Entry): void {
    entry.leftAt = this.#parts.now().getTime();
    if (--entry.holders > 0 || entry.copy.size !== null || entry.copy.failure) return;
    entry.forgive = this.#after(this.#parts.graceMs, () => {
      if (entry.holders === 0 && entry.copy.size === null) this.#drop(entry, new Problem('render-failed', 'Nobody wanted it any more.'));
    });
  }

  /** Nobody finds it any more, and what is left of it goes. */
  #drop(entry: Entry, problem: Problem): void {
    if (this.#entries.get(entry.key) === entry) this.#entries.delete(entry.key);
    entry.forgive();
    entry.stop.abort(problem);
    this.#await(entry.copy.discard(problem));
  }

  #await(step: Promise<void>): void {
    const pending = step.catch(() => undefined).finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }

  /** Whole, and held by nobody; who was left first comes first. */
  #unread(): Entry[] {
    return [...this.#entries.values()]
      .filter(({ holders, copy }) => holders === 0 && copy.size !== null)
      .sort((a, b) => a.leftAt - b.leftAt);
  }

  #expire(): void {
    const now = this.#parts.now().getTime();
    // By the clock, also one that was set back.
    for (const entry of this.#unread()) if (Math.abs(now - entry.leftAt) >= this.#parts.keptMs) this.#dropUnread(entry);
  }

  #dropUnread(entry: Entry): void {
    this.#drop(entry, new Problem('render-failed', 'It was not wanted any more.'));
  }

  #makePlace(): void {
    for (const entry of this.#unread().slice(0, Math.max(0, this.#entries.size + 1 - this.#parts.mostCopies))) this.#dropUnread(entry);
    if (this.#entries.size >= this.#parts.mostCopies) throw this.#full();
  }

  /** Before so many bytes are written. */
  #makeRoom(bytes: number): void {
    const kept = (): number => [...this.#entries.values()].reduce((sum, { copy }) => sum + copy.written, 0);
    for (const entry of this.#unread()) if (kept() + bytes > this.#parts.mostBytes) this.#dropUnread(entry);
    if (kept() + bytes > this.#parts.mostBytes) throw this.#full();
  }

  #full(): Problem {
    return new Problem('capacity-exceeded', 'What is kept of marked pictures leaves no room for more of them. Try again in a while.');
  }
}

/** The first of the two to end; throws what `signal` ended with. */
async function firstOf(step: Promise<void>, signal: AbortSignal): Promise<void> {
  let tell = (): void => undefined;
  const ended = new Promise<void>((resolve) => (tell = resolve));
  signal.addEventListener('abort', tell);
  await Promise.race([step, ended]);
  signal.removeEventListener('abort', tell);
  signal.throwIfAborted();
}
