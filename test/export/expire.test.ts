// Footage of what was never granted is destroyed after thirty days, unless a hold stands; what the journal says is gone is gone. Nobody's
// silence keeps it, and nobody's silence ends the request.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { isRequestEntry, type Entry } from '../../plugin/domain/audit-event.js';
import { noLog } from '../../plugin/domain/log.js';
import { canonicalJson } from '../../plugin/domain/formats/canonical-json.js';
import { sealBytes } from '../../plugin/export/custody.js';
import { expireFootage } from '../../plugin/export/expire.js';
import { flagLate } from '../../plugin/export/watch-deadlines.js';
import { workFor } from '../../plugin/export/work.js';
import { sweep } from '../../plugin/export/sweep.js';
import { MasterKeys } from '../../plugin/keys/master.js';
import { Objects } from '../../plugin/store/objects.js';
import { inFolder } from '../media/tools.js';
import { aGate, anApplication, shanghai, type TestGate } from '../support/gate.js';
import { withRig, type Rig, type RigOptions } from '../support/rig.js';
import { noPaper, problemOf, show, submit, until, vote, type Seen } from '../support/walk.js';

const start = Date.parse('2026-03-02T00:00:00.000Z');
const day = 86_400_000;
const id = 'EG-1';
const reason = `sha256:${'0'.repeat(64)}`;

interface Shelf extends Rig {
  objects: Objects;
  /** Looks as if it were so many days after the application, and the end of the request. */
  look(days: number): Promise<void>;
  /** Tells people what is to be told on that day. */
  tell(days: number): Promise<void>;
}

/** A held request with one sealed camera: its file and its list. */
const withSealed = (work: (shelf: Shelf) => Promise<void>, options?: RigOptions): Promise<void> =>
  withRig((rig) =>
    inFolder(async (folder) => {
      const objects = new Objects({ folder, keys: new MasterKeys(new Map([[1, randomBytes(32)]])), newId: randomUUID });
      const file = await sealBytes(objects, randomBytes(1000));
      const index = await sealBytes(objects, Buffer.from(canonicalJson({ camera: 'sh-yf-street', coverage: {}, artifacts: [{ path: 'original/sh-yf-street/01.mp4', role: 'original', ...file }] })));
      await rig.add(id);
      await rig.append(id, { event: 'preserve-started', by: 'gate', data: { attempt: 1, estimateBytes: 1 } });
      await rig.append(id, { event: 'footage-sealed', by: 'gate', data: { camera: 'sh-yf-street', state: 'complete', doubt: null, parts: 1, frames: 1, bytes: 1000, index } });
      await rig.append(id, { event: 'preserve-completed', by: 'gate', data: { cameras: 1, bytes: 1000 } });
      const look = (days: number) => expireFootage({ requests: rig.requests, objects, shred: async () => undefined, log: noLog, now: () => new Date(start + days * day) });
      const tell = (days: number) => flagLate({ requests: rig.requests, log: noLog, now: () => new Date(start + days * day) });
      await work({ ...rig, objects, look, tell });
    }),
    options,
  );

const aMillisecond = 1 / day;
const voice = { event: 'request-reviewed', by: 'p-clerk', data: { step: 'evidence-clerk', planDigest: 'sha256:x', policyVersion: 'sha256:p' } } as const;
const granted = { event: 'export-granted', by: 'gate', data: { planDigest: 'sha256:x', voices: 1 } } as const;
const served = { event: 'paper-served', by: 'p-officer', data: { instrument: { type: 'COURT_ORDER', scanSha256: '', provideBy: null }, application: reason } } as const;
/** Its time to provide ends thirty days after the application. */
const servedLate = { ...served, data: { ...served.data, instrument: { ...served.data.instrument, provideBy: '2026-04-01T00:00:00.000Z' } } } as const;
const accepted = { event: 'paper-accepted', by: 'p-head', data: { scanSha256: '' } } as const;

const endings = {
  returned: { event: 'export-returned', by: 'p-clerk', data: { codes: ['ID_MISMATCH'], step: 'evidence-clerk', policyVersion: 'sha256:p', rows: [], planDigest: 'sha256:x' } },
  denied: { event: 'export-denied', by: 'gate', data: { reasons: ['row-denies'], rows: [], policyVersion: 'sha256:p' } },
  withdrawn: { event: 'request-withdrawn', by: 'p-officer', data: {} },
} as const;
const held = (until: string | null) => ({ event: 'hold-placed', by: 'p-head', data: { until, reason } }) as const;
const lifted = { event: 'hold-lifted', by: 'p-head', data: {} } as const;

describe('footage that was never granted', () => {
  for (const [how, ending] of Object.entries(endings))
    it(`${how}: is kept thirty days, and then nothing of it is left but the history`, () =>
      withSealed(async ({ append, look, objects, events, requests }) => {
        await append(id, ending);
        await look(29.999);
        assert.equal((await objects.list()).length, 2);
        for (let twice = 0; twice < 2; twice++) await look(30);
        assert.deepEqual(await objects.list(), []);
        assert.equal(events(id).filter((event) => event === 'footage-expired').length, 1);
        assert.equal(requests.state(id).state, how);
      }));

  const emergency: RigOptions = { basis: 'EMERGENCY_RESCUE', plan: { paperHours: 24 } };
  /** `days`: after the application; null: it stays. */
  const silences: readonly (readonly [what: string, entries: readonly Parameters<Rig['append']>[1][], days: number | null, state: string, options?: RigOptions])[] = [
    ['nobody decided: thirty days from the application', [], 30, 'held'],
    ['a time to provide that is later than the application', [], 37, 'held', { provideBy: '2026-03-09T00:00:00.000Z' }],
    ['a time to provide that was past', [], 30, 'held', { provideBy: '2026-02-20T00:00:00.000Z' }],
    ['one step agreed, the other never answered', [voice], 30, 'held', { plan: { steps: [{ step: 'evidence-clerk', role: 'role:evidence-clerk' }, { step: 'unit-head', role: 'role:unit-head' }] } }],
    ['an emergency that nobody agreed to', [], 30, 'held', emergency],
    ['an emergency whose paper never came: thirty days from when it was due', [voice, granted], 31, 'awaiting-paper', emergency],
    ['an emergency whose paper nobody accepted', [voice, granted, served], 31, 'awaiting-paper', emergency],
    ['an emergency whose paper nobody accepted, and its time', [voice, granted, servedLate], 60, 'awaiting-paper', emergency],
    ['an emergency whose paper was accepted', [voice, granted, served, accepted], null, 'granted', emergency],
    ['a request that was granted', [voice, granted], null, 'granted'],
  ];
  for (const [what, entries, days, state, options] of silences)
    it(`${what}: ${days === null ? 'stays' : 'goes to the millisecond, and the request stays as it is'}`, () =>
      withSealed(async ({ append, look, tell, objects, events, requests }) => {
        for (const entry of entries) await append(id, entry);
        await tell(days === null ? 8_000 : days - 7);
        await look(days === null ? 9_000 : days - aMillisecond);
        assert.equal((await objects.list()).length, 2);
        if (days === null) return;
        for (let twice = 0; twice < 2; twice++) await look(days);
        assert.deepEqual(await objects.list(), []);
        assert.equal(events(id).filter((event) => event === 'footage-expired').length, 1);
        const { state: now, tracks } = requests.state(id);
        assert.deepEqual([now, tracks.custody], [state, 'expired']);
      }, options));

  const undecided: readonly (readonly [what: string, entries: readonly Parameters<Rig['append']>[1][], days: number, left: number])[] = [
    ['a hold without end', [held(null)], 9_000, 2],
    ['a hold until the fortieth day, to the millisecond before it', [held('2026-04-11T00:00:00.000Z')], 40 - aMillisecond, 2],
    ['a hold until the fortieth day, on it', [held('2026-04-11T00:00:00.000Z')], 40, 0],
    ['a hold that ends before the thirty days', [held('2026-03-04T00:00:00.000Z')], 30 - aMillisecond, 2],
    ['a hold that was lifted', [held(null), lifted], 30, 0],
  ];
  for (const [what, entries, days, left] of undecided)
    it(`nobody decided, and ${what}: ${left ? 'stays' : 'goes'}`, () =>
      withSealed(async ({ append, look, tell, objects }) => {
        for (const entry of entries) await append(id, entry);
        await tell(Math.ceil(days) - 7);
        await look(days);
        assert.equal((await objects.list()).length, left);
      }));

  /** Long after its day, of which nobody knows: told now, and gone a week later. */
  async function goesAWeekAfterTheWord({ look, tell, objects }: Shelf): Promise<void> {
    await look(300);
    await tell(300);
    await look(307 - aMillisecond);
    assert.equal((await objects.list()).length, 2);
    await look(307);
    assert.deepEqual(await objects.list(), []);
  }

  it('nobody decided, and nobody was told: stays until they were, for a week', () => withSealed(goesAWeekAfterTheWord));

  it('nobody decided, and a hold was lifted after they had been told: they are told again', () =>
    withSealed(async (shelf) => {
      await shelf.tell(23);
      for (const entry of [held(null), lifted]) await shelf.append(id, entry);
      await goesAWeekAfterTheWord(shelf);
    }));

  it('nobody decided about a confidential one, of which nobody is told: stays, and goes thirty days after its end', () =>
    withSealed(async ({ append, look, tell, objects }) => {
      await tell(300);
      await look(400);
      assert.equal((await objects.list()).length, 2);
      await append(id, endings.returned);
      await look(30);
      assert.deepEqual(await objects.list(), []);
    }, { basis: 'STATE_SECURITY' }));

  const told: readonly (readonly [what: string, entries: readonly Parameters<Rig['append']>[1][], days: number, dueAt: string | null])[] = [
    ['a moment before that week', [], 23 - aMillisecond, null],
    ['a week before', [], 23, '2026-04-01T00:00:00.000Z'],
    ['a day late, which is early enough', [], 24, '2026-04-01T00:00:00.000Z'],
    ['later, and a week from then', [], 24 + aMillisecond, '2026-04-02T00:00:00.001Z'],
    ['once it is over, and a week from then', [], 30 + aMillisecond, '2026-04-08T00:00:00.001Z'],
    ['under a hold without end', [held(null)], 25, null],
    ['under a hold, a week before the thirty days', [held('2026-04-11T00:00:00.000Z')], 25, null],
    ['under a hold, a week before its end', [held('2026-04-11T00:00:00.000Z')], 33, '2026-04-11T00:00:00.000Z'],
    ['after a return', [endings.returned], 25, null],
    ['after a grant', [voice, granted], 25, null],
  ];
  for (const [what, entries, days, dueAt] of told)
    it(`is told of once, when a week is left; ${what}: ${dueAt ?? 'not'}`, () =>
      withSealed(async ({ append, history, requests }) => {
        for (const entry of entries) await append(id, entry);
        for (let twice = 0; twice < 2; twice++) await flagLate({ requests, log: noLog, now: () => new Date(start + days * day) });
        const found = history(id).flatMap((entry) => (entry.event === 'expiry-near' ? [entry.data.dueAt] : []));
        assert.deepEqual(found, dueAt === null ? [] : [dueAt]);
      }));

  it('is told of again where its day has moved', () =>
    withSealed(async ({ append, history, requests }) => {
      const look = (days: number) => flagLate({ requests, log: noLog, now: () => new Date(start + days * day) });
      await look(25);
      await append(id, held('2026-04-11T00:00:00.000Z'));
      for (const days of [26, 34, 35]) await look(days);
      assert.deepEqual(history(id).flatMap((entry) => (entry.event === 'expiry-near' ? [entry.data.dueAt] : [])), ['2026-04-03T00:00:00.000Z', '2026-04-11T00:00:00.000Z']);
    }));

  it('what is still being pulled when it goes is not pulled on', () =>
    withRig(async ({ add, append, requests }) => {
      await add(id);
      await append(id, { event: 'preserve-started', by: 'gate', data: { attempt: 1, estimateBytes: 1 } });
      await append(id, { event: 'footage-expired', by: 'gate', data: { sealedBytes: 1 } });
      assert.equal(workFor(requests.state(id), new Date(start)), null);
      await assert.rejects(append(id, { event: 'preserve-completed', by: 'gate', data: { cameras: 1, bytes: 1 } }), { code: 'state-conflict' });
    }));

  const holds: readonly (readonly [what: string, entries: readonly Parameters<Rig['append']>[1][], days: number, left: number])[] = [
    ['a hold without end', [held(null)], 400, 2],
    ['a hold until the fortieth day, before it', [held('2026-04-11T00:00:00.000Z')], 39, 2],
    ['a hold until the fortieth day, after it', [held('2026-04-11T00:00:00.000Z')], 41, 0],
    ['a hold that was lifted', [held(null), lifted], 31, 0],
    ['a hold that was lifted and placed again', [held(null), lifted, held(null)], 31, 2],
  ];
  for (const [what, entries, days, left] of holds)
    it(`${what}: ${left ? 'stays' : 'goes'}`, () =>
      withSealed(async ({ append, look, objects }) => {
        for (const entry of entries) await append(id, entry);
        await append(id, endings.returned);
        await look(days);
        assert.equal((await objects.list()).length, left);
      }));

  it('a crash behind the entry: the next start sweeps what no state names any more', () =>
    withSealed(async ({ append, objects, reopened }) => {
      await append(id, endings.returned);
      await append(id, { event: 'footage-expired', by: 'gate', data: { sealedBytes: 1000 } });
      assert.equal((await objects.list()).length, 2);
      await sweep({ requests: await reopened(), objects, policyTexts: [], scans: [] });
      assert.deepEqual(await objects.list(), []);
    }));
});

describe('a clock in doubt', () => {
  it('destroys nothing until somebody has looked', async () => {
    let [wall, steady] = [Date.parse('2026-03-04T00:00:00.000Z'), 0];
    const gate = await aGate({ now: () => new Date(wall), monotonic: () => steady });
    try {
      const { requestId } = await submit(gate);
      await until(gate, requestId, ({ custody }) => custody === 'sealed');
      await vote(gate, shanghai.steps[0], requestId, { verdict: 'return', code: 'DUPLICATE' });
      [wall, steady] = [wall + 31 * day, steady + 31 * day + 3_000];
      await gate.look();
      gate.again();
      assert.equal((await show(gate, requestId)).custody, 'sealed');
      await (await gate.as('user:root.luo')).post('/api/v1/clock/acknowledgement', {});
      await gate.look();
      assert.equal((await show(gate, requestId)).custody, 'expired');
    } finally {
      await gate.close();
    }
  });
});

describe('once the footage is gone, a request that is still open', () => {
  let gate: TestGate;
  let time = new Date('2026-03-04T00:00:00.000Z');
  let [undecided, withdrawable, emergency] = ['', '', ''];
  const duty = 'user:sh.tao';
  const [clerk, manager, , head] = shanghai.steps;
  const post = async (user: string, at: string, body: object = {}) => (await gate.as(user)).post<Seen>(`/api/v1/requests/${at}`, body);
  /** Refused in words that say what happened and what can still be done. */
  async function gone(call: Promise<unknown>): Promise<void> {
    const problem = await problemOf(call);
    assert.equal(problem?.code, 'state-conflict');
    assert.match(problem.detail, /footage of EG-\S+ was destroyed; the request can be returned, withdrawn or closed/);
  }
  const eventsOf = async (id: string) => {
    const { entries } = await (await gate.as('user:audit.he')).get<{ entries: Entry[] }>('/api/v1/journal?count=500');
    return entries.flatMap((entry) => (isRequestEntry(entry) && entry.requestId === id ? [entry.event] : []));
  };

  before(async () => {
    gate = await aGate({ now: () => time });
    await gate.as('user:audit.he');
    [undecided, withdrawable] = [(await submit(gate)).requestId, (await submit(gate)).requestId];
    const { instrument: _, officers: [one], ...form } = anApplication();
    ({ requestId: emergency } = await (await gate.withScan(clerk)).post<Seen>('/api/v1/requests', { ...form, basis: 'EMERGENCY_RESCUE', officers: [one], applicant: shanghai.officer }));
    await post(duty, `${emergency}/call-backs`, { directory: 'sh-command', confirmed: true });
    for (const user of [head, duty]) await vote(gate, user, emergency);
    for (const id of [undecided, withdrawable, emergency]) await until(gate, id, ({ custody }) => custody === 'sealed');
    const applied = time.getTime();
    // Told of each by the twenty-sixth day.
    for (const days of [23, 24, 25, 26, 40]) {
      time = new Date(applied + days * day);
      await gate.look();
    }
    gate.again();
  });
  after(() => gate.close());

  it('stays as it is', async () => {
    const seen = await Promise.all([undecided, withdrawable, emergency].map((id) => show(gate, id)));
    assert.deepEqual(seen.map(({ state, custody }) => [state, custody]), [['held', 'expired'], ['held', 'expired'], ['awaiting-paper', 'expired']]);
    assert.deepEqual(seen.map((it) => (it as unknown as { footageExpiresAt: string | null }).footageExpiresAt), [null, null, null]);
  });

  it('takes no yes and no narrower plan', async () => {
    await gone(vote(gate, clerk, undecided));
    await gone(vote(gate, clerk, undecided, { verdict: 'narrow', items: anApplication().items.map((item) => ({ ...item, to: item.from.replace('01.000', '02.000') })) }));
    await gone(post('user:root.luo', `${undecided}/glass`, { reason: 'life-in-danger' }));
    // Who may not speak hears so first.
    assert.equal((await problemOf(vote(gate, head, undecided)))?.code, 'not-your-step');
  });

  it('takes no paper, and none is accepted', async () => {
    await gone(post(shanghai.officer, `${emergency}/paper`, { instrument: anApplication().instrument }));
    await gone(post(manager, `${emergency}/paper/acceptance`, { servedAt: noPaper }));
  });

  it('is left alone by the machines, over a restart and another look', async () => {
    const before = await Promise.all([undecided, withdrawable, emergency].map(eventsOf));
    await gate.restart();
    await gate.look();
    assert.deepEqual(await Promise.all([undecided, withdrawable, emergency].map(eventsOf)), before);
    await gone(vote(gate, clerk, undecided));
  });

  it('is returned, withdrawn or closed by people', async () => {
    assert.equal((await vote(gate, clerk, undecided, { verdict: 'return', code: 'DUPLICATE' })).state, 'returned');
    assert.equal((await post(shanghai.officer, `${withdrawable}/withdrawal`)).state, 'withdrawn');
    assert.equal((await post(manager, `${emergency}/closing`, { explanation: '示例:文书未到' })).state, 'closed');
    await gate.look();
    for (const id of [undecided, withdrawable, emergency]) assert.equal((await eventsOf(id)).filter((event) => event === 'footage-expired').length, 1);
  });
});
