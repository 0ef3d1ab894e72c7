// Joining: a one-time code and a password of one's own make the account, or renew it. Nobody ever sets somebody else's password.
import type { AccountTerms } from '../domain/account.js';
import type { Pseudonym } from '../domain/audit-event.js';
import { Problem } from '../domain/problem.js';
import type { Subject, UserId } from '../domain/subject.js';
import { hashOfCode, isCode } from '../identity/one-time-code.js';
import { hashPassword, judgePassword } from '../identity/passwords.js';
import { spendSetupToken } from '../identity/setup-token.js';
import { officeOf } from '../policy/offices.js';
import type { Account } from '../store/accounts.js';
import { ACCOUNT_MS, termsOf } from './invite.js';
import { isManager, type PeopleParts } from './people.js';
import { credentialOf, isBefore } from './roll.js';
import { makeSecondFactor, type SecondFactor } from './second-factor.js';
import { endAll } from './sessions.js';

export interface Joined {
  user: UserId;
  expiresAt: string;
  /** Shown this once; null where the person's roles ask for none. */
  secondFactor: SecondFactor | null;
}

/** Problems: `invitation-invalid`, `body-malformed` (the password's faults), `journal-unwritable`. */
export const accept = (parts: PeopleParts, code: string, password: string): Promise<Joined> =>
  parts.changes.take(async () => {
    const { roll, policy, now } = parts;
    const invitation = isCode(code) ? roll.invitationWith(`sha256:${hashOfCode(code)}`, now()) : null;
    if (!invitation) throw invalid('The code is not one of this gate, was used, replaced by a newer one, or is older than seven days.');
    const terms = await termsOf(parts, invitation);
    if (!isBefore(now(), terms.expiresAt)) throw invalid('The account that it promises has ended by now.');
    const { administrator, secondFactor } = officeOf(policy, terms.user);
    // The roles may have changed since it was issued.
    if (secondFactor && !invitation.issued!.byTwo && roll.administrators(now()).length >= 2)
      throw invalid('It is the account of somebody who has a say by now; two administrators must invite.');
    return makeAccount(parts, terms, password, { by: invitation.account, administrator, why: 'invited-again' });
  });

/**
 * An administrator's account against the machine's one-time token: the first one, and one that nobody could invite any more.
 * Problems: `setup-closed`, `token-invalid`, `not-permitted` (the policy files make no administrator of this user), `body-malformed`.
 */
export const setUp = (parts: PeopleParts, token: string, { password, ...subject }: Subject & { password: string }): Promise<Joined> =>
  parts.changes.take(async () => {
    const { journal, store, keysFolder, now, log } = parts;
    if (!isManager(parts, subject.user))
      throw new Problem(
        'not-permitted',
        `policies/roles.csv makes ${subject.user} no administrator; it should say: g, ${subject.user}, role:administrator, *`,
      );
    expectGood(password, subject.user);
    await spendSetupToken(keysFolder, token);
    const terms = { ...subject, card: null, expiresAt: new Date(now().getTime() + ACCOUNT_MS).toISOString() };
    const joined = await makeAccount(parts, terms, password, { by: 'gate', administrator: true, why: 'set-up' });
    await journal.append({ event: 'setup-completed', by: 'gate', data: { account: await store.people.pseudonymOf(subject.user) } });
    log('warn', { event: 'administrator-set-up', subject: subject.user });
    return joined;
  });

interface Making {
  by: Pseudonym;
  administrator: boolean;
  /** Where there was an account before. */
  why: 'invited-again' | 'set-up';
}

async function makeAccount(parts: PeopleParts, terms: AccountTerms, password: string, { by, administrator, why }: Making): Promise<Joined> {
  const { store, policy, roll, master, origin, now } = parts;
  expectGood(password, terms.user);
  const factor = officeOf(policy, terms.user).secondFactor ? makeSecondFactor(master, terms.user, origin) : null;
  const { user, name, unit, card, expiresAt } = terms;
  const passwordHash = await hashPassword(password, parts.passwordCost);
  const createdAt = now().toISOString();
  const pseudonym = await store.people.pseudonymOf(user);
  await replace(
    parts,
    { user, name, unit, card, expiresAt, passwordHash, secondFactor: factor?.sealed ?? null, createdAt },
    async (credential) => {
      const data = { account: pseudonym, credential, expiresAt, administrator };
      roll.learn(
        roll.of(pseudonym)
          ? await parts.journal.append({ event: 'credential-changed', by, data: { ...data, why } })
          : await parts.journal.append({ event: 'account-created', by, data }),
      );
    },
  );
  await endAll(parts, user, 'credential-changed', by);
  return { user, expiresAt, secondFactor: factor?.shown ?? null };
}

/** The new version is there before the journal vouches for it: a crash in between leaves the old one, and one after it the new one. */
export async function replace(
  { store }: Pick<PeopleParts, 'store'>,
  account: Account,
  record: (credential: string) => Promise<void>,
): Promise<void> {
  await store.accounts.put(account);
  await record(credentialOf(account));
  await store.accounts.keepOnly(account);
}

/** Problem `body-malformed`. */
export function expectGood(password: string, user: UserId): void {
  const faults = judgePassword(password, user);
  if (faults.length > 0) throw new Problem('body-malformed', 'The password is not good enough.', { faults });
}

const invalid = (detail: string): Problem => new Problem('invitation-invalid', `${detail} Ask an administrator for a new invitation.`);
