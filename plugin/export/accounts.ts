// Accounts that there are: who has one, its password changed by its owner alone, its end.
import type { Card } from '../domain/account.js';
import { Problem } from '../domain/problem.js';
import type { Person, UserId } from '../domain/subject.js';
import { hashPassword } from '../identity/passwords.js';
import { expectGood, replace } from './accept.js';
import { prove } from './enter.js';
import { lackOf, openAccount, type PeopleParts } from './people.js';
import { isBefore } from './roll.js';
import { endAll } from './sessions.js';

export interface AccountView {
  user: UserId;
  name: string;
  unit: string;
  card: Card | null;
  expiresAt: string;
  state: 'open' | 'closed' | 'expired';
  administrator: boolean;
  secondFactor: boolean;
  hasSignedIn: boolean;
  /** What its roles ask for and it has not; null where it has all. */
  lack: string | null;
}

/** All that the journal vouches for, by name of the user. */
export async function listAccounts(parts: PeopleParts): Promise<AccountView[]> {
  const { store, roll, now } = parts;
  const views: AccountView[] = [];
  for (const user of await store.accounts.users()) {
    const found = await roll.vouchFor(user, store);
    if (!found) continue;
    const { account, known } = found;
    const { name, unit, card, expiresAt, secondFactor } = account;
    const state = known.closed ? 'closed' : isBefore(now(), known.expiresAt) ? 'open' : 'expired';
    const { administrator, hasSignedIn } = known;
    views.push({
      user,
      name,
      unit,
      card,
      expiresAt,
      state,
      administrator,
      secondFactor: secondFactor !== null,
      hasSignedIn,
      lack: lackOf(parts, found),
    });
  }
  return views;
}

/** The card that was seen before the person was invited, as the journal vouches for it; null without a card, or without an open account. */
export const cardOf = async (parts: Pick<PeopleParts, 'store' | 'roll' | 'now'>, user: UserId): Promise<Card | null> =>
  (await openAccount(parts, user))?.account.card ?? null;

/**
 * Its owner alone, who proves the old one again; other sessions end. Problems: `login-failed`, `too-many-requests`, `body-malformed`,
 * `journal-unwritable`.
 */
export const changePassword = (
  parts: PeopleParts,
  person: Person,
  { current, next, otp }: { current: string; next: string; otp?: string | undefined },
): Promise<void> =>
  parts.changes.take(async () => {
    const { journal, roll } = parts;
    expectGood(next, person.user);
    const { account, pseudonym, known } = await prove(parts, { user: person.user, password: current, otp });
    await replace(parts, { ...account, passwordHash: await hashPassword(next, parts.passwordCost) }, async (credential) => {
      const data = {
        account: pseudonym,
        credential,
        expiresAt: known.expiresAt,
        administrator: known.administrator,
        why: 'own-password' as const,
      };
      roll.learn(await journal.append({ event: 'credential-changed', by: pseudonym, data }));
    });
    await endAll(parts, person.user, 'credential-changed', pseudonym, person.session);
  });

/** One administrator is enough: to close is the safe side. Problem `account-unknown`. */
export const closeAccount = (parts: PeopleParts, by: Person, user: UserId): Promise<void> =>
  parts.changes.take(async () => {
    const { journal, store, roll, log } = parts;
    const found = await roll.vouchFor(user, store);
    if (!found || found.known.closed) throw new Problem('account-unknown', `There is no open account ${user}.`);
    roll.learn(await journal.append({ event: 'account-closed', by: by.pseudonym, data: { account: found.pseudonym } }));
    if (found.known.administrator) log('warn', { event: 'administrator-closed', subject: user });
    await endAll(parts, user, 'account-closed', by.pseudonym);
  });
