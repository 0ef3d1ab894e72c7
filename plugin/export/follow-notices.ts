// Follows the journal with a position of its own: each entry that is on disk is looked at once, and its notices and letters are put away with
// the position in one step. A crash loses none and tells nobody twice.
import { isRequestEntry, type Entry } from '../domain/audit-event.js';
import { fold, type RequestState } from '../domain/lifecycle.js';
import type { Log } from '../domain/log.js';
import type { NoticeKind } from '../domain/notice.js';
import { Problem } from '../domain/problem.js';
import type { Journal } from '../journal/journal.js';
import type { Policy } from '../policy/load.js';
import type { NewNotice } from '../store/notices.js';
import type { NewLetter } from '../store/outbox.js';
import type { Store } from '../store/store.js';
import { usersIn } from './audience.js';
import type { Delegations } from './delegations.js';
import { isTold, noticesOf } from './notices.js';

interface Parts {
  journal: Journal;
  store: Store;
  /** The one in force whenever it is asked for. */
  readonly policy: Policy;
  delegations: Delegations;
  /** Ways out, and what each is told. */
  channels: readonly { name: string; kinds: readonly NoticeKind[] }[];
  log: Log;
  /** Letters wait: whoever delivers may look. */
  onLetters(): void;
}

/** Entries of one step. */
const STEP = 64;
/** Letters that may wait for one channel. */
export const mostPending = 1_000;

export class NoticeFollower {
  readonly #parts: Parts;
  #running: Promise<void> | null = null;
  #again = false;
  #closed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Where this was never done before, what the journal holds already is old news and told to nobody. */
  async begin(): Promise<void> {
    const { journal, store } = this.#parts;
    await store.notices.begin(journal.size);
    journal.onAppended(() => this.wake());
    this.wake();
  }

  /** Never throws and is never waited for: the procedure goes on. */
  wake(): void {
    this.#again = true;
    if (this.#closed) return;
    this.#running ??= this.#run()
      .catch((cause: unknown) => this.#parts.log('error', { event: 'notices-behind', cause }))
      .then(() => {
        this.#running = null;
        // Woken between its last look and its end.
        if (this.#again) this.wake();
      });
  }

  /** Until all that is on disk now was looked at. */
  async settle(): Promise<void> {
    this.wake();
    while (this.#running) await this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      while (!this.#closed && (await this.#step()));
    }
  }

  /** Was there anything to look at? */
  async #step(): Promise<boolean> {
    const { journal, store, onLetters } = this.#parts;
    const from = await store.notices.position();
    const entries = journal.read(from, STEP);
    if (entries.length === 0) return false;
    const notices: NewNotice[] = [];
    const letters: NewLetter[] = [];
    for (const entry of entries) {
      const raised = await this.#look(entry);
      notices.push(...raised.notices);
      letters.push(...raised.letters);
    }
    await store.notices.raise({ from, to: from + entries.length, notices, letters, mostPending });
    if (letters.length > 0) onLetters();
    return true;
  }

  async #look(entry: Entry): Promise<{ notices: NewNotice[]; letters: NewLetter[] }> {
    const { channels, policy, store, delegations, log } = this.#parts;
    const raised: { notices: NewNotice[]; letters: NewLetter[] } = { notices: [], letters: [] };
    try {
      const state = isTold(entry.event) ? this.#stateAt(entry) : null;
      for (const { audience, ...notice } of noticesOf(entry, state)) {
        const head = { ...notice, entry: entry.index, at: entry.at };
        const users = await usersIn(audience, state, { policy, store, delegations, at: new Date(entry.at) });
        raised.notices.push(...users.map((user) => ({ ...head, user })));
        raised.letters.push(...channels.filter(({ kinds }) => kinds.includes(notice.kind)).map(({ name }) => ({ ...head, channel: name })));
      }
      return raised;
    } catch (thrown) {
      // The store is asked again later; one history that cannot be read does not silence what lies behind it.
      if (thrown instanceof Problem && thrown.code === 'store-unavailable') throw thrown;
      log('error', { event: 'notice-unraised', operation: entry.event, cause: thrown });
      return { notices: [], letters: [] };
    }
  }

  /** The request as it stood right after this entry, whatever came later. */
  #stateAt(entry: Entry): RequestState | null {
    if (!isRequestEntry(entry)) return null;
    return fold(this.#parts.journal.entriesOf(entry.requestId).slice(0, entry.requestSequence + 1));
  }
}
