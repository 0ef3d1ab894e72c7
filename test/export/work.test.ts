// What machines owe a request, and how they go on after a failure: a real journal and store, with a pull that does as a row says.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { RequestState, Tracks } from '../../plugin/domain/lifecycle.js';
import { noLog } from '../../plugin/domain/log.js';
import { Problem, type ProblemCode } from '../../plugin/domain/problem.js';
import { Work, workFor } from '../../plugin/export/work.js';
import { aGate, shanghai, type TestGate } from '../support/gate.js';
import { withRig, type Rig } from '../support/rig.js';
import { submit, until, vote } from '../support/walk.js';

describe('what machines owe', () => {
  const now = new Date('2026-03-02T00:00:00.000Z');
  const hold = { until: '2026-03-02T00:00:00.001Z' };
  const table: readonly (readonly [tracks: Tracks, work: 'preserve' | 'fulfil' | null, hold?: { until: string | null }])[] = [
    [{ approval: 'requested', custody: 'none', delivery: 'none' }, null],
    [{ approval: 'denied', custody: 'none', delivery: 'none' }, null],
    [{ approval: 'returned', custody: 'pulling', delivery: 'none' }, null],
    [{ approval: 'held', custody: 'none', delivery: 'none' }, 'preserve'],
    [{ approval: 'held', custody: 'queued', delivery: 'none' }, 'preserve'],
    [{ approval: 'held', custody: 'pulling', delivery: 'none' }, 'preserve'],
    [{ approval: 'held', custody: 'sealed', delivery: 'none' }, null],
    [{ approval: 'granted', custody: 'queued', delivery: 'none' }, 'preserve'],
    [{ approval: 'granted', custody: 'unavailable', delivery: 'none' }, null],
    [{ approval: 'granted', custody: 'sealed', delivery: 'none' }, 'fulfil'],
    [{ approval: 'granted', custody: 'sealed', delivery: 'packaging' }, 'fulfil'],
    [{ approval: 'granted', custody: 'sealed', delivery: 'packaged' }, null],
    [{ approval: 'granted', custody: 'sealed', delivery: 'release-asked' }, null],
    [{ approval: 'granted', custody: 'sealed', delivery: 'released' }, null],
    // A hold wants what was begun; it begins nothing, and it ends.
    [{ approval: 'returned', custody: 'pulling', delivery: 'none' }, 'preserve', { until: null }],
    [{ approval: 'withdrawn', custody: 'queued', delivery: 'none' }, 'preserve', hold],
    [{ approval: 'closed', custody: 'pulling', delivery: 'none' }, null, { until: now.toISOString() }],
    [{ approval: 'withdrawn', custody: 'none', delivery: 'none' }, null, { until: null }],
    [{ approval: 'requested', custody: 'none', delivery: 'none' }, null, { until: null }],
    [{ approval: 'withdrawn', custody: 'sealed', delivery: 'none' }, null, { until: null }],
    [{ approval: 'withdrawn', custody: 'expired', delivery: 'none' }, null, { until: null }],
  ];
  for (const [tracks, work, hold = null] of table)
    it(`${tracks.approval}, ${tracks.custody}, ${tracks.delivery}${hold ? `, held until ${hold.until ?? 'lifted'}` : ''}: ${work ?? 'nothing'}`, () =>
      assert.equal(workFor({ tracks, hold, plan: null, takes: [], confirmations: [], erased: [] } as unknown as RequestState, now), work));

  it('nothing is made of footage whose times nobody vouches for', () => {
    const state = { plan: null, tracks: { approval: 'granted', custody: 'sealed', delivery: 'none' }, takes: [{ camera: 'a', doubt: 'asserted' }, { camera: 'b', doubt: null }], confirmations: [], erased: [], hold: null };
    assert.equal(workFor(state as unknown as RequestState, now), null);
    assert.equal(workFor({ ...state, confirmations: [{ camera: 'a' }] } as unknown as RequestState, now), 'fulfil');
  });
});

async function eventually(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600 && !isSo(); tries++) await wait(25);
  assert.ok(isSo());
}

const sealed = { event: 'preserve-completed', by: 'gate', data: { cameras: 1, bytes: 1 } } as const;

describe('a pull', () => {
  type Parts = ConstructorParameters<typeof Work>[0];
  /** Each attempt begins in the journal as the real one does, and ends as `outcome` says. */
  const makeWork = (rig: Rig, outcome: (attempt: number, id: string, signal: AbortSignal) => Promise<void>, change: Partial<Parts> = {}): Work => {
    const attempts = new Map<string, number>();
    return new Work({
      requests: rig.requests, log: noLog, now: () => new Date('2026-03-02T00:00:00.000Z'), retryDelays: [5, 5], finishAdmission: async () => undefined, fulfil: async () => undefined,
      estimate: () => 3, shortage: async () => null,
      preserve: async (id, estimateBytes, signal) => {
        const attempt = (attempts.get(id) ?? 0) + 1;
        attempts.set(id, attempt);
        await rig.append(id, { event: 'preserve-started', by: 'gate', data: { attempt, estimateBytes } });
        await outcome(attempt, id, signal);
        await rig.append(id, sealed);
      },
      ...change,
    });
  };
  const failing = (code: ProblemCode) => async (): Promise<void> => {
    throw new Problem(code, 'As the row says.');
  };

  const ends: readonly (readonly [code: ProblemCode, ends: boolean])[] = [
    ['vms-unreachable', true], ['vms-refused', true], ['vms-fault', true], ['wrong-footage', true], ['codec-unsupported', true],
    ['store-unavailable', false], ['internal', false],
  ];
  for (const [code, isEnd] of ends)
    it(`that fails for ever with ${code} ${isEnd ? 'ends the request after the last delay' : 'ends no request: no recorder is gone'}`, () =>
      withRig(async (rig) => {
        await rig.add('EG-1');
        const work = makeWork(rig, failing(code));
        await work.resume();
        const failures = (): number => rig.events('EG-1').filter((event) => event === 'preserve-failed').length;
        await eventually(() => failures() >= (isEnd ? 3 : 5));
        await work.close();
        const { state, lastFailure } = rig.requests.state('EG-1');
        assert.deepEqual([state, lastFailure], [isEnd ? 'not-available' : 'held', code]);
        if (isEnd) assert.equal(failures(), 3);
      }));

  it('that fills the disk is no failure: the request waits for room', () =>
    withRig(async (rig) => {
      await rig.add('EG-1');
      const work = makeWork(rig, failing('disk-full'), { retryDelays: [] });
      await work.resume();
      await eventually(() => rig.requests.state('EG-1').waitsFor === 'disk-full');
      await work.close();
      assert.deepEqual(rig.events('EG-1').slice(-2), ['preserve-started', 'preserve-queued']);
    }));

  it('that waits for its next try is not woken by a vote: no try is used up before its time', () =>
    withRig(async (rig) => {
      await rig.add('EG-1');
      const work = makeWork(rig, failing('vms-unreachable'), { retryDelays: [60_000] });
      await work.resume();
      const started = (): number => rig.events('EG-1').filter((event) => event === 'preserve-started').length;
      await eventually(() => rig.events('EG-1').includes('preserve-failed'));
      for (let votes = 0; votes < 5; votes++) {
        work.wake('EG-1');
        await wait(5);
      }
      assert.equal(started(), 1);
      await work.close();
    }));

  it('whose request cannot go on at start does not keep the others waiting', () =>
    withRig(async (rig) => {
      for (const id of ['EG-1', 'EG-2']) await rig.add(id);
      const work = makeWork(rig, async () => undefined, {
        finishAdmission: async ({ state }) => {
          if (state.requestId === 'EG-1') throw new Error('a bad history');
        },
      });
      await work.resume();
      await eventually(() => rig.requests.state('EG-2').tracks.custody === 'sealed');
      await work.close();
    }));

  it('that begins beside another counts what that one will take: two do not share the last room', () =>
    withRig(async (rig) => {
      for (const id of ['EG-1', 'EG-2', 'EG-3']) await rig.add(id);
      const work = makeWork(rig, () => wait(200), {
        // Looking takes a while, as the disk’s answer does; there is room for two.
        shortage: async (_state, estimate, underWay) => {
          const taken = [...underWay.values()].reduce((sum, bytes) => sum + bytes, 0);
          await wait(5);
          return taken + estimate > 6 ? 'disk-full' : null;
        },
      });
      await work.resume();
      await eventually(() => ['EG-1', 'EG-2', 'EG-3'].some((id) => rig.requests.state(id).waitsFor === 'disk-full'));
      await work.close();
      const started = ['EG-1', 'EG-2', 'EG-3'].filter((id) => rig.events(id).includes('preserve-started'));
      assert.equal(started.length, 2);
    }));

  it('that is under way when the gate stops is aborted, and that is no failure', () =>
    withRig(async (rig) => {
      await rig.add('EG-1');
      const work = makeWork(rig, (_attempt, _id, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))));
      await work.resume();
      await eventually(() => rig.requests.state('EG-1').tracks.custody === 'pulling');
      await work.close();
      assert.deepEqual(rig.requests.state('EG-1').failures, { preserve: 0, fulfil: 0 });
      // The next start does it again.
      const next = makeWork(rig, async () => undefined);
      await next.resume();
      await eventually(() => rig.requests.state('EG-1').tracks.custody === 'sealed');
      await next.close();
    }));

  it('that fails after the request was returned leaves it returned', () =>
    withRig(async (rig) => {
      await rig.add('EG-1');
      const work = makeWork(rig, async (_attempt, id) => {
        await rig.append(id, { event: 'export-returned', by: 'p-x', data: { codes: ['ID_MISMATCH'], step: 'evidence-clerk', policyVersion: 'sha256:p', rows: [], planDigest: 'sha256:d' } });
        throw new Problem('vms-unreachable', 'As the row says.');
      });
      await work.resume();
      await eventually(() => rig.requests.state('EG-1').state === 'returned');
      await wait(50);
      await work.close();
      assert.equal(rig.events('EG-1').at(-1), 'export-returned');
    }));
});

describe('a request that is returned under its pull', () => {
  let gate: TestGate;
  before(async () => {
    // Slow enough for a vote in between.
    gate = await aGate({ recorder: { faults: { oneByteChunks: true } }, retryDelays: [20, 20] });
    for (const user of [shanghai.officer, shanghai.steps[0]]) await gate.as(user);
  });
  after(() => gate.close());

  const objects = (): string[] => fs.readdirSync(path.join(gate.folder, 'data/objects'));
  /** Returned while its camera is pulled. */
  async function returned(second: number, meanwhile: (requestId: string) => Promise<unknown>): Promise<string> {
    const items = [{ camera: 'sh-yf-street', from: `2026-03-01T02:00:0${second}.000Z`, to: `2026-03-01T02:00:0${second + 1}.000Z` }];
    const { requestId } = await submit(gate, { items });
    await until(gate, requestId, ({ custody }) => custody === 'pulling');
    await meanwhile(requestId);
    const seen = await vote(gate, shanghai.steps[0], requestId, { verdict: 'return', code: 'SEAL_MISSING' });
    assert.deepEqual([seen.state, seen.custody], ['returned', 'pulling']);
    return requestId;
  }

  it('keeps no footage, and stays returned', async () => {
    // The scan is kept too.
    await gate.withScan(shanghai.officer);
    const kept = objects().length;
    const requestId = await returned(1, async () => undefined);
    await eventually(() => gate.recorder.requests.rtsp.some((line) => line.startsWith('TEARDOWN')));
    await eventually(() => objects().length === kept);
    assert.equal((await until(gate, requestId, () => true)).state, 'returned');
  });

  it('under a hold is pulled to its end, and stays returned', async () => {
    const kept = objects().length;
    const head = await gate.as(shanghai.steps[3]);
    const requestId = await returned(2, (id) => head.post(`/api/v1/requests/${id}/hold`, { reason: '示例:复议期间保全' }));
    const seen = await until(gate, requestId, ({ custody }) => custody === 'sealed');
    assert.equal(seen.state, 'returned');
    assert.ok(objects().length > kept);
  });
});
