// Somebody asks by telephone: called back on a published number, preserved at once, seen once agreed to; no file before the paper.
import assert from 'node:assert/strict';
import type { Application } from '../../plugin/domain/export-request.js';
import { aGate, anApplication, shanghai, type TestGate } from '../support/gate.js';
import { letGo, noPaper, problemOf, show, until, vote, type Seen } from '../support/walk.js';

const duty = 'user:sh.tao';
const head = shanghai.steps[3];
const clerk = shanghai.steps[0];
const stranger = 'user:gl.lan.clerk';
const { instrument } = anApplication();

/** By telephone: one officer, no paper yet; the clerk types it in for them. */
function anEmergency(change: Partial<Application> = {}): Application {
  const { instrument: paper, ...form } = anApplication();
  assert.ok(paper);
  return { ...form, basis: 'EMERGENCY_RESCUE', reason: '示例:儿童走失', officers: [form.officers[0]!], applicant: shanghai.officer, ...change };
}

describe('an emergency', () => {
  let gate: TestGate;
  let id: string;
  const post = async (user: string, path: string, body: object = {}) => (await gate.as(user)).post<Seen>(`/api/v1/requests/${id}/${path}`, body);
  const code = async (call: Promise<unknown>) => (await problemOf(call))?.code ?? null;

  before(async () => {
    gate = await aGate();
    await gate.withScan(shanghai.officer);
    ({ requestId: id } = await (await gate.withScan(clerk)).post<Seen>('/api/v1/requests', anEmergency()));
  });
  after(() => gate.close());

  it('is taken without a paper, typed in by a clerk, and preserved at once', async () => {
    const seen = await until(gate, id, ({ custody }) => custody === 'sealed');
    assert.equal(seen.state, 'held');
    assert.ok((seen as unknown as { paperDueAt: string }).paperDueAt);
  });

  it('waits for a call back to a number of the directory before anybody agrees', async () => {
    assert.equal(await code(vote(gate, head, id)), 'call-back-missing');
    const calls: readonly (readonly [who: string, body: object, problem: string | null])[] = [
      [stranger, { directory: 'sh-command', confirmed: true }, 'not-permitted'],
      [shanghai.officer, { directory: 'sh-command', confirmed: true }, 'not-permitted'],
      [clerk, { directory: 'sh-command', confirmed: true }, 'own-request'], // typed it in
      [duty, { directory: '13800000000', confirmed: true }, 'directory-unknown'], // a number that they gave
      [duty, { directory: 'cd-command', confirmed: true }, 'directory-unknown'], // of another city
      [duty, { directory: 'sh-command', confirmed: false }, null],
    ];
    for (const [who, body, problem] of calls) assert.equal(await code(post(who, 'call-backs', body)), problem, `${who} ${JSON.stringify(body)}`);
    assert.equal(await code(vote(gate, head, id)), 'call-back-missing', 'the unit knew nothing of it');
    await post(duty, 'call-backs', { directory: 'sh-command', confirmed: true });
  });

  it('is granted by duty manager and head; then it waits for the paper, and nothing is packaged or released', async () => {
    await vote(gate, head, id);
    const seen = await vote(gate, duty, id);
    assert.equal(seen.state, 'awaiting-paper');
    assert.equal(await code(letGo(gate, shanghai.executors[0], id)), 'state-conflict');
  });

  it('takes the paper from its own people, judged like any other, and from no one else', async () => {
    const paper = { instrument, officers: anApplication().officers };
    assert.equal(await code(post(stranger, 'paper', paper)), 'not-permitted');
    const faulty = await problemOf(post(shanghai.officer, 'paper', { instrument: { ...instrument, sealPresent: false } }));
    assert.deepEqual([faulty?.code, faulty?.faults?.map((it) => it.code)], ['request-returned', ['SEAL_MISSING']]);
    assert.equal(await code(post(duty, 'paper/acceptance', { servedAt: noPaper })), 'paper-missing');
    await post(shanghai.officer, 'paper', paper);
    const { paper: served } = (await show(gate, id)) as unknown as { paper: { servedAt: string } };
    assert.equal(await code(post(clerk, 'paper/acceptance', { servedAt: served.servedAt })), 'own-request');
    // Called again, the unit knows nothing of it: nothing goes on until it does.
    await post(duty, 'call-backs', { directory: 'sh-command', confirmed: false });
    assert.equal(await code(post(shanghai.steps[1], 'paper/acceptance', { servedAt: served.servedAt })), 'call-back-missing');
    await post(duty, 'call-backs', { directory: 'sh-command', confirmed: true });
    assert.equal((await show(gate, id)).delivery, 'none');
  });

  it('goes on once somebody accepted the paper: packaged, and released by two', async () => {
    const { paper } = (await show(gate, id)) as unknown as { paper: { servedAt: string } };
    assert.equal(await code(post(shanghai.steps[1], 'paper/acceptance', { servedAt: '2026-03-01T00:00:00Z' })), 'state-conflict', 'a paper that is not the one there');
    const nameless = await problemOf(post(shanghai.steps[1], 'paper/acceptance'));
    assert.deepEqual([nameless?.code, nameless?.faults?.map(({ where }) => where)], ['body-malformed', ['servedAt']], 'whichever lies there');
    await post(shanghai.steps[1], 'paper/acceptance', { servedAt: paper.servedAt });
    await until(gate, id, ({ state }) => state === 'packaged');
    await post(duty, 'call-backs', { directory: 'sh-command', confirmed: false });
    assert.equal(await code(letGo(gate, shanghai.executors[0], id)), 'call-back-missing');
    await post(duty, 'call-backs', { directory: 'sh-command', confirmed: true });
    for (const executor of shanghai.executors) await letGo(gate, executor, id);
    assert.equal((await show(gate, id)).state, 'released');
    assert.equal(await code(post(duty, 'paper/acceptance', { servedAt: noPaper })), 'state-conflict');
  });

  it('ends without a paper by an explanation alone; its paper is then taken no more', async () => {
    ({ requestId: id } = await (await gate.withScan(clerk)).post<Seen>('/api/v1/requests', anEmergency()));
    assert.equal(await code(post(duty, 'closing', { explanation: '  ' })), 'body-malformed');
    assert.equal(await code(post(shanghai.officer, 'closing', { explanation: '误报' })), 'not-permitted');
    assert.equal((await post(duty, 'closing', { explanation: '示例:儿童已找到' })).state, 'closed');
    assert.equal(await code(post(shanghai.officer, 'paper', { instrument })), 'state-conflict');
  });

  it('that is urgent, with a notice by fax, wants copies of the cards and one step after the call back', async () => {
    const urgent = anApplication({ basis: 'ADMIN_URGENT' });
    const returned = await problemOf((await gate.withScan(shanghai.officer)).post('/api/v1/requests', urgent));
    assert.deepEqual(returned?.faults?.map((it) => it.code), ['card-copy-missing', 'card-copy-missing']);
    const officers = urgent.officers.map((officer) => ({ ...officer, cardSha256: instrument!.scanSha256 }));
    ({ requestId: id } = await (await gate.withScan(shanghai.officer)).post<Seen>('/api/v1/requests', { ...urgent, officers }));
    assert.equal(await code(vote(gate, duty, id)), 'call-back-missing');
    await post(clerk, 'call-backs', { directory: 'sh-command', confirmed: true });
    assert.equal((await vote(gate, duty, id)).state, 'granted');
  });
});
