// What it costs people: how many values are typed for a complete application, and how many calls a reviewer makes.
import assert from 'node:assert/strict';
import type { Client } from '../../plugin/cli/client.js';
import type { Form, Officer } from '../../plugin/domain/export-request.js';
import { aGate, anApplication, cardOf, nameOf, shanghai, uploadScan, type TestGate } from '../support/gate.js';
import { problemOf, type Seen } from '../support/walk.js';

/** A hash came back from an upload; everything else in a form was chosen or typed by somebody. */
const notTyped = ['scanSha256', 'cardSha256'];

/** Leaves of the JSON that a person fills in: texts, numbers, yes and no. */
function typedIn(value: unknown, key = ''): string[] {
  if (notTyped.includes(key) || value === undefined) return [];
  if (typeof value !== 'object' || value === null) return [key];
  return Object.entries(value).flatMap(([name, deeper]) => typedIn(deeper, Array.isArray(value) ? key : name));
}

const colleague = 'user:sh.pan';
const unit = '示例上海支队';
const span = { from: '2026-03-01T02:00:01.000Z', to: '2026-03-01T02:00:02.000Z' };
const typed = anApplication({ items: [{ camera: 'sh-yf-street', ...span }, { camera: 'sh-yf-gate', ...span }] });
const [first, { unit: shared, ...second }] = typed.officers as [Officer, Officer];
/** As typed, but for the unit that both officers share. */
const sparing: Form = { ...typed, officers: [first, second] };
/** Two officers by account; all else as typed. */
const byAccount: Form = { ...typed, officers: [{ user: shanghai.officer }, { user: colleague }] };

interface Shown extends Seen {
  officers: { name: string; unit: string; idKind: string; idNumber: string }[];
}

describe('effort', () => {
  let gate: TestGate;
  let officer: Client;

  before(async () => {
    gate = await aGate();
    officer = await gate.as(shanghai.officer, unit);
    await gate.as(colleague, unit);
    await uploadScan(officer);
  });
  after(() => gate.close());

  describe('of an application in a criminal case: two officers, two cameras with a span each, a notice with its scan', () => {
    const table: readonly (readonly [what: string, form: Form, values: number])[] = [
      ['the officers are typed', sparing, 25],
      ['they are named by account', byAccount, 20],
    ];
    for (const [what, form, values] of table)
      it(`is ${values} typed values, at most 25, where ${what}`, async () => {
        assert.equal(typedIn(form).length, values);
        assert.equal((await officer.post<Seen>('/api/v1/requests', form)).state, 'held');
      });

    it('is no less: without any one of them, but the case’s own number, it is not taken', async () => {
      for (const [, whole] of table) {
        const paths = pathsOf(whole).filter((path) => !notTyped.includes(path.at(-1)!));
        const spare: string[] = [];
        for (const path of paths) {
          const form = without(whole, path);
          if ((await problemOf(officer.post('/api/v1/requests', form))) === null) spare.push(path.join('.'));
        }
        assert.deepEqual(spare, ['caseNumber']);
      }
    });
  });

  it('officers named by account are filled in from it, as the card that was seen says', async () => {
    const { requestId } = await officer.post<Seen>('/api/v1/requests', byAccount);
    const { officers } = await officer.get<Shown>(`/api/v1/requests/${requestId}`);
    assert.deepEqual(officers, [shanghai.officer, colleague].map((user) => ({ name: nameOf(user), unit, ...cardOf(user) })));
  });

  it('an officer whose unit is left out is of the first one’s: typed, or by account', async () => {
    assert.equal(shared, first.unit);
    for (const [officers, units] of [[[first, second], [shared, shared]], [[{ user: shanghai.officer }, second], [unit, unit]]] as const) {
      const { requestId } = await officer.post<Seen>('/api/v1/requests', { ...typed, officers });
      const shown = (await officer.get<Shown>(`/api/v1/requests/${requestId}`)).officers;
      assert.deepEqual(shown.map((it) => it.unit), units);
    }
  });

  it('the first officer has a unit, and is told so beside what else is wrong', async () => {
    const { unit: _left, ...unitless } = first;
    const faultsOf = async (officers: readonly object[]) =>
      (await problemOf(officer.post('/api/v1/requests', { ...typed, officers })))?.faults?.map(({ where, detail }) => `${where}: ${detail}`);
    const lacking = 'officers.0.unit: the unit of the first officer; of a later one it may be left out, and is then the same';
    assert.deepEqual(await faultsOf([unitless, typed.officers[1]!]), [lacking]);
    const found = await faultsOf([unitless, { ...second, idKind: 'PASSPORT' }]);
    assert.deepEqual(found?.map((it) => it.split(':')[0]).sort(), ['officers.0.unit', 'officers.1.idKind']);
  });

  const strangers: readonly (readonly [what: string, user: `user:${string}`])[] = [
    ['nobody', 'user:sh.nobody'],
    ['an officer of another unit', 'user:bj.meng.investigator'],
    ['a clerk whose account names the same unit', 'user:sh.zhou'],
    ['an administrator, who has no card here', 'user:root.luo'],
  ];
  for (const [what, user] of strangers)
    it(`${what} cannot be named so, and nothing of them is told`, async () => {
      await gate.as(user.includes('nobody') ? colleague : user, user.startsWith('user:sh') ? unit : '示例北京支队');
      const problem = await problemOf(officer.post('/api/v1/requests', { ...byAccount, officers: [{ user: shanghai.officer }, { user }] }));
      assert.equal(problem?.code, 'officer-unknown');
      assert.equal(problem.detail.includes(cardOf(user).idNumber), false);
    });

  it('one officer by account and one typed are two; the same account twice is one', async () => {
    const both = [{ user: shanghai.officer }, typed.officers[1]!];
    assert.equal((await officer.post<Seen>('/api/v1/requests', { ...byAccount, officers: both })).state, 'held');
    const twice = await problemOf(officer.post('/api/v1/requests', { ...byAccount, officers: [{ user: shanghai.officer }, { user: shanghai.officer }] }));
    assert.deepEqual(twice?.faults?.map(({ code }) => code), ['OFFICER_COUNT']);
  });

  it('a form that is neither is told what it comes nearest to', async () => {
    const { idNumber, ...lacking } = typed.officers[0]!;
    assert.ok(idNumber);
    const problem = await problemOf(officer.post('/api/v1/requests', { ...typed, officers: [lacking, { user: 'sh.pan' }] }));
    assert.deepEqual(problem?.faults?.map(({ where }) => where), ['officers.0.idNumber', 'officers.1.user']);
  });

  it('of a reviewer is three calls: what waits, the one, the voice', async () => {
    const { requestId } = await officer.post<Seen>('/api/v1/requests', byAccount);
    const { client, calls } = counted(await gate.as(shanghai.steps[0]));
    const { requests } = await client.get<{ requests: { requestId: string; waitsForStep: string | null }[] }>('/api/v1/requests?state=held');
    const waiting = requests.find(({ waitsForStep }) => waitsForStep === 'evidence-clerk')!;
    const { planDigest, instrument } = await client.get<Shown & { instrument: { number: string; scanSha256: string } }>(`/api/v1/requests/${waiting.requestId}`);
    assert.ok(instrument.number && instrument.scanSha256);
    const { voices } = await client.post<Seen>(`/api/v1/requests/${waiting.requestId}/reviews`, { verdict: 'approve', planDigest });
    assert.deepEqual([waiting.requestId, voices.map(({ by }) => by)], [requestId, [shanghai.steps[0]]]);
    assert.deepEqual(calls, ['GET /api/v1/requests?state=held', `GET /api/v1/requests/${requestId}`, `POST /api/v1/requests/${requestId}/reviews`]);
  });
});

/** The same client, whose calls are written down. */
function counted(client: Client): { client: Pick<Client, 'get' | 'post'>; calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    client: {
      get: (path) => (calls.push(`GET ${path}`), client.get(path)),
      post: (path, body) => (calls.push(`POST ${path}`), client.post(path, body)),
    },
  };
}

const pathsOf = (value: unknown, path: string[] = []): string[][] =>
  typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([name, deeper]) => pathsOf(deeper, [...path, name])) : [path];

/** A copy in which the leaf of this path is left out. */
function without(value: unknown, [name, ...rest]: string[]): unknown {
  if (Array.isArray(value)) return rest.length === 0 ? value.filter((_, at) => at !== Number(name)) : value.map((it: unknown, at) => (at === Number(name) ? without(it, rest) : it));
  const copy = { ...(value as Record<string, unknown>) };
  if (rest.length === 0) delete copy[name!];
  else copy[name!] = without(copy[name!], rest);
  return copy;
}
