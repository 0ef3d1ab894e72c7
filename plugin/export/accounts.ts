// Who may sign in: the first administrator against the one-time token, further accounts, and each sign-in, recorded.
import { Problem } from '../domain/problem.js';
import type { Subject, UserId } from '../domain/subject.js';
import { hashPassword, judgePassword } from '../identity/passwords.js';
import { spendSetupToken } from '../identity/setup-token.js';
import { signIn, type Failures } from '../identity/sign-in.js';
import type { Tokens } from '../identity/token.js';
import type { Journal } from '../journal/journal.js';
import type { Policy } from '../policy/load.js';
import type { Store } from '../store/store.js';

interface Parts {
  journal: Journal;
  store: Store;
  policy: Policy;
  tokens: Tokens;
  failures: Failures;
  keysFolder: string;
  now: () => Date;
}

export interface NewAccount {
  user: UserId;
  name: string;
  unit: string;
  password: string;
}

/** Problems: `account-exists`, `body-malformed` (the password's faults), `journal-unwritable`. */
export async function addAccount({ journal, store, now }: Parts, by: UserId | 'gate', { password, ...account }: NewAccount): Promise<void> {
  const faults = judgePassword(password, account.user);
  if (faults.length > 0) throw new Problem('body-malformed', 'The password is not good enough.', { faults });
  if (await store.accounts.get(account.user)) throw new Problem('account-exists', `There is an account ${account.user} already.`);
  const passwordHash = await hashPassword(password);
  const person = by === 'gate' ? 'gate' : await store.people.pseudonymOf(by);
  await journal.append({ event: 'account-created', by: person, data: { account: await store.people.pseudonymOf(account.user) } });
  await store.accounts.add({ ...account, passwordHash, createdAt: now().toISOString() });
}

/** Problems: `setup-closed`, `token-invalid`, `not-permitted` (the policy files make no administrator of this user). */
export async function setUp(parts: Parts, token: string, account: NewAccount): Promise<void> {
  const { journal, store, policy, keysFolder } = parts;
  if ((await store.accounts.list()).length > 0) throw new Problem('setup-closed', 'The gate has accounts; a manager adds further ones.');
  if (!policy.allows(account.user, 'manage', 'account:*', null))
    throw new Problem(
      'not-permitted',
      `policies/roles.csv makes ${account.user} no administrator; it should say: g, ${account.user}, role:administrator, *`,
    );
  const faults = judgePassword(account.password, account.user);
  if (faults.length > 0) throw new Problem('body-malformed', 'The password is not good enough.', { faults });
  await spendSetupToken(keysFolder, token);
  await addAccount(parts, 'gate', account);
  await journal.append({ event: 'setup-completed', by: 'gate', data: { account: await store.people.pseudonymOf(account.user) } });
}

/** Problems: `login-failed`, `too-many-requests`, `journal-unwritable`: a sign-in that cannot be recorded does not happen. */
export async function enter(
  parts: Parts,
  user: string,
  password: string,
  address: string,
): Promise<{ token: string; expiresAt: string; subject: Subject }> {
  const { journal, store, tokens, failures } = parts;
  try {
    const { subject, token, expiresAt } = await signIn({ accounts: store.accounts, tokens, failures }, user, password);
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
  { store, tokens }: Pick<Parts, 'store' | 'tokens'>,
  authorization: string | undefined,
): Promise<Subject> {
  const bearer = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  const { user } = tokens.readToken(bearer);
  const account = await store.accounts.get(user);
  if (!account || account.disabled) throw new Problem('token-invalid', 'The account of this token is closed.');
  return { user: account.user, name: account.name, unit: account.unit };
}
