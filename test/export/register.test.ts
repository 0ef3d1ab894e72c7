// The register against a tally kept beside it: over the real API, in every form, by who may read it and nobody else.
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import fs from 'node:fs';
import { type Client } from '../../plugin/cli/client.js';
import { keyIdOf } from '../../plugin/domain/formats/key-id.js';
import type { Entry } from '../../plugin/domain/audit-event.js';
import type { Application } from '../../plugin/domain/export-request.js';
import type { Problem } from '../../plugin/domain/problem.js';
import type { Person, UserId } from '../../plugin/domain/subject.js';
import { MonthIndex } from '../../plugin/export/month-index.js';
import { registerOf, type Register } from '../../plugin/export/register.js';
import { handOutRegister } from '../../plugin/export/register-paper.js';
import { registerTable } from '../../plugin/export/register-cells.js';
import type { RegisterRow } from '../../plugin/export/register-row.js';
import type { ApprovalsReport } from '../../plugin/export/reports.js';
import type { Retention } from '../../plugin/export/retention.js';
import { credentialOf, Roll } from '../../plugin/export/roll.js';
import { loadPolicy } from '../../plugin/policy/load.js';
import { call } from '../http/onvif-client.js';
import { aGate, anApplication, root, shanghai, type TestGate } from '../support/gate.js';
import { pdfText } from '../support/pdf-text.js';
import { readCsv, unquote } from '../support/read-csv.js';
import { withRig } from '../support/rig.js';
import { approveAll, letGo, problemOf, submit, until, vote } from '../support/walk.js';
import { xlsxCells } from '../support/xlsx-text.js';
import { fetchPackage } from '../support/fetch-package.js';

const gatePublicKey = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
const site = 'SH-YUNFAN';
const auditor = 'user:audit.he';
const ofSite = 'user:sh.yan';
const reason = '=HYPERLINK("http://192.0.2.1") 示例案件䶮龘';

describe('the register', () => {
  let gate: TestGate;
  // The last two minutes of March in Beijing.
  let time = new Date('2026-03-31T15:58:00.000Z');
  const tally: string[] = [];
  let released = '';
  let inApril = '';
  let confidential = '';

  const as = (user: string): Promise<Client> => gate.as(user);
  const book = async (month: string, more = '', user = auditor, where = site): Promise<Register> =>
    (await as(user)).get<Register>(`/api/v1/register?site=${where}&month=${month}${more}`);
  const brief = ({ action, requestId, person, result, codes }: RegisterRow): string =>
    [action, requestId ?? '-', person.user ?? person.name, result, ...codes].join(' ');
  const bytes = async (form: string): Promise<Buffer> => {
    const file = path.join(gate.folder, `register.${form}`);
    await (await as(auditor)).download(`/api/v1/register?site=${site}&month=2026-03&format=${form}`, file);
    return fs.promises.readFile(file);
  };
  const applied = async (change: Partial<Application>): Promise<string> => {
    const found = await submit(gate, change).then(({ requestId }) => requestId, (thrown: { requestId?: string }) => thrown.requestId);
    return found!;
  };

  before(async function () {
    this.timeout(240_000);
    gate = await aGate({ now: () => time });
    for (const user of [shanghai.officer, ...shanghai.steps, ...shanghai.executors, auditor, ofSite, 'user:bj.lu']) await gate.as(user);
    const officer = shanghai.officer;
    released = await applied({ reason });
    tally.push(`export-requested ${released} ${officer} released`);
    const returned = await applied({ instrument: undefined, officers: [] });
    tally.push(`export-requested ${returned} ${officer} returned NO_INSTRUMENT OFFICER_COUNT`);
    tally.push(`export-requested ${await applied({ basis: 'FOREIGN' })} ${officer} denied basis-foreign`);
    confidential = await applied({ basis: 'STATE_SECURITY', instrument: { ...anApplication().instrument!, type: 'STATE_SECURITY_PAPER' } });
    const span = { from: '2026-03-01T02:00:05Z', to: '2026-03-01T02:00:01Z' };
    assert.equal((await problemOf(submit(gate, { items: [{ camera: 'sh-yf-street', ...span }, { camera: 'bj-ql-gate', ...span }] })))?.code, 'sites-mixed');
    tally.push(`request-refused - ${officer} refused sites-mixed`);
    assert.equal((await problemOf(submit(gate, { items: [{ camera: 'no-such-camera', ...span }] })))?.code, 'camera-unknown');
    const secret = { basis: 'STATE_SECURITY', reason: '示例:涉密' } as const;
    assert.equal((await problemOf(submit(gate, { ...secret, items: [{ camera: 'sh-yf-street', ...span }, { camera: 'bj-ql-gate', ...span }] })))?.code, 'sites-mixed');
    assert.equal((await problemOf(submit(gate, { ...secret, items: [{ camera: 'no-such-camera', ...span }] })))?.code, 'camera-unknown');
    assert.equal((await problemOf(vote(gate, officer, released)))?.code, 'own-request');
    tally.push(`act-refused ${released} ${officer} refused own-request`);
    assert.equal((await problemOf(vote(gate, officer, confidential)))?.code, 'own-request');
    await (await as(officer)).post('/api/v1/prechecks', { items: anApplication().items, reason: '示例:预检' });
    tally.push(`footage-searched - ${officer} searched`);
    const replay = { service: 'replay', operation: 'GetReplayUri', inner: '<o:RecordingToken>REC_1</o:RecordingToken>', target: '/onvif/replay_service' } as const;
    await call(gate.frontUrl, { ...replay, named: 'operator' });
    tally.push('access-stopped - operator 127.0.0.1 stopped footage');
    // A client that waits to be asked for its login has not named itself when it is stopped.
    await call(gate.frontUrl, replay, { user: 'operator', password: 'box-password' });
    tally.push('access-stopped - 127.0.0.1 stopped footage');
    await until(gate, confidential, ({ custody }) => custody === 'sealed' || custody === 'unavailable');
    await approveAll(gate, released);
    await until(gate, released, ({ state }) => state === 'packaged');
    await letGo(gate, shanghai.executors[0], released);
    time = new Date('2026-03-31T15:59:59.999Z');
    await letGo(gate, shanghai.executors[1], released);
    tally.push(`clip-released ${released} ${shanghai.executors[1]} released`);
    const fetched = async (name: string) => {
      tally.push(`clip-transferred ${released} ${officer} transferred`);
      return fetchPackage(await as(officer), released, path.join(gate.folder, name));
    };
    const { transfer: first } = await fetched('package.zip');
    const { transfer: second, manifestSha256 } = await fetched('again.zip');
    await (await as(shanghai.executors[0])).post(`/api/v1/requests/${released}/receipt`, { refused: '示例:当场拒签', transfer: first });
    tally.push(`receipt-refused ${released} ${shanghai.executors[0]} unreceived`);
    await (await as(officer)).post(`/api/v1/requests/${released}/receipt`, { manifest: manifestSha256, transfer: second });
    tally.push(`receipt-confirmed ${released} ${officer} received`);
    time = new Date('2026-03-31T16:00:00.000Z');
    inApril = await applied({ instrument: undefined });
  });
  after(() => gate.close());

  it('has a row for each act of the month, in order, and no other', async () => {
    const { rows, total, parts } = await book('2026-03');
    assert.deepEqual(rows.filter(({ action }) => action !== 'frame-inspected').map(brief), tally);
    assert.deepEqual([total, parts], [rows.length, 1]);
    assert.deepEqual(rows.map(({ number }) => number), rows.map((_, at) => at + 1));
  });

  it('has a row for each frame that a step looked at', async () => {
    const { entries } = await (await as(auditor)).get<{ entries: Entry[] }>('/api/v1/journal?from=0&count=500');
    const seen = entries.filter(({ event, at }) => event === 'frame-inspected' && at < '2026-03-31T16');
    const { rows } = await book('2026-03');
    assert.deepEqual(rows.filter(({ action }) => action === 'frame-inspected').map(({ entry }) => entry), seen.map(({ index }) => index));
  });

  it('counts months by Beijing time', async () => {
    assert.deepEqual((await book('2026-04')).rows.map(brief), [`export-requested ${inApril} ${shanghai.officer} returned NO_INSTRUMENT`]);
    assert.deepEqual((await book('2026-05')).rows, []);
  });

  it('tells of a release what the law asks', async () => {
    const row = (await book('2026-03')).rows.find(({ requestId }) => requestId === released)!;
    assert.deepEqual([row.reason, row.purpose, row.basis, row.instrument, row.custody], [reason, 'ordinary', 'CRIMINAL_CASE', { type: 'RETRIEVAL_NOTICE', number: '示例公(刑)调证字〔2026〕12号' }, 'sealed']);
    assert.deepEqual([row.person.name, row.person.unit, row.items[0]!.name], ['示例shlu', '示例单位', '北侧道路']);
    assert.deepEqual(row.officers.map(({ name, idNumber }) => `${name} ${idNumber}`), ['陆一舟 ******001', '江映川 ******002']);
    assert.deepEqual(row.approvers.map(({ step }) => step), ['evidence-clerk', 'site-security-manager', 'privacy-officer', 'unit-head']);
    assert.equal(row.executors.length, 2);
    assert.match(row.bundle, /^[0-9a-f]{64}$/);
  });

  it('tells of a receipt which manifest was confirmed, of a refused one why, and whose it was', async () => {
    const { rows } = await book('2026-03');
    const [refused, confirmed] = (['receipt-refused', 'receipt-confirmed'] as const).map((action) => rows.find((row) => row.action === action)!);
    assert.deepEqual([refused!.about, refused!.destination?.user, confirmed!.about, confirmed!.destination?.user], ['示例:当场拒签', shanghai.officer, confirmed!.bundle, shanghai.officer]);
    const csv = (await bytes('csv')).toString();
    for (const word of ['签收', '已签收', '拒签', '已拒签', '示例:当场拒签', confirmed!.bundle]) assert.ok(csv.includes(word), word);
  });

  it('keeps confidential requests in a register of their own, for who reads the journal everywhere', async () => {
    const { rows } = await book('2026-03', '&confidential=only');
    assert.deepEqual(rows.map(({ action, requestId }) => `${action} ${requestId}`), [`export-requested ${confidential}`, 'request-refused null', `act-refused ${confidential}`]);
    for (const [where, refused] of [['BJ-QINGLAN', 'sites-mixed'], ['-', 'camera-unknown']] as const)
      assert.deepEqual((await book('2026-03', '&confidential=only', auditor, where)).rows.map(brief), [`request-refused - ${shanghai.officer} refused ${refused}`]);
    for (const where of [site, 'BJ-QINGLAN', '-']) assert.doesNotMatch(JSON.stringify(await book('2026-03', '', auditor, where)), /涉密/);
    assert.equal((await problemOf(book('2026-03', '&confidential=only', ofSite)))?.code, 'not-permitted');
    assert.equal(JSON.stringify(await book('2026-03')).includes(confidential), false);
  });

  it('loses nothing that belongs to no site', async () => {
    assert.deepEqual((await book('2026-03', '', auditor, '-')).rows.map(brief), [`request-refused - ${shanghai.officer} refused camera-unknown`]);
    assert.deepEqual((await book('2026-03', '', auditor, 'BJ-QINGLAN')).rows.map(({ items }) => items.map(({ camera }) => camera)), [['bj-ql-gate']]);
  });

  it('is the same in every form: CSV, spreadsheet, PDF', async () => {
    const { rows } = await book('2026-03');
    const [head, ...lines] = readCsv(await bytes('csv'));
    assert.equal(head!.length, 20);
    assert.deepEqual(lines.map((cells) => [cells[0], cells[18], cells[19]]), rows.map(({ number, requestId, entry }) => [String(number), requestId ?? '', String(entry)]));
    assert.equal(lines[0]![3], `'${reason}`);
    assert.equal(lines[0]![1], '2026-03-31 23:58:00');
    const [sheet] = xlsxCells(await bytes('xlsx'));
    assert.deepEqual(sheet!.map((row) => row.map(({ text }) => text)), [head, ...lines]);
    const pages = pdfText(await bytes('pdf'));
    const paper = pages.join('').replaceAll('\n', '');
    assert.match(paper, /信息调用登记表/);
    assert.match(paper, /第 1 页 共/);
    // What a court holds gate.pub against, from a paper and not from the package; in the spreadsheet and the JSON likewise.
    const keyId = keyIdOf(createPublicKey(await (await fetch(`${gate.url}/api/v1/keys/gate.pub`)).text()));
    assert.ok(paper.includes(`网关公钥指纹(SHA-256,核对证据包时以此为准):${keyId}`));
    assert.equal((await book('2026-03') as Register & { keyId: string }).keyId, keyId);
    for (const cells of lines) for (const at of [2, 18, 19]) assert.ok(paper.includes(cells[at]!), `${at}: ${cells[at]}`);
    // 䶮 stands in the list of characters for names (通用规范汉字表), which the font has whole; 龘 does not, and is spelled out.
    assert.ok(paper.includes('示例案件䶮〔U+9F98〕'));
    // The officers' numbers as they were given; the register has their ends alone.
    assert.deepEqual(lines.flat().map(unquote).filter((cell) => /示例-00000[12]/.test(cell)), []);
  });

  const refused: readonly (readonly [what: string, query: string, user: string, code: string])[] = [
    ['an officer', `site=${site}&month=2026-03`, shanghai.officer, 'not-permitted'],
    ['the site’s auditor at another site', 'site=BJ-QINGLAN&month=2026-03', ofSite, 'not-permitted'],
    ['the site’s auditor for no site', 'site=-&month=2026-03', ofSite, 'not-permitted'],
    ['a site that is none', 'site=NO-SUCH&month=2026-03', auditor, 'site-unknown'],
    ['a month that is none', `site=${site}&month=2026-13`, auditor, 'body-malformed'],
    ['no month', `site=${site}`, auditor, 'body-malformed'],
    ['no site', 'month=2026-03', auditor, 'body-malformed'],
    ['another form', `site=${site}&month=2026-03&format=doc`, auditor, 'body-malformed'],
    ['a part that is not there', `site=${site}&month=2026-03&part=2`, auditor, 'body-malformed'],
    ['a part that is no number', `site=${site}&month=2026-03&part=1e9`, auditor, 'body-malformed'],
  ];
  for (const [what, query, user, code] of refused)
    it(`${what}: ${code}`, async () => assert.equal((await problemOf((await as(user)).get(`/api/v1/register?${query}`)))?.code, code));

  it('is recorded before it is handed out', async () => {
    const { rows } = await book('2026-03', '', ofSite);
    const { entries } = await (await as(auditor)).get<{ entries: Entry[] }>('/api/v1/journal?count=5');
    const last = entries.findLast(({ event }) => event === 'register-read');
    assert.deepEqual(last?.data, { site, month: '2026-03', rows: rows.length, confidential: false });
  });

  it('and the reports: time and outcome of steps, returns by code, applications, what is overdue', async () => {
    time = new Date('2026-04-03T00:00:00.000Z');
    gate.again();
    const report = await (await as(ofSite)).get<ApprovalsReport>(`/api/v1/reports/approvals?site=${site}&month=2026-03`);
    assert.deepEqual(report.steps.map(({ step, voices, returned, narrowed, byStandIns }) => [step, voices, returned, narrowed, byStandIns]), ['evidence-clerk', 'site-security-manager', 'privacy-officer', 'unit-head'].map((step) => [step, 1, 0, 0, 0]));
    assert.deepEqual(report.idle, report.steps.map(({ step }) => step));
    assert.deepEqual(report.returns, [{ code: 'NO_INSTRUMENT', byGate: 1, bySteps: 0 }, { code: 'OFFICER_COUNT', byGate: 1, bySteps: 0 }]);
    assert.deepEqual(report.applications, [
      { basis: 'CRIMINAL_CASE', city: '310000', applied: 2, denied: 0, returned: 1, granted: 1, released: 1 },
      { basis: 'FOREIGN', city: '310000', applied: 1, denied: 1, returned: 0, granted: 0, released: 0 },
    ]);
    assert.equal(JSON.stringify(report).includes(confidential), false);
    assert.equal((await problemOf((await as(ofSite)).get('/api/v1/reports/approvals?month=2026-03')))?.code, 'not-permitted');
    assert.equal((await (await as(auditor)).get<ApprovalsReport>('/api/v1/reports/approvals?month=2026-03')).site, null);
  });

  it('and the clocks of keeping', async () => {
    const { requests } = await (await as(ofSite)).get<{ requests: Retention[] }>(`/api/v1/retention?site=${site}&limit=2`);
    const later = await (await as(ofSite)).get<{ requests: Retention[] }>(`/api/v1/retention?site=${site}&before=${requests[1]!.requestId}`);
    const all = [...requests, ...later.requests];
    assert.deepEqual(all.map(({ requestId }) => requestId).includes(confidential), false);
    assert.equal(all.length, 4);
    assert.equal(all.find(({ requestId }) => requestId === released)!.keptUntil, '2031-03-31T15:59:59.999Z');
    assert.equal(all.find(({ requestId }) => requestId === inApril)!.keptUntil, '2029-03-31T16:00:00.000Z');
    assert.equal((await problemOf((await as(shanghai.officer)).get(`/api/v1/retention?site=${site}`)))?.code, 'not-permitted');
  });
});

describe('the register of acts that a test writes by hand', () => {
  it('has rows for watching and for a broken glass, and follows what is written later', async () => {
    const policy = await loadPolicy(path.join(root, 'policies'));
    await withRig(async (rig) => {
      const months = new MonthIndex(rig.journal);
      const read = async () => (await registerOf({ policy, requests: rig.requests, store: rig.store, people: { roll: new Roll(rig.journal) }, months, camerasOf: () => [] }, { site, month: '2026-03' })).rows;
      await rig.add('EG-1');
      assert.deepEqual((await read()).map(({ action }) => action), ['export-requested']);
      const [by, from, to] = ['p-first', '2026-03-01T00:00:00.000Z', '2026-03-01T00:00:10.000Z'];
      await rig.append('EG-1', { event: 'preserve-completed', by: 'gate', data: { cameras: 1, bytes: 1 } });
      await rig.append('EG-1', { event: 'footage-viewed', by, data: { camera: 'sh-yf-street', from, to, why: 'review' } });
      await rig.append('EG-1', { event: 'glass-asked', by, data: { reason: 'life-in-danger' } });
      await rig.append('EG-1', { event: 'glass-broken', by: 'p-second', data: { reason: 'life-in-danger', askedBy: by, askedAt: '2026-03-01T00:00:00.000Z' } });
      await rig.journal.append({ event: 'request-read', by, data: { request: 'EG-1' } });
      // Tried before there was such a request.
      await rig.journal.append({ event: 'act-refused', by, data: { act: 'review', request: 'EG-1', code: 'request-unknown', policyVersion: 'sha256:p' } });
      await rig.journal.append({ event: 'act-refused', by, data: { act: 'edit-policy', request: 'policy:sha256:x', code: 'not-permitted', policyVersion: 'sha256:p' } });
      const rows = await read();
      assert.deepEqual(rows.map(({ action, person, about, result, codes }) => [action, person.name, about, result, ...codes]), [
        ['export-requested', 'user:sh.lu', '', 'held'],
        ['footage-viewed', 'p-first', 'review', 'viewed'],
        ['glass-broken', 'p-second', '', 'broken', 'life-in-danger'],
      ]);
      assert.deepEqual(rows[1]!.items, [{ camera: 'sh-yf-street', name: '北侧道路', from, to }]);
      assert.deepEqual(rows[2]!.approvers.map(({ name }) => name), ['p-first']);
    });
  });

  it('tells who ended a request, and in whose right, on paper too', async () => {
    const policy = await loadPolicy(path.join(root, 'policies'));
    await withRig(async (rig) => {
      await rig.add('EG-1');
      await rig.add('EG-2');
      const data = { codes: ['ID_MISMATCH'], step: 'evidence-clerk', policyVersion: 'sha256:p', rows: [], planDigest: 'sha256:x', standsInFor: 'p-absent' } as const;
      await rig.append('EG-1', { event: 'export-returned', by: 'p-clerk', data });
      await rig.append('EG-2', { event: 'request-withdrawn', by: rig.applicant, data: {} });
      const parts = { policy, requests: rig.requests, store: rig.store, people: { roll: new Roll(rig.journal) }, months: new MonthIndex(rig.journal), camerasOf: () => [] };
      const { rows } = await registerOf(parts, { site, month: '2026-03' });
      const at = '2026-03-02T00:00:00.000Z';
      assert.deepEqual(rows.map(({ ended }) => ended), [
        { step: 'evidence-clerk', name: 'p-clerk', at, standsInFor: 'p-absent' },
        { step: null, name: 'user:sh.lu', at, standsInFor: null },
      ]);
      const { columns, rows: cells } = registerTable(policy, rows);
      const steps = columns.findIndex(({ title }) => title === '审批人(步骤)');
      assert.deepEqual(cells.map((row) => row[steps]), ['核验 p-clerk(代p-absent 已退回补正) 2026-03-02 08:00:00', 'user:sh.lu(已撤回) 2026-03-02 08:00:00']);
    });
  });

  it('of a site that sites.csv has no more is still there, for who may read everywhere', async () => {
    const policy = await loadPolicy(path.join(root, 'policies'));
    await withRig(async (rig) => {
      await rig.add('EG-1');
      const { requested } = rig.requests.state('EG-1');
      await rig.append('EG-2', { event: 'export-requested', by: rig.applicant, data: { ...requested, city: '510100', site: 'CD-GONE', items: [{ ...requested.items[0]!, camera: 'cd-gone-street' }] } });
      const parts = { policy, requests: rig.requests, store: rig.store, people: { roll: new Roll(rig.journal) }, journal: rig.journal, months: new MonthIndex(rig.journal), camerasOf: () => [], now: () => new Date('2026-04-01T00:00:00.000Z'), gatePublicKey };
      const read = async (user: UserId, gone = 'CD-GONE') => {
        const { register, bytes } = await handOutRegister(parts, { user, name: '', unit: '', pseudonym: 'p-reader', session: 's' } as Person, { site: gone, month: '2026-03' }, 'pdf');
        assert.ok(bytes.length > 1000);
        return register;
      };
      const { siteName, cityName, rows } = await read('user:audit.he');
      assert.deepEqual([siteName, cityName, rows.map(({ requestId, items }) => [requestId, items[0]!.camera])], ['已撤销的场所', '成都市', [['EG-2', 'cd-gone-street']]]);
      await assert.rejects(read('user:audit.he', 'CD-NEVER'), (thrown: Problem) => thrown.code === 'site-unknown');
      await assert.rejects(read('user:cd.wen.auditor'), (thrown: Problem) => thrown.code === 'not-permitted');
    });
  });

  it('prints no name that somebody wrote into the database: the journal vouches for none', async () => {
    const policy = await loadPolicy(path.join(root, 'policies'));
    await withRig(async (rig) => {
      await rig.add('EG-1');
      const account = { user: shanghai.officer, name: '伪造姓名', unit: '示例', card: null, expiresAt: '2099-01-01T00:00:00.000Z', passwordHash: 'x', secondFactor: null, createdAt: '2026-01-01T00:00:00.000Z' };
      await rig.store.accounts.put(account);
      const parts = { policy, requests: rig.requests, store: rig.store, people: { roll: new Roll(rig.journal) }, months: new MonthIndex(rig.journal), camerasOf: () => [] };
      assert.deepEqual((await registerOf(parts, { site, month: '2026-03' })).rows.map(({ person }) => person.name), [shanghai.officer]);
      const data = { account: rig.applicant, credential: credentialOf(account), expiresAt: account.expiresAt, administrator: false };
      await rig.journal.append({ event: 'account-created', by: rig.applicant, data });
      const vouched = { ...parts, people: { roll: new Roll(rig.journal) } };
      assert.deepEqual((await registerOf(vouched, { site, month: '2026-03' })).rows.map(({ person }) => person.name), ['伪造姓名']);
    });
  });

  it('sets nothing that somebody typed between the officers of a cell', async () => {
    const policy = await loadPolicy(path.join(root, 'policies'));
    await withRig(async (rig) => {
      const officer = (name: string) => ({ name, unit: '示例支队', idKind: 'POLICE' as const, idNumber: '示例-1' });
      await rig.add('EG-1');
      const { requested } = rig.requests.state('EG-1');
      const application = await rig.store.personal.conceal('application', { reason: '示例', officers: [officer('甲；乙(示例支队 人民警察证 示例-2)'), officer('丙')] });
      await rig.append('EG-2', { event: 'export-requested', by: rig.applicant, data: { ...requested, application } });
      const parts = { policy, requests: rig.requests, store: rig.store, people: { roll: new Roll(rig.journal) }, months: new MonthIndex(rig.journal), camerasOf: () => [] };
      const { rows } = await registerOf(parts, { site, month: '2026-03' });
      const { columns, rows: cells } = registerTable(policy, rows.filter(({ requestId }) => requestId === 'EG-2'));
      const cell = cells[0]![columns.findIndex(({ title }) => title === '办案人员及证件')]!;
      assert.equal(cell.split('；').length, 2, cell);
      assert.ok(cell.includes('甲;乙'));
    });
  });

  it('tells why somebody searched, or was refused; and of a stopped access where its recording is, else at all sites of the recorder', async () => {
    const policy = await loadPolicy(path.join(root, 'policies'));
    await withRig(async (rig) => {
      const cameras = [{ camera: 'sh-yf-street', recording: 'R1' }, { camera: 'cd-jx-street', recording: 'R2' }];
      const parts = { policy, requests: rig.requests, store: rig.store, people: { roll: new Roll(rig.journal) }, months: new MonthIndex(rig.journal), camerasOf: () => cameras };
      const items = [{ camera: 'sh-yf-street', from: '2026-03-01T00:00:00.000Z', to: '2026-03-01T00:00:10.000Z' }];
      const [reason, client] = [await rig.store.personal.conceal('reason', '示例:预检'), await rig.store.personal.conceal('client', { user: null, address: '192.0.2.1' })];
      await rig.journal.append({ event: 'footage-searched', by: 'p-first', data: { site, items, reason } });
      await rig.journal.append({ event: 'search-refused', by: 'p-second', data: { code: 'not-permitted', items, reason } });
      await rig.journal.append({ event: 'request-refused', by: 'p-second', data: { code: 'span-invalid', applicant: 'p-second', basis: 'COURT', items, reason } });
      for (const recording of ['R1', 'R2', 'R3', null])
        await rig.journal.append({ event: 'access-stopped', by: 'gate', data: { recorder: 'nvr-1', operation: 'GetReplayUri', class: 'footage', recording, client } });
      const read = async (where: string) =>
        (await registerOf(parts, { site: where, month: '2026-03' })).rows.map((row) => [row.action, row.person.name, row.reason || row.about, row.result, ...row.codes]);
      const stopped = (recording?: string) => ['access-stopped', '192.0.2.1', ['nvr-1', 'GetReplayUri', recording].filter(Boolean).join(' '), 'stopped', 'footage'];
      assert.deepEqual(await read(site), [
        ['footage-searched', 'p-first', '示例:预检', 'searched'],
        ['search-refused', 'p-second', '示例:预检', 'refused', 'not-permitted'],
        ['request-refused', 'p-second', '示例:预检', 'refused', 'span-invalid'],
        stopped('R1'), stopped('R3'), stopped(),
      ]);
      assert.deepEqual(await read('CD-JINXI'), [stopped('R2'), stopped('R3'), stopped()]);
      await rig.store.personal.erase(reason);
      assert.equal((await read(site))[0]![2], '〔已删除〕');
    });
  });
});
