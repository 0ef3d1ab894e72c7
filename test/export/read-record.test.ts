// Reading a request is an act (F1): recorded before it is answered, once for each person and request in a quarter of an hour.
import assert from 'node:assert/strict';
import type { Entry } from '../../plugin/domain/audit-event.js';
import { Problem } from '../../plugin/domain/problem.js';
import type { Person } from '../../plugin/domain/subject.js';
import { ReadRecord } from '../../plugin/export/read-record.js';
import type { Register } from '../../plugin/export/register.js';
import type { Journal } from '../../plugin/journal/journal.js';
import { aGate, anApplication, shanghai, type TestGate } from '../support/gate.js';
import { withRig } from '../support/rig.js';
import { problemOf } from '../support/walk.js';

const start = Date.parse('2026-03-02T00:00:00.000Z');
const minutes = (count: number): number => count * 60_000;
const people: Record<string, Person> = Object.fromEntries(['lu', 'zhou'].map((name) => [name, { user: `user:sh.${name}`, name, unit: '示例', pseudonym: `p-${name}` }]));
const readings = (journal: Journal): string[] =>
  journal.read(0, journal.size).flatMap((entry) => (entry.event === 'request-read' ? [`${entry.by.slice(2)} ${entry.data.request}`] : []));

type Reading = readonly [who: string, request: string, at: number];

describe('the record of readings', () => {
  /** Milliseconds from the start; readings of one list are made at once. */
  const table: readonly (readonly [what: string, readings: readonly (readonly Reading[])[], recorded: readonly string[]])[] = [
    ['one', [[['lu', 'EG-1', 0]]], ['lu EG-1']],
    ['again at once', [[['lu', 'EG-1', 0]], [['lu', 'EG-1', 0]]], ['lu EG-1']],
    ['again before a quarter of an hour is over', [[['lu', 'EG-1', 0]], [['lu', 'EG-1', minutes(15) - 1]]], ['lu EG-1']],
    ['again after a quarter of an hour', [[['lu', 'EG-1', 0]], [['lu', 'EG-1', minutes(15)]]], ['lu EG-1', 'lu EG-1']],
    ['every five minutes: the quarter runs from what was recorded, not from the last look', [0, 5, 10, 15, 20, 25, 30].map((at) => [['lu', 'EG-1', minutes(at)]]), ['lu EG-1', 'lu EG-1', 'lu EG-1']],
    ['two people, one request', [[['lu', 'EG-1', 0]], [['zhou', 'EG-1', 1]]], ['lu EG-1', 'zhou EG-1']],
    ['one person, two requests', [[['lu', 'EG-1', 0]], [['lu', 'EG-2', 1]], [['lu', 'EG-1', 2]]], ['lu EG-1', 'lu EG-2']],
    ['two at once', [[['lu', 'EG-1', 0], ['lu', 'EG-1', 0]]], ['lu EG-1']], // both found nothing, and each wrote an entry
    ['twenty at once', [Array.from({ length: 20 }, () => ['lu', 'EG-1', 0] as const)], ['lu EG-1']],
    ['two at once, of two people', [[['lu', 'EG-1', 0], ['zhou', 'EG-1', 0]]], ['lu EG-1', 'zhou EG-1']],
    ['two at once when the quarter is over', [[['lu', 'EG-1', 0]], [['lu', 'EG-1', minutes(15)], ['lu', 'EG-1', minutes(15)]]], ['lu EG-1', 'lu EG-1']],
    ['the clock was put back an hour', [[['lu', 'EG-1', minutes(60)]], [['lu', 'EG-1', 0]], [['lu', 'EG-1', 1]]], ['lu EG-1', 'lu EG-1']],
  ];
  for (const [what, rounds, recorded] of table)
    it(`${what}: ${recorded.length} recorded`, () =>
      withRig(async ({ journal }) => {
        let now = start;
        const record = new ReadRecord({ journal, now: () => new Date(now) });
        for (const round of rounds)
          await Promise.all(round.map(([who, request, at]) => {
            now = start + at;
            return record.tell(people[who]!, request);
          }));
        assert.deepEqual(readings(journal), recorded);
      }));

  it('the journal, by two people, twice at once and again: one of each in a quarter of an hour, whatever they ask for', () =>
    withRig(async ({ journal }) => {
      let now = start;
      const record = new ReadRecord({ journal, now: () => new Date(now) });
      const read = (who: string, from: number, count: number) => record.tellJournal(people[who]!, from, count);
      await Promise.all([read('lu', 0, 50), read('lu', 50, 50), read('zhou', 7, 1)]);
      now += minutes(15) - 1;
      await read('lu', 100, 50);
      now += 1;
      await read('lu', 150, 500);
      const told = journal.read(0, journal.size).flatMap((entry) => (entry.event === 'journal-read' ? [[entry.by, entry.data.from, entry.data.count]] : []));
      assert.deepEqual(told, [['p-lu', 0, 50], ['p-zhou', 7, 1], ['p-lu', 150, 500]]);
    }));

  it('a start forgets who read: it is recorded once more', () =>
    withRig(async ({ journal }) => {
      for (let starts = 0; starts < 2; starts++) await new ReadRecord({ journal, now: () => new Date(start) }).tell(people['lu']!, 'EG-1');
      assert.deepEqual(readings(journal), ['lu EG-1', 'lu EG-1']);
    }));

  it('a reading that the journal does not take is none: nobody of those who asked at once is let through, and the next one is recorded', () =>
    withRig(async ({ journal }) => {
      let isFull = true;
      const append: Journal['append'] = (draft) => (isFull ? Promise.reject(new Problem('journal-unwritable', 'full')) : journal.append(draft));
      const record = new ReadRecord({ journal: { append } as Journal, now: () => new Date(start) });
      const both = await Promise.all([0, 1, 2].map(() => problemOf(record.tell(people['lu']!, 'EG-1'))));
      assert.deepEqual(both.map((problem) => problem?.code), ['journal-unwritable', 'journal-unwritable', 'journal-unwritable']);
      isFull = false;
      await record.tell(people['lu']!, 'EG-1');
      await record.tell(people['lu']!, 'EG-1');
      assert.deepEqual(readings(journal), ['lu EG-1']);
    }));
});

describe('a reading over the API', () => {
  const ofSite = 'user:sh.yan';
  const auditor = 'user:audit.he';
  const stranger = 'user:gl.lan.clerk';
  let gate: TestGate;
  let id = '';
  let time = start + 3 * minutes(60);
  const journal = async (): Promise<Entry[]> => (await (await gate.as(auditor)).get<{ entries: Entry[] }>('/api/v1/journal?count=500')).entries;

  before(async () => {
    gate = await aGate({ now: () => new Date(time), config: 'limits: { requestsPerMinute: 100000, signInsPerMinute: 10000 }' });
    // Returned at the counter: read like any other, and nothing is pulled.
    id = (await problemOf((await gate.withScan(shanghai.officer)).post('/api/v1/requests', anApplication({ instrument: undefined as never }))))!.requestId!;
  });
  after(() => gate.close());

  /** Whoever read it before reads it anew then. A quarter of an hour is also the longest that a session is idle. */
  const aQuarterLater = async (...users: string[]): Promise<number> => {
    time += minutes(15);
    gate.again();
    for (const user of users) await gate.tokenOf(user);
    return (await journal()).length;
  };

  const gets = (at: string) => async (user: string): Promise<unknown> => (await gate.as(user)).get(`/api/v1/requests${at.replace('{id}', id)}`);
  const table: readonly (readonly [what: string, who: string, act: (user: string) => Promise<unknown>, isRecorded: boolean])[] = [
    ['the request', ofSite, gets('/{id}'), true],
    ['one’s own request', shanghai.officer, gets('/{id}'), true],
    ['its gaps', ofSite, gets('/{id}/gaps'), true],
    ['a draft that copies it', shanghai.officer, async (user) => (await gate.as(user)).post('/api/v1/drafts', { copyOf: id }), true],
    ['a list that it stands in', ofSite, gets(''), false],
    ['by somebody who may not', stranger, gets('/{id}'), false],
    ['its gaps, by somebody who may not', stranger, gets('/{id}/gaps'), false],
    ['the journal that tells of it', auditor, async () => journal(), false],
  ];
  for (const [what, who, act, isRecorded] of table)
    it(`${what}: ${isRecorded ? 'recorded' : 'none'}`, async () => {
      const before = await aQuarterLater(who);
      const problem = await problemOf(act(who));
      assert.equal(problem?.code ?? null, who === stranger ? 'request-unknown' : null);
      const made = (await journal()).slice(before);
      assert.deepEqual(made.map(({ event }) => event), isRecorded ? ['request-read'] : []);
      if (isRecorded) assert.deepEqual(made[0]!.data, { request: id });
    });

  it('the request and its gaps within a quarter of an hour, and twice at once: one', async () => {
    const before = await aQuarterLater(ofSite);
    await Promise.all([gets('/{id}')(ofSite), gets('/{id}')(ofSite), gets('/{id}/gaps')(ofSite)]);
    time += minutes(14);
    await gets('/{id}/gaps')(ofSite);
    assert.deepEqual((await journal()).slice(before).filter(({ event }) => event === 'request-read').length, 1);
  });

  it('of the journal: recorded before it is answered, whole numbers within it alone, and nothing of who may not', async () => {
    const before = await aQuarterLater();
    time += minutes(15);
    gate.again();
    await gate.tokenOf(auditor);
    const read = async (user: string, query: string) => (await gate.as(user)).get<{ size: number; entries: Entry[] }>(`/api/v1/journal${query}`);
    assert.equal((await problemOf(read('user:root.luo', '')))?.code, 'not-permitted');
    const { size, entries } = await read(auditor, `?from=${'9'.repeat(400)}&count=1e9`);
    assert.deepEqual(entries.map(({ event, data }) => [event, data]), [['journal-read', { from: size - 1, count: 1 }]]);
    await read(auditor, '?from=0');
    assert.equal((await journal()).slice(before).filter(({ event }) => event === 'journal-read').length, 1);
  });

  it('the register counts them, and gives them no row: no footage was seen', async () => {
    const count = (await journal()).filter(({ event }) => event === 'request-read').length;
    const { formsRead, rows } = await (await gate.as(auditor)).get<Register>('/api/v1/register?site=SH-YUNFAN&month=2026-03');
    assert.deepEqual([formsRead, rows.map(({ action }) => action)], [count, ['export-requested']]);
  });
});
