// What people do, in order and out of it, over the real API: who may act, and what wrong input gets.
import assert from 'node:assert/strict';
import path from 'node:path';
import { anApplication, aGate, cardOf, nameOf, shanghai, type TestGate } from '../support/gate.js';
import type { Application } from '../../plugin/domain/export-request.js';
import { approveAll, letGo, noPlan, problemOf, show, submit, until, vote } from '../support/walk.js';

const instrument = anApplication().instrument!;
const item = (from: string, to: string, camera = 'sh-yf-street') => ({ items: [{ camera, from, to }] });

describe('an application', () => {
  let gate: TestGate;
  before(async () => {
    gate = await aGate();
  });
  after(() => gate.close());

  const refused: readonly (readonly [what: string, change: Partial<Application>, problem: string, faults: readonly string[]])[] = [
    ['an unknown camera', item('2026-03-01T02:00:00Z', '2026-03-01T02:00:01Z', 'no-such-camera'), 'camera-unknown', []],
    ['a span that ends before it starts', item('2026-03-01T02:00:05Z', '2026-03-01T02:00:01Z'), 'span-invalid', []],
    ['a span in the future', item('2026-03-01T02:00:05Z', '2999-03-01T02:00:01Z'), 'span-invalid', []],
    ['cameras of two sites', { items: [{ camera: 'sh-yf-street', from: '2026-03-01T02:00:00Z', to: '2026-03-01T02:00:01Z' }, { camera: 'bj-ql-gate', from: '2026-03-01T02:00:00Z', to: '2026-03-01T02:00:01Z' }] }, 'sites-mixed', []],
    ['no instrument', { instrument: undefined }, 'request-returned', ['NO_INSTRUMENT']],
    ['a camera that the instrument does not name', { instrument: { ...instrument, covers: [{ ...instrument.covers[0]!, cameras: ['sh-yf-gate'] }] } }, 'request-returned', ['OUT_OF_SCOPE_CAMERA']],
    ['a time outside the instrument', { ...item('2026-03-03T01:00:00Z', '2026-03-03T01:00:01Z'), instrument }, 'request-returned', ['OUT_OF_SCOPE_TIME']],
    ['one officer where two are asked', { officers: anApplication().officers.slice(0, 1) }, 'request-returned', ['OFFICER_COUNT']],
    ['the same officer twice', { officers: [anApplication().officers[0]!, anApplication().officers[0]!] }, 'request-returned', ['OFFICER_COUNT']],
    ['no seal', { instrument: { ...instrument, sealPresent: false } }, 'request-returned', ['SEAL_MISSING']],
    ['several defects: all are told at once', { officers: [], instrument: { ...instrument, sealPresent: false, scanSha256: '' } }, 'request-returned', ['INSTRUMENT_UNREADABLE', 'OFFICER_COUNT', 'SEAL_MISSING']],
    ['a camera that no recorder of this gate records', item('2026-03-01T02:00:00Z', '2026-03-01T02:00:01Z', 'sh-yf-school'), 'request-returned', ['NOT_OUR_SYSTEM']],
    ['a foreign body', { basis: 'FOREIGN' }, 'request-denied', []],
    ['a private person', { basis: 'INSURANCE' }, 'request-denied', []],
  ];
  for (const [what, change, problem, faults] of refused)
    it(`${what}: ${problem} ${faults.join(' ')}`, async () => {
      const found = await problemOf(submit(gate, change));
      assert.equal(found?.code, problem, found?.message);
      assert.deepEqual([...new Set((found?.faults ?? []).map((fault) => fault.code))].sort(), faults);
      if (problem.startsWith('request-')) assert.equal((await show(gate, found!.requestId!)).state, problem.slice('request-'.length));
    });

  it('that is not in form is told every place at once, and nothing is recorded as a request', async () => {
    const officer = await gate.as(shanghai.officer);
    const found = await problemOf(officer.post('/api/v1/requests', { ...anApplication(), basis: 'WHIM', officers: 'two', extra: 1 }));
    assert.equal(found?.code, 'body-malformed');
    assert.deepEqual(found?.faults?.map((fault) => fault.where).sort(), ['basis', 'body', 'officers']);
  });

  it('may be typed in by the custodian’s clerk, who then holds no step; and by nobody else', async () => {
    await gate.as(shanghai.officer);
    const clerk = await gate.withScan(shanghai.steps[0]);
    const { requestId } = await clerk.post<{ requestId: string }>('/api/v1/requests', anApplication({ applicant: shanghai.officer }));
    assert.equal((await problemOf(vote(gate, shanghai.steps[0], requestId)))?.code, 'own-request');
    const stranger = await gate.withScan('user:gl.lan.clerk');
    assert.equal((await problemOf(stranger.post('/api/v1/requests', anApplication({ applicant: shanghai.officer }))))?.code, 'not-permitted');
  });

  it('whose officer holds a step or executes: by the card on the form, whoever applied', async () => {
    const { step, executor } = { step: shanghai.steps[0], executor: shanghai.executors[0] };
    await Promise.all([gate.as(step), gate.as(executor)]);
    const [colleague] = anApplication().officers;
    const asOfficer = (user: string) => ({ ...colleague!, ...cardOf(user), name: nameOf(user) });
    const { requestId } = await submit(gate, { officers: [asOfficer(step), colleague!] });
    assert.equal((await problemOf(vote(gate, step, requestId)))?.code, 'own-request');
    const other = await submit(gate, { ...item('2026-03-01T02:00:01Z', '2026-03-01T02:00:02Z'), officers: [colleague!, asOfficer(executor)] });
    await approveAll(gate, other.requestId);
    await until(gate, other.requestId, ({ state }) => state === 'packaged');
    assert.equal((await problemOf(letGo(gate, executor, other.requestId)))?.code, 'own-request');
    const glass = await submit(gate, { officers: [colleague!, asOfficer('user:root.bai')] });
    const broken = (await gate.as('user:root.bai')).post(`/api/v1/requests/${glass.requestId}/glass`, { reason: 'life-in-danger' });
    assert.equal((await problemOf(broken))?.code, 'own-request');
  });

  it('whose officer holds the step that looks is watched by somebody else', async () => {
    const [clerk, manager, privacy] = shanghai.steps;
    await gate.as(privacy);
    const [colleague] = anApplication().officers;
    const { requestId } = await submit(gate, { officers: [{ ...colleague!, ...cardOf(privacy) }, colleague!] });
    for (const user of [clerk, manager]) await vote(gate, user, requestId);
    await until(gate, requestId, ({ custody }) => custody === 'sealed');
    const watched = (await gate.as(privacy)).download(`/api/v1/requests/${requestId}/stream?camera=sh-yf-street`, path.join(gate.folder, 'seen.mp4'));
    assert.equal((await problemOf(watched))?.code, 'own-request');
  });

  it('is typed in for nobody whose account was closed', async () => {
    const left = 'user:sh.pan';
    await gate.as(left);
    const clerk = await gate.withScan(shanghai.steps[0]);
    await (await gate.as('user:root.luo')).post('/api/v1/accounts/sh.pan/close', {});
    assert.equal((await problemOf(clerk.post('/api/v1/requests', anApplication({ applicant: left }))))?.code, 'not-permitted');
  });

  it('may tell its times in any zone: they are kept in one, and the package is made of them', async () => {
    const china = { ...instrument, provideBy: '2999-03-10T10:00:00+08:00', covers: [{ ...instrument.covers[0]!, from: '2026-03-01T08:00:00+08:00', to: '2026-03-03T08:00:00+08:00' }] };
    const { requestId } = await submit(gate, { ...item('2026-03-01T10:00:01+08:00', '2026-03-01T10:00:02+08:00'), instrument: china });
    await approveAll(gate, requestId);
    const seen = await until(gate, requestId, ({ state, lastFailure }) => state === 'packaged' || lastFailure !== null);
    assert.deepEqual([seen.state, seen.lastFailure], ['packaged', null]);
    const wrong = await problemOf(submit(gate, { instrument: { ...instrument, provideBy: '2026-99-99T99:99:99Z' } }));
    assert.equal(wrong?.code, 'span-invalid');
  });

  it('by somebody without the role is denied, and recorded', async () => {
    const found = await problemOf((await gate.withScan('user:sh.wei')).post('/api/v1/requests', anApplication()));
    assert.equal(found?.code, 'request-denied');
    assert.deepEqual(found?.reasons, ['no-row-allows']);
  });

  it('past the deadline of its instrument is flagged late, never bounced', async () => {
    const seen = await submit(gate, { instrument: { ...instrument, provideBy: '2026-03-02T00:00:00.000Z' } });
    assert.deepEqual([seen.late, seen.waitsFor?.step], [true, 'evidence-clerk']);
  });

  it('over the soft limit needs its necessity said; over the hard limit one more step; a length is no refusal', async () => {
    const long = { ...item('2026-03-01T01:00:00Z', '2026-03-01T06:00:00Z') };
    const without = await problemOf(submit(gate, long));
    assert.equal(without?.code, 'request-returned');
    assert.match(without?.faults?.[0]?.detail ?? '', /necessity/);
    const hard = await submit(gate, { ...item('2026-03-01T00:00:00Z', '2026-03-02T01:00:00Z'), necessity: '全天往返路线' });
    const plan = (hard as unknown as { plan: { steps: { step: string }[] } }).plan;
    assert.ok(plan.steps.some((step) => step.step === 'duty-manager'));
  });
});

describe('voices and executors', () => {
  let gate: TestGate;
  let id: string;
  before(async () => {
    gate = await aGate();
    ({ requestId: id } = await submit(gate));
  });
  after(() => gate.close());

  it('come in turn, by different people, of that site, and not by the applicant', async () => {
    const table: readonly (readonly [who: string, problem: string | null])[] = [
      [shanghai.steps[1], 'not-your-step'],
      [shanghai.officer, 'own-request'],
      ['user:gl.lan.clerk', 'not-your-step'], // holds the role, at another site
      ['user:root.luo', 'not-your-step'], // an administrator is no approver
      [shanghai.steps[0], null],
      [shanghai.steps[0], 'already-voted'],
      [shanghai.executors[0], 'not-your-step'],
      [shanghai.steps[1], null],
      [shanghai.steps[2], null],
    ];
    for (const [who, problem] of table) assert.equal((await problemOf(vote(gate, who, id)))?.code ?? null, problem, who);
  });

  it('are bound to the plan that was seen: a yes that names none is no voice', async () => {
    const last = await gate.as(shanghai.steps[3]);
    for (const voice of [{ verdict: 'approve' }, { verdict: 'narrow', items: anApplication().items }]) {
      const nameless = await problemOf(last.post(`/api/v1/requests/${id}/reviews`, voice));
      assert.deepEqual([nameless?.code, nameless?.faults?.map(({ where }) => where)], ['body-malformed', ['planDigest']]);
    }
    assert.equal((await problemOf(vote(gate, shanghai.steps[3], id, { verdict: 'approve', planDigest: 'sha256:other' })))?.code, 'plan-changed');
    const { planDigest } = await show(gate, id);
    assert.equal((await vote(gate, shanghai.steps[3], id, { verdict: 'approve', planDigest })).voices.length, 4);
  });

  it('after the last voice the executors act: neither held a step, and they are two', async () => {
    await until(gate, id, (seen) => seen.state === 'packaged');
    const table: readonly (readonly [who: string, problem: string | null])[] = [
      [shanghai.officer, 'not-permitted'],
      [shanghai.steps[0], 'not-permitted'],
      ['user:gl.chai.executor', 'not-permitted'],
      [shanghai.executors[0], null],
      [shanghai.executors[0], 'executor-barred'],
      [shanghai.executors[1], null],
      [shanghai.executors[1], 'state-conflict'],
    ];
    for (const [who, problem] of table) assert.equal((await problemOf(letGo(gate, who, id)))?.code ?? null, problem, who);
  });

  it('a “no” returns the request with a code, and ends it', async () => {
    const { requestId } = await submit(gate);
    const seen = await vote(gate, shanghai.steps[0], requestId, { verdict: 'return', code: 'ID_MISMATCH' });
    assert.deepEqual([seen.state, seen.returned?.codes], ['returned', ['ID_MISMATCH']]);
    assert.equal((await problemOf(vote(gate, shanghai.steps[1], requestId)))?.code, 'state-conflict');
  });

  it('two people who act at once end in one outcome', async () => {
    const { requestId, planDigest } = await submit(gate);
    const clerk = await gate.as(shanghai.steps[0]);
    const votes = await Promise.all(Array.from({ length: 8 }, () => problemOf(clerk.post(`/api/v1/requests/${requestId}/reviews`, { verdict: 'approve', planDigest }))));
    assert.equal(votes.filter((problem) => problem === null).length, 1);
    assert.equal((await show(gate, requestId)).voices.length, 1);
  });

  it('what is refused leaves its trace: who tried what, with which code', async () => {
    const stranger = await gate.as('user:gl.chai.executor');
    const tries = [
      ['review', () => stranger.post(`/api/v1/requests/${id}/reviews`, { verdict: 'approve', planDigest: noPlan }), 'state-conflict'],
      ['release', () => stranger.post(`/api/v1/requests/${id}/release`, {}), 'not-permitted'],
      ['export', () => stranger.post(`/api/v1/requests/${id}/transfers`, {}), 'not-permitted'],
    ] as const;
    for (const [, attempt, code] of tries) assert.equal((await problemOf(attempt()))?.code, code);
    const { entries } = await (await gate.as('user:audit.he')).get<{ entries: { event: string; by: string; data: unknown }[] }>('/api/v1/journal?count=20');
    const refused = entries.filter((entry) => entry.event === 'act-refused').slice(-3);
    const { plan } = (await show(gate, id)) as unknown as { plan: { policyVersion: string } };
    assert.deepEqual(refused.map((entry) => entry.data), tries.map(([act, , code]) => ({ act, request: id, code, policyVersion: plan.policyVersion })));
    assert.equal(new Set(refused.map((entry) => entry.by)).size, 1);
  });

  it('who types in for somebody else stands in the record with their own name', async () => {
    const stranger = await gate.withScan('user:gl.lan.clerk');
    assert.equal((await problemOf(stranger.post('/api/v1/requests', anApplication({ applicant: shanghai.officer }))))?.code, 'not-permitted');
    const { entries } = await (await gate.as('user:audit.he')).get<{ entries: { event: string; by: string; data: { applicant?: string; items?: unknown[] } }[] }>('/api/v1/journal?count=6');
    const refused = entries.filter((entry) => entry.event === 'request-refused').at(-1);
    assert.notEqual(refused?.by, refused?.data.applicant);
    assert.equal(refused?.data.items?.length, 1);
  });

  it('a request is not shown to people of other places', async () => {
    const stranger = await gate.as('user:gl.lan.clerk');
    assert.equal((await problemOf(stranger.get(`/api/v1/requests/${id}`)))?.code, 'request-unknown');
    assert.deepEqual(await stranger.get('/api/v1/requests'), { requests: [] });
    assert.equal((await problemOf(stranger.get('/api/v1/journal')))?.code, 'not-permitted');
    assert.equal((await problemOf(stranger.post(`/api/v1/requests/${id}/transfers`, {})))?.code, 'not-permitted');
  });
});

describe('voices that the journal does not hold', () => {
  it('count for nothing: rows in the database release nothing', async () => {
    const gate = await aGate();
    try {
      const { requestId } = await submit(gate);
      await until(gate, requestId, (seen) => seen.custody === 'sealed');
      await gate.stop();
      const { openDatabase } = await import('../../plugin/store/database.js');
      const database = await openDatabase(`${gate.folder}/data/store.sqlite`);
      await database.updateTable('requests').set({ state: 'released', approval: 'granted', delivery: 'released', waits_for_step: null }).execute();
      await database.destroy();
      await gate.restart();
      assert.equal((await show(gate, requestId)).state, 'held');
      assert.equal((await problemOf(letGo(gate, shanghai.executors[0], requestId)))?.code, 'state-conflict');
      await approveAll(gate, requestId);
      await until(gate, requestId, (seen) => seen.state === 'packaged');
    } finally {
      await gate.close();
    }
  });
});
