// Reading a request is an act (F1): who read which, recorded before it is answered, once for each person in a quarter of an hour.
import type { Person } from '../domain/subject.js';
import type { Journal } from '../journal/journal.js';

const WINDOW_MS = 15 * 60_000;
/** Forgotten together when there are so many: the worst that comes of it is one entry more. */
const MOST_KEPT = 50_000;

export class ReadRecord {
  readonly #read = new Map<string, Promise<number>>();

  constructor(private readonly parts: { journal: Journal; now: () => Date }) {}

  /** Problem `journal-unwritable`: then nothing is shown. Each waits for the one before it, so that two at once are one reading. */
  async tell(person: Person, requestId: string): Promise<void> {
    const key = `${person.pseudonym} ${requestId}`;
    const at = this.parts.now().getTime();
    const before = this.#read.get(key) ?? Promise.resolve(null);
    const told = before.then(
      (last) => this.#unlessTold(person, requestId, at, last),
      () => this.#unlessTold(person, requestId, at, null),
    );
    if (this.#read.size >= MOST_KEPT) this.#read.clear();
    this.#read.set(key, told);
    await told;
  }

  /** When it was recorded. Of a clock that was put back nobody knows how long that is ago: recorded anew. */
  async #unlessTold(person: Person, requestId: string, at: number, last: number | null): Promise<number> {
    if (last !== null && at >= last && at - last < WINDOW_MS) return last;
    await this.parts.journal.append({ event: 'request-read', by: person.pseudonym, data: { request: requestId } });
    return at;
  }
}
