// Reading a request is an act (F1), and so is reading the journal, which tells of all of them: who read which, recorded before it is answered,
// once for each person in a quarter of an hour.
import type { GateDraft } from '../domain/audit-event.js';
import type { Person } from '../domain/subject.js';
import type { Journal } from '../journal/journal.js';

const WINDOW_MS = 15 * 60_000;
/** Forgotten together when there are so many: the worst that comes of it is one entry more. */
const MOST_KEPT = 50_000;

export class ReadRecord {
  readonly #read = new Map<string, Promise<number>>();

  constructor(private readonly parts: { journal: Journal; now: () => Date }) {}

  /** Problem `journal-unwritable`: then nothing is shown. */
  tell({ pseudonym: by }: Person, request: string): Promise<void> {
    return this.#tell(`${by} ${request}`, { event: 'request-read', by, data: { request } });
  }

  /** Problem `journal-unwritable`. */
  tellJournal({ pseudonym: by }: Person, from: number, count: number): Promise<void> {
    return this.#tell(by, { event: 'journal-read', by, data: { from, count } });
  }

  /** Each waits for the one before it, so that two at once are one reading. */
  async #tell(key: string, draft: GateDraft): Promise<void> {
    const at = this.parts.now().getTime();
    const before = this.#read.get(key) ?? Promise.resolve(null);
    const told = before.then(
      (last) => this.#unlessTold(draft, at, last),
      () => this.#unlessTold(draft, at, null),
    );
    if (this.#read.size >= MOST_KEPT) this.#read.clear();
    this.#read.set(key, told);
    await told;
  }

  /** When it was recorded. Of a clock that was put back nobody knows how long that is ago: recorded anew. */
  async #unlessTold(draft: GateDraft, at: number, last: number | null): Promise<number> {
    if (last !== null && at >= last && at - last < WINDOW_MS) return last;
    await this.parts.journal.append(draft);
    return at;
  }
}
