// The requests as the journal tells them, and the only way to move one: under its lock, journal first, store second.
import { fold, follow, canMove, type RequestState } from '../domain/lifecycle.js';
import { Problem } from '../domain/problem.js';
import type { Log } from '../domain/log.js';
import { isRequestEntry, type RequestDraft, type RequestEntry, type RequestEventName } from '../domain/audit-event.js';
import type { Journal } from '../journal/journal.js';
import type { Store } from '../store/store.js';
import { rowOf } from './projection.js';

/** What one holder of a request's lock may do. */
export interface Turn {
  readonly state: RequestState;
  /** Appends to the journal, then brings the store's copy up. Problems: `state-conflict`, `journal-unwritable`. */
  append(draft: Omit<RequestDraft, 'requestId'>): Promise<RequestEntry>;
  /** Leaf hash, hex, of the last entry that tells this event. Problem `journal-corrupt`. */
  leafOf(event: RequestEventName): string;
}

interface Parts {
  journal: Journal;
  store: Store;
  log: Log;
}

export class Requests {
  readonly #states = new Map<string, RequestState>();
  readonly #turns = new Map<string, Promise<unknown>>();
  #projected: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: Parts) {}

  ids(): string[] {
    return this.parts.journal.requestIds();
  }

  isKnown(requestId: string): boolean {
    return this.#states.has(requestId) || this.parts.journal.entriesOf(requestId).length > 0;
  }

  /** Problem `request-unknown`. */
  state(requestId: string): RequestState {
    const known = this.#states.get(requestId);
    if (known) return known;
    const entries = this.parts.journal.entriesOf(requestId);
    if (entries.length === 0) throw new Problem('request-unknown', `There is no request ${requestId}.`);
    const state = fold(entries);
    this.#states.set(requestId, state);
    return state;
  }

  /** Runs `step` while nobody else can move this request. */
  async take<T>(requestId: string, step: (turn: Turn) => Promise<T>): Promise<T> {
    const before = this.#turns.get(requestId) ?? Promise.resolve();
    const mine = before.then(() => step(this.#turn(requestId)));
    const settled = mine.catch(() => undefined);
    this.#turns.set(requestId, settled);
    try {
      return await mine;
    } finally {
      if (this.#turns.get(requestId) === settled) this.#turns.delete(requestId);
    }
  }

  /** Brings the store up to the journal: at start, and after each entry. One at a time, so that the position never runs ahead of a row. */
  catchUp(): Promise<void> {
    const next = this.#projected.then(() => this.#project());
    this.#projected = next.catch(() => undefined);
    return next;
  }

  async #project(): Promise<void> {
    const { journal, store } = this.parts;
    const from = await store.requests.position();
    const to = journal.size;
    // Threat: somebody cut the journal (and its checkpoint) back to before an act that the store still knows.
    if (from > to) throw new Problem('journal-corrupt', `The store knows ${from} journal entries, the journal holds ${to}.`);
    if (from === to) return;
    const touched = new Set(journal.read(from, to - from).flatMap((entry) => (isRequestEntry(entry) ? [entry.requestId] : [])));
    await store.requests.projectTo(to, await Promise.all([...touched].map((id) => rowOf(this.state(id), store))));
  }

  #turn(requestId: string): Turn {
    const requests = this;
    return {
      get state() {
        return requests.state(requestId);
      },
      append: (draft) => this.#append({ ...draft, requestId } as RequestDraft),
      leafOf: (event) => this.#leafOf(requestId, event),
    };
  }

  #leafOf(requestId: string, event: RequestEventName): string {
    const { journal } = this.parts;
    const entry = journal.entriesOf(requestId).findLast((it) => it.event === event);
    if (!entry) throw new Problem('journal-corrupt', `The history of ${requestId} has no ${event}.`);
    return journal.leafOf(entry.index).toString('hex');
  }

  async #append(draft: RequestDraft): Promise<RequestEntry> {
    const isFirst = draft.event === 'export-requested';
    if (isFirst && this.isKnown(draft.requestId)) throw new Problem('state-conflict', `There is a request ${draft.requestId} already.`);
    const before = isFirst ? null : this.state(draft.requestId);
    if (before && !canMove(before.tracks, draft.event))
      throw new Problem('state-conflict', `Request ${draft.requestId} is ${before.state}; ${draft.event} cannot follow.`);
    const entry = (await this.parts.journal.append(draft)) as RequestEntry;
    this.#states.set(draft.requestId, before ? follow(before, entry) : fold([entry]));
    // The act is recorded already: a store that fails here is brought up later, and the act is not undone.
    await this.catchUp().catch((cause: unknown) =>
      this.parts.log('error', { event: 'projection-behind', requestId: draft.requestId, cause }),
    );
    return entry;
  }
}
