// Everything that lies in the database, opened at once. The journal's projection, and what the journal only commits to.
import { Accounts } from './accounts.js';
import { openDatabase } from './database.js';
import { Notices } from './notices.js';
import { Numbers } from './numbers.js';
import { Outbox } from './outbox.js';
import { People } from './people.js';
import { Personal } from './personal.js';
import { Drafts } from './drafts.js';
import { Requests } from './requests.js';
import { Sessions } from './sessions.js';
import { Scans } from './scans.js';
import type { Database } from './database.js';

export class Store {
  readonly requests: Requests;
  readonly personal: Personal;
  readonly people: People;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly numbers: Numbers;
  readonly notices: Notices;
  readonly outbox: Outbox;
  readonly scans: Scans;
  readonly drafts: Drafts;
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    this.requests = new Requests(database);
    this.personal = new Personal(database);
    this.people = new People(database);
    this.accounts = new Accounts(database);
    this.sessions = new Sessions(database);
    this.numbers = new Numbers(database);
    this.notices = new Notices(database);
    this.outbox = new Outbox(database);
    this.scans = new Scans(database);
    this.drafts = new Drafts(database);
  }

  async close(): Promise<void> {
    await this.#database.destroy();
  }
}

/** Opens the database file at `path`, makes or migrates its tables. Problem `store-unavailable`. */
export const openStore = async (path: string): Promise<Store> => new Store(await openDatabase(path));
