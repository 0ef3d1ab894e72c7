// Passwords: stored form, time safety, rules.
import assert from 'node:assert/strict';
import { hashPassword, judgePassword, verifyPassword } from '../../plugin/identity/passwords.js';
import type { Problem } from '../../plugin/domain/problem.js';

const hash = (N: number, salt = 'A'.repeat(22), sum = 'A'.repeat(43)) => `scrypt$${N}$8$1$${salt}$${sum}`;

describe('passwords', () => {
  it('are kept as scrypt$N$r$p$salt$hash, each with a salt of its own', async () => {
    const [one, two] = await Promise.all([hashPassword('correct horse 电池'), hashPassword('correct horse 电池')]);
    assert.match(one, /^scrypt\$32768\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    assert.notEqual(one, two);
    assert.equal(await verifyPassword('correct horse 电池', one), true);
    assert.equal(await verifyPassword('correct horse 电沲', one), false);
    assert.equal(await verifyPassword('', one), false);
  });

  it('typed in another Unicode form are the same', async () => {
    const kept = await hashPassword('pässword-école');
    assert.equal(await verifyPassword('pässword-école'.normalize('NFD'), kept), true);
  });

  it('of a user who does not exist cost the same work and are wrong', async () => {
    const kept = await hashPassword('correct horse battery');
    const time = async (stored: string | null) => {
      const from = process.hrtime.bigint();
      assert.equal(await verifyPassword('guess guess guess', stored), false);
      return Number(process.hrtime.bigint() - from);
    };
    await time(kept);
    const times = { known: Infinity, unknown: Infinity };
    for (let round = 0; round < 4; round++) {
      times.known = Math.min(times.known, await time(kept));
      times.unknown = Math.min(times.unknown, await time(null));
    }
    assert.ok(times.unknown > times.known / 3, JSON.stringify(times));
  });

  it('that are endless are refused, even where the kept one is empty', async () => {
    assert.equal(await verifyPassword('x'.repeat(10_000_000), await hashPassword('')), false);
  });

  for (const kept of [
    '',
    'plain',
    hash(999_999),
    'scrypt$32768$99$99$' + 'A'.repeat(22) + '$' + 'A'.repeat(43),
    hash(32768, 'A'),
    `${hash(32768)}\n`,
  ])
    it(`refuses the stored form ${JSON.stringify(kept.slice(0, 30))}`, async () => {
      await assert.rejects(verifyPassword('x', kept), (error: Problem) => error.code === 'internal' && !error.detail.includes('AAAA'));
    });

  const table: [string, string, string][] = [
    ['correct horse', 'user:li.wei', ''],
    ['中文密码也可以用十个字', 'user:li.wei', ''],
    ['ninechars', 'user:li.wei', 'password-short'],
    ['aaaaaaaaaaaa', 'user:li.wei', 'password-simple'],
    ['xx-Li.Wei-2026', 'user:li.wei', 'password-named'],
    ['aab', 'user:a', 'password-short password-simple password-named'],
    ['x1!y'.repeat(60), 'user:li.wei', 'password-long password-simple'],
    ['correct\nhorse', 'user:li.wei', 'password-unprintable'],
  ];
  for (const [password, user, codes] of table)
    it(`${JSON.stringify(password.slice(0, 20))} for ${user}: ${codes || 'good'}`, () => {
      const faults = judgePassword(password, user);
      assert.equal(faults.map((fault) => fault.code).join(' '), codes);
      assert.ok(faults.every((fault) => !fault.detail.includes(password)));
    });
});
