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

  /** What of whose row is put into the row of the first step's holder. */
  const swaps: readonly (readonly [what: string, column: 'password_hash' | 'second_factor' | 'name' | 'card' | 'expires_at', value: string | null])[] = [
    ['a password hash', 'password_hash', shanghai.officer],
    ['a second factor', 'second_factor', shanghai.steps[1]],
    ['no second factor', 'second_factor', null],
    ['a name', 'name', shanghai.officer],
    ['a card', 'card', shanghai.officer],
    ['a later end', 'expires_at', '2999-01-01T00:00:00.000Z'],
  ];
  for (const [what, column, from] of swaps)
    it(`cannot make somebody somebody else with ${what}`, async () => {
      const rows = await saved('accounts');
      const value = from?.startsWith('user:') ? (rows.find((row) => row['user'] === from)![column] as string) : from;
      await meddle((database) => database.updateTable('accounts').set({ [column]: value }).where('user', '=', shanghai.steps[0]).execute());
      const as = new Client(gate.url, { user: shanghai.steps[0], password });
      assert.equal((await problemOf(as.get('/api/v1/requests')))?.code, 'login-failed');
      assert.equal((await problemOf((await gate.as(shanghai.steps[0])).get('/api/v1/requests')))?.code, 'token-invalid');
      await restore('accounts', rows);
    });

  it('cannot give a session to somebody else, make one, or bring an ended one back', async () => {
    const login = { user: shanghai.officer, password };
    const open = new Client(gate.url, null);
    const signIn = () => open.post<{ token: string; renewal: string; session: string }>('/api/v1/session', login);
    const use = (token: string) => problemOf(new Client(gate.url, null, token).get('/api/v1/requests'));
    const renew = (renewal: string) => problemOf(open.post('/api/v1/session/renewal', { renewal }));

    const mine = await signIn();
    await meddle((database) => database.updateTable('sessions').set({ user: shanghai.steps[0] }).where('id', '=', mine.session).execute());
    assert.deepEqual([(await use(mine.token))?.code, (await renew(mine.renewal))?.code], ['token-invalid', 'token-invalid']);

    const made = '00000000-0000-4000-8000-000000000000';
    const row = { user: shanghai.steps[0], kind: 'token', generation: 0, started_at: new Date().toISOString(), used_at: new Date().toISOString(), ended: 0 } as const;
    await meddle((database) => database.insertInto('sessions').values({ id: made, ...row }).execute());
    for (const forged of [`${made}.0.${'A'.repeat(43)}`, mine.renewal.replace(mine.session, made)]) assert.equal((await renew(forged))?.code, 'token-invalid');

    const ended = await signIn();
    await new Client(gate.url, null, ended.token).post('/api/v1/session/end', {});
    await meddle((database) => database.updateTable('sessions').set({ ended: 0 }).where('id', '=', ended.session).execute());
    assert.deepEqual([(await use(ended.token))?.code, (await renew(ended.renewal))?.code], ['token-invalid', 'token-invalid']);
    await gate.restart();
    assert.equal((await problemOf(new Client(gate.url, null, ended.token).get('/api/v1/requests')))?.code, 'token-invalid');
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
