// Somebody who can write in the database, and not in the journal and the keys, gains nothing by it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { openDatabase, type Database } from '../../plugin/store/database.js';
import { aGate, password, shanghai, type TestGate } from '../support/gate.js';
import { approveAll, letGo, problemOf, show, submit, until, vote } from '../support/walk.js';
import { Client } from '../../plugin/cli/client.js';

describe('who writes in the database', () => {
  let gate: TestGate;
  before(async () => {
    gate = await aGate();
    for (const user of [shanghai.officer, ...shanghai.steps, ...shanghai.executors]) await gate.as(user);
  });
  after(() => gate.close());

  async function meddle(step: (database: Database) => Promise<unknown>): Promise<void> {
    const database = await openDatabase(`${gate.folder}/data/store.sqlite`);
    await step(database);
    await database.destroy();
  }

  it('(and nobody else) two who add one account at once make one account, which signs in', async () => {
    const admin = await gate.as('user:root.luo');
    const account = { user: 'user:sh.tao', name: '陶示例', unit: '示例', password };
    const added = await Promise.all([1, 2].map(() => problemOf(admin.post('/api/v1/accounts', account))));
    assert.deepEqual(added.map((problem) => problem?.code ?? null).sort(), ['account-exists', null].sort());
    assert.equal(await problemOf(new Client(gate.url, { user: account.user, password }).get('/api/v1/requests')), null);
  });

  it('cannot make one executor two', async () => {
    const { requestId } = await submit(gate);
    await approveAll(gate, requestId);
    await until(gate, requestId, ({ state }) => state === 'packaged');
    await letGo(gate, shanghai.executors[0], requestId);
    const rows = await saved('people');
    await meddle((database) => database.deleteFrom('people').where('user', '=', shanghai.executors[0]).execute());
    assert.equal((await problemOf(letGo(gate, shanghai.executors[0], requestId)))?.code, 'token-invalid');
    assert.equal((await show(gate, requestId)).release, null);
    await restore('people', rows);
  });

  it('cannot make one executor two with a table that answers differently each time', async () => {
    const { requestId } = await submit(gate);
    await approveAll(gate, requestId);
    await until(gate, requestId, ({ state }) => state === 'packaged');
    await letGo(gate, shanghai.executors[0], requestId);
    // Both rows are genuine by their own salts; which one is told changes from one question to the next.
    const salt = Buffer.alloc(32, 7);
    const second = `p-${createHash('sha256').update(salt).update(shanghai.executors[0]).digest('hex').slice(0, 24)}`;
    await meddle(async (database) => {
      await sql`alter table people rename to people_before`.execute(database);
      await sql`create view people as select user, case when flip then ${sql.lit(second)} else pseudonym end as pseudonym,
        case when flip then x'${sql.raw(salt.toString('hex'))}' else salt end as salt
        from (select *, user = ${sql.lit(shanghai.executors[0])} and random() % 2 = 0 as flip from people_before limit -1 offset 0)`.execute(database);
    });
    for (let attempt = 0; attempt < 40; attempt++)
      assert.ok(['token-invalid', 'executor-barred', 'store-unavailable'].includes((await problemOf(letGo(gate, shanghai.executors[0], requestId)))?.code ?? 'none'));
    await meddle(async (database) => {
      await sql`drop view people`.execute(database);
      await sql`alter table people_before rename to people`.execute(database);
    });
    assert.equal((await show(gate, requestId)).release, null);
  });

  it('cannot speak with another’s voice', async () => {
    const { requestId } = await submit(gate);
    const rows = await saved('people');
    const other = rows.find((row) => row['user'] === shanghai.steps[0])!;
    await meddle((database) => database.deleteFrom('people').where('user', 'in', [shanghai.officer, shanghai.steps[0]]).execute());
    await meddle((database) => database.insertInto('people').values({ ...(other as never as { salt: Uint8Array; pseudonym: string }), user: shanghai.officer }).execute());
    assert.equal((await problemOf(vote(gate, shanghai.officer, requestId)))?.code, 'store-unavailable');
    await restore('people', rows);
  });

  it('cannot sign in as somebody by swapping a password hash', async () => {
    const rows = await saved('accounts');
    const mine = rows.find((row) => row['user'] === shanghai.officer)!['password_hash'] as string;
    await meddle((database) => database.updateTable('accounts').set({ password_hash: mine }).where('user', '=', shanghai.steps[0]).execute());
    const as = new Client(gate.url, { user: shanghai.steps[0], password });
    assert.equal((await problemOf(as.get('/api/v1/requests')))?.code, 'login-failed');
    assert.equal((await problemOf((await gate.as(shanghai.steps[0])).get('/api/v1/requests')))?.code, 'token-invalid');
    await restore('accounts', rows);
  });

  it('cannot open the set-up again by emptying the accounts', async () => {
    const rows = await saved('accounts');
    await meddle((database) => database.deleteFrom('accounts').execute());
    const open = new Client(gate.url, null);
    const again = { token: '00000000-00000000-00000000-00000000', user: 'user:root.luo', name: '罗启明', unit: '示例', password };
    assert.equal((await problemOf(open.post('/api/v1/setup', again)))?.code, 'setup-closed');
    await restore('accounts', rows);
  });

  it('cannot have a number given twice', async () => {
    const first = await submit(gate);
    await meddle((database) => database.deleteFrom('numbers').execute());
    const second = await submit(gate);
    assert.notEqual(second.requestId, first.requestId);
    await gate.restart();
    assert.equal((await show(gate, first.requestId)).requestId, first.requestId);
  });

  async function saved(table: 'people' | 'accounts'): Promise<Record<string, unknown>[]> {
    const database = await openDatabase(`${gate.folder}/data/store.sqlite`);
    const rows = await database.selectFrom(table).selectAll().execute();
    await database.destroy();
    return rows as Record<string, unknown>[];
  }

  const restore = (table: 'people' | 'accounts', rows: Record<string, unknown>[]): Promise<void> =>
    meddle(async (database) => {
      await database.deleteFrom(table).execute();
      await database.insertInto(table).values(rows as never).execute();
    });
});
