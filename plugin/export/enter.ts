// Signing in: by name, password and second factor, or by the identity provider's word. Each sign-in is recorded, and each refusal.
import { Problem } from '../domain/problem.js';
import type { Person, RoleName, UserId } from '../domain/subject.js';
import { signIn, type Account } from '../identity/sign-in.js';
import { dropSetupToken } from '../identity/setup-token.js';
import { matchStep } from '../identity/totp.js';
import { officeOf } from '../policy/offices.js';
import type { Session } from '../store/sessions.js';
import { expectFit, openAccount, personOf, type PeopleParts } from './people.js';
import type { Vouched } from './roll.js';
import { openSecondFactor } from './second-factor.js';
import { beginSession } from './sessions.js';

export interface Login {
  user: string;
  password: string;
  /** Of the second factor, where the account has one. */
  otp?: string | undefined;
}

export interface Entered {
  person: Person;
  session: Session;
}

/** Problems: `login-failed`, `too-many-requests`, `reinvitation-needed`, `journal-unwritable`. */
export async function enter(parts: PeopleParts, login: Login, kind: Session['kind'], address: string): Promise<Entered> {
  return recorded(parts, login.user, address, async () => begin(parts, await prove(parts, login), kind));
}

interface Provable extends Account {
  found: Vouched;
}

/** Name, password and second factor are right. An account that the journal does not vouch for is none: the same answer, the same work. */
export async function prove(parts: PeopleParts, { user, password, otp }: Login): Promise<Vouched> {
  const { store, master, failures, now } = parts;
  const accounts = {
    get: async (name: UserId): Promise<Provable | null> => {
      const found = await openAccount(parts, name);
      if (!found) return null;
      const { secondFactor, ...account } = found.account;
      return { ...account, found, secret: secondFactor === null ? null : openSecondFactor(master, name, secondFactor) };
    },
    useStep: ({ found }: Provable, step: number) => store.accounts.useStep(found.account.secondFactor!, step),
  };
  const { found } = await signIn({ accounts, failures, now }, user, password, otp);
  return found;
}

/** What the identity provider said of somebody. */
export interface ProviderWord {
  user: UserId;
  /** The gate's names of the roles that it confirms. */
  roles: readonly RoleName[];
  /** It saw a second factor itself. */
  isSecondFactor: boolean;
}

/**
 * Somebody whom the identity provider vouches for. It can take away and never give: roles.csv, which two administrators change, says what a
 * person may do, and the provider must confirm all of it. Null: a code of the local second factor is still wanted.
 * Problems: `oidc-refused` (no open account), `roles-unconfirmed`, `reinvitation-needed`, `too-many-requests`.
 */
export async function enterByProvider(
  parts: PeopleParts,
  { user, roles, isSecondFactor }: ProviderWord,
  otp: string | null,
  address: string,
): Promise<Entered | null> {
  return recorded(parts, user, address, async () => {
    const { store, master, failures, policy, now } = parts;
    const found = await openAccount(parts, user);
    if (!found) throw new Problem('oidc-refused', `There is no open account ${user} here; people join by invitation.`);
    const office = officeOf(policy, user);
    const unconfirmed = office.roles.filter((role) => !roles.includes(role));
    if (unconfirmed.length > 0)
      throw new Problem(
        'roles-unconfirmed',
        `The identity provider does not confirm ${unconfirmed.join(', ')}, which roles.csv gives to ${user}.`,
      );
    expectFit(parts, found);
    if (!office.secondFactor || isSecondFactor) return begin(parts, found, 'cookie');
    if (otp === null) return null;
    if (!failures.begin(user)) throw new Problem('too-many-requests', 'Too many failed sign-ins for this name. Try again in 15 minutes.');
    const factor = found.account.secondFactor!;
    const step = matchStep(openSecondFactor(master, user, factor), otp, now());
    if (step === null || !(await store.accounts.useStep(factor, step)))
      throw new Problem('login-failed', 'The six digits are not right, or were used already.');
    failures.forget(user);
    return begin(parts, found, 'cookie');
  });
}

/**
 * Beside changes of accounts, one at a time: a password that was changed, or an account that was closed, since it was proved ended the
 * sessions that there were, and this one must not come after. Problem `login-failed`.
 */
const begin = (parts: PeopleParts, proved: Vouched, kind: Session['kind']): Promise<Entered> =>
  parts.changes.take(async () => {
    const found = await openAccount(parts, proved.account.user);
    if (found?.known.credential !== proved.known.credential)
      throw new Problem('login-failed', 'The account was changed while you signed in; sign in again.');
    expectFit(parts, found);
    const session = await beginSession(parts, found, kind);
    // The set-up has come to its end: a token that a restart made in between opens nothing more.
    if (found.known.administrator && !found.known.hasSignedIn) await dropSetupToken(parts.keysFolder);
    return { person: { ...personOf(found), session: session.id }, session };
  });

const told = ['login-failed', 'oidc-refused', 'roles-unconfirmed', 'reinvitation-needed'];

async function recorded<T>({ journal, store }: PeopleParts, user: string, address: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (thrown) {
    const problem = Problem.from(thrown);
    if (told.includes(problem.code))
      await journal.append({
        event: 'sign-in-refused',
        by: 'gate',
        data: { client: await store.personal.conceal('client', { address, user }) },
      });
    throw problem;
  }
}
