// Times that run: each flag is raised once, by the clock that is handed in, and closes nothing.
import assert from 'node:assert/strict';
import type { Line } from '../../plugin/domain/log.js';
import { flagLate } from '../../plugin/export/watch-deadlines.js';
import { withRig, type Rig, type RigOptions } from '../support/rig.js';

const start = Date.parse('2026-03-02T00:00:00.000Z');
const at = (hours: number): Date => new Date(start + hours * 3_600_000);
const sla = { verifyHours: 2, totalHours: 24 };
const aMillisecond = 1 / 3_600_000;

type Look = (hours: number) => Promise<Line[]>;

/** Looks at the deadlines as if it were so many hours after the application; what operators are told. */
const lookerAt = ({ requests }: Rig): Look => async (hours) => {
  const told: Line[] = [];
  await flagLate({ requests, now: () => at(hours), log: (level, line) => void told.push({ ...line, outcome: `${level} ${line.outcome ?? ''}` }) });
  return told;
};

describe('deadlines', () => {
  const voice = { event: 'request-reviewed', by: 'p-clerk', data: { step: 'evidence-clerk', planDigest: 'sha256:x', policyVersion: 'sha256:p' } } as const;
  const table: readonly (readonly [what: string, options: RigOptions, prepare: (rig: Rig) => Promise<unknown>, hours: number, flags: readonly string[]])[] = [
    ['no sla', {}, async () => undefined, 9_000, []],
    ['before the first voice is due', { plan: { sla } }, async () => undefined, 1.9, []],
    ['in the very moment', { plan: { sla } }, async () => undefined, 2, []],
    ['a millisecond later', { plan: { sla } }, async () => undefined, 2 + aMillisecond, ['sla-missed verify 2026-03-02T02:00:00.000Z']],
    ['a voice in time', { plan: { sla } }, (rig) => rig.append('EG-1', voice), 3, []],
    ['no voice for a day', { plan: { sla } }, async () => undefined, 25, ['sla-missed verify 2026-03-02T02:00:00.000Z', 'sla-missed total 2026-03-03T00:00:00.000Z']],
    ['a voice, and no release for a day', { plan: { sla } }, (rig) => rig.append('EG-1', voice), 25, ['sla-missed total 2026-03-03T00:00:00.000Z']],
    ['a release in time', { plan: { sla } }, (rig) => rig.release('EG-1'), 25, []],
    ['a return', { plan: { sla } }, (rig) => rig.append('EG-1', { event: 'export-returned', by: 'p-clerk', data: { codes: ['ID_MISMATCH'], step: 'evidence-clerk', policyVersion: 'sha256:p', rows: [], planDigest: 'sha256:x' } }), 25, []],
    ['nothing that could be pulled', { plan: { sla } }, (rig) => rig.append('EG-1', { event: 'export-unavailable', by: 'gate', data: { cause: 'no-footage' } }), 25, []],
    ['three quarters of the instrument’s time', { provideBy: '2026-03-02T12:00:00.000Z' }, async () => undefined, 9, ['deadline-near instrument 2026-03-02T12:00:00.000Z']],
    ['a moment before', { provideBy: '2026-03-02T12:00:00.000Z' }, async () => undefined, 9 - aMillisecond, []],
    ['an emergency whose paper did not come', { plan: { paperHours: 24 } }, async () => undefined, 24 + aMillisecond, ['paper-overdue 2026-03-03T00:00:00.000Z']],
    ['an emergency in time', { plan: { paperHours: 24 } }, async () => undefined, 24, []],
    ['the instrument’s deadline alone', { provideBy: '2026-03-02T12:00:00.000Z' }, async () => undefined, 13, ['deadline-missed 2026-03-02T12:00:00.000Z']],
    ['the instrument’s deadline and the sla', { plan: { sla }, provideBy: '2026-03-02T01:00:00.000Z' }, async () => undefined, 3, ['deadline-missed 2026-03-02T01:00:00.000Z', 'sla-missed verify 2026-03-02T02:00:00.000Z']],
  ];
  for (const [what, options, prepare, hours, flags] of table)
    it(`${what}: ${flags.map((flag) => flag.split(' 2026')[0]).join(', ') || 'no flag'}, once`, () =>
      withRig(async (rig) => {
        await rig.add('EG-1');
        await prepare(rig);
        const before = rig.history('EG-1').length;
        const state = rig.requests.state('EG-1').state;
        const look = lookerAt(rig);
        const told = await look(hours);
        const raised = rig.history('EG-1').slice(before).map((entry) =>
          entry.event === 'sla-missed' ? `${entry.event} ${entry.data.of} ${entry.data.dueAt}` : entry.event === 'deadline-near' ? `${entry.event} ${entry.data.of} ${entry.data.dueAt}` : entry.event === 'deadline-missed' ? `${entry.event} ${entry.data.provideBy}` : entry.event === 'paper-overdue' ? `${entry.event} ${entry.data.dueAt}` : entry.event);
        assert.deepEqual(raised, flags);
        assert.deepEqual(told.map(({ event, outcome, requestId }) => [event, outcome, requestId]), flags.map((flag) => [flag.split(' ')[0], `warn ${state}`, 'EG-1']));
        assert.deepEqual(await look(hours), []);
        assert.equal(rig.requests.state('EG-1').state, state);
      }, options));

  it('a first voice that came late, before anybody looked, was late: sla-missed verify', async () => {
    let hours = 0;
    await withRig(async (rig) => {
      await rig.add('EG-1');
      hours = 3;
      await rig.append('EG-1', voice);
      assert.deepEqual((await lookerAt(rig)(3)).map(({ event, reasons }) => `${event} ${reasons?.join()}`), ['sla-missed verify']);
      assert.deepEqual(await lookerAt(rig)(3), []);
    }, { plan: { sla }, now: () => at(hours) });
  });

  it('silence approves nothing and closes nothing: a voice long after both times still counts', () =>
    withRig(async (rig) => {
      await rig.add('EG-1');
      await lookerAt(rig)(10_000);
      assert.deepEqual(rig.requests.state('EG-1').slaMissed, ['verify', 'total']);
      await rig.append('EG-1', voice);
      assert.deepEqual([rig.requests.state('EG-1').state, rig.requests.state('EG-1').voices.length], ['held', 1]);
    }, { plan: { sla } }));

  it('a flag that stood at a crash is not raised again', () =>
    withRig(async (rig) => {
      await rig.add('EG-1');
      await lookerAt(rig)(3);
      const requests = await rig.reopened();
      const told: Line[] = [];
      await flagLate({ requests, now: () => at(4), log: (_level, line) => void told.push(line) });
      assert.deepEqual(told, []);
    }, { plan: { sla } }));
});

describe('a review afterwards that nobody makes', () => {
  const plan = { reviewAfter: { percent: 100, days: 30 } };
  const table: readonly (readonly [what: string, prepare: (rig: Rig) => Promise<unknown>, days: number, flags: readonly string[]])[] = [
    ['in time', async () => undefined, 30, []],
    ['past its day', async () => undefined, 31, ['review-overdue']],
    ['made', (rig) => rig.append('EG-1', { event: 'release-reviewed', by: 'p-tao', data: { finding: 'in-order' } }), 31, []],
  ];
  for (const [what, prepare, days, flags] of table)
    it(`${what}: ${flags.join(', ') || 'no flag'}, once`, () =>
      withRig(async (rig) => {
        await rig.add('EG-1');
        await rig.release('EG-1');
        const look = lookerAt(rig);
        assert.deepEqual(await look(0), []);
        await prepare(rig);
        assert.deepEqual((await look(days * 24)).map(({ event, outcome }) => `${outcome} ${event}`), flags.map((flag) => `warn released ${flag}`));
        assert.deepEqual(await look(days * 24), []);
        assert.equal(rig.requests.state('EG-1').reviewOverdue, flags.length > 0);
      }, { plan }));

  it('one that is overdue may still be made', () =>
    withRig(async (rig) => {
      await rig.add('EG-1');
      await rig.release('EG-1');
      await lookerAt(rig)(0);
      await lookerAt(rig)(31 * 24);
      await rig.append('EG-1', { event: 'release-reviewed', by: 'p-tao', data: { finding: 'not-necessary' } });
      assert.deepEqual([rig.requests.state('EG-1').reviewOverdue, rig.requests.state('EG-1').reviewedAfter?.finding], [true, 'not-necessary']);
    }, { plan }));

  it('what the lot did not fall on is not waited for', () =>
    withRig(async (rig) => {
      await rig.add('EG-1');
      await rig.release('EG-1');
      await rig.append('EG-1', { event: 'review-drawn', by: 'gate', data: { percent: 10, seed: '00', drawn: false, dueAt: '2026-03-03T00:00:00.000Z' } });
      assert.deepEqual(await lookerAt(rig)(9_000), []);
    }));
});
