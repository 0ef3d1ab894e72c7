// Who may be shown recorded footage on a video system's own pages, how much of it, for how long, and that it is recorded first.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Item } from '../../plugin/domain/export-request.js';
import { Problem } from '../../plugin/domain/problem.js';
import type { Person, UserId } from '../../plugin/domain/subject.js';
import { Delegations } from '../../plugin/export/delegations.js';
import { deleteFootage } from '../../plugin/export/delete-footage.js';
import { Roll } from '../../plugin/export/roll.js';
import { Viewings } from '../../plugin/export/viewings.js';
import { watchLive } from '../../plugin/export/watch-live.js';
import { loadPolicy, type Policy } from '../../plugin/policy/load.js';
import { root } from '../support/gate.js';
import { withRig, type Rig, type RigOptions } from '../support/rig.js';

const at = (minutes: number): string => new Date(Date.parse('2026-03-01T00:00:00.000Z') + minutes * 60_000).toISOString();
const code = async (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (thrown: unknown) => Problem.from(thrown).code);

/** The rig's clock, and its request: of sh-yf-street in the first ten seconds of March. */
let now = new Date('2026-03-02T00:00:00.000Z');
const asked = { camera: 'sh-yf-street', from: at(0), to: '2026-03-01T00:00:10.000Z' };

describe('viewings', () => {
  let policy: Policy;
  before(async () => void (policy = await loadPolicy(path.join(root, 'policies'))));
  beforeEach(() => void (now = new Date('2026-03-02T00:00:00.000Z')));

  const withViewings = (
    work: (it: { rig: Rig; viewings: Viewings; person(user: string): Promise<Person>; events(): string[] }) => Promise<void>,
    options: RigOptions = {},
  ): Promise<void> =>
    withRig(async (rig) => {
      const { journal, store, requests } = rig;
      const viewings = new Viewings({ journal, store, requests, policy, now: () => now, delegations: new Delegations(journal), people: { roll: new Roll(journal) } });
      const person = async (user: string) => ({ user: user as UserId, name: '示例', unit: '示例单位', pseudonym: await store.people.pseudonymOf(user as UserId) });
      await work({ rig, viewings, person, events: () => journal.read(0, journal.size).map(({ event }) => event) });
    }, { now: () => now, ...options });

  const open = 'gl-yx-gate';
  const reasons: readonly (readonly [what: string, user: string, item: Item, reason: string, said: string])[] = [
    ['a reason of who may', 'user:gl.qu.staff', { camera: open, from: at(0), to: at(60) }, '核实门口推搡', 'done'],
    ['24 hours', 'user:gl.qu.staff', { camera: open, from: at(-24 * 60), to: at(0) }, '核实', 'done'],
    ['more than 24 hours', 'user:gl.qu.staff', { camera: open, from: at(-24 * 60 - 1), to: at(0) }, '核实', 'span-invalid'],
    ['a span that lies ahead', 'user:gl.qu.staff', { camera: open, from: at(24 * 60 - 1), to: at(24 * 60 + 1) }, '核实', 'span-invalid'],
    ['a span that ends before it starts', 'user:gl.qu.staff', { camera: open, from: at(2), to: at(1) }, '核实', 'span-invalid'],
    ['no reason', 'user:gl.qu.staff', { camera: open, from: at(0), to: at(1) }, ' \n ', 'body-malformed'],
    ['a reason as long as a book', 'user:gl.qu.staff', { camera: open, from: at(0), to: at(1) }, '因'.repeat(501), 'body-malformed'],
    ['who has no such role there', 'user:sh.fang', { camera: open, from: at(0), to: at(1) }, '核实', 'not-permitted'],
    ['tier 1, where it takes an application', 'user:sh.fang', { camera: 'sh-yf-gate', from: at(0), to: at(1) }, '核实', 'not-permitted'],
    ['a police officer', 'user:gl.wei.investigator', { camera: open, from: at(0), to: at(1) }, '核实', 'not-permitted'],
    ['a camera that nobody knows', 'user:gl.qu.staff', { camera: 'nowhere', from: at(0), to: at(1) }, '核实', 'camera-unknown'],
  ];
  for (const [what, user, item, reason, said] of reasons)
    it(`${what}: ${said}`, () =>
      withViewings(async ({ viewings, person, events }) => {
        assert.equal(await code(viewings.open(await person(user), 'zm-1', item, reason)), said);
        assert.deepEqual(events().filter((event) => event === 'viewing-opened'), said === 'done' ? ['viewing-opened'] : []);
      }));

  it('a reason shows what it covers, to who gave it, until it ends', () =>
    withViewings(async ({ viewings, person }) => {
      const [guard, other] = [await person('user:gl.qu.staff'), await person('user:gl.mo.security')];
      await viewings.open(guard, 'zm-1', { camera: open, from: at(0), to: at(60) }, '核实');
      const found = (who: Person, from: string, to: string, camera = open, file = false) =>
        viewings.find(who, camera, { from, to }, file).then(({ span }) => `${span.from} ${span.to}`, (thrown: unknown) => Problem.from(thrown).code);
      assert.equal(await found(guard, at(10), at(20)), `${at(10)} ${at(20)}`);
      assert.equal(await found(guard, at(50), at(70)), `${at(50)} ${at(60)}`, 'what lies behind is cut off');
      assert.equal(await found(guard, at(60), at(70)), 'reason-missing', 'it touches, and covers nothing');
      assert.equal(await found(guard, at(10), at(20), 'gl-yx-street'), 'reason-missing', 'another camera');
      assert.equal(await found(other, at(10), at(20)), 'reason-missing', 'another person');
      assert.equal(await found(guard, at(10), at(20), open, true), 'reason-missing', 'nothing leaves as a file');
      now = new Date(now.getTime() + 8 * 3_600_000 - 1);
      assert.equal(await found(guard, at(10), at(20)), `${at(10)} ${at(20)}`);
      now = new Date(now.getTime() + 1);
      assert.equal(await found(guard, at(10), at(20)), 'reason-missing', 'it has ended');
    }));

  it('of two grants the one that covers all is taken, else the longer one', () =>
    withViewings(async ({ viewings, person }) => {
      const guard = await person('user:gl.qu.staff');
      const first = await viewings.open(guard, 'zm-1', { camera: open, from: at(0), to: at(60) }, '核实一');
      const second = await viewings.open(guard, 'zm-1', { camera: open, from: at(30), to: at(50) }, '核实二');
      assert.deepEqual((await viewings.find(guard, open, { from: at(10), to: at(40) })).grant, first);
      assert.deepEqual((await viewings.find(guard, open, { from: at(35), to: at(40) })).grant, second, 'the newer one');
      assert.deepEqual((await viewings.find(guard, open, { from: at(45), to: at(90) })).grant, first);
    }));

  it('a request shows nothing before it is granted and sealed, and nothing behind its end', () =>
    withViewings(async ({ rig, viewings, person }) => {
      await rig.add('EG-1');
      const officer = await person('user:sh.lu');
      viewings.link(officer, 'EG-1');
      const look = () => code(viewings.find(officer, 'sh-yf-street', asked));
      assert.equal(await look(), 'reason-missing', 'held');
      await rig.append('EG-1', { event: 'preserve-completed', by: 'gate', data: { cameras: 1, bytes: 1 } });
      assert.equal(await look(), 'reason-missing', 'sealed, and not granted');
      await rig.append('EG-1', { event: 'request-reviewed', by: 'p-clerk', data: { step: 'evidence-clerk', planDigest: 'sha256:x', policyVersion: 'sha256:p' } });
      await rig.append('EG-1', { event: 'export-granted', by: 'gate', data: { planDigest: 'sha256:x', voices: 1 } });
      assert.equal(await look(), 'done');
      const shown = await viewings.find(officer, 'sh-yf-street', { from: at(-1), to: at(5) });
      assert.deepEqual(shown.span, { from: asked.from, to: asked.to }, 'what was granted, and no more');
      for (const count of [1, 2]) {
        await viewings.record(officer, 'zm-1', shown, 'clip');
        assert.equal(rig.events('EG-1').filter((event) => event === 'footage-viewed').length, count);
      }
      assert.equal(await code(viewings.record(officer, 'zm-1', shown, 'clip')), 'view-refused', 'counted');
      assert.equal(await code(viewings.find(await person('user:sh.pan'), 'sh-yf-street', asked)), 'reason-missing', 'somebody else');
      now = new Date(now.getTime() + 48 * 3_600_000);
      assert.equal(await look(), 'reason-missing', 'the viewing has ended');
    }, { plan: { deliver: 'view', downloads: 2, expiresHours: 48, inspect: [] } }));

  it('a released request lets copies out as files, counted, until it ends', () =>
    withViewings(async ({ rig, viewings, person }) => {
      await rig.add('EG-1');
      const officer = await person('user:sh.lu');
      viewings.link(officer, 'EG-1');
      assert.equal(await code(viewings.find(officer, 'sh-yf-street', asked, true)), 'reason-missing', 'held');
      await rig.release('EG-1');
      const shown = await viewings.find(officer, 'sh-yf-street', asked, true);
      await viewings.record(officer, 'zm-1', shown, 'archive');
      assert.deepEqual(rig.history('EG-1').at(-1)!.data, { ...asked, form: 'archive' });
      assert.equal(await code(viewings.record(officer, 'zm-1', shown, 'archive')), 'release-expired', 'one copy, as the release says');
      now = new Date('2026-03-05T00:00:00.000Z');
      assert.equal(await code(viewings.find(officer, 'sh-yf-street', asked, true)), 'reason-missing', 'ended');
    }));

  it('pictures of one event are one entry, whoever asks at once; another event is another', () =>
    withViewings(async ({ viewings, person, events }) => {
      const guard = await person('user:gl.qu.staff');
      await viewings.open(guard, 'zm-1', { camera: open, from: at(0), to: at(60) }, '核实');
      const [one, other] = [await viewings.find(guard, open, { from: at(0), to: at(10) }), await viewings.find(guard, open, { from: at(10), to: at(20) })];
      const played = () => events().filter((event) => event === 'footage-played').length;
      await Promise.all(Array.from({ length: 20 }, () => viewings.record(guard, 'zm-1', one, 'still')));
      assert.equal(played(), 1);
      await viewings.record(guard, 'zm-1', other, 'still');
      assert.equal(played(), 2);
      await viewings.record(guard, 'zm-1', one, 'clip');
      assert.equal(played(), 3, 'a clip is a viewing of its own');
      now = new Date(now.getTime() + 10 * 60_000 + 1);
      await viewings.record(guard, 'zm-1', one, 'still');
      assert.equal(played(), 4, 'ten minutes later it is another one');
    }));

  it('a journal that cannot be written: nothing is recorded, so nothing is shown', () =>
    withViewings(async ({ rig, viewings, person }) => {
      const guard = await person('user:gl.qu.staff');
      await viewings.open(guard, 'zm-1', { camera: open, from: at(0), to: at(60) }, '核实');
      const shown = await viewings.find(guard, open, { from: at(0), to: at(10) });
      await rig.journal.close();
      for (const form of ['still', 'still', 'clip'] as const) assert.equal(await code(viewings.record(guard, 'zm-1', shown, form)), 'journal-unwritable');
      assert.equal(await code(viewings.open(guard, 'zm-1', { camera: open, from: at(0), to: at(1) }, '核实')), 'journal-unwritable');
    }));

  it('live: one entry for a sitting, another after half an hour, none for who may not', () =>
    withViewings(async ({ rig, person, events }) => {
      const parts = { journal: rig.journal, policy, now: () => now };
      const [guard, officer] = [await person('user:gl.qu.staff'), await person('user:gl.wei.investigator')];
      const sitting = new Map<string, number>();
      const watched = () => events().filter((event) => event === 'live-watched').length;
      for (let count = 0; count < 3; count++) await watchLive(parts, guard, 'zm-1', open, sitting);
      assert.equal(watched(), 1);
      now = new Date(now.getTime() + 29 * 60_000);
      await watchLive(parts, guard, 'zm-1', open, sitting);
      assert.equal(watched(), 1, 'still the same sitting');
      now = new Date(now.getTime() + 30 * 60_000);
      await watchLive(parts, guard, 'zm-1', open, sitting);
      assert.equal(watched(), 2);
      assert.equal(await code(watchLive(parts, officer, 'zm-1', open, new Map())), 'not-permitted');
      assert.equal(await code(watchLive(parts, guard, 'zm-1', 'sh-yf-gate', sitting)), 'not-permitted', 'another city');
    }));

  it('deleting: recorded, and refused where somebody wants it or it is held', () =>
    withViewings(async ({ rig, person, events }) => {
      const parts = { journal: rig.journal, policy, requests: rig.requests, now: () => now };
      await rig.add('EG-1');
      const keeper = await person('user:sh.gu');
      const destroy = (from: string, to: string, camera = 'sh-yf-street', who = keeper) => code(deleteFootage(parts, who, 'zm-1', [{ camera, from, to }]));
      const deleted = () => events().filter((event) => event === 'footage-deleted').length;
      assert.equal(await destroy(at(-10), at(10)), 'footage-held', 'asked for');
      assert.equal(await destroy(at(10), at(20)), 'done', 'another time');
      assert.equal(await destroy(at(-10), at(10), 'sh-yf-gate'), 'done', 'another camera');
      assert.equal(await destroy(at(10), at(20), 'sh-yf-street', await person('user:sh.fang')), 'not-permitted');
      assert.equal(deleted(), 2);
      await rig.append('EG-1', { event: 'request-withdrawn', by: rig.applicant, data: {} });
      assert.equal(await destroy(at(-10), at(10)), 'done', 'withdrawn');
      await rig.append('EG-1', { event: 'hold-placed', by: 'p-clerk', data: { until: null, reason: 'sha256:r' } });
      assert.equal(await destroy(at(-10), at(10)), 'footage-held', 'held');
      await rig.append('EG-1', { event: 'hold-lifted', by: 'p-clerk', data: {} });
      assert.equal(await destroy(at(-10), at(10)), 'done');
    }));
});
