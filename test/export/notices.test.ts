// Who is told what: real journal, real store, the shipped policies; each entry once, whatever crashes between.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Basis } from '../../plugin/domain/basis.js';
import { noLog, type Line } from '../../plugin/domain/log.js';
import { allNoticeKinds, urgentKinds } from '../../plugin/domain/notice.js';
import type { UserId } from '../../plugin/domain/subject.js';
import { Problem } from '../../plugin/domain/problem.js';
import { Delegations } from '../../plugin/export/delegations.js';
import { NoticeFollower } from '../../plugin/export/follow-notices.js';
import { flagLate } from '../../plugin/export/watch-deadlines.js';
import { loadPolicy, type Policy } from '../../plugin/policy/load.js';
import type { Store } from '../../plugin/store/store.js';
import { root } from '../support/gate.js';
import { withRig, type Rig, type RigOptions } from '../support/rig.js';

const start = Date.parse('2026-03-02T00:00:00.000Z');
const at = (hours: number): Date => new Date(start + hours * 3_600_000);
const planDigest = 'sha256:x';
const step = (name: string) => ({ step: name, role: `role:${name}` as const });
const voice = (name: string, by: string) => ({ event: 'request-reviewed', by, data: { step: name, planDigest, policyVersion: 'sha256:p' } }) as const;
/** One camera, pulled. */
async function seal(rig: Rig, id = 'EG-1'): Promise<void> {
  await rig.append(id, { event: 'preserve-started', by: 'gate', data: { attempt: 1, estimateBytes: 1 } });
  const index = { bytes: 1, sha256: '0', sm3: '0', crc32: 0, object: 'none' };
  await rig.append(id, { event: 'footage-sealed', by: 'gate', data: { camera: 'sh-yf-street', state: 'complete', doubt: null, parts: 1, frames: 1, bytes: 1, index } });
  await rig.append(id, { event: 'preserve-completed', by: 'gate', data: { cameras: 1, bytes: 1 } });
}
const channel = { name: 'ops', kinds: urgentKinds };

describe('notices of the procedure', () => {
  let policy: Policy;
  const everybody = () => [...new Set(policy.holdings.map(({ user }) => user))];
  before(async () => {
    policy = await loadPolicy(path.join(root, 'policies'));
  });

  const follow = ({ journal, store }: Pick<Rig, 'journal' | 'store'>, lines: Line[] = [], onLetters = () => undefined as void) =>
    new NoticeFollower({ journal, store, policy, delegations: new Delegations(journal), channels: [channel], log: (_level, line) => void lines.push(line), onLetters });

  /** `kind: who who`, newest last, of what was raised since the last look. */
  async function told(store: Store, seen: Map<string, number> = new Map()): Promise<string[]> {
    const found: { key: string; order: number; user: string }[] = [];
    for (const user of everybody()) {
      const mine = (await store.notices.list(user, { unseen: false, limit: 200 })).filter(({ id }) => id > (seen.get(user) ?? 0));
      if (mine[0]) seen.set(user, mine[0].id);
      for (const { id, kind, urgency, deadline } of mine) found.push({ key: `${kind}${urgency === 'urgent' ? '!' : ''}${deadline ? ` ${deadline.slice(0, 13)}` : ''}`, order: id, user: user.slice(5) });
    }
    const groups = new Map<string, string[]>();
    for (const { key, user } of found.sort((a, b) => a.order - b.order)) groups.set(key, [...(groups.get(key) ?? []), user]);
    return [...groups].map(([key, users]) => `${key}: ${users.sort().join(' ')}`);
  }

  const table: readonly (readonly [what: string, options: RigOptions, act: (rig: Rig) => Promise<unknown>, expected: readonly string[]])[] = [
    ['an application waits for its first step', {}, async () => undefined, ['step-waits: sh.zhou']],
    ['with a deadline', { provideBy: '2026-03-09T00:00:00.000Z' }, async () => undefined, ['step-waits 2026-03-09T00: sh.zhou']],
    ['of two deadlines the sooner', { provideBy: '2026-03-09T00:00:00.000Z', plan: { sla: { verifyHours: 2, totalHours: 24 } } }, async () => undefined, ['step-waits 2026-03-03T00: sh.zhou']],
    ['an emergency is urgent at each step', { basis: 'EMERGENCY_RESCUE' }, async () => undefined, ['emergency-opened!: audit.he sh.shen sh.yan', 'step-waits!: sh.zhou']],
    ['its paper, with the time until when it is to come, and that it did not', { basis: 'EMERGENCY_RESCUE', plan: { paperHours: 24 } }, async (rig) => {
      for (const hours of [23.9, 24.1, 24.2]) await flagLate({ requests: rig.requests, now: () => at(hours), log: noLog });
    }, ['emergency-opened! 2026-03-03T00: audit.he sh.shen sh.yan', 'step-waits!: sh.zhou', 'paper-overdue! 2026-03-03T00: audit.he sh.lu sh.shen sh.yan']],
    ['footage that nobody decides about, a week before it goes, and that it went', {}, async (rig) => {
      await seal(rig);
      for (const days of [22.9, 23, 29.9]) await flagLate({ requests: rig.requests, now: () => at(24 * days), log: noLog });
      await rig.append('EG-1', { event: 'footage-expired', by: 'gate', data: { sealedBytes: 1 } });
    }, ['step-waits: sh.zhou', 'expiry-near! 2026-04-01T00: audit.he sh.shen sh.yan sh.zhou', 'not-available!: audit.he sh.lu sh.shen sh.yan']],
    ['that of an emergency whose paper does not come, to who can bring it', { basis: 'EMERGENCY_RESCUE', plan: { paperHours: 24 } }, async (rig) => {
      await seal(rig);
      await rig.append('EG-1', voice('evidence-clerk', 'p-clerk'));
      await rig.append('EG-1', { event: 'export-granted', by: 'gate', data: { planDigest, voices: 1 } });
      for (const days of [23.9, 24]) await flagLate({ requests: rig.requests, now: () => at(24 * days), log: noLog });
    }, ['emergency-opened! 2026-03-03T00: audit.he sh.shen sh.yan', 'step-waits!: sh.zhou', 'granted!: sh.lu', 'paper-overdue! 2026-03-03T00: audit.he sh.lu sh.shen sh.yan', 'expiry-near! 2026-04-02T00: audit.he sh.lu sh.shen sh.yan']],
    ['a return of what was sealed: its end is told, and not that of its footage', {}, async (rig) => {
      await seal(rig);
      await rig.append('EG-1', { event: 'export-returned', by: 'p-clerk', data: { codes: ['ID_MISMATCH'], step: 'evidence-clerk', policyVersion: 'sha256:p', rows: [], planDigest } });
      for (const days of [23, 29.9]) await flagLate({ requests: rig.requests, now: () => at(24 * days), log: noLog });
      await rig.append('EG-1', { event: 'footage-expired', by: 'gate', data: { sealedBytes: 1 } });
    }, ['step-waits: sh.zhou', 'returned: sh.lu']],
    ['a request taken back, to those who look after the site', {}, (rig) => rig.append('EG-1', { event: 'request-withdrawn', by: 'p-applicant', data: {} }), ['step-waits: sh.zhou', 'withdrawn: audit.he sh.shen sh.yan']],
    ['a hold, with its end', {}, (rig) => rig.append('EG-1', { event: 'hold-placed', by: 'p-clerk', data: { until: at(48).toISOString(), reason: 'sha256:r' } }), ['step-waits: sh.zhou', 'hold-placed 2026-03-04T00: audit.he sh.shen sh.yan']],
    ['a broken glass: the second administrator before, everybody whom it concerns after', {}, async (rig) => {
      await rig.append('EG-1', { event: 'glass-asked', by: 'p-one', data: { reason: 'life-in-danger' } });
      await rig.append('EG-1', { event: 'glass-broken', by: 'p-two', data: { reason: 'life-in-danger', askedBy: 'p-one', askedAt: '2026-03-01T00:00:00.000Z' } });
    }, ['step-waits: sh.zhou', 'glass-asked!: audit.he root.bai root.luo sh.shen sh.yan', 'glass-broken! 2026-03-03T00: audit.he root.bai root.luo sh.lu sh.shen sh.yan']],
    ['a witness that has seen another journal, to the administrators', {}, (rig) => rig.journal.append({ event: 'witness-disagreed', by: 'gate', data: { witness: 'witness.example/w1', why: 'another-history' } }), ['step-waits: sh.zhou', 'witness-disagreed!: root.bai root.luo']],
    ['a self-audit that found something, to the administrators', {}, (rig) => rig.journal.append({ event: 'self-audited', by: 'gate', data: { report: '0'.repeat(64), startedAt: '2026-03-01T00:00:00.000Z', findings: 2 } }), ['step-waits: sh.zhou', 'audit-found!: root.bai root.luo']],
    ['a self-audit that found nothing, to nobody', {}, (rig) => rig.journal.append({ event: 'self-audited', by: 'gate', data: { report: '0'.repeat(64), startedAt: '2026-03-01T00:00:00.000Z', findings: 0 } }), ['step-waits: sh.zhou']],
    ['a clock in doubt, to the administrators', {}, (rig) => rig.journal.append({ event: 'clock-stepped', by: 'gate', data: { why: 'stepped-back', backMs: 3000 } }), ['step-waits: sh.zhou', 'clock-stepped!: root.bai root.luo']],
    ['the next step after a voice', { plan: { steps: [step('evidence-clerk'), step('unit-head')] } }, (rig) => rig.append('EG-1', voice('evidence-clerk', 'p-clerk')), ['step-waits: sh.shen sh.zhou']],
    ['who looks first hears it again when there is something to see', { plan: { inspect: ['evidence-clerk'] } }, (rig) => rig.append('EG-1', { event: 'preserve-completed', by: 'gate', data: { cameras: 1, bytes: 1 } }), ['step-waits: sh.zhou sh.zhou']],
    ['a return, to the applicant alone', {}, (rig) => rig.append('EG-1', { event: 'export-returned', by: 'p-clerk', data: { codes: ['ID_MISMATCH'], step: 'evidence-clerk', policyVersion: 'sha256:p', rows: [], planDigest } }), ['step-waits: sh.zhou', 'returned: sh.lu']],
    ['a denial', {}, (rig) => rig.append('EG-1', { event: 'export-denied', by: 'gate', data: { reasons: [], rows: [], policyVersion: 'sha256:p' } }), ['step-waits: sh.zhou', 'denied: sh.lu']],
    ['no footage, to the applicant and those who look after the site', {}, (rig) => rig.append('EG-1', { event: 'export-unavailable', by: 'gate', data: { cause: 'no-footage' } }), ['step-waits: sh.zhou', 'not-available!: audit.he sh.lu sh.shen sh.yan']],
    ['granted, packaged, released, drawn', { plan: { reviewAfter: { percent: 100, days: 30 } } }, async (rig) => {
      await rig.release('EG-1');
      await flagLate({ requests: rig.requests, now: () => at(1), log: noLog });
    }, ['step-waits: sh.zhou', 'granted: sh.lu', 'package-ready: sh.jin sh.wei', 'released 2026-03-05T00: sh.lu', 'review-due 2026-04-01T00: audit.he sh.shen sh.yan']],
    ['the second executor, and not the first', {}, async (rig) => {
      for (const draft of [{ event: 'preserve-completed', by: 'gate', data: { cameras: 1, bytes: 1 } }, voice('evidence-clerk', 'p-clerk'), { event: 'export-granted', by: 'gate', data: { planDigest, voices: 1 } }, { event: 'fulfil-started', by: 'gate', data: { attempt: 1 } }, { event: 'package-sealed', by: 'gate', data: { manifest: '0', index: { bytes: 1, sha256: '0', sm3: '0', crc32: 0, object: 'none' } } }, { event: 'release-asked', by: await rig.store.people.pseudonymOf('user:sh.wei'), data: { planDigest } }] as const)
        await rig.append('EG-1', draft);
    }, ['step-waits: sh.zhou', 'granted: sh.lu', 'package-ready: sh.jin sh.wei', 'release-waits: sh.jin']],
    ['a deadline that is near, missed; a time of the plan', { provideBy: '2026-03-02T08:00:00.000Z', plan: { sla: { verifyHours: 1, totalHours: 48 } } }, async (rig) => {
      for (const hours of [5.9, 6.5, 6.6, 9]) await flagLate({ requests: rig.requests, now: () => at(hours), log: noLog });
    }, ['step-waits 2026-03-02T08: sh.zhou', 'sla-missed! 2026-03-02T01: audit.he sh.shen sh.yan sh.zhou', 'deadline-near! 2026-03-02T08: audit.he sh.shen sh.yan sh.zhou', 'deadline-missed! 2026-03-02T08: audit.he sh.shen sh.yan sh.zhou']],
    ['a review that nobody made', { plan: { reviewAfter: { percent: 100, days: 30 } } }, async (rig) => {
      await rig.release('EG-1');
      for (const hours of [1, 31 * 24]) await flagLate({ requests: rig.requests, now: () => at(hours), log: noLog });
    }, ['step-waits: sh.zhou', 'granted: sh.lu', 'package-ready: sh.jin sh.wei', 'released 2026-03-05T00: sh.lu', 'review-due 2026-04-01T00: audit.he sh.shen sh.yan', 'review-overdue! 2026-04-01T00: audit.he sh.shen sh.yan']],
    ['a proposed policy, to the administrators', {}, (rig) => rig.journal.append({ event: 'policy-proposed', by: 'gate', data: { version: 'sha256:q', inForce: 'sha256:p', files: 1, changed: [], index: { bytes: 1, sha256: '0', sm3: '0', crc32: 0, object: 'none' } } }), ['step-waits: sh.zhou', 'policy-proposed!: root.bai root.luo']],
    ['what nobody need hear', {}, (rig) => rig.journal.append({ event: 'act-refused', by: 'p-x', data: { act: 'review', request: 'EG-1', code: 'own-request', policyVersion: 'sha256:p' } }), ['step-waits: sh.zhou']],
  ];
  for (const [what, options, act, expected] of table)
    it(`${what}: ${expected.at(-1)}`, () =>
      withRig(async (rig) => {
        const follower = follow(rig);
        await follower.begin();
        await rig.add('EG-1');
        await act(rig);
        await follower.settle();
        assert.deepEqual(await told(rig.store), expected);
        await follower.close();
      }, options));

  it('whoever had a voice, or applied, is not called upon for another step', () =>
    withRig(async (rig) => {
      const follower = follow(rig);
      await follower.begin();
      await rig.add('EG-1');
      // The clerk of the first step holds the second one too, in these files; so does the applicant.
      const both = { ...policy, holdings: [...policy.holdings, ...(['user:sh.zhou', 'user:sh.lu'] as const).map((user) => ({ user, role: 'role:unit-head' as const, place: '310000' }))] };
      const second = new NoticeFollower({ journal: rig.journal, store: rig.store, policy: both, delegations: new Delegations(rig.journal), channels: [], log: noLog, onLetters: () => undefined });
      await follower.settle();
      await follower.close();
      await rig.append('EG-1', voice('evidence-clerk', await rig.store.people.pseudonymOf('user:sh.zhou')));
      await second.settle();
      await second.close();
      assert.deepEqual(await told(rig.store), ['step-waits: sh.shen sh.zhou']);
    }, { plan: { steps: [step('evidence-clerk'), step('unit-head')] } }));

  it('who stands in for a holder of the step is told too; not whose leave is over, and not who may not review', () =>
    withRig(async (rig) => {
      const by = await rig.store.people.pseudonymOf('user:sh.shen');
      const lend = async (user: UserId, from: number, until: number): Promise<unknown> => {
        const to = await rig.store.people.pseudonymOf(user);
        return rig.journal.append({ event: 'delegation-made', by, data: { to, role: 'role:unit-head', site: 'SH-YUNFAN', from: at(from).toISOString(), until: at(until).toISOString() } });
      };
      await lend('user:sh.gu', -1, 1);
      await lend('user:sh.qian', -9, 0);
      await lend('user:sh.fang', -1, 1);
      const follower = follow(rig);
      await follower.begin();
      await rig.add('EG-1');
      await rig.append('EG-1', voice('evidence-clerk', 'p-clerk'));
      await follower.settle();
      assert.deepEqual(await told(rig.store), ['step-waits: sh.gu sh.shen sh.zhou']);
      await follower.close();
    }, { plan: { steps: [step('evidence-clerk'), step('unit-head')] } }));

  for (const basis of ['STATE_SECURITY', 'SUPERVISION'] satisfies Basis[])
    it(`${basis}: from the application to the release nobody is told anything, neither here nor outward`, () =>
      withRig(async (rig) => {
        const follower = new NoticeFollower({ journal: rig.journal, store: rig.store, policy, delegations: new Delegations(rig.journal), channels: [{ name: 'ops', kinds: allNoticeKinds }], log: noLog, onLetters: () => assert.fail('a letter') });
        await follower.begin();
        await rig.add('EG-1');
        await flagLate({ requests: rig.requests, now: () => at(100), log: noLog });
        await rig.release('EG-1');
        await rig.add('EG-2');
        await seal(rig, 'EG-2');
        await flagLate({ requests: rig.requests, now: () => at(24 * 30), log: noLog });
        await rig.append('EG-2', { event: 'expiry-near', by: 'gate', data: { dueAt: '2026-04-02T00:00:00.000Z' } });
        await rig.append('EG-2', { event: 'footage-expired', by: 'gate', data: { sealedBytes: 1 } });
        await follower.settle();
        assert.ok(rig.events('EG-1').includes('deadline-missed') && rig.events('EG-2').includes('expiry-near'));
        assert.deepEqual([await told(rig.store), await rig.store.outbox.nextAt('ops'), await rig.store.notices.position()], [[], null, rig.journal.size]);
        await follower.close();
      }, { basis, provideBy: '2026-03-03T00:00:00.000Z' }));

  it('a crash between the entry and its notice loses none, and one after it doubles none', () =>
    withRig(async (rig) => {
      const first = follow(rig);
      await first.begin();
      await first.settle();
      await first.close();
      // Nobody follows now, as after a crash.
      await rig.add('EG-1');
      for (let starts = 0; starts < 3; starts++) {
        await rig.reopened();
        const again = follow(rig);
        await again.begin();
        await again.settle();
        await again.close();
        assert.deepEqual(await told(rig.store), ['step-waits: sh.zhou']);
      }
    }));

  it('two that follow at once tell once', () =>
    withRig(async (rig) => {
      const both = [follow(rig), follow(rig)];
      await rig.store.notices.begin(0);
      await rig.add('EG-1');
      await Promise.all(both.map((it) => it.settle()));
      assert.deepEqual(await told(rig.store), ['step-waits: sh.zhou']);
      await Promise.all(both.map((it) => it.close()));
    }));

  it('what the journal held before the first start of this version is old news', () =>
    withRig(async (rig) => {
      await rig.add('EG-1');
      const follower = follow(rig);
      await follower.begin();
      await rig.add('EG-2');
      await follower.settle();
      assert.deepEqual([...new Set((await rig.store.notices.list('user:sh.zhou', { unseen: false, limit: 9 })).map(({ request }) => request))], ['EG-2']);
      await follower.close();
    }));

  it('is woken by the entry itself, and has the position of all entries then', () =>
    withRig(async (rig) => {
      let woken = (): void => undefined;
      const heard = new Promise<void>((resolve) => void (woken = resolve));
      const follower = new NoticeFollower({ journal: rig.journal, store: rig.store, policy, delegations: new Delegations(rig.journal), channels: [{ name: 'ops', kinds: allNoticeKinds }], log: noLog, onLetters: () => woken() });
      await follower.begin();
      await rig.add('EG-1');
      await heard;
      assert.deepEqual(await told(rig.store), ['step-waits: sh.zhou']);
      await follower.close();
    }));

  it('a state is that of its entry, whatever came later', () =>
    withRig(async (rig) => {
      await rig.store.notices.begin(0);
      await rig.add('EG-1');
      await rig.release('EG-1');
      const follower = follow(rig);
      await follower.begin();
      await follower.settle();
      assert.deepEqual((await told(rig.store)).map((line) => line.split(':')[0]), ['step-waits', 'granted', 'package-ready', 'released 2026-03-05T00']);
      await follower.close();
    }));

  it('letters are for the kinds that a channel names, one for each event', () =>
    withRig(async (rig) => {
      const follower = follow(rig);
      await follower.begin();
      await rig.add('EG-1');
      await rig.append('EG-1', { event: 'export-unavailable', by: 'gate', data: { cause: 'no-footage' } });
      await follower.settle();
      const { id, ...letter } = (await rig.store.outbox.nextDue('ops', at(1)))!;
      assert.match(id, /^\d+-not-available-ops$/);
      assert.deepEqual(letter, { kind: 'not-available', request: 'EG-1', deadline: null, urgency: 'urgent', at: '2026-03-02T00:00:00.000Z', tries: 0 });
      await rig.store.outbox.sent(id);
      assert.equal(await rig.store.outbox.nextDue('ops', at(1)), null);
      await follower.close();
    }));

  it('a store that fails is asked again at the next waking, from the same place', () =>
    withRig(async (rig) => {
      const lines: Line[] = [];
      let isDown = true;
      const userOf = rig.store.people.userOf.bind(rig.store.people);
      rig.store.people.userOf = (person) => (isDown ? Promise.reject(new Problem('store-unavailable', 'down')) : userOf(person));
      const follower = follow(rig, lines);
      await rig.store.notices.begin(0);
      await rig.journal.append({ event: 'setup-completed', by: 'p-x', data: { account: 'p-x' } });
      await follower.settle();
      isDown = false;
      await rig.add('EG-1');
      isDown = true;
      await follower.settle();
      assert.deepEqual([lines.map(({ event }) => event), await told(rig.store)], [['notices-behind'], []]);
      isDown = false;
      await follower.settle();
      assert.deepEqual(await told(rig.store), ['step-waits: sh.zhou']);
      await follower.close();
    }));
});
