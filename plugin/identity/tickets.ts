// Things kept in memory for a few minutes under a name that nobody guesses, and taken once.
import { randomBytes } from 'node:crypto';

/** As many at once; the oldest goes for the next. */
const MOST = 10_000;

export class Tickets<T> {
  readonly #kept = new Map<string, { value: T; until: number }>();

  constructor(
    private readonly lifetime: number,
    private readonly now: () => Date,
  ) {}

  put(value: T): string {
    const ticket = randomBytes(32).toString('base64url');
    if (this.#kept.size >= MOST) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(ticket, { value, until: this.now().getTime() + this.lifetime });
    return ticket;
  }

  take(ticket: string | null): T | null {
    const found = this.#kept.get(ticket ?? '');
    this.#kept.delete(ticket ?? '');
    return found && this.now().getTime() < found.until ? found.value : null;
  }
}
