// What a recorder was asked to keep and keeps no longer: a lock taken off, or footage gone, at the recorder itself; of requests on hold alone.
import assert from 'node:assert/strict';
import { connect } from '../../adapters/zoneminder/index.js';
import type { Basis } from '../../plugin/domain/basis.js';
import type { AuditFinding } from '../../plugin/domain/self-audit.js';
import { auditHolds } from '../../plugin/export/audit-holds.js';
import { addressOf, quick } from '../adapters/zoneminder/rig.js';
import { startStandIn, type StandIn, type StandInEvent } from '../adapters/zoneminder/stand-in.js';
import { withRig, type Rig } from '../support/rig.js';

const id = 'EG-310000-SH-YUNFAN-2026-000001';
const span = { from: '2026-03-01T00:00:00.000Z', to: '2026-03-01T00:00:10.000Z' };
const now = (): Date => new Date('2026-03-02T00:00:00.000Z');
const event = (number: number, start: string, end: string): StandInEvent => ({
  ...{ id: number, monitor: 1, start, end, lengthMs: Date.parse(end) - Date.parse(start), frames: 100, film: Buffer.alloc(1) },
});

describe('what recorders were asked to keep', () => {
  let standIn: StandIn;
  beforeEach(async () => {
    standIn = await startStandIn({ events: [event(11, '2026-02-28T23:59:50Z', '2026-03-01T00:00:05Z'), event(12, '2026-03-01T00:00:05Z', '2026-03-01T00:00:20Z'), event(13, '2026-03-01T01:00:00Z', '2026-03-01T01:10:00Z')] });
  });
  afterEach(() => standIn.close());

  const signal = new AbortController().signal;
  /** Asked of the stand-in by the adapter, as a gate would. */
  async function found({ requests }: Rig, isOurs = true): Promise<(AuditFinding | null)[]> {
    const vms = connect(addressOf(standIn), { limits: quick });
    const keptAt = () => (isOurs ? (asked: typeof span, until: AbortSignal) => vms.kept!({ recording: '1' }, asked, until) : null);
    const told = [];
    for await (const finding of auditHolds({ now, keptAt }, requests, signal)) told.push(finding);
    return told;
  }
  const sealed = async (rig: Rig, more: { kept?: number }): Promise<void> => {
    await rig.append(id, { event: 'preserve-started', by: 'gate', data: { attempt: 1, estimateBytes: 1 } });
    const index = { bytes: 1, sha256: '0', sm3: '0', crc32: 0, object: 'none' };
    await rig.append(id, { event: 'footage-sealed', by: 'gate', data: { camera: 'sh-yf-street', state: 'complete', doubt: null, parts: 1, frames: 1, bytes: 1, index, ...more } });
    await rig.append(id, { event: 'preserve-completed', by: 'gate', data: { cameras: 1, bytes: 1 } });
  };
  const heldRequest = async (rig: Rig, until: string | null = null, wasAsked = true): Promise<void> => {
    await rig.add(id);
    const kept = await connect(addressOf(standIn), { limits: quick }).keep!({ recording: '1' }, span, signal);
    await sealed(rig, wasAsked ? { kept } : {});
    await rig.append(id, { event: 'hold-placed', by: rig.applicant, data: { until, reason: await rig.store.personal.conceal('reason', '示例') } });
  };

  const table: readonly (readonly [what: string, does: () => void, found: readonly (string | null)[], basis?: Basis])[] = [
    ['all is kept', () => undefined, [null]],
    ['what lies beside the span is freed', () => void (standIn.events[2]!.archived = false), [null]],
    ['one of its events is freed', () => void (standIn.events[1]!.archived = false), [`${id}, sh-yf-street: 1 of 2 kept`]],
    ['both are', () => standIn.events.forEach((it) => (it.archived = false)), [`${id}, sh-yf-street: 0 of 2 kept`]],
    ['one is freed and deleted', () => void standIn.events.splice(1, 1), [`${id}, sh-yf-street: 1 of 2 kept`]],
    ['both are deleted', () => void (standIn.events = standIn.events.slice(2)), [`${id}, sh-yf-street: 0 of 2 kept`]],
    ['the recorder does not say', () => void (standIn.fault = () => 'nonsense'), [`${id}, sh-yf-street: vms-fault`]],
    ['of a confidential request', () => void (standIn.events[1]!.archived = false), ['a confidential request: 1 of 2 kept'], 'STATE_SECURITY'],
  ];
  for (const [what, does, wanted, basis] of table)
    it(what, () =>
      withRig(
        async (rig) => {
          await heldRequest(rig);
          does();
          assert.deepEqual((await found(rig)).map((finding) => finding && finding.what), wanted);
        },
        { now, ...(basis && { basis }) },
      ));

  it('of nothing that is not on hold, or not any more, or whose recorder knows no such thing', () =>
    withRig(
      async (rig) => {
        await heldRequest(rig, '2026-03-02T00:00:00.000Z');
        standIn.events.forEach((it) => (it.archived = false));
        assert.deepEqual(await found(rig), [], 'its time is over');
        await rig.append(id, { event: 'hold-placed', by: rig.applicant, data: { until: null, reason: await rig.store.personal.conceal('reason', '示例') } });
        assert.deepEqual(await found(rig, false), []);
        assert.deepEqual((await found(rig)).map((finding) => finding?.code), ['hold-unkept']);
        await rig.append(id, { event: 'hold-lifted', by: rig.applicant, data: {} });
        assert.deepEqual(await found(rig), []);
      },
      { now },
    ));

  it('where the recorder did not do it when it was asked: of what is there now', () =>
    withRig(
      async (rig) => {
        await heldRequest(rig, null, false);
        assert.deepEqual(await found(rig), [null]);
        standIn.events[0]!.archived = false;
        assert.deepEqual((await found(rig)).map((finding) => finding?.what), [`${id}, sh-yf-street: 1 of 2 kept`]);
      },
      { now },
    ));

  it('nothing is asked of what was never pulled, or had no footage', () =>
    withRig(
      async (rig) => {
        await rig.add(id);
        await rig.append(id, { event: 'hold-placed', by: rig.applicant, data: { until: null, reason: await rig.store.personal.conceal('reason', '示例') } });
        assert.deepEqual(await found(rig), []);
        await rig.append(id, { event: 'preserve-started', by: 'gate', data: { attempt: 1, estimateBytes: 1 } });
        await rig.append(id, { event: 'footage-missing', by: 'gate', data: { camera: 'sh-yf-street', cause: 'no-footage' } });
        assert.deepEqual(await found(rig), []);
      },
      { now },
    ));
});
