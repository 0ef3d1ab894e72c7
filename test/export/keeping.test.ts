// The clock of the logs (F7): addresses and names behind refused sign-ins go after six months, those of stopped accesses when the register does.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Commitment, Entry } from '../../plugin/domain/audit-event.js';
import { noLog, type Line } from '../../plugin/domain/log.js';
import { Problem } from '../../plugin/domain/problem.js';
import { stopAccess } from '../../plugin/export/intercept.js';
import { eraseOldLogs, LEAST_LOG_MONTHS, makeLogKeeping, monthsBefore } from '../../plugin/export/keeping.js';
import { MonthIndex } from '../../plugin/export/month-index.js';
import type { Register } from '../../plugin/export/register.js';
import type { Journal } from '../../plugin/journal/journal.js';
import { verifyJournal } from '../../plugin/journal/verify.js';
import { loadKeys } from '../../plugin/keys/keys.js';
import { verifierKey } from '../../plugin/domain/formats/signed-note.js';
import { Client } from '../../plugin/cli/client.js';
import { aGate, type TestGate } from '../support/gate.js';
import { call } from '../http/onvif-client.js';
import { problemOf } from '../support/walk.js';
import { withRig, type Rig } from '../support/rig.js';

type Kind = 'sign-in' | 'stop';

interface Desk {
  rig: Rig;
  /** Writes an entry with an address behind it, at this instant. */
  write(kind: Kind, at: string): Promise<Commitment>;
  /** The keeping as it runs at this instant. */
  erase(at: string, logMonths?: number, done?: Set<string>): Promise<number>;
  /** Of these, whose values are still there. */
  left(commitments: readonly Commitment[]): Promise<Commitment[]>;
  erasures(): unknown[];
  set(at: string): void;
  now(): Date;
}

async function withDesk(work: (desk: Desk) => Promise<void>): Promise<void> {
  let time = new Date('2026-01-01T00:00:00.000Z');
  await withRig(
    async (rig) => {
      const { journal, store } = rig;
      const months = new MonthIndex(journal);
      const set = (at: string): void => void (time = new Date(at));
      await work({
        rig, set, now: () => time,
        write: async (kind, at) => {
          set(at);
          const client = { address: '192.0.2.7', user: null };
          if (kind === 'stop') await stopAccess({ journal, store }, { recorder: 'nvr-1', operation: 'GetReplayUri', class: 'footage', recording: 'REC_1', client });
          else await journal.append({ event: 'sign-in-refused', by: 'gate', data: { client: await store.personal.conceal('client', client) } });
          const entry = journal.read(journal.size - 1, 1)[0]!;
          assert.ok(entry.event === 'sign-in-refused' || entry.event === 'access-stopped');
          return entry.data.client;
        },
        erase: (at, logMonths = 6, done) => {
          set(at);
          return eraseOldLogs({ journal, store, months, log: noLog, now: () => time, logMonths }, done);
        },
        left: async (commitments) => (commitments.length === 0 ? [] : store.personal.standing(commitments)),
        erasures: () => journal.read(0, journal.size).flatMap((entry) => (entry.event === 'logs-erased' ? [entry.data] : [])),
      });
    },
    { now: () => time },
  );
}

describe('the keeping of logs', () => {
  const table: readonly (readonly [what: string, written: readonly (readonly [kind: Kind, at: string])[], logMonths: number, at: string, gone: readonly number[]])[] = [
    ['a refused sign-in, a millisecond before six months', [['sign-in', '2026-01-10T00:00:00.001Z']], 6, '2026-07-10T00:00:00.000Z', []],
    ['a refused sign-in, after six months', [['sign-in', '2026-01-10T00:00:00.000Z']], 6, '2026-07-10T00:00:00.000Z', [0]],
    ['one of two', [['sign-in', '2026-01-10T00:00:00.000Z'], ['sign-in', '2026-01-10T00:00:00.001Z']], 6, '2026-07-10T00:00:00.000Z', [0]],
    ['a month configured: six all the same', [['sign-in', '2026-01-10T00:00:00.000Z']], 1, '2026-07-09T00:00:00.000Z', []],
    ['a year configured, before it', [['sign-in', '2026-01-10T00:00:00.000Z']], 12, '2027-01-09T00:00:00.000Z', []],
    ['a year configured, after it', [['sign-in', '2026-01-10T00:00:00.000Z']], 12, '2027-01-10T00:00:00.000Z', [0]],
    ['a stopped access after six months: it stands in the register', [['stop', '2026-01-10T00:00:00.000Z']], 6, '2026-07-10T00:00:00.000Z', []],
    ['a stopped access a millisecond before three years', [['stop', '2026-01-10T00:00:00.001Z']], 6, '2029-01-10T00:00:00.000Z', []],
    ['a stopped access after three years', [['stop', '2026-01-10T00:00:00.000Z']], 36, '2029-01-10T00:00:00.000Z', [0]],
    ['of both kinds in one month, each by its own clock', [['stop', '2026-01-10T00:00:00.000Z'], ['sign-in', '2026-01-11T00:00:00.000Z']], 6, '2026-08-01T00:00:00.000Z', [1]],
    ['the last hours of a month by UTC, which are the next month in Beijing', [['sign-in', '2026-01-31T16:00:00.000Z'], ['sign-in', '2026-01-31T15:59:59.999Z']], 6, '2026-07-31T16:00:00.000Z', [0, 1]],
    ['six months before 31 August there is no 31st', [['sign-in', '2026-02-28T00:00:00.000Z'], ['sign-in', '2026-02-28T00:00:00.001Z']], 6, '2026-08-31T00:00:00.000Z', [0]],
    ['months that nothing happened in between', [['sign-in', '2026-01-10T00:00:00.000Z'], ['sign-in', '2026-05-10T00:00:00.000Z']], 6, '2026-11-10T00:00:00.000Z', [0, 1]],
  ];
  for (const [what, written, logMonths, at, gone] of table)
    it(`${what}: ${gone.length} of ${written.length} gone`, () =>
      withDesk(async ({ write, erase, left, erasures }) => {
        const commitments: Commitment[] = [];
        for (const [kind, when] of [...written].sort((a, b) => (a[1] < b[1] ? -1 : 1))) commitments.push(await write(kind, when));
        const inOrder = [...written].map((row) => [...written].sort((a, b) => (a[1] < b[1] ? -1 : 1)).indexOf(row));
        assert.equal(await erase(at, logMonths), gone.length);
        const goneCommitments = gone.map((place) => commitments[inOrder[place]!]!);
        assert.deepEqual(new Set(await left(commitments)), new Set(commitments.filter((it) => !goneCommitments.includes(it))));
        assert.deepEqual(erasures(), gone.length > 0 ? [{ values: gone.length, before: monthsBefore(new Date(at), Math.max(logMonths, LEAST_LOG_MONTHS)) }] : []);
        // What is done is done: neither again, nor recorded again.
        assert.equal(await erase(at, logMonths), 0);
      }));

  it('takes five hundred at a time, oldest first, and the rest at the next run', () =>
    withDesk(async ({ rig: { journal, store }, set, write, erase, left }) => {
      set('2026-01-10T00:00:00.000Z');
      const commitments = await Promise.all(Array.from({ length: 503 }, () => store.personal.conceal('client', { address: '192.0.2.7', user: null })));
      await Promise.all(commitments.map((client) => journal.append({ event: 'sign-in-refused', by: 'gate', data: { client } })));
      const newest = await write('sign-in', '2026-02-10T00:00:00.000Z');
      const done = new Set<string>();
      assert.equal(await erase('2026-09-01T00:00:00.000Z', 6, done), 500);
      assert.deepEqual([...done], [], 'a month of which something is left is looked at again');
      assert.equal(await erase('2026-09-01T00:00:00.000Z', 6, done), 4);
      assert.deepEqual(await left([...commitments.slice(-3), newest]), []);
      assert.deepEqual([...done].sort(), ['signIns 2026-01', 'signIns 2026-02']);
    }));

  it('records first: where the journal takes nothing, nothing is erased', () =>
    withDesk(async ({ rig: { journal, store }, write, left, now, set }) => {
      const commitment = await write('sign-in', '2026-01-10T00:00:00.000Z');
      set('2026-09-01T00:00:00.000Z');
      const months = new MonthIndex(journal);
      const full = { append: () => Promise.reject(new Problem('journal-unwritable', 'full')) } as unknown as Journal;
      assert.equal((await problemOf(eraseOldLogs({ journal: full, store, months, log: noLog, now, logMonths: 6 })))?.code, 'journal-unwritable');
      assert.deepEqual(await left([commitment]), [commitment]);
    }));

  it('of which a crash left half is finished by the next run', () =>
    withDesk(async ({ rig: { journal, store }, write, erase, left, erasures, set, now }) => {
      const commitments = [await write('sign-in', '2026-01-10T00:00:00.000Z'), await write('sign-in', '2026-01-11T00:00:00.000Z')];
      set('2026-09-01T00:00:00.000Z');
      // The second value is not erased any more: as if the power went.
      let erased = 0;
      const personal = Object.assign(Object.create(store.personal) as typeof store.personal, {
        erase: (commitment: Commitment) => (erased++ === 0 ? store.personal.erase(commitment) : Promise.reject(new Problem('store-unavailable', 'off'))),
      });
      const broken = Object.assign(Object.create(store) as typeof store, { personal });
      await problemOf(eraseOldLogs({ journal, store: broken, months: new MonthIndex(journal), log: noLog, now, logMonths: 6 }));
      assert.equal((await left(commitments)).length, 1);
      assert.equal(await erase('2026-09-01T00:00:01.000Z'), 1);
      assert.deepEqual([await left(commitments), erasures().length], [[], 2]);
    }));

  it('runs once an hour at most, one at a time, and after a failure again', () =>
    withDesk(async ({ rig: { journal, store }, write, left, set, now }) => {
      const lines: Line[] = [];
      let isFull = true;
      const half = { append: ((draft) => (isFull ? Promise.reject(new Problem('journal-unwritable', 'full')) : journal.append(draft))) as Journal['append'] } as Journal;
      const keep = makeLogKeeping({ journal: half, store, months: new MonthIndex(journal), log: (_level, line) => void lines.push(line), now, logMonths: 6 });
      const first = await write('sign-in', '2026-01-10T00:00:00.000Z');
      set('2026-09-01T00:00:00.000Z');
      await keep();
      assert.deepEqual([lines.map(({ event }) => event), await left([first])], [['logs-unerased'], [first]]);
      isFull = false;
      set('2026-09-01T00:59:59.999Z');
      await keep();
      assert.deepEqual(await left([first]), [first], 'within the hour');
      set('2026-09-01T01:00:00.000Z');
      await Promise.all([keep(), keep()]);
      assert.deepEqual(await left([first]), []);
      assert.equal(journal.read(0, journal.size).filter(({ event }) => event === 'logs-erased').length, 1);
      // A month that was done with has nothing new; the one after it is looked at when its time comes.
      const second = await write('sign-in', '2026-09-02T00:00:00.000Z');
      set('2027-03-02T00:00:00.000Z');
      await keep();
      assert.deepEqual([await left([second]), lines.length], [[], 1]);
    }));
});

describe('so many months before', () => {
  const table: readonly (readonly [now: string, months: number, then: string])[] = [
    ['2026-07-10T01:02:03.004Z', 6, '2026-01-10T01:02:03.004Z'],
    ['2026-08-31T00:00:00.000Z', 6, '2026-02-28T00:00:00.000Z'],
    ['2028-08-30T00:00:00.000Z', 6, '2028-02-29T00:00:00.000Z'],
    ['2026-03-31T00:00:00.000Z', 36, '2023-03-31T00:00:00.000Z'],
    ['2028-02-29T00:00:00.000Z', 36, '2025-02-28T00:00:00.000Z'],
    ['2026-01-31T23:59:59.999Z', 7, '2025-06-30T23:59:59.999Z'],
  ];
  for (const [now, months, then] of table) it(`${now}, ${months}: ${then}`, () => assert.equal(monthsBefore(new Date(now), months), then));
});

describe('a gate that runs for years', () => {
  const auditor = 'user:audit.he';
  const origin = 'test.exportgate.example/one';
  let gate: TestGate;
  let time = new Date('2026-03-04T00:00:00.000Z');
  const journal = async (): Promise<Entry[]> => (await (await gate.as(auditor)).get<{ entries: Entry[] }>('/api/v1/journal?count=500')).entries;
  const clientInRegister = async (): Promise<string> =>
    (await (await gate.as(auditor)).get<Register>('/api/v1/register?site=SH-YUNFAN&month=2026-03')).rows.find(({ action }) => action === 'access-stopped')!.person.name;
  /** Does the database still hold this name anywhere, its write-ahead log included? */
  const holds = (name: string): boolean => fs.readdirSync(path.join(gate.folder, 'data')).filter((file) => file.startsWith('store.sqlite')).some((file) => fs.readFileSync(path.join(gate.folder, 'data', file)).includes(name));

  before(async () => {
    gate = await aGate({ now: () => time, config: 'keeping: { logMonths: 7 }' });
    await problemOf(new Client(gate.url, null).post('/api/v1/session', { user: 'user:no.such.person', password: 'guess-guess-guess' }));
    await call(gate.frontUrl, { service: 'replay', operation: 'GetReplayUri', inner: '<o:RecordingToken>REC_1</o:RecordingToken>', target: '/onvif/replay_service' }, { user: 'operator', password: 'box-password' });
  });
  after(() => gate.close());

  it('keeps both as long as configured', async () => {
    time = new Date('2026-10-03T23:59:00.000Z');
    await gate.look();
    assert.equal(holds('no.such.person'), true);
  });

  it('then forgets who failed to sign in, and not who was stopped', async () => {
    time = new Date('2026-10-05T00:00:00.000Z');
    gate.again();
    await gate.look();
    assert.equal(holds('no.such.person'), false);
    assert.deepEqual((await journal()).flatMap((entry) => (entry.event === 'logs-erased' ? [entry.data] : [])), [{ values: 1, before: '2026-03-05T00:00:00.000Z' }]);
    assert.equal(await clientInRegister(), '127.0.0.1');
  });

  it('after three years forgets who was stopped; the register prints 〔已删除〕 in its place, and the journal verifies', async () => {
    time = new Date('2029-03-04T00:00:01.000Z');
    await gate.anew();
    await gate.look();
    assert.equal(await clientInRegister(), '〔已删除〕');
    const { log } = loadKeys(path.join(gate.folder, 'keys'));
    assert.equal((await verifyJournal(path.join(gate.folder, 'data/journal'), verifierKey(origin, log))).intact, true);
  });
});
