// Sign-in: the same answer for every wrong thing, and a stop after ten failures.
import assert from 'node:assert/strict';
import type { Problem } from '../../plugin/domain/problem.js';
import { hashPassword } from '../../plugin/identity/passwords.js';
import { makeFailures, signIn, type Account } from '../../plugin/identity/sign-in.js';
import { codeAt, newSecret, stepOf } from '../../plugin/identity/totp.js';

const right = 'correct horse battery';
const secret = newSecret();
const told = 'Check the user name (user:…), the password and, where you have a second factor, the six digits: each code counts once.';

describe('sign-in', () => {
  let kept: string;
  before(async () => {
    kept = await hashPassword(right);
  });

  function aGate() {
    let time = Date.parse('2026-03-01T02:00:00Z');
    const now = () => new Date(time);
    const account = (user: Account['user'], key: Buffer | null): Account => ({
      user,
      name: '李示例',
      unit: '示例分局',
      passwordHash: kept,
      secret: key,
    });
    const known = new Map([account('user:li.wei', null), account('user:two', secret)].map((one) => [one.user, one]));
    const used = new Map<string, number>();
    const parts = {
      accounts: {
        get: (user: Account['user']) => Promise.resolve(known.get(user) ?? null),
        useStep: ({ user }: Account, step: number) => Promise.resolve((used.get(user) ?? 0) < step && used.set(user, step).has(user)),
      },
      failures: makeFailures(now),
      now,
    };
    const attempt = (user: string, password: string, code?: string): Promise<string> =>
      signIn(parts, user, password, code).then(
        () => 'in',
        (error: Problem) => error.code,
      );
    const code = (steps = 0): string => codeAt(secret, stepOf(now()) + steps);
    return { parts, attempt, code, pass: (minutes: number) => void (time += minutes * 60_000) };
  }

  it('gives the account of the person', async () => {
    const { user, name, unit } = await signIn(aGate().parts, 'user:li.wei', right, undefined);
    assert.deepEqual({ user, name, unit }, { user: 'user:li.wei', name: '李示例', unit: '示例分局' });
  });

  /** Code → what the right password gets with it, on an account with a second factor. */
  const codes: [string, (code: (steps?: number) => string) => string | undefined, string][] = [
    ['of now', (code) => code(), 'in'],
    ['of the step before', (code) => code(-1), 'in'],
    ['of the step after', (code) => code(1), 'in'],
    ['of two steps before', (code) => code(-2), 'login-failed'],
    ['of two steps after', (code) => code(2), 'login-failed'],
    ['that is missing', () => undefined, 'login-failed'],
    ['that is empty', () => '', 'login-failed'],
    ['with a blank', (code) => ` ${code()}`, 'login-failed'],
    ['in wide digits', (code) => code().replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))), 'login-failed'],
  ];
  for (const [what, of, outcome] of codes)
    it(`takes a code ${what}: ${outcome}`, async () => {
      const { attempt, code } = aGate();
      assert.equal(await attempt('user:two', right, of(code)), outcome);
    });

  it('a code counts once, and none before it afterwards', async () => {
    const { attempt, code } = aGate();
    assert.equal(await attempt('user:two', right, code()), 'in');
    assert.equal(await attempt('user:two', right, code()), 'login-failed');
    assert.equal(await attempt('user:two', right, code(-1)), 'login-failed');
    assert.equal(await attempt('user:two', right, code(1)), 'in');
  });

  it('of two at once with one code, one gets in', async () => {
    const { attempt, code } = aGate();
    const outcomes = await Promise.all([1, 2, 3].map(() => attempt('user:two', right, code())));
    assert.deepEqual(outcomes.sort(), ['in', 'login-failed', 'login-failed']);
  });

  it('a wrong password does not use a code up', async () => {
    const { attempt, code } = aGate();
    assert.equal(await attempt('user:two', 'wrong horse battery', code()), 'login-failed');
    assert.equal(await attempt('user:two', right, code()), 'in');
  });

  it('wrong codes lock as wrong passwords do', async () => {
    const { attempt, code } = aGate();
    for (let tries = 0; tries < 10; tries++) assert.equal(await attempt('user:two', right, '000000'), 'login-failed');
    assert.equal(await attempt('user:two', right, code()), 'too-many-requests');
  });

  const wrong: [string, string, unknown][] = [
    ['a wrong password', 'user:li.wei', 'wrong horse battery'],
    ['an unknown user', 'user:nobody', right],
    ['a name without prefix', 'li.wei', right],
    ['a role', 'role:executor', right],
    ['a password that is no text', 'user:li.wei', { length: 3 }],
  ];
  for (const [what, user, password] of wrong)
    it(`answers ${what} with the one answer`, async () => {
      const { parts } = aGate();
      await assert.rejects(
        signIn(parts, user, password as string, undefined),
        (error: Problem) => error.code === 'login-failed' && error.detail === told,
      );
    });

  for (const user of ['user:li.wei', 'user:nobody'])
    it(`stops ${user} after ten failures, for the right password too, until 15 minutes have passed`, async () => {
      const { attempt, pass } = aGate();
      const answers = await Promise.all(Array.from({ length: 14 }, () => attempt(user, 'wrong')));
      assert.equal(answers.filter((answer) => answer === 'login-failed').length, 10);
      assert.equal(answers.filter((answer) => answer === 'too-many-requests').length, 4);
      assert.equal(await attempt(user, right), 'too-many-requests');
      pass(14.9);
      assert.equal(await attempt(user, right), 'too-many-requests');
      pass(0.2);
      assert.equal(await attempt(user, right), user === 'user:li.wei' ? 'in' : 'login-failed');
    });

  it('forgets failures when the right password comes', async () => {
    const { attempt } = aGate();
    for (let i = 0; i < 9; i++) await attempt('user:li.wei', 'wrong');
    assert.equal(await attempt('user:li.wei', right), 'in');
    assert.equal(await attempt('user:li.wei', 'wrong'), 'login-failed');
    assert.equal(await attempt('user:li.wei', right), 'in');
  });

  it('keeps a bounded memory, and one name’s failures stay when many others fail', () => {
    const failures = makeFailures(() => new Date(0));
    for (let i = 0; i < 10; i++) failures.begin('user:li.wei');
    for (let i = 0; i < 20_000; i++) failures.begin(`user:made-up-${i}`);
    assert.equal(failures.begin('user:li.wei'), false);
  });
});
