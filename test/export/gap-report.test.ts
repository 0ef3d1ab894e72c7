// The gap report (部分提供说明): what is missing of a request and why, as the applicant reads it, through the whole gate.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Item } from '../../plugin/domain/export-request.js';
import type { Fulfilment, GapReport } from '../../plugin/export/gap-report.js';
import { fulfilmentOf, gapReport } from '../../plugin/export/gap-report.js';
import type { Objects } from '../../plugin/store/objects.js';
import { aGate, shanghai, type TestGate } from '../support/gate.js';
import type { Faults } from '../support/recorder/faults.js';
import { withRig } from '../support/rig.js';
import { problemOf, submit, until } from '../support/walk.js';

const [street, door] = ['sh-yf-street', 'sh-yf-gate'];
const at = (seconds: number): string => new Date(Date.parse('2026-03-01T02:00:00.000Z') + seconds * 1000).toISOString();
const item = (from: number, to: number, camera = street): Item => ({ camera, from: at(from), to: at(to) });
const day = 86_400_000;

/** Seconds; `expected`: did the recorder say that nothing is there? */
type Hole = readonly [from: number, to: number, expected: boolean | null];
type Line = readonly [camera: string, from: number, to: number, holes: readonly Hole[], cause: string | null];

describe('a gap report', () => {
  let gate: TestGate;
  let past = 0;
  // Nothing is recorded from the tenth to the fourteenth second, nor behind the sixtieth; the second camera's recording is not known at all.
  before(async () => {
    gate = await aGate({
      now: () => new Date(Date.parse('2026-03-04T00:00:00.000Z') + past), retryDelays: [5, 5],
      recorder: { recordings: ['REC_1'], holes: [{ from: new Date(at(10)), to: new Date(at(14)) }], end: new Date(at(60)) },
    });
  });
  after(() => gate.close());

  const read = async (id: string): Promise<GapReport> => (await gate.as(shanghai.officer)).get<GapReport>(`/api/v1/requests/${id}/gaps`);
  /** To the second. Behind a hole the recorder's pictures begin again with its next key frame. */
  const inShort = ({ cameras }: GapReport): Line[] =>
    cameras.map(({ camera, from, to, holes, cause }) => [camera, seconds(from), seconds(to), holes.map((hole): Hole => [seconds(hole.from), seconds(hole.to), hole.expected]), cause]);
  const seconds = (instant: string): number => Math.floor((Date.parse(instant) - Date.parse(at(0))) / 1000);

  const table: readonly (readonly [what: string, items: readonly Item[], fulfilment: Fulfilment, lines: readonly Line[], faults?: Faults])[] = [
    ['all of it is there', [item(1, 3)], 'complete', [[street, 1, 3, [], null]]],
    ['a hole in the middle', [item(8, 18)], 'partial', [[street, 8, 18, [[10, 15, true]], null]]],
    ['a hole at the start', [item(12, 16)], 'partial', [[street, 12, 16, [[12, 15, true]], null]]],
    ['the archive ends before the span', [item(58, 62)], 'partial', [[street, 58, 62, [[60, 62, true]], null]]],
    ['two spans, one of them in the hole', [item(1, 2), item(11, 13)], 'partial', [[street, 1, 2, [], null], [street, 11, 13, [[11, 13, null]], null]]],
    ['two cameras, one of which the recorder does not know', [item(1, 2), item(1, 2, door)], 'partial', [[street, 1, 2, [], null], [door, 1, 2, [[1, 2, null]], 'no-footage']]],
    ['two spans of the unknown camera: each by itself', [item(1, 2, door), item(5, 6, door)], 'none', [[door, 1, 2, [[1, 2, null]], 'no-footage'], [door, 5, 6, [[5, 6, null]], 'no-footage']]],
    ['nothing but the hole', [item(11, 13)], 'none', [[street, 11, 13, [[11, 13, null]], 'no-footage']]],
    ['a recorder that refuses its account to the last try', [item(1, 2)], 'none', [[street, 1, 2, [[1, 2, null]], 'vms-refused']], { refuseLogin: true }],
    ['a recorder that shows the present', [item(1, 2)], 'none', [[street, 1, 2, [[1, 2, null]], 'wrong-footage']], { live: true }],
  ];
  for (const [what, items, fulfilment, lines, faults = {}] of table)
    it(`${what}: ${fulfilment}`, async () => {
      Object.assign(gate.recorder.faults, faults);
      const { requestId } = await submit(gate, { items: [...items] });
      const seen = await until(gate, requestId, ({ custody }) => custody === 'sealed' || custody === 'unavailable');
      for (const fault of Object.keys(faults)) delete gate.recorder.faults[fault as keyof Faults];
      const report = await read(requestId);
      assert.deepEqual([report.requestId, report.fulfilment, inShort(report)], [requestId, fulfilment, lines]);
      // The request itself says the same word, and the same cause.
      assert.equal((seen as unknown as GapReport).fulfilment, fulfilment);
      assert.deepEqual(seen.missing.map(({ cause }) => cause), [...new Set(lines.flatMap(([, , , , cause]) => cause ?? []))]);
      if (fulfilment === 'none') assert.equal(seen.state, 'not-available');
    });

  it('is open while it is pulled, and closed when the applicant takes it back meanwhile', async () => {
    gate.recorder.faults.bytesPerSecond = 20_000;
    const { requestId } = await submit(gate, { items: [item(20, 25)] });
    await until(gate, requestId, ({ custody }) => custody === 'pulling');
    assert.deepEqual(await read(requestId), { requestId, fulfilment: 'open', cameras: [] });
    await (await gate.as(shanghai.officer)).post(`/api/v1/requests/${requestId}/withdrawal`, {});
    assert.deepEqual(await read(requestId), { requestId, fulfilment: 'none', cameras: [] });
    delete gate.recorder.faults.bytesPerSecond;
  });

  it('of footage that was destroyed: nothing is there any more; what never came is still told with its cause', async () => {
    const { requestId } = await submit(gate, { items: [item(1, 2), item(1, 2, door)] });
    await until(gate, requestId, ({ custody }) => custody === 'sealed');
    await (await gate.as(shanghai.officer)).post(`/api/v1/requests/${requestId}/withdrawal`, {});
    assert.equal((await read(requestId)).fulfilment, 'partial');
    past = 31 * day;
    await gate.look();
    gate.again();
    const report = await read(requestId);
    assert.deepEqual([report.fulfilment, inShort(report)], ['none', [[door, 1, 2, [[1, 2, null]], 'no-footage']]]);
  });

  it('from a sealed list that somebody changed: object-corrupt, and no report', async () => {
    const folder = path.join(gate.folder, 'data/objects');
    const before = new Set(await fs.promises.readdir(folder));
    const { requestId } = await submit(gate, { items: [item(1, 2)] });
    await until(gate, requestId, ({ custody }) => custody === 'sealed');
    for (const name of (await fs.promises.readdir(folder)).filter((it) => !before.has(it))) {
      const bytes = await fs.promises.readFile(path.join(folder, name));
      bytes[bytes.length - 1]! ^= 1;
      await fs.promises.writeFile(path.join(folder, name), bytes);
    }
    assert.equal((await problemOf(read(requestId)))?.code, 'object-corrupt');
  });
});

describe('the cause of what is missing', () => {
  it('is each camera’s own, the last word where the pull was given up', () =>
    withRig(async ({ add, append, requests }) => {
      await add('EG-1');
      await append('EG-1', { event: 'preserve-started', by: 'gate', data: { attempt: 1, estimateBytes: 1 } });
      await append('EG-1', { event: 'footage-missing', by: 'gate', data: { camera: street, cause: 'vms-fault' } });
      await append('EG-1', { event: 'footage-missing', by: 'gate', data: { camera: door, cause: 'no-footage' } });
      await append('EG-1', { event: 'export-unavailable', by: 'gate', data: { cause: 'no-footage' } });
      const state = requests.state('EG-1');
      assert.equal(fulfilmentOf(state), 'none');
      const { cameras } = await gapReport({} as Objects, state);
      assert.deepEqual(cameras.map(({ camera, cause }) => [camera, cause]), [[street, 'vms-fault']], 'of what was asked for, and nothing else');
    }));
});
