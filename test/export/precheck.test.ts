// Before anybody applies: what the recorders hold, until when, how long it takes; who hears it, and that asking fetches nothing. Then pulls,
// which go in the order in which recorders write over.
import assert from 'node:assert/strict';
import type { Entry } from '../../plugin/domain/audit-event.js';
import type { Application, Item } from '../../plugin/domain/export-request.js';
import type { ProblemCode } from '../../plugin/domain/problem.js';
import type { Precheck } from '../../plugin/export/precheck.js';
import { firstOverwrite, overwrittenAt } from '../../plugin/export/overwrite.js';
import type { Register } from '../../plugin/export/register.js';
import { Speeds } from '../../plugin/export/speeds.js';
import type { Policy } from '../../plugin/policy/load.js';
import { aGate, anApplication, shanghai, type TestGate } from '../support/gate.js';
import { problemOf, show, submit, until } from '../support/walk.js';
import type { Faults } from '../support/recorder/faults.js';

const auditor = 'user:audit.he';
const why = '示例:寻找走失老人经过';
const commitment = /^sha256:[0-9a-f]{64}$/;
const stranger = 'user:bj.meng.investigator';
const [street, door] = ['sh-yf-street', 'sh-yf-gate'];
const march = (day: number, hour = 0, minute = 0): string => new Date(Date.UTC(2026, 2, day, hour, minute)).toISOString();
const span = (from: string, to: string): Pick<Item, 'from' | 'to'> => ({ from, to });
/** Half an hour of the first day is missing. */
const hole = { from: new Date(march(1, 4)), to: new Date(march(1, 4, 30)) };

describe('a precheck', () => {
  let gate: TestGate;
  // The footage is that of the first two days of March; sites keep theirs for 30 days.
  const now = new Date(march(5));
  const ask = async (items: readonly object[], user: string = shanghai.officer): Promise<Precheck> => (await gate.as(user)).post('/api/v1/prechecks', { items, reason: why });
  const journal = async (): Promise<Entry[]> => (await (await gate.as(auditor)).get<{ entries: Entry[] }>('/api/v1/journal?count=500')).entries;

  before(async () => void (gate = await aGate({ now: () => now, recorder: { holes: [hole] } })));
  after(() => gate.close());

  const told: readonly (readonly [what: string, asked: readonly [camera: string, from: string, to: string, basis?: 'recorder'], promised: readonly (readonly [string, string])[] | null, lackingHours: number | null, unasked?: ProblemCode | 'NOT_OUR_SYSTEM', faults?: Faults])[] = [
    ['an hour that is there', [street, march(1, 1), march(1, 2)], [[march(1, 1), march(1, 2)]], 0],
    ['an hour with a hole', [street, march(1, 3, 45), march(1, 4, 45)], [[march(1, 3, 45), march(1, 4)], [march(1, 4, 30), march(1, 4, 45)]], 0.5],
    ['an hour of which half was before the archive begins', [street, '2026-02-28T23:30:00Z', march(1, 0, 30)], [[march(1), march(1, 0, 30)]], 0.5],
    ['an hour that was written over', [street, '2026-02-20T00:00:00Z', '2026-02-20T01:00:00Z'], [], 1],
    ['an hour by Beijing’s zone', [door, '2026-03-01T09:00:00+08:00', '2026-03-01T10:00:00+08:00'], [[march(1, 1), march(1, 2)]], 0],
    ['a camera of no recorder', ['sh-yf-school', march(1, 1), march(1, 2)], null, null, 'NOT_OUR_SYSTEM'],
    ['a recorder that refuses its account', [street, march(1, 1), march(1, 2)], null, null, 'vms-refused', { refuseLogin: true }],
    ['a recorder without a search', [street, march(1, 1), march(1, 2)], null, null, undefined, { searchRefused: true }],
    ['a recorder an hour fast: it holds the last hour under the next day', [street, march(2, 22), march(2, 23)], [[march(2, 22), march(2, 23)]], 0, undefined, { clockOffsetMs: 3_600_000 }],
    ['a recorder an hour fast: what it would show at the end is past its end', [street, march(2, 23), march(3)], [], 1, undefined, { clockOffsetMs: 3_600_000 }],
    ['the same by the recorder’s own clock', [street, march(2, 23), march(3), 'recorder'], [[march(2, 23), march(3)]], 0, undefined, { clockOffsetMs: 3_600_000 }],
  ];
  for (const [what, [camera, from, to, basis], promised, lackingHours, unasked = null, faults = {}] of told)
    it(`${what}: ${unasked ?? (promised === null ? 'it cannot say' : `${lackingHours} h are lacking`)}`, async () => {
      Object.assign(gate.recorder.faults, faults);
      const { items: [item] } = await ask([{ camera, from, to, ...(basis && { basis }) }]).finally(() => Object.keys(faults).forEach((fault) => delete gate.recorder.faults[fault as keyof Faults]));
      assert.ok(item);
      // A recorder's clock is read to the second, so its promises are good to a second.
      const near = (at: string): string => new Date(Math.round(Date.parse(at) / 60_000) * 60_000).toISOString();
      const long = item.promised?.filter((it) => Date.parse(it.to) - Date.parse(it.from) > 1_500) ?? null;
      assert.deepEqual(long && long.map((it) => [near(it.from), near(it.to)]), promised);
      assert.equal(item.lackingHours === null ? null : Math.round(item.lackingHours * 1000) / 1000, lackingHours);
      assert.deepEqual([item.camera, item.from, item.to, item.unasked], [camera, new Date(from).toISOString(), new Date(to).toISOString(), unasked]);
      assert.equal(item.overwrittenAt, new Date(Date.parse(from) + 30 * 86_400_000).toISOString());
    });

  const refused: readonly (readonly [what: string, items: readonly object[], code: ProblemCode, isRecorded: boolean, user?: string])[] = [
    ['an officer of another city', [{ camera: street, ...span(march(1, 1), march(1, 2)) }], 'not-permitted', true, stranger],
    ['an auditor, who never applies', [{ camera: street, ...span(march(1, 1), march(1, 2)) }], 'not-permitted', true, auditor],
    ['a camera that is none', [{ camera: 'no-such', ...span(march(1, 1), march(1, 2)) }], 'camera-unknown', true],
    ['cameras of two sites', [street, 'bj-ql-gate'].map((camera) => ({ camera, ...span(march(1, 1), march(1, 2)) })), 'sites-mixed', true],
    ['a span that ends before it starts', [{ camera: street, ...span(march(1, 2), march(1, 1)) }], 'span-invalid', true],
    ['a span of nothing', [{ camera: street, ...span(march(1, 2), march(1, 2)) }], 'span-invalid', true],
    ['a span that is not over', [{ camera: street, ...span(march(4, 23), march(5, 1)) }], 'span-invalid', true],
    ['a day that is none', [{ camera: street, ...span('2026-03-32T00:00:00Z', march(5)) }], 'span-invalid', true],
    ['a time without a zone', [{ camera: street, ...span('2026-03-01T01:00:00', march(1, 2)) }], 'body-malformed', false],
    ['nothing', [], 'body-malformed', false],
    ['more than a form may hold', Array.from({ length: 33 }, () => ({ camera: street, ...span(march(1, 1), march(1, 2)) })), 'body-malformed', false],
    ['a word that is none', [{ camera: street, ...span(march(1, 1), march(1, 2)), speed: 2 }], 'body-malformed', false],
  ];
  for (const [what, items, code, isRecorded, user = shanghai.officer] of refused)
    it(`of ${what}: ${code}${isRecorded ? ', recorded' : ''}`, async () => {
      await gate.tokenOf(user);
      const before = (await journal()).length;
      assert.equal((await problemOf(ask(items, user)))?.code, code);
      const [entry, ...more] = (await journal()).slice(before);
      assert.deepEqual(more, []);
      if (!isRecorded) return assert.equal(entry, undefined);
      const { reason, ...data } = entry!.data as { reason: string };
      assert.deepEqual([entry!.event, data], ['search-refused', { code, items }]);
      assert.match(reason, commitment);
    });

  it('is recorded before a recorder is asked, also where the recorder says nothing', async () => {
    const items = [{ camera: street, ...span(march(1, 1), march(1, 2)) }];
    gate.recorder.faults.refuseLogin = true;
    await ask(items).finally(() => delete gate.recorder.faults.refuseLogin);
    const { event, data } = (await journal()).at(-1)!;
    const { reason, ...rest } = data as { reason: string };
    assert.deepEqual([event, rest], ['footage-searched', { site: 'SH-YUNFAN', items }]);
    assert.match(reason, commitment);
  });

  it('stands in the register: searches that were answered, and those that were not', async () => {
    const client = await gate.as(auditor);
    const { rows } = await client.get<Register>('/api/v1/register?site=SH-YUNFAN&month=2026-03');
    const count = (event: string) => rows.filter(({ action }) => action === event).length;
    assert.deepEqual([count('footage-searched'), count('search-refused')], [told.length + 1, refused.filter((row) => row[3] && row[2] !== 'camera-unknown').length]);
    assert.deepEqual([...new Set(rows.filter(({ action }) => action.endsWith('searched') || action === 'search-refused').map((row) => row.reason))], [why]);
  });

  it('fetches nothing: no replay address was asked for, nothing played, nothing sealed, no request made', async () => {
    assert.deepEqual(gate.recorder.requests.rtsp, []);
    assert.deepEqual(gate.recorder.requests.soap.filter((asked) => /replay/i.test(asked)), []);
    assert.deepEqual(await (await gate.as(shanghai.officer)).get('/api/v1/requests'), { requests: [] });
    assert.equal((await journal()).some(({ event }) => event === 'preserve-started'), false);
  });

  it('tells the hours of all items, and of what waits before them', async () => {
    const items = [{ camera: street, ...span(march(1, 1), march(1, 2)) }, { camera: door, ...span(march(1, 1), march(1, 1, 30)) }];
    const before = await ask(items);
    // Nothing was pulled here yet: as long as it lasts, and half of it for the rendering.
    assert.deepEqual([before.pullHours, before.renderHours], [1.5, 0.75]);
    gate.recorder.faults.bytesPerSecond = 20_000;
    const { requestId } = await submit(gate, { items: [{ camera: street, ...span('2026-03-01T02:00:00.000Z', '2026-03-01T02:00:36.000Z') }] });
    const meanwhile = await ask(items);
    assert.deepEqual([meanwhile.pullHours, meanwhile.renderHours], [1.51, 0.75]);
    delete gate.recorder.faults.bytesPerSecond;
    await until(gate, requestId, ({ custody }) => custody === 'sealed');
    // By the gate's clock, which stands still here, it took no time: a fifth of the way towards that.
    assert.equal((await ask(items)).pullHours, 1.2);
  });

  it('and pulls: of those that wait, what is written over first is pulled first', async () => {
    const asked = (day: number, hour: number, seconds: number) => ({ items: [{ camera: street, from: march(day, hour), to: new Date(Date.parse(march(day, hour)) + seconds * 1000).toISOString() }] });
    gate.recorder.faults.bytesPerSecond = 20_000;
    const first = await submit(gate, asked(2, 20, 5));
    await until(gate, first.requestId, ({ custody }) => custody === 'pulling');
    const waiting: string[] = [];
    for (const [day, hour] of [[2, 3], [1, 7], [2, 1], [1, 6]] as const) waiting.push((await submit(gate, asked(day, hour, 1))).requestId);
    for (const id of waiting) await until(gate, id, ({ custody }) => custody === 'pulling');
    assert.equal((await show(gate, first.requestId)).custody, 'pulling');
    delete gate.recorder.faults.bytesPerSecond;
    for (const id of waiting) await until(gate, id, ({ custody }) => custody === 'sealed');
    const sealed = (await journal()).flatMap((entry) => (entry.event === 'footage-sealed' && [first.requestId, ...waiting].includes(entry.requestId) ? [entry.requestId] : []));
    const [late, second, third, soon] = waiting;
    assert.deepEqual(sealed, [first.requestId, soon, second, third, late]);
  });

  const untold: readonly (readonly [what: string, change: Partial<Application>, isWithdrawn: boolean])[] = [
    ['a confidential request', { basis: 'STATE_SECURITY', instrument: { ...anApplication().instrument!, type: 'STATE_SECURITY_PAPER' } }, false],
    ['a request that was taken back', {}, true],
  ];
  for (const [what, change, isWithdrawn] of untold)
    it(`tells no hours of ${what}`, async () => {
      const items = [{ camera: street, ...span(march(1, 1), march(1, 2)) }];
      const hours = async () => (await ask(items)).pullHours;
      const before = await hours();
      gate.recorder.faults.bytesPerSecond = 20_000;
      const { requestId } = await submit(gate, { items: [{ camera: street, ...span('2026-03-01T02:00:00.000Z', '2026-03-01T02:00:36.000Z') }], ...change });
      if (isWithdrawn) await (await gate.as(shanghai.officer)).post(`/api/v1/requests/${requestId}/withdrawal`, {});
      assert.ok(['queued', 'pulling'].includes((await show(gate, requestId)).custody));
      assert.equal(await hours(), before);
      delete gate.recorder.faults.bytesPerSecond;
      if (!isWithdrawn) await until(gate, requestId, ({ custody }) => custody === 'sealed');
    });
});

describe('when footage is written over', () => {
  const policy = { place: (camera: string) => ({ site: { retentionDays: camera === 'short' ? 30 : 90 } }) } as unknown as Policy;
  const table: readonly (readonly [what: string, items: readonly (readonly [camera: string, from: string])[], at: string])[] = [
    ['the days that the site declares after its first second', [['short', '2026-03-01T02:00:01.500Z']], '2026-03-31T02:00:01.500Z'],
    ['another site keeps it longer', [['long', '2026-03-01T00:00:00.000Z']], '2026-05-30T00:00:00.000Z'],
    ['of several items the first that goes, whichever was recorded first', [['long', '2026-02-01T00:00:00.000Z'], ['short', '2026-03-01T00:00:00.000Z'], ['short', '2026-03-02T00:00:00.000Z']], '2026-03-31T00:00:00.000Z'],
    ['over a leap day', [['short', '2028-02-01T00:00:00.000Z']], '2028-03-02T00:00:00.000Z'],
  ];
  for (const [what, items, at] of table)
    it(`${what}: ${at}`, () => {
      const asked = items.map(([camera, from]) => ({ camera, from }));
      assert.equal(new Date(firstOverwrite(policy, asked)).toISOString(), at);
      assert.ok(asked.map((item) => overwrittenAt(policy, item)).includes(at));
    });
});

describe('how fast work is here', () => {
  const hour = 3_600_000;
  const table: readonly (readonly [what: string, seen: readonly (readonly ['pull' | 'render', footageMs: number, tookMs: number])[], pull: number, render: number])[] = [
    ['nothing seen', [], 1, 0.5],
    ['one pull at four times the speed', [['pull', hour, hour / 4]], 0.85, 0.5],
    ['each kind of work by itself', [['render', hour, 2 * hour]], 1, 0.8],
    ['many alike come near', Array.from({ length: 40 }, () => ['pull', hour, hour / 4] as const), 0.25, 0.5],
    ['no footage teaches nothing', [['pull', 0, hour]], 1, 0.5],
    ['a clock that was put back teaches nothing', [['pull', 10_000, -hour]], 1, 0.5],
  ];
  for (const [what, seen, pull, render] of table)
    it(`${what}: ${pull} and ${render} hours for one`, () => {
      const speeds = new Speeds();
      for (const [work, footageMs, tookMs] of seen) speeds.learn(work, footageMs, tookMs);
      assert.deepEqual([speeds.hours('pull', 1), speeds.hours('render', 1)], [pull, render]);
    });
});
