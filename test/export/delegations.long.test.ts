// Somebody stands in for a leave: on the record, from a day to a day, never for themselves and never twice.
import assert from 'node:assert/strict';
import type { ProblemCode } from '../../plugin/domain/problem.js';
import { Client } from '../../plugin/cli/client.js';
import { Login } from '../../plugin/cli/login.js';
import { append } from '../policy/policy-folder.js';
import { aGate, anApplication, cardOf, shanghai, type TestGate } from '../support/gate.js';
import { aGateUnder } from '../support/gate-under.js';
import { joinGate } from '../support/people.js';
import { letGo, problemOf, show, submit, until, vote } from '../support/walk.js';

const [clerk, manager, privacy, head] = shanghai.steps;
const duty = 'user:sh.tao';
const site = 'SH-YUNFAN';
const days = (n: number): string => new Date(Date.now() + n * 86_400_000).toISOString();
const leave = { to: duty, role: 'role:unit-head', site, from: days(-1), until: days(7) };

describe('delegation', () => {
  let gate: TestGate;
  const code = async (call: Promise<unknown>): Promise<ProblemCode | null> => (await problemOf(call))?.code ?? null;
  const make = async (user: string, change: object = {}) => (await gate.as(user)).post<{ id: number }>('/api/v1/delegations', { ...leave, ...change });
  const end = async (user: string, id: number) => (await gate.as(user)).post(`/api/v1/delegations/${id}/end`, {});
  const upToHead = async (): Promise<string> => {
    const { requestId } = await submit(gate);
    for (const user of [clerk, manager, privacy]) await vote(gate, user, requestId);
    return requestId;
  };

  before(async () => {
    gate = await aGate();
    for (const user of [duty, ...shanghai.steps, shanghai.executors[0], 'user:gl.lan.clerk']) await gate.as(user);
  });
  after(() => gate.close());

  it('is made by the holder alone, to one of the custodian’s own, for a leave', async () => {
    const table: readonly (readonly [what: string, who: string, change: object, code: ProblemCode])[] = [
      ['a role that is not theirs', clerk, {}, 'not-permitted'],
      ['a role of another site', head, { site: 'GL-YINXING' }, 'not-permitted'],
      ['a role that no step is of', 'user:root.luo', { role: 'role:administrator' }, 'delegation-invalid'],
      ['to oneself', head, { to: head }, 'delegation-invalid'],
      ['to an officer who asks', head, { to: shanghai.officer }, 'delegation-invalid'],
      ['to an executor', head, { to: shanghai.executors[0] }, 'delegation-invalid'],
      ['to somebody of another site', head, { to: 'user:gl.lan.clerk' }, 'delegation-invalid'],
      ['to nobody', head, { to: 'user:sh.nobody' }, 'delegation-invalid'],
      ['that is over', head, { from: days(-3), until: days(-1) }, 'delegation-invalid'],
      ['that ends before it begins', head, { from: days(3), until: days(2) }, 'delegation-invalid'],
      ['for a year', head, { until: days(365) }, 'delegation-invalid'],
    ];
    await gate.withScan(shanghai.officer);
    for (const [what, who, change, expected] of table) assert.equal(await code(make(who, change)), expected, what);
  });

  it('lets the other speak for the step, in the giver’s right; neither executes afterwards', async () => {
    const id = await upToHead();
    assert.equal(await code(vote(gate, duty, id)), 'not-your-step');
    const { id: delegation } = await make(head);
    const seen = (await vote(gate, duty, id)) as unknown as { state: string; voices: { by: string; standsInFor: string | null }[] };
    assert.equal(seen.state, 'granted');
    assert.deepEqual([seen.voices.at(-1)!.by, seen.voices.at(-1)!.standsInFor], [duty, head]);
    await end(head, delegation);
  });

  it('ends when its time is over, by who made it or received it, and by nobody else; a restart forgets nothing', async () => {
    const id = await upToHead();
    const { id: future } = await make(head, { from: days(1), until: days(2) });
    assert.equal(await code(vote(gate, duty, id)), 'not-your-step', 'not begun');
    const { id: now } = await make(head);
    assert.equal(await code(end(clerk, now)), 'not-found');
    await gate.restart();
    await end(duty, now);
    await end(head, future);
    assert.equal(await code(vote(gate, duty, id)), 'not-your-step');
    assert.equal(await code(end(head, now)), 'not-found', 'once');
    assert.equal((await vote(gate, head, id)).state, 'granted');
  });

  it('never makes one person two: who spoke stands in for nobody, and who was spoken for speaks no more', async () => {
    const delegation = await make(manager, { to: clerk, role: 'role:site-security-manager' });
    const { requestId: id } = await submit(gate);
    await vote(gate, clerk, id);
    assert.equal(await code(vote(gate, clerk, id)), 'already-voted');
    await end(manager, delegation.id);
    // The clerk is away: the manager speaks for the clerk's step, and then has no voice left for the manager's own.
    const away = await make(clerk, { to: manager, role: 'role:evidence-clerk' });
    const { requestId: other } = await submit(gate);
    await vote(gate, manager, other);
    assert.equal(await code(vote(gate, manager, other)), 'already-voted');
    assert.equal(await code(vote(gate, clerk, other)), 'already-voted', 'the clerk was spoken for');
    await end(clerk, away.id);
  });

  it('does not reach what the giver typed in: nobody agrees through another to their own request', async () => {
    const { requestId: id } = await (await gate.withScan(clerk)).post<{ requestId: string }>('/api/v1/requests', { ...anApplication(), applicant: shanghai.officer });
    const away = await make(clerk, { to: duty, role: 'role:evidence-clerk' });
    assert.equal(await code(vote(gate, duty, id)), 'own-request');
    await end(clerk, away.id);
  });

  it('counts for the execution: who was spoken for does not hand out (dual)', async () => {
    const id = await upToHead();
    const { id: delegation } = await make(head);
    await vote(gate, duty, id);
    await until(gate, id, ({ state }) => state === 'packaged');
    assert.equal(await code(letGo(gate, head, id)), 'not-permitted');
    assert.equal((await show(gate, id)).state, 'packaged');
    await end(head, delegation);
  });
});

describe('delegation by several', () => {
  const second = 'user:sh.mei'; // a clerk as well, and a head as well
  const third = 'user:sh.yin'; // a head as well
  const luo = 'user:root.luo'; // an administrator who is a clerk as well
  const roles = [`g, ${luo}, role:evidence-clerk, 310000/${site}`, `g, ${second}, role:evidence-clerk, 310000/${site}`, `g, ${second}, role:unit-head, 310000/${site}`, `g, ${third}, role:unit-head, 310000/${site}`];
  let gate: TestGate;
  let now = new Date();
  const code = async (call: Promise<unknown>): Promise<ProblemCode | null> => (await problemOf(call))?.code ?? null;
  const lend = async (client: Client, role: string): Promise<unknown> => client.post('/api/v1/delegations', { ...leave, role, until: days(30) });
  const spokenFor = async (id: string): Promise<string | null> => ((await vote(gate, duty, id)) as unknown as { voices: { standsInFor: string | null }[] }).voices.at(-1)!.standsInFor;

  beforeEach(async () => {
    now = new Date();
    gate = await aGateUnder({ 'roles.csv': append(roles.join('\n')) }, { now: () => now });
    for (const user of [shanghai.officer, duty, second, ...shanghai.steps]) await gate.as(user);
  });
  afterEach(() => gate.close());

  it('goes on to the next lender where the first typed the request in', async () => {
    await lend(await gate.as(clerk), 'role:evidence-clerk');
    await lend(await gate.as(second), 'role:evidence-clerk');
    const { requestId: id } = await (await gate.withScan(clerk)).post<{ requestId: string }>('/api/v1/requests', { ...anApplication(), applicant: shanghai.officer });
    assert.equal(await spokenFor(id), second);
  });

  it('goes on to the next lender where the first has spoken, and is barred where all have', async () => {
    const { requestId: id } = await submit(gate);
    for (const user of [second, manager, privacy]) await vote(gate, user, id);
    await lend(await gate.as(second), 'role:unit-head');
    assert.equal(await code(vote(gate, duty, id)), 'already-voted');
    await lend(await gate.as(head), 'role:unit-head');
    assert.equal(await spokenFor(id), head);
  });

  it('does not reach an officer of the form: nobody speaks in the right of somebody whose card stands there', async () => {
    const officers = [{ ...anApplication().officers[0]!, ...cardOf(clerk) }, anApplication().officers[1]!];
    const { requestId: id } = await submit(gate, { officers });
    await lend(await gate.as(clerk), 'role:evidence-clerk');
    assert.equal(await code(vote(gate, duty, id)), 'own-request');
    await lend(await gate.as(second), 'role:evidence-clerk');
    assert.equal(await spokenFor(id), second);
  });

  it('bars who was spoken for from breaking the glass', async () => {
    await lend(await gate.as(luo), 'role:evidence-clerk');
    const { requestId: id } = await submit(gate);
    const glass = async (user: string) => code((await gate.as(user)).post(`/api/v1/requests/${id}/glass`, { reason: 'procedure-down' }));
    assert.equal(await spokenFor(id), luo);
    assert.equal(await glass(luo), 'already-voted');
    assert.equal(await glass('user:root.bai'), null);
  });

  it('counts no more when the account of who made it is closed: neither for a voice nor for reading', async () => {
    await lend(await gate.as(head), 'role:unit-head');
    const state = anApplication({ basis: 'STATE_SECURITY', instrument: { ...anApplication().instrument!, type: 'STATE_SECURITY_PAPER' } });
    const { requestId: id } = await (await gate.withScan(shanghai.officer)).post<{ requestId: string }>('/api/v1/requests', state);
    for (const user of [clerk, manager, privacy]) await vote(gate, user, id);
    const read = async () => code((await gate.as(duty)).get(`/api/v1/requests/${id}`));
    assert.equal(await read(), null);
    await (await gate.as('user:root.luo')).post(`/api/v1/accounts/${head.slice(5)}/close`, {});
    assert.equal(await read(), 'request-unknown');
    assert.equal(await code(vote(gate, duty, id)), 'request-unknown', 'a confidential one: as of a number that does not exist');
    const { requestId: open } = await submit(gate);
    for (const user of [clerk, manager, privacy]) await vote(gate, user, open);
    assert.equal(await code(vote(gate, duty, open)), 'not-your-step');
  });

  it('counts no more when the account of who made it has run out', async () => {
    const whom = { user: third, name: '示例', unit: '示例单位', card: { idKind: 'WORK', idNumber: '示例-000009' }, expiresAt: new Date(now.getTime() + 86_400_000).toISOString() };
    const credentials = await joinGate(gate.url, whom, await gate.as('user:root.luo'), () => gate.as('user:root.bai'), () => now);
    await lend(new Client(gate.url, new Login(credentials)), 'role:unit-head');
    const ids = [await submit(gate), await submit(gate)].map(({ requestId }) => requestId);
    for (const id of ids) for (const user of [clerk, manager, privacy]) await vote(gate, user, id);
    assert.equal(await spokenFor(ids[0]!), third);
    now = new Date(now.getTime() + 2 * 86_400_000);
    gate.again();
    assert.equal(await code(vote(gate, duty, ids[1]!)), 'not-your-step');
  });
});
