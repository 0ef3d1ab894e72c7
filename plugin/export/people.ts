// What the steps around people share: joining, signing in, leaving.
import type { Pseudonym } from '../domain/audit-event.js';
import type { Log } from '../domain/log.js';
import { Problem } from '../domain/problem.js';
import type { Person, UserId } from '../domain/subject.js';
import type { PasswordCost } from '../identity/passwords.js';
import type { SessionMarks } from '../identity/session-marks.js';
import type { Failures } from '../identity/sign-in.js';
import type { Tokens } from '../identity/token.js';
import type { Journal } from '../journal/journal.js';
import type { MasterKeys } from '../keys/master.js';
import type { Policy } from '../policy/load.js';
import { officeOf } from '../policy/offices.js';
import type { Store } from '../store/store.js';
import { isBefore, type Roll, type Vouched } from './roll.js';
import type { Turns } from './turns.js';

export interface PeopleParts {
  journal: Journal;
  store: Store;
  /** The one in force at the moment of asking. */
  policy: Policy;
  roll: Roll;
  tokens: Tokens;
  marks: SessionMarks;
  failures: Failures;
  /** Seals the secrets of second factors. */
  master: MasterKeys;
  keysFolder: string;
  /** The gate's name, as authenticator apps show it. */
  origin: string;
  now: () => Date;
  newId: () => string;
  log: Log;
  /** Of a hash that is made; left out: as `identity/passwords` has it. */
  passwordCost?: PasswordCost | undefined;
  /** One change of accounts at a time: two of one name at once would leave the journal and the store with different ones. */
  changes: Turns;
}

/** Problem `not-permitted`. */
export function expectManager({ policy }: Pick<PeopleParts, 'policy'>, { user }: Person): void {
  if (!isManager({ policy }, user)) throw new Problem('not-permitted', 'This needs the act manage.');
}

export const isManager = ({ policy }: Pick<PeopleParts, 'policy'>, user: UserId): boolean =>
  policy.allows(user, 'manage', 'account:*', null);

/** Whose account the journal vouches for, and is neither closed nor past its end. */
export async function openAccount(
  { store, roll, now }: Pick<PeopleParts, 'store' | 'roll' | 'now'>,
  user: UserId,
): Promise<Vouched | null> {
  const found = await roll.vouchFor(user, store);
  return found && !found.known.closed && isBefore(now(), found.known.expiresAt) ? found : null;
}

/** What the roles of today ask of an account and this one has not; null where it has all. */
export function lackOf({ policy }: Pick<PeopleParts, 'policy'>, { account, known }: Vouched): string | null {
  const office = officeOf(policy, account.user);
  if (office.administrator && !known.administrator)
    return 'It has an administrator’s role now, and was not made as an administrator’s; two administrators must invite it again.';
  if (office.secondFactor && account.secondFactor === null)
    return 'It has a role now that wants a second factor, and has none; an administrator must invite it again.';
  return null;
}

/** Problem `reinvitation-needed`. */
export function expectFit(parts: Pick<PeopleParts, 'policy'>, found: Vouched): void {
  const lack = lackOf(parts, found);
  if (lack !== null) throw new Problem('reinvitation-needed', lack);
}

export const personOf = ({ account: { user, name, unit }, pseudonym }: Vouched): Person & { pseudonym: Pseudonym } => ({
  user,
  name,
  unit,
  pseudonym,
});
