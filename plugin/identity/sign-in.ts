// Name, password and second factor → who it is. Guessing is slow (scrypt) and stops after ten failures.
import { createHmac, randomBytes } from 'node:crypto';
import { Problem } from '../domain/problem.js';
import { isUserId, type Subject } from '../domain/subject.js';
import { verifyPassword } from './passwords.js';
import { matchStep } from './totp.js';

/** An account that may sign in. */
export interface Account extends Subject {
  passwordHash: string;
  /** The secret of its one-time passwords, where it has a second factor. */
  secret: Buffer | null;
}

interface SignInParts<A extends Account> {
  accounts: {
    /** Null: unknown, closed, past its end. */
    get(user: Subject['user']): Promise<A | null>;
    /** Marks a step as used; false where it, or a later one, was used before. */
    useStep(account: A, step: number): Promise<boolean>;
  };
  failures: Failures;
  now: () => Date;
}

const most = 10;
const window = 15 * 60_000;

/** Failed sign-ins of the last 15 minutes. Held in memory: a restart forgets them, which costs a guesser more than it gives. */
export interface Failures {
  /** Counts an attempt as failed, before it is judged; false where there were too many. */
  begin(user: string): boolean;
  forget(user: string): void;
}

/**
 * Names are counted in 65,536 buckets under a random key, whether an account of that name exists or not: made-up names cannot fill
 * the memory or push others out, and a lock does not tell which names exist. A shared bucket is rare and cannot be aimed at.
 */
export function makeFailures(now: () => Date): Failures {
  const key = randomBytes(32);
  const buckets = new Map<number, number[]>();
  const bucketOf = (user: string): number => createHmac('sha256', key).update(user).digest().readUInt16BE();
  return {
    begin(user) {
      const [bucket, time] = [bucketOf(user), now().getTime()];
      const recent = (buckets.get(bucket) ?? []).filter((at) => time - at < window);
      buckets.set(bucket, recent);
      return recent.length < most && recent.push(time) > 0;
    },
    forget: (user) => void buckets.delete(bucketOf(user)),
  };
}

/**
 * Problems: `login-failed` (wrong name, wrong password, wrong or used code, closed: the same answer after the same work),
 * `too-many-requests` (ten failures in 15 minutes; the right password does not help then, or a guesser would know when it was right).
 */
export async function signIn<A extends Account>(
  { accounts, failures, now }: SignInParts<A>,
  user: string,
  password: string,
  code: string | undefined,
): Promise<A> {
  if (typeof user !== 'string' || typeof password !== 'string' || !isUserId(user)) throw failed();
  // Counted first and forgotten on success: attempts that run side by side do not get past the limit.
  if (!failures.begin(user)) throw new Problem('too-many-requests', 'Too many failed sign-ins for this name. Try again in 15 minutes.');
  const account = await accounts.get(user);
  const right = await verifyPassword(password, account?.passwordHash ?? null);
  // A code is used up by the right password alone: nobody else can spend it.
  if (!account || !right || !(await isSecond(account))) throw failed();
  failures.forget(user);
  return account;

  async function isSecond(found: A): Promise<boolean> {
    if (!found.secret) return true;
    const step = matchStep(found.secret, code ?? '', now());
    return step !== null && (await accounts.useStep(found, step));
  }
}

const failed = (): Problem =>
  new Problem(
    'login-failed',
    'Check the user name (user:…), the password and, where you have a second factor, the six digits: each code counts once.',
  );
