// Who may sign in: the first administrator against the one-time token, further accounts, and each sign-in, recorded.
import { Problem } from '../domain/problem.js';
import type { Pseudonym } from '../domain/audit-event.js';
import type { Person, Subject, UserId } from '../domain/subject.js';
import { hashPassword, judgePassword } from '../identity/passwords.js';
import { spendSetupToken } from '../identity/setup-token.js';
import { signIn, type Failures } from '../identity/sign-in.js';
import type { Tokens } from '../identity/token.js';
import type { Journal } from '../journal/journal.js';
import type { Policy } from '../policy/load.js';
import { credentialOf, type Roll } from './roll.js';
import type { Store } from '../store/store.js';

interface Parts {
  journal: Journal;
  store: Store;
  policy: Policy;
  tokens: Tokens;
  failures: Failures;
  keysFolder: string;
  now: () => Date;
  roll: Roll;
}

export interface NewAccount {
  user: UserId;
  name: string;
  unit: string;
  password: string;
}

/** Problems: `account-exists`, `body-malformed` (the password's faults), `journal-unwritable`. */
export async function addAccount(
  { journal, store, roll, now }: Parts,
  by: Pseudonym,
  { password, ...newcomer }: NewAccount,
): Promise<void> {
  const faults = judgePassword(password, newcomer.user);
  if (faults.length > 0) throw new Problem('body-malformed', 'The password is not good enough.', { faults });
  if (await store.accounts.get(newcomer.user)) throw new Problem('account-exists', `There is an account ${newcomer.user} already.`);
  const passwordHash = await hashPassword(password);
  const account = await store.people.pseudonymOf(newcomer.user);
  roll.learn(await journal.append({ event: 'account-created', by, data: { account, credential: credentialOf(passwordHash) } }));
  await store.accounts.add({ ...newcomer, passwordHash, createdAt: now().toISOString() });
}

/** Problems: `setup-closed`, `token-invalid`, `not-permitted` (the policy files make no administrator of this user). */
export async function setUp(parts: Parts, token: string, account: NewAccount): Promise<void> {
  const { journal, store, policy, roll, keysFolder } = parts;
  if (!(await needsSetup(parts))) throw new Problem('setup-closed', 'The gate has accounts; a manager adds further ones.');
  if (!policy.allows(account.user, 'manage', 'account:*', null))
    throw new Problem(
      'not-permitted',
      `policies/roles.csv makes ${account.user} no administrator; it should say: g, ${account.user}, role:administrator, *`,
    );
  const faults = judgePassword(account.password, account.user);
  if (faults.length > 0) throw new Problem('body-malformed', 'The password is not good enough.', { faults });
  await spendSetupToken(keysFolder, token);
  await addAccount(parts, 'gate', account);
  roll.learn(
    await journal.append({ event: 'setup-completed', by: 'gate', data: { account: await store.people.pseudonymOf(account.user) } }),
  );
}

/** No account, and none ever made: accounts that vanish from the database do not open the set-up again. */
export const needsSetup = async ({ store, roll }: Pick<Parts, 'store' | 'roll'>): Promise<boolean> =>
  !roll.isSetUp && (await store.accounts.list()).length === 0;

/** Problems: `login-failed`, `too-many-requests`, `journal-unwritable`: a sign-in that cannot be recorded does not happen. */
export async function enter(
  parts: Parts,
  user: string,
  password: string,
  address: string,
): Promise<{ token: string; expiresAt: string; subject: Subject }> {
  const { journal, store, tokens, failures, roll } = parts;
  // An account that the journal does not vouch for is none; the answer, and the work behind it, are those for an unknown name.
  const get = async (name: UserId) => {
    const account = await store.accounts.get(name);
    return account && (await roll.vouchFor(account, store)) ? account : null;
  };
  try {
    const { subject, token, expiresAt } = await signIn({ accounts: { get }, tokens, failures }, user, password);
    const person = await store.people.pseudonymOf(subject.user);
    await journal.append({ event: 'signed-in', by: person, data: { account: person } });
    return { subject, token, expiresAt: expiresAt.toISOString() };
  } catch (thrown) {
    const problem = Problem.from(thrown);
    if (problem.code === 'login-failed')
      await journal.append({
        event: 'sign-in-refused',
        by: 'gate',
        data: { client: await store.personal.conceal('client', { address, user }) },
      });
    throw problem;
  }
}

/** A token counts while its account does. Problems: `token-missing`, `token-invalid`. */
export async function authenticate(
  { store, tokens, roll }: Pick<Parts, 'store' | 'tokens' | 'roll'>,
  authorization: string | undefined,
): Promise<Person> {
  const bearer = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  const { user } = tokens.readToken(bearer);
  const account = await store.accounts.get(user);
  const pseudonym = account && !account.disabled ? await roll.vouchFor(account, store) : null;
  if (!account || !pseudonym) throw new Problem('token-invalid', 'The account of this token is closed.');
  return { user: account.user, name: account.name, unit: account.unit, pseudonym };
}
