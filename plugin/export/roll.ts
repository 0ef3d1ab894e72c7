// The accounts as the journal knows them. The database keeps names and password hashes, and whoever can write there could make
// themselves anybody; so an account counts only where the journal vouches for its pseudonym and for its very password hash.
import type { Entry, Pseudonym } from '../domain/audit-event.js';
import { sha256Hex } from '../domain/formats/digest.js';
import type { Journal } from '../journal/journal.js';
import type { Account } from '../store/accounts.js';
import type { Store } from '../store/store.js';

const STEP = 1000;

export const credentialOf = (passwordHash: string): string => `sha256:${sha256Hex(passwordHash)}`;

export class Roll {
  readonly #credentials = new Map<Pseudonym, string>();
  #isSetUp = false;

  constructor(journal: Journal) {
    for (let at = 0; at < journal.size; at += STEP) for (const entry of journal.read(at, STEP)) this.learn(entry);
  }

  learn(entry: Entry): void {
    if (entry.event === 'account-created') this.#credentials.set(entry.data.account, entry.data.credential);
    if (entry.event === 'setup-completed') this.#isSetUp = true;
  }

  get isSetUp(): boolean {
    return this.#isSetUp;
  }

  /** The person's pseudonym where the journal vouches for the account, else null. Problem `store-unavailable` where the row was changed. */
  async vouchFor({ user, passwordHash }: Pick<Account, 'user' | 'passwordHash'>, store: Store): Promise<Pseudonym | null> {
    const pseudonym = await store.people.pseudonymOf(user);
    return this.#credentials.get(pseudonym) === credentialOf(passwordHash) ? pseudonym : null;
  }
}
