// The database for real: projection, numbers, people, personal values, accounts, the lock.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Problem } from '../../plugin/domain/problem.js';
import type { ProblemCode } from '../../plugin/domain/problem.js';
import type { RequestRow } from '../../plugin/store/requests.js';
import { holdLock, openSqlite } from '../../plugin/store/sqlite.js';
import { openStore } from '../../plugin/store/store.js';
import type { Store } from '../../plugin/store/store.js';

const isProblem =
  (code: ProblemCode, detail = /^/) =>
  (thrown: unknown): boolean =>
    thrown instanceof Problem && thrown.code === code && detail.test(thrown.detail);

const aRow = (id: string, parts: Partial<RequestRow> = {}): RequestRow => ({
  id,
  state: 'held',
  approval: 'held',
  custody: 'none',
  delivery: 'none',
  city: '310000',
  site: 'SZX01',
  unit: '第一中队',
  applicant: 'user:a',
  entered_by: 'user:b',
  basis: 'CRIMINAL_CASE',
  requested_at: '2026-03-01T00:00:00.000Z',
  provide_by: null,
  waits_for_step: 'unit-head',
  late: 0,
  ...parts,
});

describe('store', () => {
  let folder: string;
  let file: string;
  let store: Store;
  const reopen = async (): Promise<void> => {
    await store.close();
    store = await openStore(file);
  };
  /** Somebody at the database itself. */
  const meddle = async (sql: string): Promise<void> => {
    const raw = await openSqlite(file);
    raw.prepare(sql).run([]);
    raw.close();
  };
  beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'exportgate-store-'));
    file = path.join(folder, 'gate.sqlite');
    store = await openStore(file);
  });
  afterEach(async () => {
    await store.close();
    fs.rmSync(folder, { recursive: true });
  });

  it('is durable: WAL, full synchronisation, foreign keys', async () => {
    const raw = await openSqlite(file);
    const value = (name: string): unknown => Object.values(raw.prepare(`pragma ${name}`).all([])[0] as object)[0];
    assert.deepEqual(['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'].map(value), ['wal', 2, 1, 5000]);
    raw.close();
  });

  describe('requests', () => {
    it('are projected with their position, together or not at all', async () => {
      assert.equal(await store.requests.position(), 0);
      await store.requests.projectTo(5, [aRow('A')]);
      await assert.rejects(store.requests.projectTo(6, [aRow('B'), aRow('C', { late: 2 as never })]), isProblem('store-unavailable'));
      await reopen();
      assert.equal(await store.requests.position(), 5);
      assert.deepEqual(await store.requests.listRequests({ limit: 10 }), [aRow('A')]);
    });

    it('may be projected again, and never go back', async () => {
      await store.requests.projectTo(5, [aRow('A')]);
      for (let again = 0; again < 2; again++) await store.requests.projectTo(7, [aRow('A', { state: 'granted' }), aRow('B')]);
      await store.requests.projectTo(6, [aRow('A', { state: 'held' })]);
      assert.equal(await store.requests.position(), 7);
      assert.deepEqual(
        (await store.requests.listRequests({ limit: 10 })).map((row) => [row.id, row.state]),
        [
          ['B', 'held'],
          ['A', 'granted'],
        ],
      );
    });

    it('are listed newest first, by filter, page by page', async () => {
      const day = (n: number): string => `2026-03-${String(n).padStart(2, '0')}T00:00:00.000Z`;
      const rows = [
        aRow('A', { requested_at: day(1) }),
        aRow('B', { requested_at: day(2), site: 'S2' }),
        aRow('C', { requested_at: day(2), state: 'denied' }),
        aRow('D', { requested_at: day(3), unit: '第二中队', applicant: 'user:c' }),
      ];
      await store.requests.projectTo(9, rows);
      const ids = async (filter: Parameters<typeof store.requests.listRequests>[0]): Promise<string> =>
        (await store.requests.listRequests(filter)).map((row) => row.id).join('');
      const table: [Parameters<typeof store.requests.listRequests>[0], string][] = [
        [{ limit: 10 }, 'DCBA'],
        [{ limit: 2 }, 'DC'],
        [{ limit: 2, before: 'C' }, 'BA'],
        [{ limit: 2, before: 'A' }, ''],
        [{ limit: 2, before: 'nobody' }, ''],
        [{ limit: 10, site: 'SZX01' }, 'DCA'],
        [{ limit: 10, state: 'held' }, 'DBA'],
        [{ limit: 10, state: 'held', site: 'S2' }, 'B'],
        [{ limit: 10, unit: '第二中队' }, 'D'],
        [{ limit: 10, applicant: 'user:c' }, 'D'],
        [{ limit: 10, state: undefined }, 'DCBA'],
        [{ limit: 0 }, ''],
        [{ limit: -5 }, ''],
        [{ limit: 10, site: "' or 1=1 --" }, ''],
      ];
      for (const [filter, expected] of table) assert.equal(await ids(filter), expected, JSON.stringify(filter));
    });
  });

  describe('personal values', () => {
    it('are revealed by their commitment, with the salt', async () => {
      const value = { reason: '寻找', officers: [{ name: '甲' }] };
      const commitment = await store.personal.conceal('application', value);
      assert.match(commitment, /^sha256:[0-9a-f]{64}$/);
      await reopen();
      const revealed = await store.personal.reveal(commitment);
      assert.deepEqual([revealed?.field, revealed?.value, revealed?.salt.length], ['application', value, 32]);
      assert.equal(await store.personal.reveal(`sha256:${'0'.repeat(64)}`), null);
    });

    it('have another commitment each time', async () =>
      assert.notEqual(await store.personal.conceal('a', 1), await store.personal.conceal('a', 1)));

    for (const change of [`value = '"other"'`, `value = 'not json'`, `field = 'other'`, `salt = zeroblob(32)`, `salt = zeroblob(3)`])
      it(`are refused when somebody set ${change}`, async () => {
        const commitment = await store.personal.conceal('unit', '第一中队');
        await meddle(`update personal set ${change}`);
        await assert.rejects(store.personal.reveal(commitment), isProblem('store-unavailable', /changed/));
      });

    it('are mute once erased', async () => {
      const commitment = await store.personal.conceal('unit', '第一中队');
      await meddle('delete from personal');
      assert.equal(await store.personal.reveal(commitment), null);
    });
  });

  describe('people', () => {
    it('have one pseudonym for good, also when asked for at once', async () => {
      const names = await Promise.all(Array.from({ length: 20 }, () => store.people.pseudonymOf('user:li.wei')));
      assert.equal(new Set(names).size, 1);
      assert.match(names[0]!, /^p-[0-9a-f]{24}$/);
      await reopen();
      assert.equal(await store.people.pseudonymOf('user:li.wei'), names[0]);
      assert.notEqual(await store.people.pseudonymOf('user:wang.fang'), names[0]);
      assert.equal(await store.people.userOf(names[0]!), 'user:li.wei');
      assert.equal(await store.people.userOf('p-unknown'), null);
    });

    it('have other pseudonyms in another gate', async () => {
      const other = await openStore(path.join(folder, 'other.sqlite'));
      assert.notEqual(await other.people.pseudonymOf('user:li.wei'), await store.people.pseudonymOf('user:li.wei'));
      await other.close();
    });
  });

  const account = {
    user: 'user:li.wei', name: '李伟', unit: '第一中队', card: { idKind: 'POLICE', idNumber: '示例-1', sha256: null }, expiresAt: '2027-03-01T00:00:00.000Z',
    passwordHash: 'scrypt$…', secondFactor: null, createdAt: '2026-03-01T00:00:00.000Z',
  } as const;

  it('an account has versions side by side until one of them is kept, and its card', async () => {
    await store.accounts.put(account);
    await store.accounts.put({ ...account, user: 'user:an', card: null });
    const next = { ...account, passwordHash: 'scrypt$2', secondFactor: '1.x' };
    await store.accounts.put(next);
    assert.deepEqual(await store.accounts.versionsOf('user:li.wei'), [account, next]);
    assert.deepEqual(await store.accounts.get('user:li.wei'), account);
    await store.accounts.keepOnly(next);
    assert.deepEqual(await store.accounts.versionsOf('user:li.wei'), [next]);
    assert.deepEqual(await store.accounts.users(), ['user:an', 'user:li.wei']);
    assert.deepEqual(await store.accounts.cardOf('user:li.wei'), account.card);
    assert.deepEqual([await store.accounts.cardOf('user:an'), await store.accounts.cardOf('user:nobody'), await store.accounts.get('user:nobody')], [null, null, null]);
  });

  it('a step of the one-time passwords is used once, and none before it afterwards; of many at once one wins', async () => {
    assert.deepEqual(await Promise.all([7, 7, 7].map((step) => store.accounts.useStep('1.sealed', step))).then((won) => won.filter(Boolean).length), 1);
    const uses = [];
    for (const step of [6, 7, 8, 8]) uses.push(await store.accounts.useStep('1.sealed', step));
    assert.deepEqual(uses, [false, false, true, false]);
    await reopen();
    assert.equal(await store.accounts.useStep('1.sealed', 8), false);
  });

  it('a session is renewed generation by generation, ends, and goes when its time is long over', async () => {
    const begun = { id: 'session-1', user: 'user:an', kind: 'token', startedAt: '2026-03-01T00:00:00.000Z' } as const;
    await store.sessions.add(begun, '2026-02-28T12:00:00.000Z');
    const renewed = await Promise.all([1, 2, 3].map(() => store.sessions.renew('session-1', 0, '2026-03-01T00:10:00.000Z')));
    assert.deepEqual(renewed.filter(Boolean).length, 1);
    assert.deepEqual(await store.sessions.get('session-1'), { ...begun, generation: 1, usedAt: '2026-03-01T00:10:00.000Z', ended: false });
    assert.equal((await store.sessions.openOf('user:an')).length, 1);
    await store.sessions.end('session-1');
    assert.deepEqual([await store.sessions.openOf('user:an'), await store.sessions.renew('session-1', 1, '2026-03-01T00:11:00.000Z')], [[], false]);
    await store.sessions.add({ ...begun, id: 'session-2', startedAt: '2026-03-02T00:00:00.000Z' }, '2026-03-01T12:00:00.000Z');
    assert.equal(await store.sessions.get('session-1'), null);
  });

  it('numbers run without holes per site and year, also at once and after a restart', async () => {
    const numbers = await Promise.all(Array.from({ length: 30 }, () => store.numbers.nextNumber('SZX01', 2026)));
    assert.deepEqual(
      numbers.sort((a, b) => a - b),
      Array.from({ length: 30 }, (_, n) => n + 1),
    );
    await reopen();
    assert.deepEqual(
      [
        await store.numbers.nextNumber('SZX01', 2026),
        await store.numbers.nextNumber('SZX01', 2027),
        await store.numbers.nextNumber('SZX02', 2026),
      ],
      [31, 1, 1],
    );
  });

  describe('cannot be opened', () => {
    for (const [what, prepare] of [
      ['a file that is no database', (at: string) => fs.writeFileSync(at, 'x'.repeat(5000))],
      ['a folder', (at: string) => fs.mkdirSync(at)],
    ] as const)
      it(what, async () => {
        prepare(path.join(folder, 'bad'));
        await assert.rejects(openStore(path.join(folder, 'bad')), isProblem('store-unavailable'));
        await assert.rejects(holdLock(path.join(folder, 'bad')), isProblem('store-unavailable'));
      });

    it('a database of a newer gate', async () => {
      await meddle('pragma user_version = 99');
      await assert.rejects(openStore(file), isProblem('store-unavailable', /version 99/));
    });
  });

  describe('lock', () => {
    it('is held once, and can be had again when it is let go', async () => {
      const lock = path.join(folder, 'lock');
      const release = await holdLock(lock);
      await assert.rejects(holdLock(lock), isProblem('journal-locked'));
      release();
      (await holdLock(lock))();
    });

    it('is let go at the death of the process that has it', async () => {
      const lock = path.join(folder, 'lock');
      const child = fork(path.join(import.meta.dirname, 'hold.ts'), [lock], { execArgv: ['--import', 'tsx'] });
      await once(child, 'message');
      await assert.rejects(holdLock(lock), isProblem('journal-locked'));
      child.kill('SIGKILL');
      await once(child, 'exit');
      (await holdLock(lock))();
    });
  });
});
