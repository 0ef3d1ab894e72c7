// Reading a request is an act (F1): who read which, recorded before it is answered, once for each person in a quarter of an hour.
import type { Person } from '../domain/subject.js';
import type { Journal } from '../journal/journal.js';

const WINDOW_MS = 15 * 60_000;
/** Forgotten together when there are so many: the worst that comes of it is one entry more. */
const MOST_KEPT = 50_000;

export class ReadRecord {
  readonly #read = new Map<string, Promise<number>>();

  constructor(private readonly parts: { journal: Journal; now: () => Date }) {}

  /** Problem `journal-unwritable`: then nothing is shown. */
  async tell(person: Person, requestId: string): Promise<void> {
    const key = `${person.pseudonym} ${requestId}`;
    const at = this.parts.now().getTime();
    const before = await this.#read.get(key)?.catch(() => null);
    if (before != null && at - before < WINDOW_MS) return;
    if (this.#read.size >= MOST_KEPT) this.#read.clear();
    const entry = this.parts.journal.append({ event: 'request-read', by: person.pseudonym, data: { request: requestId } }).then(() => at);
    this.#read.set(key, entry);
    await entry.catch((thrown: unknown) => {
      this.#read.delete(key);
      throw thrown;
    });
  }
}
