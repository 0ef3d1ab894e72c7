// Every operation of the API, asked by every kind of person about requests that are not all theirs: who gets an answer, and who is told what a
// stranger is told. An operation that is not in the table fails the test.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Client } from '../../plugin/cli/client.js';
import { Problem, type ProblemCode } from '../../plugin/domain/problem.js';
import { operations } from '../../plugin/http/api/index.js';
import { aGate, anApplication, cardOf, nameOf, password, scanSha256, shanghai, type TestGate } from '../support/gate.js';
import { aHookServer, says, type HookServer } from '../support/letter-box.js';
import { approveAll, noPaper, noPlan, problemOf, quarter, submit, until, type Seen } from '../support/walk.js';

/** Kinds of people, as the shipped roles make them. The officer applied; the colleague is of the same unit, in the same city. */
const people = {
  officer: shanghai.officer,
  colleague: 'user:sh.pan',
  'officer elsewhere': 'user:bj.meng.investigator',
  clerk: shanghai.steps[0],
  manager: shanghai.steps[1],
  privacy: shanghai.steps[2],
  head: shanghai.steps[3],
  duty: 'user:sh.tao',
  executor: shanghai.executors[0],
  reception: 'user:sh.xu',
  staff: 'user:sh.fang',
  'site auditor': 'user:sh.yan',
  auditor: 'user:audit.he',
  administrator: 'user:root.luo',
  'clerk elsewhere': 'user:gl.lan.clerk',
  'auditor elsewhere': 'user:gl.lao.auditor',
} as const;
type Who = keyof typeof people;
const everybody = Object.keys(people) as Who[];
const steps: readonly Who[] = ['clerk', 'manager', 'privacy', 'head'];
const custodian: readonly Who[] = [...steps, 'duty'];
const overseers: readonly Who[] = ['head', 'site auditor', 'auditor'];
const journalOfSite: readonly Who[] = ['site auditor', 'auditor'];
const journalOfAll: readonly Who[] = ['auditor'];
const policyReaders: readonly Who[] = ['auditor', 'administrator'];

/** What a person is told who may not. Everything else is an answer, though it may be that the matter does not stand so. */
const refusals = ['not-permitted', 'request-unknown', 'own-request', 'not-your-step', 'view-refused', 'not-found', 'scan-unknown', 'draft-unknown', 'session-unknown', 'request-denied', 'delegation-invalid', 'letter-unknown', 'invitation-unknown'];

interface Ask {
  /** The address, where it is not the operation's own. Of what an answer uses up, one that is made anew for each who asks. */
  at?: string | (() => Promise<string>);
  body?: object;
  /** Who is answered. */
  may: readonly Who[];
}

interface Places {
  held: string;
  returned: string;
  packaged: string;
  confidential: string;
  emergency: string;
  draft: string;
  letter: string;
  /** Each makes one, and tells its id. */
  aSession(): Promise<string>;
  anInvitation(): Promise<string>;
  aDelegation(): Promise<number>;
  aDraft(): Promise<string>;
}

/** The clerk's role goes to the duty manager, in years to come. */
const delegation = { to: people.duty, role: 'role:evidence-clerk', site: 'SH-YUNFAN', from: '2036-01-01T00:00:00Z', until: '2036-02-01T00:00:00Z' };

const aMedium = { transfer: 'none', serial: '示例-1', bag: '示例-1', bytes: 1, sha256: '0'.repeat(64), receivers: ['示例'] };

/** `METHOD path` → what is asked, and who is answered. It is asked of what exists, or a check that is gone would not show. Bodies are such that an answer changes nothing: the matter does not stand so. */
const table = (ids: Places): Record<string, Ask[]> => {
  const of = (id: string, rest: string): string => `/api/v1/requests/${id}${rest}`;
  const own: readonly Who[] = everybody;
  const readers: readonly Who[] = ['officer', 'colleague', ...steps, 'site auditor', 'auditor'];
  // Both wait for the clerk: whose step comes later is told nothing yet, unless they look after the site.
  const readersOfHeld = readers.filter((who) => who !== 'manager' && who !== 'privacy');
  const confidentialReaders: readonly Who[] = ['officer', 'clerk'];
  return {
    'GET /api/v1/session': [{ may: own }],
    'GET /api/v1/sessions': [{ may: own }, { at: '/api/v1/sessions?all=true', may: own }],
    'POST /api/v1/sessions/{id}/end': [{ at: async () => `/api/v1/sessions/${await ids.aSession()}/end`, body: {}, may: ['officer', 'administrator'] }],
    'GET /api/v1/invitations': [{ may: ['administrator'] }],
    'POST /api/v1/invitations': [{ body: { user: 'user:sh.lu', name: '', unit: '示例' }, may: own }], // judged before who asks: tells nothing
    'POST /api/v1/invitations/{id}/confirmation': [
      { at: async () => `/api/v1/invitations/${await ids.anInvitation()}/confirmation`, body: {}, may: ['administrator'] },
    ],
    'GET /api/v1/accounts': [{ may: ['administrator'] }],
    'POST /api/v1/accounts/{user}/close': [{ at: '/api/v1/accounts/sh.nobody/close', body: {}, may: ['administrator'] }],
    'POST /api/v1/password': [{ body: { current: 'not the password', next: 'another-long-password-9' }, may: own }],
    'GET /api/v1/requests': [{ may: own }],
    'POST /api/v1/requests': [{ body: { ...anApplication(), items: [] }, may: own }],
    'GET /api/v1/requests/{id}': [
      { at: of(ids.held, ''), may: readersOfHeld },
      { at: of(ids.packaged, ''), may: [...readers, 'executor'] },
      { at: of(ids.emergency, ''), may: [...readers, 'duty'] },
      { at: of(ids.confidential, ''), may: confidentialReaders },
    ],
    'GET /api/v1/requests/{id}/gaps': [
      { at: of(ids.held, '/gaps'), may: readersOfHeld },
      { at: of(ids.confidential, '/gaps'), may: confidentialReaders },
    ],
    'POST /api/v1/requests/{id}/reviews': [
      // Granted: it takes no voice, whoever speaks; of a confidential one strangers do not even hear that.
      { at: of(ids.confidential, '/reviews'), body: { verdict: 'approve', planDigest: noPlan }, may: ['clerk'] },
    ],
    'POST /api/v1/requests/{id}/release': [{ at: of(ids.held, '/release'), body: {}, may: ['executor'] }],
    'POST /api/v1/requests/{id}/after-review': [{ at: of(ids.held, '/after-review'), body: { finding: 'in-order' }, may: overseers }],
    'GET /api/v1/requests/{id}/frame': [{ at: of(ids.held, '/frame?camera=sh-yf-street&edge=first'), may: [] }],
    'GET /api/v1/requests/{id}/stream': [{ at: of(ids.held, '/stream?camera=sh-yf-street'), may: [] }],
    // A camera that has no footage of it: who may draw on the others is told so.
    'POST /api/v1/requests/{id}/cameras/{camera}/areas': [{ at: of(ids.held, '/cameras/sh-yf-nowhere/areas'), body: { areas: [quarter] }, may: ['clerk'] }],
    'POST /api/v1/requests/{id}/cameras/{camera}/areas/preview': [
      { at: of(ids.held, '/cameras/sh-yf-nowhere/areas/preview'), body: { areas: [quarter] }, may: ['clerk'] },
    ],
    'GET /api/v1/requests/{id}/areas': [
      { at: of(ids.held, '/areas'), may: readersOfHeld },
      { at: of(ids.confidential, '/areas'), may: confidentialReaders },
    ],
    'POST /api/v1/requests/{id}/times': [
      { at: of(ids.packaged, '/times'), body: { camera: 'sh-yf-street', first: '2026-03-01T02:00:01Z', last: '2026-03-01T02:00:02Z' }, may: ['executor'] },
    ],
    'POST /api/v1/requests/{id}/transfers': [{ at: of(ids.packaged, '/transfers'), body: {}, may: ['officer'] }],
    // Nobody’s: everybody hears the same. Whose it is not, test/export/transfers.long.test.ts asks.
    'GET /api/v1/transfers/{address}': [{ at: '/api/v1/transfers/none', may: own }],
    'GET /api/v1/requests/{id}/link': [{ at: of(ids.packaged, '/link'), may: ['officer'] }],
    'POST /api/v1/requests/{id}/passphrase': [{ at: of(ids.packaged, '/passphrase'), body: {}, may: ['officer'] }],
    'POST /api/v1/requests/{id}/receipt': [{ at: of(ids.packaged, '/receipt'), body: { manifest: '0'.repeat(64) }, may: ['officer'] }],
    'GET /api/v1/requests/{id}/receipt': [{ at: of(ids.packaged, '/receipt'), may: ['officer'] }],
    'POST /api/v1/requests/{id}/handovers': [{ at: of(ids.packaged, '/handovers'), body: aMedium, may: ['officer'] }],
    'POST /api/v1/requests/{id}/handovers/{handover}/signature': [{ at: of(ids.packaged, '/handovers/none/signature'), body: {}, may: ['officer'] }],
    'POST /api/v1/requests/{id}/case-closing': [{ at: of(ids.packaged, '/case-closing'), body: {}, may: ['officer'] }],
    'GET /api/v1/requests/{id}/destruction': [
      { at: of(ids.held, '/destruction'), may: [...readersOfHeld, 'privacy'] },
      { at: of(ids.confidential, '/destruction'), may: confidentialReaders },
    ],
    'GET /api/v1/deliveries': [{ at: `/api/v1/deliveries?id=${ids.confidential}`, may: [...journalOfSite, 'auditor elsewhere'] }], // who reads a journal anywhere; of others' sites it finds nothing
    'POST /api/v1/restore-drills': [{ body: { report: '0'.repeat(64), backup: '2026-03-01T00:00:00Z', packages: 0, destroyed: 0, findings: 0 }, may: ['administrator'] }],
    'POST /api/v1/requests/{id}/destruction': [{ at: of(ids.packaged, '/destruction'), body: {}, may: ['privacy'] }],
    'GET /api/v1/requests/{id}/progress': [
      { at: of(ids.held, '/progress'), may: readersOfHeld },
      { at: of(ids.confidential, '/progress'), may: confidentialReaders },
    ],
    'POST /api/v1/requests/{id}/withdrawal': [{ at: of(ids.returned, '/withdrawal'), body: {}, may: ['officer'] }],
    'POST /api/v1/requests/{id}/call-backs': [
      { at: of(ids.held, '/call-backs'), body: { directory: 'no-such', confirmed: true }, may: custodian },
    ],
    'POST /api/v1/requests/{id}/paper': [{ at: of(ids.held, '/paper'), body: { instrument: anApplication().instrument }, may: ['officer', ...custodian] }],
    'POST /api/v1/requests/{id}/paper/acceptance': [{ at: of(ids.held, '/paper/acceptance'), body: { servedAt: noPaper }, may: custodian }],
    'POST /api/v1/requests/{id}/closing': [{ at: of(ids.held, '/closing'), body: { explanation: '示例' }, may: custodian }],
    'POST /api/v1/requests/{id}/glass': [{ at: of(ids.packaged, '/glass'), body: { reason: 'life-in-danger' }, may: ['administrator'] }],
    'POST /api/v1/requests/{id}/hold': [
      { at: of(ids.held, '/hold'), body: { reason: '示例', until: '2020-01-01T00:00:00Z' }, may: [...custodian, 'site auditor', 'auditor'] },
    ],
    'POST /api/v1/requests/{id}/hold/lifting': [{ at: of(ids.held, '/hold/lifting'), body: {}, may: [...custodian, 'site auditor', 'auditor'] }],
    'POST /api/v1/requests/{id}/erasures': [{ at: of(ids.held, '/erasures'), body: { field: 'unit' }, may: ['privacy'] }],
    'POST /api/v1/prechecks': [
      {
        body: { items: [{ camera: 'sh-yf-street', from: '2026-03-01T02:00:01Z', to: '2026-03-01T02:00:02Z' }], reason: '示例' },
        may: ['officer', 'colleague', ...custodian, 'reception', 'staff'],
      },
    ],
    'GET /api/v1/directory': [{ may: own }],
    'GET /api/v1/clock': [{ may: own }],
    'POST /api/v1/clock/acknowledgement': [{ body: {}, may: ['administrator'] }],
    'GET /api/v1/delegations': [{ may: own }],
    'POST /api/v1/delegations': [{ body: delegation, may: ['clerk'] }],
    'POST /api/v1/delegations/{id}/end': [{ at: async () => `/api/v1/delegations/${await ids.aDelegation()}/end`, body: {}, may: ['clerk', 'duty'] }],
    'POST /api/v1/scans': [{ at: '/api/v1/scans', body: {}, may: own }],
    'GET /api/v1/scans/{sha256}': [
      { at: `/api/v1/scans/${scanSha256}?request=${ids.held}`, may: readersOfHeld },
      { at: `/api/v1/scans/${scanSha256}?request=${ids.confidential}`, may: confidentialReaders },
      { at: `/api/v1/scans/${scanSha256}`, may: ['officer', 'clerk'] },
    ],
    'GET /api/v1/drafts': [{ may: own }],
    'POST /api/v1/drafts': [{ body: { copyOf: ids.confidential }, may: confidentialReaders }],
    'GET /api/v1/drafts/{id}': [{ at: `/api/v1/drafts/${ids.draft}`, may: ['officer'] }],
    'POST /api/v1/drafts/{id}': [{ at: `/api/v1/drafts/${ids.draft}`, body: { version: 99, form: {} }, may: ['officer'] }],
    'POST /api/v1/drafts/{id}/discard': [{ at: async () => `/api/v1/drafts/${await ids.aDraft()}/discard`, body: {}, may: ['officer'] }],
    'POST /api/v1/explain': [
      { body: { as: 'user:sh.nobody', camera: 'sh-yf-street', act: 'request', basis: 'COURT', from: '2026-03-01T02:00:01Z', to: '2026-03-01T02:00:02Z' }, may: ['administrator'] },
    ],
    'GET /api/v1/explain/{entry}': [{ at: '/api/v1/explain/0', may: policyReaders }],
    'GET /api/v1/policy': [{ may: policyReaders }],
    'GET /api/v1/policy/log': [{ may: policyReaders }],
    'GET /api/v1/policy/versions/{version}': [{ at: `/api/v1/policy/versions/${'0'.repeat(64)}`, may: policyReaders }],
    'GET /api/v1/policy/diff': [{ at: '/api/v1/policy/diff?from=sha256:none&to=sha256:none', may: policyReaders }],
    'POST /api/v1/policy/activations': [{ body: { version: `sha256:${'0'.repeat(64)}` }, may: ['administrator'] }],
    'POST /api/v1/policy/rehearsals': [{ body: { texts: {}, since: '2026-01-01T00:00:00Z' }, may: ['administrator'] }],
    'GET /api/v1/journal': [{ may: journalOfAll }],
    'GET /journal/tile/entries/{tile}': [{ at: '/journal/tile/entries/000.p/1', may: journalOfAll }],
    'GET /api/v1/audits': [{ may: journalOfAll }],
    'GET /api/v1/audits/{id}': [{ at: '/api/v1/audits/2026-03-01T000000.000Z', may: journalOfAll }],
    'POST /api/v1/audits': [{ body: {}, may: journalOfAll }],
    'GET /api/v1/words': [{ may: own }],
    'GET /api/v1/notices': [{ may: own }],
    'POST /api/v1/notices/seen': [{ body: { ids: [999_999] }, may: own }],
    'GET /api/v1/dead-letters': [{ may: ['administrator'] }],
    'POST /api/v1/dead-letters/{id}/retry': [{ at: `/api/v1/dead-letters/${ids.letter}/retry`, body: {}, may: ['administrator'] }],
    'GET /api/v1/register': [
      { at: '/api/v1/register?site=SH-YUNFAN&month=2026-03&format=json', may: journalOfSite },
      { at: '/api/v1/register?site=SH-YUNFAN&month=2026-03&format=json&confidential=only', may: journalOfAll },
    ],
    'GET /api/v1/retention': [{ at: '/api/v1/retention?site=SH-YUNFAN', may: journalOfSite }],
    'GET /api/v1/reports/approvals': [{ at: '/api/v1/reports/approvals?site=SH-YUNFAN&month=2026-03', may: journalOfSite }],
    // Last: it ends the session.
    'POST /api/v1/session/end': [{ body: {}, may: own }],
  };
};

describe('who sees what', () => {
  let gate: TestGate;
  let hook: HookServer;
  let ids: Places;

  before(async function () {
    this.timeout(120_000);
    hook = await aHookServer(says(500, ''), { secure: false });
    gate = await aGate({
      letterRetries: [],
      env: { EXPORTGATE_HOOK_SECRET: 'hook-secret-0123456789abcdef' },
      config: `limits: { requestsPerMinute: 100000, signInsPerMinute: 10000 }
notify:
  webhooks:
    - { name: ops, format: generic, url: "http://127.0.0.1:${hook.port}/in", secretEnv: EXPORTGATE_HOOK_SECRET, networks: [127.0.0.1], kinds: [granted] }
`,
    });
    for (const user of Object.values(people)) await gate.as(user);
    const officer = await gate.withScan(shanghai.officer);
    const { requestId: packaged } = await submit(gate);
    await approveAll(gate, packaged);
    await until(gate, packaged, ({ state }) => state === 'packaged');
    const { requestId: held } = await submit(gate);
    const state = anApplication({ basis: 'STATE_SECURITY', instrument: { ...anApplication().instrument!, type: 'STATE_SECURITY_PAPER' } });
    const { requestId: confidential } = await officer.post<Seen>('/api/v1/requests', state);
    // Returned: nobody takes it back any more, and only who applied is told so.
    const { requestId: returned } = (await problemOf(officer.post('/api/v1/requests', anApplication({ instrument: undefined }))))!;
    const { instrument: noneYet, ...form } = anApplication({ basis: 'EMERGENCY_RESCUE' });
    assert.ok(noneYet);
    const { requestId: emergency } = await (await gate.withScan(shanghai.steps[0])).post<Seen>('/api/v1/requests', { ...form, applicant: shanghai.officer });
    const { id: draft } = await officer.post<{ id: string }>('/api/v1/drafts', { form: {} });
    for (const id of [held, confidential]) await until(gate, id, ({ custody }) => custody === 'sealed');
    const [administrator, second, clerk] = await Promise.all([people.administrator, 'user:root.bai', people.clerk].map((user) => gate.as(user)));
    let letter: string | undefined;
    while (letter === undefined) [letter] = (await administrator!.get<{ letters: { id: string }[] }>('/api/v1/dead-letters')).letters.map(({ id }) => id);
    const stranger = new Client(gate.url, null);
    const whom = { user: people.executor, name: nameOf(people.executor), unit: '示例单位', card: cardOf(people.executor) };
    ids = {
      held, returned: returned!, packaged, confidential, emergency, draft, letter,
      aSession: async () => (await stranger.post<{ session: string }>('/api/v1/session', { user: people.officer, password })).session,
      anInvitation: async () => (await second!.post<{ id: string }>('/api/v1/invitations', whom)).id,
      aDelegation: async () => (await clerk!.post<{ id: number }>('/api/v1/delegations', delegation)).id,
      aDraft: async () => (await officer.post<{ id: string }>('/api/v1/drafts', { form: {} })).id,
    };
  });
  after(async () => {
    await gate.close();
    await hook.close();
  });

  /** Answers without end are left as soon as they begin. */
  const begins = async (user: string, at: string): Promise<void> => {
    const stop = new AbortController();
    const response = await fetch(`${gate.url}${at}`, { headers: { authorization: `Bearer ${await gate.tokenOf(user)}` }, signal: stop.signal });
    if (!response.ok) throw new Problem(((await response.json()) as { code: ProblemCode }).code, '');
    stop.abort();
  };

  it('the table has every operation that is not open to all, and no other', () => {
    const known = operations.filter((it) => !it.open).map((it) => `${it.method.toUpperCase()} ${it.path}`);
    assert.deepEqual(Object.keys(table(ids)).sort(), known.sort());
  });

  for (const key of Object.keys(table({} as Places)))
    it(key, async () => {
      const [method, path] = key.split(' ') as [string, string];
      for (const { at = path, body, may } of table(ids)[key]!)
        for (const who of everybody) {
          const client = await gate.as(people[who]);
          const where = typeof at === 'string' ? at : await at();
          const call = where.endsWith('/progress') ? begins(people[who], where) : method === 'GET' ? client.get<object>(where) : client.post(where, body ?? {});
          const code = await call.then(() => null, (thrown: unknown) => (thrown instanceof SyntaxError ? null : Problem.from(thrown).code));
          assert.notEqual(code, 'internal', `${who} ${method} ${where}`);
          assert.equal(code !== null && refusals.includes(code), !may.includes(who), `${who} ${method} ${where}: ${code ?? 'answered'}`);
        }
    });

  it('of sessions an administrator is told of everybody’s, everybody else of their own', async () => {
    gate.again();
    for (const who of everybody) {
      const { sessions } = await (await gate.as(people[who])).get<{ sessions: { user: string }[] }>('/api/v1/sessions?all=true');
      const users = new Set(sessions.map(({ user }) => user));
      if (who === 'administrator') assert.equal(users.size > 1, true);
      else assert.deepEqual([...users], [people[who]], who);
    }
  });

  it('a confidential request stands in the lists of its officer and of whose turn it is, and of nobody else', async () => {
    const listed: Who[] = [];
    for (const who of everybody) {
      const { requests } = await (await gate.as(people[who])).get<{ requests: { requestId: string }[] }>('/api/v1/requests?limit=200');
      if (requests.some(({ requestId }) => requestId === ids.confidential)) listed.push(who);
    }
    assert.deepEqual(listed, ['officer', 'clerk']);
  });

  it('the numbers of the others have no gap where a confidential request is, and its own is none that comes after them', async () => {
    const { requestId: next } = await submit(gate);
    // Pulled to the end: later tests count what is written.
    await until(gate, next, ({ custody }) => custody === 'sealed');
    const numberOf = (id: string) => Number(id.slice(-6));
    const others = [ids.packaged, ids.held, ids.returned, ids.emergency, next].map(numberOf).sort((a, b) => a - b);
    assert.deepEqual(others, [1, 2, 3, 4, 5]);
    assert.ok(numberOf(ids.confidential) >= 900_001 && numberOf(ids.confidential) <= 999_999, ids.confidential);
  });

  it('a stranger is told of a confidential request what is told of a number that does not exist', async () => {
    const stranger = await gate.as(people.executor);
    const say = async (id: string, rest: string, body?: object): Promise<string> => {
      const call = body ? stranger.post(`/api/v1/requests/${id}${rest}`, body) : stranger.get(`/api/v1/requests/${id}${rest}`);
      const problem = await call.then(() => null, (thrown: unknown) => Problem.from(thrown));
      return `${problem?.code} ${problem?.detail.replace(id, 'ID')}`;
    };
    await stranger.get('/api/v1/session');
    // Anybody may ask how long the journal is.
    const size = async (): Promise<number> => (await stranger.get<{ journalSize: number }>('/api/v1/health')).journalSize;
    const nobodys = 'EG-310000-SH-YUNFAN-2026-999999';
    const tried = [
      ['', undefined], ['/gaps', undefined], ['/reviews', { verdict: 'approve', planDigest: noPlan }], ['/release', {}], ['/withdrawal', {}], ['/transfers', {}],
      ['/link', undefined], ['/passphrase', {}], ['/receipt', { manifest: '0'.repeat(64) }], ['/handovers', aMedium], ['/handovers/none/signature', {}],
      ['/hold', { reason: '示例' }], ['/hold/lifting', {}], ['/after-review', { finding: 'in-order' }], ['/frame?camera=sh-yf-street&edge=first', undefined],
      ['/stream?camera=sh-yf-street', undefined], ['/times', { camera: 'sh-yf-street', first: '2026-03-01T02:00:01Z', last: '2026-03-01T02:00:02Z' }], ['/progress', undefined],
      ['/call-backs', { directory: 'sh-command', confirmed: true }], ['/paper', { instrument: anApplication().instrument }], ['/paper/acceptance', { servedAt: noPaper }],
      ['/closing', { explanation: '示例' }], ['/glass', { reason: 'life-in-danger' }], ['/erasures', { field: 'unit' }],
    ] as const;
    for (const [rest, body] of tried) {
      const [before, hidden, between, none, after] = [await size(), await say(ids.confidential, rest, body), await size(), await say(nobodys, rest, body), await size()];
      assert.deepEqual([hidden, between - before], [none, after - between], rest);
      assert.match(hidden, /^request-unknown /, rest);
    }
    // What is no number is no attempt on a request, and its text is nobody's to write.
    const before = await size();
    for (const id of ['no-such', 'EG-310000-SH-YUNFAN-2026-9999999999', `EG-310000-${'S'.repeat(17)}-2026-999999`, `${nobodys}%0A`]) await say(id, '/withdrawal', {});
    assert.equal(await size(), before);
  });

  it('each operation on a request answers whoever may not know of it as it answers of a number that does not exist, and the journal grows alike', async function () {
    this.timeout(60_000);
    const nobodys = 'EG-310000-SH-YUNFAN-2026-999999';
    const size = async (): Promise<number> => (await fs.promises.readFile(path.join(gate.folder, 'data/journal/entries.ndjson'), 'utf8')).split('\n').length;
    /** All of the answer but what names this occurrence of it. */
    const say = async (who: Who, method: string, at: string, id: string, body: object): Promise<object> => {
      const before = await size();
      const response = await fetch(`${gate.url}${at.replace('ID', id)}`, {
        method, headers: { authorization: `Bearer ${await gate.tokenOf(people[who])}`, 'content-type': 'application/json' }, ...(method === 'POST' && { body: JSON.stringify(body).replace('"ID"', `"${id}"`) }),
      });
      const text = (await response.text()).replaceAll(id, 'ID').replace(/"instance":"[^"]+"/, '');
      return { status: response.status, type: response.headers.get('content-type'), text, entries: (await size()) - before };
    };
    const known = Object.entries(table({ ...ids, held: 'ID', returned: 'ID', packaged: 'ID', confidential: 'ID', emergency: 'ID' }));
    const asked = known.flatMap(([key, asks]) => asks.flatMap(({ at, body = {} }) => {
      const [method, own] = key.split(' ') as [string, string];
      const place = typeof at === 'string' ? at : own;
      return place.includes('ID') || JSON.stringify(body).includes('"ID"') ? [{ method, place, body }] : [];
    }));
    // Who holds, destroys, oversees and manages: each does so to ordinary requests.
    const tried = new Set<string>();
    // To sign in is an entry too.
    for (const who of everybody) await gate.tokenOf(people[who]);
    for (const { method, place, body } of asked)
      for (const who of ['duty', 'privacy', 'site auditor', 'administrator'] as const) {
        const hidden = await say(who, method, place, ids.confidential, body);
        assert.deepEqual(hidden, await say(who, method, place, nobodys, body), `${who} ${method} ${place}`);
        tried.add(`${method} ${place.replace(/\?.*/, '').replace(/(cameras)\/[^/]+/, '$1/{camera}').replace(/(handovers)\/[^/]+/, '$1/{handover}').replace('ID', '{id}')}`);
      }
    const named = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`).filter((it) => it.includes('/requests/{id}'));
    assert.deepEqual(named.filter((it) => !tried.has(it)), []);
  });

  // Each would be answered to these people, were the request an ordinary one.
  const acts: readonly (readonly [who: Who, rest: string, body: object])[] = [
    ['site auditor', '/hold', { reason: '示例', until: null }],
    ['auditor', '/hold', { reason: '示例', until: null }],
    ['duty', '/hold', { reason: '示例', until: null }],
    ['duty', '/call-backs', { directory: 'sh-command', confirmed: true }],
    ['administrator', '/glass', { reason: 'life-in-danger' }],
    ['site auditor', '/after-review', { finding: 'in-order' }],
    ['clerk elsewhere', '/reviews', { verdict: 'approve', planDigest: noPlan }],
  ];
  for (const [who, rest, body] of acts)
    it(`${who} does nothing to a confidential request, and hears nothing of it: ${rest}`, async () => {
      const before = (await (await gate.as(people.officer)).get<Seen & { hold: unknown; glass: unknown }>(`/api/v1/requests/${ids.confidential}`));
      assert.equal((await problemOf((await gate.as(people[who])).post(`/api/v1/requests/${ids.confidential}${rest}`, body)))?.code, 'request-unknown');
      const after = (await (await gate.as(people.officer)).get<Seen & { hold: unknown; glass: unknown }>(`/api/v1/requests/${ids.confidential}`));
      assert.deepEqual([after.hold, after.glass, after.voices], [before.hold, before.glass, before.voices]);
    });

  it('to hold a request is not to read it: who may do the one and not the other hears where it stands, and no more', async () => {
    const duty = await gate.as(people.duty);
    assert.deepEqual(Object.keys(await duty.post<object>(`/api/v1/requests/${ids.held}/hold`, { reason: '示例', until: null })).sort(), ['requestId', 'state']);
    await duty.post(`/api/v1/requests/${ids.held}/hold/lifting`, {});
  });

  it('nobody is called back for a request that was not made in a hurry', async () => {
    const call = (await gate.as(people.duty)).post(`/api/v1/requests/${ids.held}/call-backs`, { directory: 'sh-command', confirmed: true });
    assert.equal((await problemOf(call))?.code, 'state-conflict');
  });

  it('a page that begins behind a request tells a stranger nothing of it', async () => {
    const list = async (who: Who, query: string): Promise<number> =>
      (await (await gate.as(people[who])).get<{ requests: object[] }>(`/api/v1/${query}`)).requests.length;
    for (const id of [ids.confidential, 'EG-310000-SH-YUNFAN-2026-999999']) {
      assert.equal(await list('site auditor', `requests?before=${id}`), 0);
      assert.equal(await list('site auditor', `retention?site=SH-YUNFAN&before=${id}`), 0);
    }
    assert.ok((await list('site auditor', `requests?before=${ids.emergency}`)) > 0);
    assert.ok((await list('officer', `requests?before=${ids.confidential}`)) > 0);
  });

  it('a decision on a confidential request is not made again for who may not read it', async () => {
    const { entries } = await (await gate.as(people.auditor)).get<{ entries: { event: string; requestId?: string; index: number }[] }>('/api/v1/journal?from=0&count=500');
    const decided = (id: string): number => entries.find(({ event, requestId }) => event === 'export-held' && requestId === id)!.index;
    const administrator = await gate.as(people.administrator);
    assert.equal((await problemOf(administrator.get(`/api/v1/explain/${decided(ids.confidential)}`)))?.code, 'entry-unknown');
    assert.ok(await administrator.get(`/api/v1/explain/${decided(ids.held)}`));
  });
});
