// Drafts over the API: unfinished as they may be, their owner's alone, saved by version, and begun as a copy of an earlier request.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Draft } from '../../plugin/export/drafts.js';
import { openStore } from '../../plugin/store/store.js';
import { aGate, anApplication, scanSha256, shanghai, type TestGate } from '../support/gate.js';
import { problemOf, submit } from '../support/walk.js';

interface Listed {
  drafts: { id: string; version: number; updatedAt: string; basis: string | null; reason: string | null }[];
}

describe('drafts', () => {
  let gate: TestGate;
  let time = new Date('2026-11-23T08:00:00.000Z');
  const officer = () => gate.as(shanghai.officer);
  const begin = async (form: object): Promise<Draft> => (await officer()).post<Draft>('/api/v1/drafts', { form });
  before(async () => {
    gate = await aGate({ now: () => time });
    await officer();
  });
  after(() => gate.close());

  const forms: readonly (readonly [what: string, form: unknown, sound: boolean])[] = [
    ['nothing yet', {}, true],
    ['one field', { reason: '示例' }, true],
    ['a whole form', anApplication(), true],
    ['a form half filled in', { basis: '', items: [{ camera: '', from: null, to: '2026' }], officers: [{}], instrument: { type: null, covers: [{ cameras: [''] }] } }, true],
    ['500 characters', { reason: '示'.repeat(500) }, true],
    ['501 characters', { reason: '示'.repeat(501) }, false],
    ['two lines', { reason: '示\n例' }, false],
    ['half a character', { reason: '\ud800' }, false],
    ['65 items', { items: Array.from({ length: 65 }, () => ({})) }, false],
    ['a field that no application has', { admin: true }, false],
    ['the field of every object', JSON.parse('{"__proto__":{"admin":true}}'), false],
    ['the same, deeper', JSON.parse('{"instrument":{"__proto__":{"admin":true}}}'), false],
    ['a deep nest', JSON.parse(`{"items":${'['.repeat(500)}${']'.repeat(500)}}`), false],
    ['a list', [], false],
    ['a text', 'form', false],
    ['null', null, false],
  ];
  for (const [what, form, sound] of forms)
    it(`${what}: ${sound ? 'is kept as it is' : 'body-malformed'}`, async () => {
      const client = await officer();
      const problem = await problemOf(client.post('/api/v1/drafts', { form }));
      assert.equal(problem?.code ?? null, sound ? null : 'body-malformed');
      if (!sound) return;
      const { drafts } = await client.get<Listed>('/api/v1/drafts');
      const [last] = drafts.sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
      const read = await client.get<Draft>(`/api/v1/drafts/${last!.id}`);
      assert.deepEqual([read.form, read.version], [form, 1]);
      time = new Date(time.getTime() + 1000);
    });

  it('larger than 256 KiB are none', async () => {
    const cameras = Array.from({ length: 64 }, () => 'x'.repeat(500));
    const form = { instrument: { covers: Array.from({ length: 9 }, () => ({ cameras })) } };
    assert.equal((await problemOf(begin(form)))?.code, 'body-too-large');
  });

  it('are saved over the version that was read, and are their owner’s alone', async () => {
    const { id, version } = await begin({ reason: '甲' });
    const client = await officer();
    const saved = await client.post<Draft>(`/api/v1/drafts/${id}`, { version, form: { reason: '乙' } });
    assert.deepEqual([saved.version, saved.form], [2, { reason: '乙' }]);
    const other = await gate.as('user:sh.pan');
    const admin = await gate.as('user:root.luo');
    const theirs = await other.post<Draft>('/api/v1/drafts', { form: {} });
    const table: readonly (readonly [what: string, call: () => Promise<unknown>, code: string])[] = [
      ['an older version', () => client.post(`/api/v1/drafts/${id}`, { version, form: {} }), 'draft-outdated'],
      ['a version that is still to come', () => client.post(`/api/v1/drafts/${id}`, { version: 3, form: {} }), 'draft-outdated'],
      ['no version', () => client.post(`/api/v1/drafts/${id}`, { form: {} }), 'body-malformed'],
      ['what is not there', () => client.get('/api/v1/drafts/none'), 'draft-unknown'],
      ['somebody else reads', () => other.get(`/api/v1/drafts/${id}`), 'draft-unknown'],
      ['somebody else saves', () => other.post(`/api/v1/drafts/${id}`, { version: 2, form: {} }), 'draft-unknown'],
      ['somebody else discards', () => other.post(`/api/v1/drafts/${id}/discard`, {}), 'draft-unknown'],
      ['an administrator reads', () => admin.get(`/api/v1/drafts/${id}`), 'draft-unknown'],
    ];
    for (const [what, call, code] of table) assert.equal((await problemOf(call()))?.code, code, what);
    assert.deepEqual((await other.get<Listed>('/api/v1/drafts')).drafts.map((it) => it.id), [theirs.id]);
    assert.deepEqual((await client.get<Draft>(`/api/v1/drafts/${id}`)).form, { reason: '乙' });
    await client.post(`/api/v1/drafts/${id}/discard`, {});
    assert.equal((await problemOf(client.get(`/api/v1/drafts/${id}`)))?.code, 'draft-unknown');
    assert.equal((await problemOf(client.post(`/api/v1/drafts/${id}/discard`, {})))?.code, 'draft-unknown');
  });

  it('saved twice at once are saved once', async () => {
    const { id, version } = await begin({});
    const client = await officer();
    const saves = await Promise.all(Array.from({ length: 8 }, (_, at) => problemOf(client.post(`/api/v1/drafts/${id}`, { version, form: { reason: `第${at}` } }))));
    assert.deepEqual(saves.map((it) => it?.code ?? 'saved').sort(), [...Array.from({ length: 7 }, () => 'draft-outdated'), 'saved']);
    const kept = await client.get<Draft>(`/api/v1/drafts/${id}`);
    assert.deepEqual([kept.version, kept.form], [2, { reason: `第${saves.indexOf(null)}` }]);
  });

  it('are 50 at most for each person, also when they are begun at once', async () => {
    const client = await gate.as('user:sh.yan');
    await client.get('/api/v1/drafts');
    const begun = await Promise.all(Array.from({ length: 55 }, () => problemOf(client.post('/api/v1/drafts', { form: {} }))));
    assert.deepEqual([begun.filter((it) => it === null).length, begun.filter((it) => it?.code === 'drafts-full').length], [50, 5]);
    const { drafts } = await client.get<Listed>('/api/v1/drafts');
    await client.post(`/api/v1/drafts/${drafts[0]!.id}/discard`, {});
    assert.equal(await problemOf(client.post('/api/v1/drafts', { form: {} })), null);
  });

  it('leave no trace in the journal', async () => {
    const size = async (): Promise<number> => (await (await gate.as('user:audit.he')).get<{ size: number }>('/api/v1/journal?count=1')).size;
    await size();
    const before = await size();
    const { id } = await begin({ reason: '甲' });
    await (await officer()).post(`/api/v1/drafts/${id}/discard`, {});
    assert.equal(await size(), before);
  });

  it('go thirty days after they were last saved', async () => {
    const ids = async () => (await (await officer()).get<Listed>('/api/v1/drafts')).drafts.map(({ id }) => id);
    const days = async (count: number): Promise<void> => {
      time = new Date(time.getTime() + count * 86_400_000);
      await gate.restart();
      gate.again();
    };
    const [left, saved] = [await begin({ reason: '甲' }), await begin({ reason: '乙' })];
    await days(29);
    assert.equal((await ids()).filter((id) => id === left.id || id === saved.id).length, 2);
    await (await officer()).post(`/api/v1/drafts/${saved.id}`, { version: 1, form: { reason: '丙' } });
    await days(1);
    assert.deepEqual(await ids(), [saved.id]);
    await days(29);
    assert.deepEqual(await ids(), []);
  });

  describe('as copies of an earlier request', () => {
    let requestId: string;
    const copy = async (user: string, of = requestId): Promise<Draft> => (await gate.as(user)).post<Draft>('/api/v1/drafts', { copyOf: of });
    before(async () => {
      const items = [{ camera: 'sh-yf-street', from: '2026-03-01T01:00:00.000Z', to: '2026-03-01T06:00:00.000Z' }];
      ({ requestId } = await submit(gate, { items, necessity: '示例:全程路线' }));
    });

    it('hold its form, its paper by hash, and not its necessity', async () => {
      const { form } = await copy(shanghai.officer);
      const { necessity: _own, ...expected } = anApplication({ items: [{ camera: 'sh-yf-street', from: '2026-03-01T01:00:00.000Z', to: '2026-03-01T06:00:00.000Z' }] });
      assert.deepEqual(form, expected);
      assert.equal((form['instrument'] as { scanSha256: string }).scanSha256, scanSha256);
    });

    it('are made by who may read it, and by nobody else', async () => {
      assert.equal((await copy(shanghai.steps[0])).version, 1);
      const stranger = await problemOf(copy('user:gl.lan.clerk'));
      const none = await problemOf(copy('user:gl.lan.clerk', 'EG-310000-SH-YUNFAN-2026-999999'));
      assert.deepEqual([stranger?.code, none?.code], ['request-unknown', 'request-unknown']);
      assert.equal(stranger?.detail, none?.detail.replace('EG-310000-SH-YUNFAN-2026-999999', requestId));
    });

    it('are made of what is not erased', async () => {
      await gate.stop();
      const store = await openStore(path.join(gate.folder, 'data/store.sqlite'));
      await store.personal.database.deleteFrom('personal').where('field', '=', 'application').execute();
      await store.close();
      await gate.restart();
      assert.equal((await problemOf(copy(shanghai.officer)))?.code, 'application-erased');
    });
  });
});
