// Review afterwards: drawn by lot from the journal alone, whatever dies in between; reviewed once, by somebody who took no part.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { RequestEntry } from '../../plugin/domain/audit-event.js';
import { isDrawn } from '../../plugin/domain/draw-review.js';
import { leafHash } from '../../plugin/domain/formats/merkle.js';
import { noLog } from '../../plugin/domain/log.js';
import type { Person } from '../../plugin/domain/subject.js';
import type { Requests } from '../../plugin/export/requests.js';
import { drawWhenReleased, reviewAfter } from '../../plugin/export/review-after.js';
import { flagLate } from '../../plugin/export/watch-deadlines.js';
import { Work } from '../../plugin/export/work.js';
import { loadPolicy } from '../../plugin/policy/load.js';
import { append, shipped } from '../policy/policy-folder.js';
import { aGateUnder } from '../support/gate-under.js';
import { shanghai, type TestGate } from '../support/gate.js';
import { withRig, type Rig } from '../support/rig.js';
import { approveAll, letGo, problemOf, show, submit, until, type Seen } from '../support/walk.js';

const days = 24 * 3_600_000;

/** What the journal's own bytes say: the line of the release gives the seed, and the entry behind it names the same. */
function drawAgain(lines: readonly string[], id: string): { seed: string; previous: string | null; drawn: boolean; told: unknown } {
  const entries = lines.map((line) => JSON.parse(line) as RequestEntry);
  const at = entries.findIndex((entry) => entry.requestId === id && entry.event === 'clip-released');
  const draw = entries.find((entry) => entry.requestId === id && entry.event === 'review-drawn');
  assert.equal(draw?.event, 'review-drawn');
  const seed = leafHash(Buffer.from(lines[at]!)).toString('hex');
  return { seed, previous: draw.previous, drawn: isDrawn(seed, draw.data.percent), told: draw.data };
}

describe('the draw behind a release', () => {
  const plan = { reviewAfter: { percent: 10, days: 90 } };
  const draws = (rig: Rig, id = 'EG-1'): number => rig.events(id).filter((event) => event === 'review-drawn').length;
  const restart = async (requests: Requests): Promise<void> => {
    const nothing = async (): Promise<void> => undefined;
    const work = new Work({ requests, log: noLog, now: () => new Date(), retryDelays: [], finishAdmission: nothing, preserve: nothing, fulfil: nothing, estimate: () => 0, shortage: async () => null });
    await work.resume();
    await work.close();
  };

  it('that a crash cut off is made at the next start, once, from the same seed', () =>
    withRig(async (rig) => {
      await rig.add('EG-1');
      await rig.release('EG-1');
      const before = rig.journal.leafOf(rig.history('EG-1').at(-1)!.index).toString('hex');
      for (let start = 0; start < 3; start++) await restart(await rig.reopened());
      assert.equal(draws(rig), 1);
      const last = rig.history('EG-1').at(-1)!;
      assert.deepEqual(last.data, { percent: 10, seed: before, drawn: isDrawn(before, 10), dueAt: '2026-05-31T00:00:00.000Z' });
      assert.deepEqual([last.by, last.previous], ['gate', before]);
    }, { plan }));

  it('that the journal did not take is made at the next look at deadlines', () =>
    withRig(async (rig) => {
      await rig.add('EG-1');
      await rig.release('EG-1');
      await flagLate({ requests: rig.requests, log: noLog, now: () => new Date() });
      assert.equal(draws(rig), 1);
    }, { plan }));

  it('is made once, though eight ask for it at once', () =>
    withRig(async (rig) => {
      await rig.add('EG-1');
      await rig.release('EG-1');
      await Promise.all(Array.from({ length: 8 }, () => rig.requests.take('EG-1', drawWhenReleased)));
      assert.equal(draws(rig), 1);
    }, { plan }));

  it('is not made before the release, nor where the plan asks for none', async () => {
    await withRig(async (rig) => {
      await rig.add('EG-1');
      await rig.requests.take('EG-1', drawWhenReleased);
      assert.equal(draws(rig), 0);
    }, { plan });
    await withRig(async (rig) => {
      await rig.add('EG-1');
      await rig.release('EG-1');
      await rig.requests.take('EG-1', drawWhenReleased);
      assert.equal(draws(rig), 0);
    });
  });

  it('falls on some and not on others: each request has its own seed', () =>
    withRig(async (rig) => {
      const ids = Array.from({ length: 12 }, (_, at) => `EG-${at}`);
      for (const id of ids) {
        await rig.add(id);
        await rig.release(id);
        await rig.requests.take(id, drawWhenReleased);
      }
      const told = ids.map((id) => rig.requests.state(id).draw!);
      assert.equal(new Set(told.map(({ seed }) => seed)).size, ids.length);
      for (const { seed, drawn } of told) assert.equal(drawn, isDrawn(seed, 50));
    }, { plan: { reviewAfter: { percent: 50, days: 90 } } }));
});

describe('the review of a drawn release', () => {
  const yan: Person = { user: 'user:sh.yan', name: '颜示例', unit: '示例单位', pseudonym: 'p-yan' };
  const draw = (drawn: boolean) => ({ event: 'review-drawn', by: 'gate', data: { percent: 10, seed: '00', drawn, dueAt: '2026-05-31T00:00:00.000Z' } }) as const;

  const table: readonly (readonly [what: string, prepare: (rig: Rig) => Promise<unknown>, person: Person, code: string | null])[] = [
    ['drawn', (rig) => rig.append('EG-1', draw(true)), yan, null],
    ['not drawn', (rig) => rig.append('EG-1', draw(false)), yan, 'state-conflict'],
    ['released under a plan that draws nothing', async () => undefined, yan, 'state-conflict'],
    ['reviewed already', async (rig) => {
      await rig.append('EG-1', draw(true));
      await rig.append('EG-1', { event: 'release-reviewed', by: 'p-other', data: { finding: 'in-order' } });
    }, yan, 'state-conflict'],
    ['drawn, by an executor of it', (rig) => rig.append('EG-1', draw(true)), { ...yan, pseudonym: 'p-first' }, 'reviewer-party'],
    ['drawn, by who agreed to it', (rig) => rig.append('EG-1', draw(true)), { ...yan, pseudonym: 'p-clerk' }, 'reviewer-party'],
    ['drawn, by somebody without the act at this site', (rig) => rig.append('EG-1', draw(true)), { ...yan, user: 'user:gl.lao.auditor' }, 'not-permitted'],
  ];
  for (const [what, prepare, person, code] of table)
    it(`${what}: ${code ?? 'counts'}`, () =>
      withRig(async (rig) => {
        const policy = await loadPolicy(shipped);
        await rig.add('EG-1');
        await rig.release('EG-1');
        await prepare(rig);
        const before = rig.events('EG-1').length;
        assert.equal((await problemOf(reviewAfter({ policy, requests: rig.requests, store: rig.store }, person, 'EG-1', 'scope-too-wide')))?.code ?? null, code);
        assert.equal(rig.events('EG-1').length, before + (code === null ? 1 : 0));
        if (code === null) assert.deepEqual(rig.requests.state('EG-1').reviewedAfter, { finding: 'scope-too-wide', by: 'p-yan', at: '2026-03-02T00:00:00.000Z' });
      }));
});

describe('a release that is reviewed afterwards', function () {
  this.timeout(60_000);
  let gate: TestGate;
  let id: string;
  const auditor = 'user:sh.yan';
  const review = async (user: string, body: object = { finding: 'in-order' }): Promise<Seen> => (await gate.as(user)).post<Seen>(`/api/v1/requests/${id}/after-review`, body);
  const due = async (query = 'review=due'): Promise<string[]> =>
    (await (await gate.as(auditor)).get<{ requests: { requestId: string }[] }>(`/api/v1/requests?${query}`)).requests.map(({ requestId }) => requestId);

  before(async () => {
    // An executor who may inspect as well: only that they executed keeps them from it.
    gate = await aGateUnder({ 'roles.csv': append('g, user:sh.wei, role:auditor, 310000/SH-YUNFAN') });
    ({ requestId: id } = await submit(gate));
    await submit(gate);
  });
  after(() => gate.close());

  it('is not there before the release', async () => {
    assert.equal((await show(gate, id)).afterReview, null);
    assert.deepEqual(await due(), []);
    assert.equal((await problemOf(review(auditor)))?.code, 'state-conflict');
  });

  it('is drawn with the release, and anybody who has the journal draws the same', async () => {
    await approveAll(gate, id);
    await until(gate, id, ({ state }) => state === 'packaged');
    for (const user of shanghai.executors) await letGo(gate, user, id);
    const lines = (await fs.promises.readFile(path.join(gate.folder, 'data/journal/entries.ndjson'), 'utf8')).trim().split('\n');
    const again = drawAgain(lines, id);
    assert.equal(again.previous, again.seed);
    const { afterReview } = await show(gate, id);
    assert.deepEqual(again.told, { percent: 100, seed: again.seed, drawn: again.drawn, dueAt: afterReview!.dueAt });
    const released = lines.map((line) => JSON.parse(line) as RequestEntry).find((entry) => entry.event === 'clip-released')!;
    assert.equal(Date.parse(afterReview!.dueAt) - Date.parse(released.at), 30 * days);
    assert.deepEqual({ ...afterReview, dueAt: null }, { percent: 100, drawn: true, dueAt: null, overdue: false, finding: null, by: null, at: null });
  });

  it('is listed as due, alone', async () => {
    assert.deepEqual(await due(), [id]);
    assert.deepEqual(await due('review=due&state=held'), []);
    assert.equal((await due('')).length, 2);
    assert.equal((await problemOf(due('review=soon')))?.code, 'body-malformed');
  });

  const refused: readonly (readonly [what: string, user: string, code: string])[] = [
    ['the applicant', shanghai.officer, 'not-permitted'],
    ['a reviewer who may not inspect', shanghai.steps[0], 'not-permitted'],
    ['the unit’s head, who agreed', shanghai.steps[3], 'reviewer-party'],
    ['an executor who may inspect', shanghai.executors[0], 'reviewer-party'],
    ['an executor who may not', shanghai.executors[1], 'not-permitted'],
    ['an auditor of another site', 'user:gl.lao.auditor', 'not-permitted'],
  ];
  for (const [what, user, code] of refused)
    it(`is not for ${what}: ${code}, recorded`, async () => {
      assert.equal((await problemOf(review(user)))?.code, code);
      const { entries } = await (await gate.as('user:audit.he')).get<{ entries: { event: string; data: { act: string; request: string; code: string } }[] }>('/api/v1/journal?count=5');
      const { act, request, code: told } = entries.filter((entry) => entry.event === 'act-refused').at(-1)!.data;
      assert.deepEqual([act, request, told], ['inspect', id, code]);
    });

  const malformed: readonly (readonly [what: string, body: object])[] = [
    ['no finding', {}],
    ['a finding of no list', { finding: 'fine' }],
    ['a word more', { finding: 'in-order', note: 'and so on' }],
  ];
  for (const [what, body] of malformed)
    it(`takes no body with ${what}`, async () => assert.equal((await problemOf(review(auditor, body)))?.code, 'body-malformed'));

  it('is done once, though eight come at once; a restart knows it', async () => {
    const tries = await Promise.all(Array.from({ length: 8 }, () => problemOf(review(auditor, { finding: 'papers-defective' }))));
    assert.deepEqual(tries.map((problem) => problem?.code ?? null).sort(), [...Array<string>(7).fill('state-conflict'), null].sort());
    await gate.restart();
    const { finding, by, overdue } = (await show(gate, id)).afterReview!;
    assert.deepEqual([finding, by, overdue], ['papers-defective', auditor, false]);
    assert.deepEqual(await due(), []);
  });
});
