// Sign-in: the same answer for every wrong thing, and a stop after ten failures.
import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import type { Problem } from '../../plugin/domain/problem.js';
import { hashPassword } from '../../plugin/identity/passwords.js';
import { makeFailures, signIn, type Account } from '../../plugin/identity/sign-in.js';
import { makeTokens } from '../../plugin/identity/token.js';

const right = 'correct horse battery';

describe('sign-in', () => {
  let kept: string;
  before(async () => {
    kept = await hashPassword(right);
  });

  function aGate() {
    let time = Date.parse('2026-03-01T02:00:00Z');
    const now = () => new Date(time);
    const account = (user: Account['user'], disabled = false): Account => ({
      user,
      name: '李示例',
      unit: '示例分局',
      passwordHash: kept,
      disabled,
    });
    const known = new Map([account('user:li.wei'), account('user:gone', true)].map((one) => [one.user, one]));
    const tokens = makeTokens({
      secret: createSecretKey(randomBytes(32)),
      audience: 'gate-1',
      lifetime: 900_000,
      now,
      newId: () => 'id-1',
    });
    const parts = {
      accounts: { get: (user: Account['user']) => Promise.resolve(known.get(user) ?? null) },
      tokens,
      failures: makeFailures(now),
    };
    const attempt = (user: string, password: string): Promise<string> =>
      signIn(parts, user, password).then(
        () => 'in',
        (error: Problem) => error.code,
      );
    return { parts, tokens, attempt, pass: (minutes: number) => void (time += minutes * 60_000) };
  }

  it('gives a token that names the person', async () => {
    const { parts, tokens } = aGate();
    const { token, subject, expiresAt } = await signIn(parts, 'user:li.wei', right);
    assert.deepEqual(subject, { user: 'user:li.wei', name: '李示例', unit: '示例分局' });
    assert.deepEqual(tokens.readToken(token), { ...subject, jti: 'id-1', expiresAt });
    assert.ok(!JSON.stringify({ subject, token }).includes('scrypt'));
  });

  const wrong: [string, string, unknown][] = [
    ['a wrong password', 'user:li.wei', 'wrong horse battery'],
    ['an unknown user', 'user:nobody', right],
    ['a disabled account', 'user:gone', right],
    ['a name without prefix', 'li.wei', right],
    ['a role', 'role:executor', right],
    ['a password that is no text', 'user:li.wei', { length: 3 }],
  ];
  for (const [what, user, password] of wrong)
    it(`answers ${what} with the one answer`, async () => {
      const { parts } = aGate();
      await assert.rejects(
        signIn(parts, user, password as string),
        (error: Problem) => error.code === 'login-failed' && error.detail === 'Check the user name (user:…) and the password.',
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
