// What else may happen to a request: taken back, held, its glass broken, its values erased, and kinds of matter with rules of their own.
import assert from 'node:assert/strict';
import type { Application } from '../../plugin/domain/export-request.js';
import type { ProblemCode } from '../../plugin/domain/problem.js';
import { aGate, anApplication, shanghai, type TestGate } from '../support/gate.js';
import { approveAll, letGo, problemOf, show, submit, until, vote, type Seen } from '../support/walk.js';

const [clerk, manager, privacy] = shanghai.steps;
const [luo, bai] = ['user:root.luo', 'user:root.bai'];
const stranger = 'user:gl.lan.clerk';

describe('matters', () => {
  let gate: TestGate;
  const code = async (call: Promise<unknown>): Promise<ProblemCode | null> => (await problemOf(call))?.code ?? null;
  const post = async (user: string, id: string, path: string, body: object = {}) => (await gate.as(user)).post<Seen>(`/api/v1/requests/${id}/${path}`, body);
  const apply = async (user: string, form: Application) => (await gate.withScan(user)).post<Seen>('/api/v1/requests', form);
  const noPaper = { items: anApplication().items, officers: [] };

  before(async () => void (gate = await aGate()));
  after(() => gate.close());

  describe('withdrawal', () => {
    it('is the applicant’s, at any time before the release, and ends the request', async () => {
      const { requestId: id } = await submit(gate);
      assert.equal(await code(post(clerk, id, 'withdrawal')), 'not-permitted');
      assert.equal(await code(post(stranger, id, 'withdrawal')), 'not-permitted');
      assert.equal((await post(shanghai.officer, id, 'withdrawal')).state, 'withdrawn');
      assert.equal(await code(vote(gate, clerk, id)), 'state-conflict');
      assert.equal(await code(post(shanghai.officer, id, 'withdrawal')), 'state-conflict');
    });

    it('of a packaged request leaves nothing to release, and after the release it is too late', async () => {
      const { requestId: id } = await submit(gate);
      await approveAll(gate, id);
      await until(gate, id, ({ state }) => state === 'packaged');
      await letGo(gate, shanghai.executors[0], id);
      assert.equal((await post(shanghai.officer, id, 'withdrawal')).state, 'withdrawn');
      assert.equal(await code(letGo(gate, shanghai.executors[1], id)), 'state-conflict');
      assert.equal(await code((await gate.as(shanghai.officer)).post(`/api/v1/requests/${id}/transfers`, {})), 'state-conflict');
    });

    it('and the last voice at once end in one of the two', async () => {
      for (let round = 0; round < 3; round++) {
        const { requestId: id, planDigest } = await submit(gate);
        for (const user of shanghai.steps.slice(0, 3)) await vote(gate, user, id);
        const [taken, voice] = await Promise.all([code(post(shanghai.officer, id, 'withdrawal')), code(vote(gate, shanghai.steps[3], id, { verdict: 'approve', planDigest }))]);
        assert.equal(taken, null);
        assert.ok(voice === null || voice === 'state-conflict');
        assert.equal((await show(gate, id)).state, 'withdrawn');
      }
    });
  });

  describe('break-glass', () => {
    it('takes two administrators and one reason of the list; it opens the footage to the eye, grants nothing, and voices are still asked for', async () => {
      const { requestId: id } = await submit(gate);
      const reason = { reason: 'life-in-danger' };
      const table: readonly (readonly [what: string, who: string, body: object, code: ProblemCode | null])[] = [
        ['a reason of one’s own', luo, { reason: 'in a hurry' }, 'body-malformed'],
        ['a clerk', clerk, reason, 'not-permitted'],
        ['the officer', shanghai.officer, reason, 'not-permitted'],
        ['the first', luo, reason, null],
        ['the first again', luo, reason, 'state-conflict'],
        ['the second for another reason', bai, { reason: 'procedure-down' }, 'state-conflict'],
        ['the second', bai, reason, null],
        ['a third time', luo, reason, 'state-conflict'],
      ];
      for (const [what, who, body, expected] of table) assert.equal(await code(post(who, id, 'glass', body)), expected, what);
      const seen = await show(gate, id);
      assert.deepEqual([seen.state, seen.voices.length, seen.waitsFor?.step], ['held', 0, 'evidence-clerk']);
      const { glass } = seen as unknown as { glass: { broken: boolean; brokenAt: string; endsAt: string } };
      assert.ok(glass.broken);
      assert.equal(Date.parse(glass.endsAt) - Date.parse(glass.brokenAt), 24 * 3_600_000, 'the officer watches for a day');
      assert.equal(await code(letGo(gate, shanghai.executors[0], id)), 'state-conflict');
      const { entries } = await (await gate.as('user:audit.he')).get<{ entries: { event: string }[] }>('/api/v1/journal?count=100');
      assert.deepEqual(entries.map(({ event }) => event).filter((event) => event.startsWith('glass-')), ['glass-asked', 'glass-broken']);
    });
  });

  it('a glass that was broken is broken again after its day, by two again and for a reason of its own; each time stands in the register', async () => {
    let time = new Date('2026-11-23T08:00:00.000Z');
    const own = await aGate({ now: () => time });
    try {
      const { requestId: id } = await submit(own);
      const glass = async (user: string, reason: string) => code((await own.as(user)).post(`/api/v1/requests/${id}/glass`, { reason }));
      assert.deepEqual([await glass(luo, 'life-in-danger'), await glass(bai, 'life-in-danger')], [null, null]);
      time = new Date(time.getTime() + 24 * 3_600_000 - 1000);
      own.again();
      assert.equal(await glass(bai, 'procedure-down'), 'state-conflict');
      time = new Date(time.getTime() + 1000);
      assert.deepEqual([await glass(bai, 'procedure-down'), await glass(bai, 'procedure-down')], [null, 'state-conflict']);
      assert.equal((await show(own, id) as unknown as { glass: { broken: boolean } }).glass.broken, false);
      assert.equal(await glass(luo, 'procedure-down'), null);
      const { rows } = await (await own.as('user:sh.yan')).get<{ rows: { action: string; codes: string[]; approvers: { at: string }[] }[] }>('/api/v1/register?site=SH-YUNFAN&month=2026-11&format=json');
      const broken = rows.filter(({ action }) => action === 'glass-broken').map(({ codes, approvers }) => [codes[0], approvers.at(-1)!.at.slice(0, 10)]);
      assert.deepEqual(broken, [['life-in-danger', '2026-11-23'], ['procedure-down', '2026-11-24']]);
    } finally {
      await own.close();
    }
  });

  describe('a hold', () => {
    it('is placed and lifted by the custodian’s people, with a reason, and seen by those who read the request', async () => {
      const { requestId: id } = await submit(gate);
      const body = { reason: '示例:法院调取备份' };
      assert.equal(await code(post(shanghai.officer, id, 'hold', body)), 'not-permitted');
      assert.equal(await code(post(stranger, id, 'hold', body)), 'not-permitted');
      assert.equal(await code(post(clerk, id, 'hold', { ...body, until: '2026-01-01T00:00:00Z' })), 'span-invalid');
      assert.equal(await code(post(clerk, id, 'hold/lifting')), 'state-conflict');
      assert.ok(((await post(clerk, id, 'hold', body)) as unknown as { hold: object }).hold);
      // The manager's step is still to come: what is answered is that it was done, and no more.
      assert.equal('hold' in ((await post(manager, id, 'hold/lifting')) as object), false);
      assert.equal(((await show(gate, id)) as unknown as { hold: object | null }).hold, null);
    });
  });

  describe('an erasure', () => {
    it('is refused while the register’s time runs, and to who may not', async () => {
      const { requestId: id } = await submit(gate);
      assert.equal(await code(post(clerk, id, 'erasures', { field: 'application' })), 'not-permitted');
      assert.equal(await code(post(privacy, id, 'erasures', { field: 'application' })), 'retention-running');
      await post(clerk, id, 'hold', { reason: '示例' });
      assert.equal(await code(post(privacy, id, 'erasures', { field: 'application' })), 'footage-held');
    });
  });

  describe('a citizen at the counter', () => {
    const visitor = { name: '示例市民', idNumber: '示例-0001', statement: '示例:在广场遗失背包' };
    const form: Application = { ...noPaper, basis: 'CITIZEN_VIEW', reason: '示例:找背包', visitor };

    it('may be shown the footage once the custodian agreed; nothing is packaged', async () => {
      const missing = await problemOf(apply('user:sh.xu', { ...form, visitor: undefined } as never));
      assert.deepEqual(missing?.faults?.map((it) => it.code), ['visitor-missing']);
      const { requestId: id } = await apply('user:sh.xu', form);
      await vote(gate, manager, id);
      await vote(gate, privacy, id);
      const read = async () => (await gate.as('user:sh.xu')).get<Seen>(`/api/v1/requests/${id}`);
      for (let tries = 0; (await read()).state !== 'viewable'; tries++) assert.ok(tries < 600);
      const seen = await read();
      assert.deepEqual([seen.delivery, (seen.plan as unknown as { deliver: string }).deliver], ['none', 'view']);
      assert.equal(await code(letGo(gate, shanghai.executors[0], id)), 'state-conflict');
    });

    it('is no way for an officer, nor for the reception to ask for a case', async () => {
      assert.equal(await code(apply(shanghai.officer, form)), 'request-denied');
      assert.equal(await code(apply('user:sh.xu', anApplication())), 'request-denied');
    });
  });

  it('the unit’s own security sees under a ticket, and nothing leaves', async () => {
    const form: Application = { ...noPaper, basis: 'INTERNAL_SECURITY', reason: '示例:围栏破损' };
    const missing = await problemOf(apply('user:sh.fang', form));
    assert.deepEqual(missing?.faults?.map((it) => it.code), ['ticket-missing']);
    const { plan } = (await apply('user:sh.fang', { ...form, ticket: '示例工单-17' })) as unknown as { plan: { deliver: string } };
    assert.equal(plan.deliver, 'view');
  });

  it('a publication asks for masks, the privacy officer and two executors, and leaves as masked copies alone', async () => {
    const { requestId: id, plan } = (await apply(shanghai.officer, anApplication({ purpose: 'publication' }))) as unknown as Seen & { plan: { masks: string[]; deliver: string; privacyReview: string } };
    assert.deepEqual([plan.masks, plan.deliver, plan.privacyReview], [['faces', 'plates', 'names'], 'copy', 'officer']);
    await approveAll(gate, id);
    await until(gate, id, ({ state }) => state === 'packaged');
    for (const user of shanghai.executors) await letGo(gate, user, id);
    assert.equal((await show(gate, id)).state, 'released');
  });

  it('a foreign body is denied whatever the rows say, and told where to turn', async () => {
    const problem = await problemOf(apply(shanghai.officer, anApplication({ basis: 'FOREIGN' })));
    assert.deepEqual([problem?.code, problem?.reasons], ['request-denied', ['basis-foreign']]);
    assert.match(problem!.detail, /主管机关.*competent authority/s);
  });

  it('what only looks like a request of nobody is told so', async () => {
    assert.equal(await code(post(clerk, 'EG-310000-SH-YUNFAN-2026-999999', 'withdrawal')), 'request-unknown');
  });
});
