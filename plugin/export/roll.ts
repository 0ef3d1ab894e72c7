// The people as the journal knows them: accounts, invitations, ended sessions. The database keeps names, hashes and cards, and whoever can
// write there could make themselves anybody; so an account counts only where the journal vouches for the whole of it.
import type { Commitment, Entry, Pseudonym } from '../domain/audit-event.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import { sha256Hex } from '../domain/formats/digest.js';
import type { UserId } from '../domain/subject.js';
import type { Journal } from '../journal/journal.js';
import type { Account } from '../store/accounts.js';
import type { Store } from '../store/store.js';

const STEP = 1000;
/** How long an invitation may be accepted, or confirmed by the second administrator. */
export const INVITATION_MS = 7 * 86_400_000;
/** A session lives no longer, so one that ended longer ago need not be remembered. */
export const SESSION_MS = 12 * 3_600_000;

/** What the journal says of an account. */
export interface Known {
  credential: string;
  expiresAt: string;
  /** Made as an administrator's, by as many hands as that takes. */
  administrator: boolean;
  closed: boolean;
  /** Since it was made or replaced. */
  hasSignedIn: boolean;
}

export interface Invitation {
  account: Pseudonym;
  terms: Commitment;
  askedBy: Pseudonym;
  /** Everybody whose word it rests on: it ends with the account of any of them. */
  hands: readonly Pseudonym[];
  at: string;
  /** Null while it waits for the second administrator. */
  issued: { code: string; closesAt: string; byTwo: boolean } | null;
}

export interface Vouched {
  account: Account;
  pseudonym: Pseudonym;
  known: Known;
}

/** The password hash in it holds 128 random bits of salt: the digest tells nothing of the rest. */
export const credentialOf = (account: Account): string => `sha256:${sha256Hex(canonicalJson(account))}`;

export class Roll {
  readonly #accounts = new Map<Pseudonym, Known>();
  readonly #invitations = new Map<Pseudonym, Invitation>();
  /** Session → when it ended, oldest first. */
  readonly #ended = new Map<string, number>();

  constructor(journal: Journal) {
    for (let at = 0; at < journal.size; at += STEP) for (const entry of journal.read(at, STEP)) this.learn(entry);
  }

  learn(entry: Entry): void {
    switch (entry.event) {
      case 'invitation-asked': {
        const { account, terms } = entry.data;
        return void this.#invitations.set(account, { account, terms, askedBy: entry.by, hands: [entry.by], at: entry.at, issued: null });
      }
      case 'account-invited': {
        const { account, terms, code, closesAt, askedBy } = entry.data;
        const issued = { code, closesAt, byTwo: askedBy !== null };
        const hands = askedBy === null ? [entry.by] : [askedBy, entry.by];
        return void this.#invitations.set(account, { account, terms, askedBy: hands[0]!, hands, at: entry.at, issued });
      }
      case 'account-created':
        return this.#make(entry.data, false);
      case 'credential-changed':
        return this.#make(entry.data, entry.data.why === 'own-password');
      case 'account-closed':
        this.#endInvitations(entry.data.account);
        return this.#change(entry.data.account, { closed: true });
      case 'signed-in':
        return this.#change(entry.data.account, { hasSignedIn: true });
      case 'session-ended':
        return this.#end(entry.data.session, Date.parse(entry.at));
      default:
    }
  }

  of(account: Pseudonym): Known | null {
    return this.#accounts.get(account) ?? null;
  }

  /** Administrators who have used their account and whose time is not up. One who was closed counts: else whoever closes the others would be alone. */
  administrators(now: Date): Known[] {
    return [...this.#accounts.values()].filter((it) => it.administrator && it.hasSignedIn && isBefore(now, it.expiresAt));
  }

  /** Is there an administrator who can sign in, and has? By the journal alone: accounts that vanish from the database open no set-up. */
  isSetUp(now: Date): boolean {
    return this.administrators(now).some(({ closed }) => !closed);
  }

  /** Open ones, oldest first. */
  invitations(now: Date): Invitation[] {
    return [...this.#invitations.values()].filter((it) => isOpen(it, now));
  }

  /** By the SHA-256 of its code. */
  invitationWith(code: string, now: Date): Invitation | null {
    return this.invitations(now).find(({ issued }) => issued?.code === code) ?? null;
  }

  hasEnded(session: string): boolean {
    return this.#ended.has(session);
  }

  /** The version of the account that the journal vouches for; null where there is none. Problem `store-unavailable`: a row was changed. */
  async vouchFor(user: UserId, store: Store): Promise<Vouched | null> {
    const versions = await store.accounts.versionsOf(user);
    if (versions.length === 0) return null;
    const pseudonym = await store.people.pseudonymOf(user);
    const known = this.of(pseudonym);
    const account = versions.find((it) => known?.credential === credentialOf(it));
    return known && account ? { account, pseudonym, known } : null;
  }

  #make(
    { account, credential, expiresAt, administrator }: Omit<Known, 'closed' | 'hasSignedIn'> & { account: Pseudonym },
    isSame: boolean,
  ): void {
    const { closed, hasSignedIn } = (isSame && this.of(account)) || { closed: false, hasSignedIn: false };
    this.#accounts.set(account, { credential, expiresAt, administrator, closed, hasSignedIn });
    if (!isSame) this.#invitations.delete(account);
  }

  /** Those for this account, and those that rest on its word: a stolen account is closed, and what the thief issued with it goes too. */
  #endInvitations(closed: Pseudonym): void {
    for (const { account, hands } of [...this.#invitations.values()])
      if (account === closed || hands.includes(closed)) this.#invitations.delete(account);
  }

  #change(account: Pseudonym, change: Partial<Known>): void {
    const known = this.of(account);
    if (known) this.#accounts.set(account, { ...known, ...change });
  }

  #end(session: string, at: number): void {
    for (const [id, time] of this.#ended) {
      if (at - time <= SESSION_MS) break;
      this.#ended.delete(id);
    }
    this.#ended.set(session, at);
  }
}

export const isBefore = (now: Date, instant: string): boolean => now.getTime() < Date.parse(instant);

const isOpen = ({ at, issued }: Invitation, now: Date): boolean =>
  issued ? isBefore(now, issued.closesAt) : now.getTime() < Date.parse(at) + INVITATION_MS;
