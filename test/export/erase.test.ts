// Personal values are erased when the register's time has passed, and not before: then every paper prints 〔已删除〕, for ever, and the journal
// verifies as before.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Entry } from '../../plugin/domain/audit-event.js';
import type { Application } from '../../plugin/domain/export-request.js';
import { verifierKey } from '../../plugin/domain/formats/signed-note.js';
import type { Act } from '../../plugin/domain/decision.js';
import type { ProblemCode } from '../../plugin/domain/problem.js';
import { erase as eraseValue, keptUntil } from '../../plugin/export/erase.js';
import { MonthIndex } from '../../plugin/export/month-index.js';
import type { Register } from '../../plugin/export/register.js';
import { retentionOf, type Retention } from '../../plugin/export/retention.js';
import { Journal } from '../../plugin/journal/journal.js';
import { verifyJournal } from '../../plugin/journal/verify.js';
import { loadKeys } from '../../plugin/keys/keys.js';
import { holdLock } from '../../plugin/store/sqlite.js';
import { loadPolicy } from '../../plugin/policy/load.js';
import { aGate, anApplication, aScan, root, scanSha256, shanghai, uploadScan, type TestGate } from '../support/gate.js';
import { aPng, pngChunk } from '../support/papers.js';
import { pdfText } from '../support/pdf-text.js';
import { withRig } from '../support/rig.js';
import { readCsv } from '../support/read-csv.js';
import { approveAll, letGo, problemOf, until, vote, type Seen } from '../support/walk.js';
import { xlsxCells } from '../support/xlsx-text.js';
import { fetchPackage } from '../support/fetch-package.js';

const [clerk, manager, privacy, head] = shanghai.steps;
const { officer } = shanghai;
const auditor = 'user:audit.he';
const erased = '〔已删除〕';
const origin = 'test.exportgate.example/one';
const day = 86_400_000;

/** Values that nothing may print once they are erased, and that no other request of this file holds. */
const values = {
  unit: '示例甲支队',
  reason: '示例甲事由',
  case: '示例甲立字',
  paper: '示例甲调证字',
  name: '示例甲警官',
  card: '770001',
  visitor: '示例甲市民',
  hold: '示例甲保全理由',
  explanation: '示例甲关闭说明',
} as const;
const all = Object.values(values);

/** A picture of its own: the paper of the request alone. */
const paper = aPng({ more: [pngChunk('tEXt', Buffer.from('Title\0one'))] });

describe('an erasure', () => {
  let gate: TestGate;
  let time = new Date('2026-03-04T00:00:00.000Z');
  let released = '';
  let emergency = '';
  let visit = '';
  let held = '';
  let other = '';
  let ownScan = '';
  const post = async (user: string, id: string, at: string, body: object = {}): Promise<Seen> => (await gate.as(user)).post<Seen>(`/api/v1/requests/${id}/${at}`, body);
  const erase = (user: string, id: string, field: string): Promise<Seen> => post(user, id, 'erasures', { field });
  const code = async (call: Promise<unknown>): Promise<ProblemCode | null> => (await problemOf(call))?.code ?? null;
  const read = async <T>(user: string, at: string): Promise<T> => (await gate.as(user)).get<T>(at);
  const untilOf = async (id: string): Promise<string> => (await read<{ keptUntil: string }>(auditor, `/api/v1/requests/${id}`)).keptUntil;
  const journal = async (): Promise<Entry[]> => (await read<{ entries: Entry[] }>(auditor, '/api/v1/journal?count=500')).entries;
  const book = (): Promise<Register> => read<Register>(auditor, '/api/v1/register?site=SH-YUNFAN&month=2026-03');
  const jump = (at: number): void => {
    time = new Date(at);
    gate.again();
  };
  /** The gate's own parts on its data, while it is down. */
  async function whileDown(work: (log: Journal) => Promise<unknown>): Promise<void> {
    await gate.stop();
    const log = await Journal.open({ folder: path.join(gate.folder, 'data/journal'), origin, key: loadKeys(path.join(gate.folder, 'keys')).log, now: () => time, hold: holdLock });
    await work(log).finally(() => log.close());
    await gate.restart();
  }

  const instrument = { ...anApplication().instrument!, number: `${values.paper}〔2026〕1号`, issuer: `${values.paper}机关` };
  const officers = anApplication().officers.map((it, at) => ({ ...it, name: `${values.name}${at}`, unit: values.unit, idNumber: `示例-${values.card}${at}` }));
  const words = { officers, reason: values.reason, caseNumber: `${values.case}〔2026〕1号` };

  before(async function () {
    this.timeout(120_000);
    // The jumps of the clock end every session: many signings-in in one minute.
    gate = await aGate({ now: () => time, config: 'limits: { requestsPerMinute: 100000, signInsPerMinute: 10000 }' });
    await gate.as(officer, values.unit);
    const client = await gate.as(officer);
    ({ sha256: ownScan } = await uploadScan(client, paper));
    const apply = async (user: string, form: Application) => (await (await gate.withScan(user)).post<Seen>('/api/v1/requests', form)).requestId;
    released = await apply(officer, anApplication({ ...words, instrument: { ...instrument, scanSha256: ownScan } }));
    held = await apply(officer, anApplication({ reason: '示例乙事由' }));
    // Names the same paper as those that are erased, and is not.
    other = (await problemOf(apply(officer, anApplication({ instrument: { ...anApplication().instrument!, sealPresent: false } }))))!.requestId!;
    visit = await apply('user:sh.xu', { basis: 'CITIZEN_VIEW', items: anApplication().items, officers: [], reason: values.reason, visitor: { name: values.visitor, idNumber: `示例-${values.card}`, statement: values.reason } });
    await post('user:sh.xu', visit, 'withdrawal');
    emergency = await apply(officer, { ...anApplication(words), basis: 'EMERGENCY_RESCUE', instrument: undefined } as unknown as Application);
    // The paper may be served again until somebody accepts it: two more forms behind the first.
    for (const number of ['2', '3']) await post(officer, emergency, 'paper', { instrument: { ...anApplication().instrument!, number: `${values.paper}〔2026〕${number}号` }, officers });
    assert.equal(((await post(manager, emergency, 'hold', { reason: values.hold })) as unknown as { hold: { reason: string } }).hold.reason, values.hold);
    await post(manager, emergency, 'hold/lifting');
    await post(manager, emergency, 'closing', { explanation: values.explanation });
    await approveAll(gate, released);
    await until(gate, released, ({ state }) => state === 'packaged');
    assert.equal(await code(letGo(gate, officer, released)), 'not-permitted');
    for (const executor of shanghai.executors) await letGo(gate, executor, released);
    await fetchPackage(client, released, path.join(gate.folder, 'package.zip'));
    // What the clocks themselves record (expired footage, a review that nobody made) is past.
    time = new Date(time.getTime() + 40 * day);
    await gate.look();
    gate.again();
  });
  after(() => gate.close());

  describe('has its time', () => {
    it('before it, everything is there to read: what is looked for below can be found', async () => {
      const seen = JSON.stringify([await book(), ...(await Promise.all([released, emergency, visit].map((id) => read(auditor, `/api/v1/requests/${id}`))))]);
      // Numbers of cards are masked in the register, and the statement of a visitor stands in the request.
      assert.deepEqual(all.filter((value) => !seen.includes(value)), [values.hold]);
      const { rows } = await book();
      assert.deepEqual(new Set(rows.map(({ action }) => action)), new Set(['export-requested', 'act-refused', 'clip-released', 'clip-transferred']));
    });

    it('is refused to the last millisecond of the register’s time, and a hold stands longer than that', async () => {
      const until = await untilOf(released);
      // Five years after the last act, as the plan says; the law asks for three.
      assert.equal(Date.parse(until) - time.getTime() > 4 * 365 * day, true);
      time = new Date(Date.parse(until) - 1);
      await gate.anew();
      for (const field of ['application', 'unit']) assert.equal(await code(erase(privacy, released, field)), 'retention-running');
      await post(manager, released, 'hold', { reason: '示例', until: new Date(time.getTime() + day).toISOString() });
      // The hold is no act on the footage: the clock goes on.
      assert.equal(await untilOf(released), until);
      jump(Date.parse(until));
      assert.equal(await code(erase(privacy, released, 'unit')), 'footage-held');
      jump(Date.parse(until) + 2 * day);
    });

    const strangers: readonly (readonly [who: string, user: string])[] = [
      ['the officer', officer], ['the clerk', clerk], ['the manager', manager], ['the unit’s head', head], ['an executor', shanghai.executors[0]],
      ['the auditor', auditor], ['an administrator', 'user:root.luo'], ['the privacy officer of another city', 'user:bj.lei.privacy'],
    ];
    for (const [who, user] of strangers) it(`is not for ${who}`, async () => assert.equal(await code(erase(user, released, 'application')), 'not-permitted'));

    it('knows two fields', async () => assert.equal(await code(erase(privacy, released, 'reason')), 'body-malformed'));
    it('of a request that is none: request-unknown', async () => assert.equal(await code(erase(privacy, 'EG-310000-SH-YUNFAN-2026-999999', 'unit')), 'request-unknown'));

    it('is not done to a request that still waits for voices: it would be granted and never made', async () => {
      assert.equal(await code(erase(privacy, held, 'application')), 'state-conflict');
      // Somebody ends it; then its time begins anew.
      await vote(gate, clerk, held, { verdict: 'return', code: 'DUPLICATE' });
      assert.equal(await code(erase(privacy, held, 'application')), 'retention-running');
    });

    it('takes the application: form, paper, officers, case; and then the unit, whose time did not begin anew', async () => {
      const view = await erase(privacy, released, 'application') as unknown as Record<string, unknown>;
      assert.deepEqual([view['reason'], view['caseNumber'], view['instrument'], view['officers'], view['unit']], [erased, null, null, [], values.unit]);
      assert.equal(await code(erase(privacy, released, 'application')), 'state-conflict');
      const after = await erase(privacy, released, 'unit') as unknown as Record<string, unknown>;
      assert.deepEqual([after['reason'], after['unit'], after['state']], [erased, erased, 'released']);
      assert.equal(await code(erase(privacy, released, 'unit')), 'state-conflict');
    });

    it('takes every form of an emergency whose paper was served twice, why it was held, and why it was closed', async () => {
      const before = (await journal()).length;
      await erase(privacy, emergency, 'application');
      const fields = (await journal()).slice(before).flatMap((entry) => (entry.event === 'personal-erased' ? [entry.data.field] : []));
      assert.deepEqual(fields, ['application', 'application', 'application', 'reason', 'explanation']);
      await erase(privacy, emergency, 'unit');
      const view = await read<Record<string, unknown>>(auditor, `/api/v1/requests/${emergency}`);
      assert.deepEqual([view['reason'], view['unit'], view['explanation']], [erased, erased, erased]);
    });

    it('takes a visitor’s name, which the register then prints as erased', async () => {
      await erase(privacy, visit, 'application');
      const row = (await book()).rows.find(({ requestId, action }) => requestId === visit && action === 'export-requested')!;
      assert.deepEqual([row.reason, row.visitor], [erased, { name: erased, idNumber: erased }]);
    });

  });

  /** `count`: of the values that are gone of each request. */
  const everywhere = (counts: readonly number[]) => (): void => {
    it('the requests', async () => {
      for (const id of [released, emergency]) {
        const view = await read<Record<string, unknown> & { hold: { reason: string } | null }>(auditor, `/api/v1/requests/${id}`);
        assert.deepEqual([view['reason'], view['unit'], view.hold?.reason], [erased, erased, id === released ? erased : undefined]);
        assert.deepEqual(all.filter((value) => JSON.stringify(view).includes(value)), []);
      }
    });

    it('the register as JSON', async () => {
      const { rows } = await book();
      const [one] = rows.filter(({ requestId, action }) => requestId === released && action === 'clip-transferred');
      assert.deepEqual([one!.reason, one!.person.unit, one!.destination?.unit, one!.instrument?.number, one!.officers.map(({ name }) => name)], [erased, erased, erased, erased, [erased, erased]]);
      assert.deepEqual(all.filter((value) => value !== values.unit && JSON.stringify(rows).includes(value)), []);
      const mine = rows.filter(({ requestId }) => [released, emergency].includes(requestId!));
      assert.ok(mine.length >= 5 && mine.every(({ reason }) => reason === erased));
      assert.deepEqual(mine.filter((row) => JSON.stringify(row).includes(values.unit)), []);
    });

    for (const form of ['csv', 'xlsx', 'pdf'] as const)
      it(`the register as ${form}`, async () => {
        const file = path.join(gate.folder, `erased.${form}`);
        await (await gate.as(auditor)).download(`/api/v1/register?site=SH-YUNFAN&month=2026-03&format=${form}`, file);
        const bytes = await fs.promises.readFile(file);
        const text = form === 'csv' ? readCsv(bytes).flat().join('\n') : form === 'xlsx' ? xlsxCells(bytes).flat(2).map((cell) => cell.text).join('\n') : pdfText(bytes).join('').replaceAll('\n', '');
        assert.ok(text.includes(erased));
        // The unit stands at the request that is not erased, and at no other.
        assert.deepEqual(all.filter((value) => value !== values.unit && text.includes(value)), []);
      });

    it('no copy, no paper, no explanation can be had of it', async () => {
      assert.equal(await code((await gate.as(officer)).post('/api/v1/drafts', { copyOf: released })), 'application-erased');
      assert.equal(await code(read(auditor, `/api/v1/scans/${ownScan}?request=${released}`)), 'scan-unknown');
      const decided = (await journal()).find((entry) => entry.event === 'export-held' && entry.requestId === released)!;
      assert.equal(await code(read('user:root.luo', `/api/v1/explain/${decided.index}`)), 'state-conflict');
    });

    it('the list of keeping counts it', async () => {
      const { requests } = await read<{ requests: Retention[] }>(auditor, '/api/v1/retention?site=SH-YUNFAN');
      const count = (id: string) => requests.find(({ requestId }) => requestId === id)?.erased;
      assert.deepEqual([released, emergency, visit, held].map(count), counts);
    });

    it('the files of the database, but for the account’s own unit', async () => {
      const folder = path.join(gate.folder, 'data');
      const files = (await fs.promises.readdir(folder)).filter((name) => name.startsWith('store.sqlite'));
      assert.ok(files.length > 0);
      for (const file of files) {
        const bytes = await fs.promises.readFile(path.join(folder, file));
        assert.deepEqual(all.filter((value) => value !== values.unit && bytes.includes(value)), [], file);
      }
    });
  };
  describe('is told by', everywhere([3, 6, 1, 0]));

  describe('in the journal', () => {
    it('leaves the journal whole: it verifies with the public key, and tells who erased which value', async () => {
      const { log } = loadKeys(path.join(gate.folder, 'keys'));
      assert.equal((await verifyJournal(path.join(gate.folder, 'data/journal'), verifierKey(origin, log))).intact, true);
      const privacyOfficer = (await journal()).findLast(({ event }) => event === 'personal-erased')!.by;
      assert.match(privacyOfficer, /^p-/);
      const within = fs.readdirSync(path.join(gate.folder, 'data/journal'), { recursive: true, withFileTypes: true });
      const texts = within.filter((it) => it.isFile()).map((it) => fs.readFileSync(path.join(it.parentPath, it.name)));
      assert.ok(texts.length > 3, 'its tiles too');
      assert.deepEqual(all.filter((value) => texts.some((text) => text.includes(value))), []);
    });

    it('whose entry a crash left without its deed is done at the next start', async () => {
      const entry = (await journal()).find((it) => it.event === 'export-requested' && it.requestId === held);
      assert.ok(entry?.event === 'export-requested');
      const commitment = entry.data.application;
      await whileDown((log) => log.append({ event: 'personal-erased', by: 'p-0123456789abcdef01234567', requestId: held, data: { field: 'application', commitment } }));
      const view = await read<Record<string, unknown>>(auditor, `/api/v1/requests/${held}`);
      assert.deepEqual([view['reason'], view['officers']], [erased, []]);
      const bytes = await fs.promises.readFile(path.join(gate.folder, 'data/store.sqlite'));
      assert.equal(bytes.includes('示例乙事由'), false);
    });
  });

  describe('is told after a restart by', everywhere([3, 6, 1, 1]));

  describe('of a paper', () => {
    it('lets it go with the next sweep, which is recorded, unless another request names it', async () => {
      assert.deepEqual((await journal()).flatMap((entry) => (entry.event === 'scan-discarded' ? [entry.data.sha256] : [])), [ownScan]);
      assert.equal(await code(read(auditor, `/api/v1/scans/${ownScan}?request=${released}`)), 'scan-unknown');
      const file = path.join(gate.folder, 'kept.png');
      await (await gate.as(auditor)).download(`/api/v1/scans/${scanSha256}?request=${other}`, file);
      assert.deepEqual(await fs.promises.readFile(file), aScan);
    });
  });
});

describe('until when a request is kept', () => {
  const table: readonly (readonly [actedAt: string, registerYears: number | null, until: string])[] = [
    ['2026-03-04T01:02:03.004Z', null, '2029-03-04T01:02:03.004Z'],
    ['2026-03-04T00:00:00.000Z', 5, '2031-03-04T00:00:00.000Z'],
    ['2026-03-04T00:00:00.000Z', 1, '2029-03-04T00:00:00.000Z'], // below the floor, whatever the plan says
    ['2028-02-29T00:00:00.000Z', 3, '2031-03-01T00:00:00.000Z'],
  ];
  for (const [actedAt, registerYears, until] of table)
    it(`${registerYears ?? 'no'} years from ${actedAt}: ${until}`, () => assert.equal(keptUntil({ actedAt, plan: registerYears === null ? null : ({ registerYears } as never) }), until));
});

describe('a refused act has a row of its own in the register, so its request is kept', () => {
  const id = 'EG-1';
  const table: readonly (readonly [what: string, refused: readonly (readonly [at: string, act: Act, request: string])[], until: string])[] = [
    ['none', [], '2029-03-05T00:00:00.000Z'],
    ['a refused voice long after the return', [['2029-02-20T01:02:03.004Z', 'review', id]], '2032-02-20T01:02:03.004Z'],
    ['the newest of several', [['2027-01-01T00:00:00.000Z', 'export', id], ['2028-06-01T00:00:00.000Z', 'release', id]], '2031-06-01T00:00:00.000Z'],
    ['the newest, though the clock went back', [['2028-06-01T00:00:00.000Z', 'release', id], ['2027-01-01T00:00:00.000Z', 'export', id]], '2031-06-01T00:00:00.000Z'],
    ['one before the last act', [['2026-03-04T00:00:00.000Z', 'review', id]], '2029-03-05T00:00:00.000Z'],
    ['one on another request', [['2029-02-20T00:00:00.000Z', 'review', 'EG-2']], '2029-03-05T00:00:00.000Z'],
    ['an erasure that came too early', [['2029-02-20T00:00:00.000Z', 'destroy', id]], '2029-03-05T00:00:00.000Z'],
  ];
  for (const [what, refused, until] of table)
    it(`${what}: until ${until}, to the millisecond`, async () => {
      let time = new Date('2026-03-05T00:00:00.000Z');
      await withRig(async ({ add, append, journal, requests, store }) => {
        for (const request of [id, 'EG-2']) await add(request);
        await append(id, { event: 'export-returned', by: 'p-clerk', data: { codes: ['ID_MISMATCH'], step: 'evidence-clerk', policyVersion: 'sha256:p', rows: [], planDigest: 'sha256:x' } });
        for (const [at, act, request] of refused) {
          time = new Date(at);
          await journal.append({ event: 'act-refused', by: 'p-x', data: { act, request, code: 'not-permitted', policyVersion: 'sha256:p' } });
        }
        const parts = { policy: await loadPolicy(path.join(root, 'policies')), requests, store, months: new MonthIndex(journal), now: () => time };
        assert.equal((await retentionOf(parts, 'SH-YUNFAN', 9)).find(({ requestId }) => requestId === id)?.keptUntil, until);
        const person = { user: privacy, name: '示例', unit: '示例', pseudonym: 'p-privacy' };
        time = new Date(Date.parse(until) - 1);
        // Whoever asks first: the index has read nothing yet.
        assert.equal((await problemOf(eraseValue({ ...parts, months: new MonthIndex(journal) }, person, id, 'application')))?.code, 'retention-running');
        time = new Date(until);
        assert.equal((await eraseValue(parts, person, id, 'application')).erased.length, 1);
      }, { now: () => time });
    });
});
