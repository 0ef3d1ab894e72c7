// Inviting: an administrator who saw the card asks, and a one-time code comes out. Whoever agrees to something, carries it out, looks into it
// or manages it is asked for by one administrator and confirmed by another, or one of them could make all the voices of a request themselves.
import { isSameCard, type AccountTerms } from '../domain/account.js';
import type { Pseudonym } from '../domain/audit-event.js';
import { Problem, type Fault } from '../domain/problem.js';
import type { Person, UserId } from '../domain/subject.js';
import { hashOfCode, newCode } from '../identity/one-time-code.js';
import { spendSetupToken } from '../identity/setup-token.js';
import { officeOf } from '../policy/offices.js';
import { openAccount, type PeopleParts } from './people.js';
import { INVITATION_MS, type Invitation } from './roll.js';

const DAY_MS = 86_400_000;
/** How long an account lives, unless the invitation says. */
export const ACCOUNT_MS = 365 * DAY_MS;
const LONGEST_ACCOUNT_MS = 3 * 366 * DAY_MS;

export type Wish = Omit<AccountTerms, 'expiresAt'> & { expiresAt: string | null };

/** `code` and `expiresAt` are null while a second administrator must confirm. The code is told this once. */
export interface Invited {
  /** Names the invitation, for who confirms it. */
  id: string;
  user: UserId;
  code: string | null;
  /** When the code ends. */
  expiresAt: string | null;
}

/**
 * Ends an earlier invitation of the same user. Problems: `body-malformed` (no card, somebody else's, an end that is not possible),
 * `journal-unwritable`.
 */
export const invite = (parts: PeopleParts, by: Person, wish: Wish): Promise<Invited> =>
  parts.changes.take(async () => {
    const { journal, store, roll, policy, now, log } = parts;
    const expiresAt = wish.expiresAt ?? new Date(now().getTime() + ACCOUNT_MS).toISOString();
    const terms: AccountTerms = { ...wish, expiresAt: new Date(expiresAt).toISOString() };
    const faults = [...judge(terms, officeOf(policy, wish.user).secondFactor, now()), ...(await cardFaults(parts, terms))];
    if (faults.length > 0) throw new Problem('body-malformed', 'Nobody can be invited so.', { faults });
    const account = await store.people.pseudonymOf(wish.user);
    const commitment = await store.personal.conceal('account', terms);
    if (!takesTwo(parts, wish.user, account)) return issue(parts, by, { account, terms: commitment }, wish.user, null);
    roll.learn(await journal.append({ event: 'invitation-asked', by: by.pseudonym, data: { account, terms: commitment } }));
    if (officeOf(policy, wish.user).administrator) log('warn', { event: 'administrator-asked-for', subject: wish.user });
    return { id: idOf(commitment), user: wish.user, code: null, expiresAt: null };
  });

/**
 * The second administrator's word on the very same invitation; the code is told to this one. With the machine's one-time token the first
 * administrator alone may do it: where the other one is gone, who can make that token stands in for them.
 * Problems: `invitation-unknown`, `second-administrator`, `setup-closed`, `token-invalid`.
 */
export const confirmInvitation = (parts: PeopleParts, by: Person, id: string, token: string | null): Promise<Invited> =>
  parts.changes.take(async () => {
    const { roll, now, keysFolder } = parts;
    const found = roll.invitations(now()).find(({ terms, issued }) => issued === null && idOf(terms) === id);
    if (!found) throw new Problem('invitation-unknown', 'No invitation of this number waits for a second administrator.');
    const { user } = await termsOf(parts, found);
    if (token !== null) await spendSetupToken(keysFolder, token);
    else if (found.askedBy === by.pseudonym)
      throw new Problem('second-administrator', 'Who asked for an invitation does not confirm it; another administrator does.');
    return issue(parts, by, found, user, found.askedBy);
  });

async function issue(
  { journal, roll, now, log, policy }: PeopleParts,
  by: Person,
  { account, terms }: Pick<Invitation, 'account' | 'terms'>,
  user: UserId,
  askedBy: Pseudonym | null,
): Promise<Invited> {
  const code = newCode();
  const closesAt = new Date(now().getTime() + INVITATION_MS).toISOString();
  const data = { account, terms, code: `sha256:${hashOfCode(code)}`, closesAt, askedBy };
  roll.learn(await journal.append({ event: 'account-invited', by: by.pseudonym, data }));
  if (officeOf(policy, user).administrator) log('warn', { event: 'administrator-invited', subject: user });
  return { id: idOf(terms), user, code, expiresAt: closesAt };
}

/** Once two administrators have accounts, nobody who has a say comes in, or comes in again, by one hand. */
function takesTwo({ policy, roll, now }: PeopleParts, user: UserId, account: Pseudonym): boolean {
  const hasSay = officeOf(policy, user).secondFactor || roll.of(account)?.administrator === true;
  return hasSay && roll.administrators(now()).length >= 2;
}

function judge({ card, expiresAt }: AccountTerms, isStaff: boolean, now: Date): Fault[] {
  const end = Date.parse(expiresAt);
  const faults: [boolean, string, string, string][] = [
    [!card && !isStaff, 'missing', 'card', 'Who holds no role at the custodian shows a card; right is card: {idKind, idNumber}.'],
    [end <= now.getTime(), 'not-allowed', 'expiresAt', 'It is past; right is an instant to come.'],
    [end > now.getTime() + LONGEST_ACCOUNT_MS, 'not-allowed', 'expiresAt', 'An account lives three years at most; invite again then.'],
  ];
  return faults.filter(([wrong]) => wrong).map(([, code, where, detail]) => ({ code, where, detail }));
}

/** One card, one person: two accounts behind it would be two voices. */
async function cardFaults({ store, roll, now }: PeopleParts, { user, card }: AccountTerms): Promise<Fault[]> {
  if (!card) return [];
  for (const other of (await store.accounts.users()).filter((it) => it !== user)) {
    const seen = (await openAccount({ store, roll, now }, other))?.account.card;
    if (seen && isSameCard(seen, card))
      return [{ code: 'not-allowed', where: 'card', detail: 'An open account of another name has this card; close that one first.' }];
  }
  return [];
}

/** Hex digits of the commitment. */
const idOf = (terms: string): string => terms.replace(/^sha256:/, '');

/** What the invitation promises. Problem `invitation-invalid`: it was erased, or is not for the account that it names. */
export async function termsOf({ store }: Pick<PeopleParts, 'store'>, { terms, account }: Invitation): Promise<AccountTerms> {
  const value = (await store.personal.reveal(terms))?.value as AccountTerms | undefined;
  if (!value || (await store.people.pseudonymOf(value.user)) !== account)
    throw new Problem('invitation-invalid', 'What this invitation promised is not there any more; ask for a new one.');
  return value;
}

/** Those that wait, for administrators to look at before they confirm. */
export async function openInvitations(
  parts: PeopleParts,
): Promise<(AccountTerms & { id: string; waitsForSecond: boolean; askedBy: string; at: string })[]> {
  const { roll, store, now } = parts;
  return Promise.all(
    roll.invitations(now()).map(async (it) => ({
      id: idOf(it.terms),
      ...(await termsOf(parts, it)),
      waitsForSecond: it.issued === null,
      askedBy: (await store.people.userOf(it.askedBy)) ?? it.askedBy,
      at: it.at,
    })),
  );
}
