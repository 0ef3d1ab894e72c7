// Who may watch sealed footage, and until when: from the state, the shipped policy and the clock alone.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { RequestState } from '../../plugin/domain/lifecycle.js';
import { Problem } from '../../plugin/domain/problem.js';
import type { UserId } from '../../plugin/domain/subject.js';
import { Delegations } from '../../plugin/export/delegations.js';
import { judgeCount, judgeWatch } from '../../plugin/export/may-watch.js';
import { Roll } from '../../plugin/export/roll.js';
import { loadPolicy, type Policy } from '../../plugin/policy/load.js';
import { root } from '../support/gate.js';
import { withRig } from '../support/rig.js';

const asked = '2026-03-02T00:00:00.000Z';
const hours = (n: number): string => new Date(Date.parse(asked) + n * 3_600_000).toISOString();

/** Of a request that is sealed and held: what a row says is otherwise. */
interface Change {
  basis?: string;
  tracks?: object;
  plan?: object | null;
  paper?: object;
  glass?: object;
  voices?: readonly string[];
  instrument?: object;
  /** What the last call back said. */
  confirmed?: boolean;
  grantedAt?: string;
}

const steps = ['evidence-clerk', 'site-security-manager', 'privacy-officer', 'unit-head'].map((step) => ({ step, role: `role:${step}` }));

const aState = ({ basis = 'CRIMINAL_CASE', tracks, plan = {}, paper, glass, voices = [], instrument, grantedAt, confirmed = true }: Change): RequestState =>
  ({
    requestId: 'EG-1', state: 'as the row says', requestedAt: asked,
    requested: { basis, site: 'SH-YUNFAN', city: '310000', applicant: 'p-sh.lu', enteredBy: 'p-sh.zhou', instrument: instrument ?? null },
    tracks: { approval: 'held', custody: 'sealed', delivery: 'none', ...tracks },
    plan: plan && { steps, inspect: [], deliver: 'copy', paperHours: basis === 'EMERGENCY_RESCUE' ? 24 : null, expiresHours: 48, downloads: 2, ...plan },
    paper: paper ?? null, glass: glass ?? null, grantedAt: grantedAt ?? null, views: [],
    callBacks: [{ directory: 'sh-command', by: 'p-sh.tao', at: asked, confirmed }],
    voices: voices.map((user, at) => ({ step: steps[at]!.step, by: `p-${user}`, at: asked, standsInFor: null })),
  }) as unknown as RequestState;

const granted = { approval: 'granted' };
const emergency: Change = { basis: 'EMERGENCY_RESCUE', tracks: granted };
const broken: Change = { glass: { reason: 'life-in-danger', askedBy: 'p-root.luo', askedAt: hours(1), broken: true, brokenAt: hours(2) } };
const viewing: Change = { basis: 'CITIZEN_VIEW', plan: { deliver: 'view' }, tracks: granted, grantedAt: hours(1) };
const twoVoices = ['sh.tao', 'sh.qian'];

describe('who may watch', () => {
  let policy: Policy;
  before(async () => void (policy = await loadPolicy(path.join(root, 'policies'))));

  const judge = async (change: Change, who: string, now: string): Promise<string> => {
    let said = '';
    await withRig(async ({ store, journal }) => {
      const parts = { policy, store, delegations: new Delegations(journal), people: { roll: new Roll(journal) }, now: () => new Date(now) };
      const person = { user: `user:${who}` as UserId, name: '示例', unit: '示例', pseudonym: `p-${who}` };
      said = await judgeWatch(parts, aState(change), person as never).catch((thrown: unknown) => {
        const { code, detail } = Problem.from(thrown);
        return `${code}${/ ended at (\S+)\./.exec(detail)?.[0] ?? ''}`;
      });
    });
    return said;
  };

  const table: readonly (readonly [what: string, change: Change, who: string, now: string, said: string])[] = [
    ['an emergency that was agreed to, its officer', emergency, 'sh.lu', hours(23), 'emergency'],
    ['an emergency, a moment before its paper is due', emergency, 'sh.lu', '2026-03-02T23:59:59.999Z', 'emergency'],
    ['an emergency whose paper is due', emergency, 'sh.lu', hours(24), `view-refused ended at ${hours(24)}.`],
    ['an emergency whose paper is long overdue', emergency, 'sh.lu', hours(1000), `view-refused ended at ${hours(24)}.`],
    ['an emergency of which the unit, called again, knew nothing', { ...emergency, confirmed: false }, 'sh.lu', hours(23), 'call-back-missing'],
    ['a broken glass in an emergency that nobody confirmed', { basis: 'EMERGENCY_RESCUE', ...broken, confirmed: false }, 'sh.lu', hours(3), 'call-back-missing'],
    ['an emergency whose paper was served and not accepted', { ...emergency, paper: { accepted: false } }, 'sh.lu', hours(2), 'emergency'],
    ['an emergency whose paper was accepted: the officer gets the copies', { ...emergency, paper: { accepted: true } }, 'sh.lu', hours(2), 'view-refused'],
    ['an emergency that came with a paper', { ...emergency, instrument: {} }, 'sh.lu', hours(2), 'view-refused'],
    ['an emergency that nobody agreed to yet', { basis: 'EMERGENCY_RESCUE' }, 'sh.lu', hours(1), 'own-request'],
    ['an emergency that was closed', { ...emergency, tracks: { approval: 'closed' } }, 'sh.lu', hours(1), 'view-refused'],
    ['an emergency, who typed it in', emergency, 'sh.zhou', hours(1), 'view-refused'],
    ['an emergency, an executor', emergency, 'sh.wei', hours(1), 'view-refused'],
    ['an emergency, an officer who did not apply', emergency, 'sh.pan', hours(1), 'view-refused'],
    ['a criminal case that was granted, its officer', { tracks: granted }, 'sh.lu', hours(1), 'view-refused'],

    ['a broken glass, its officer', broken, 'sh.lu', hours(3), 'emergency'],
    ['a broken glass, a moment before its day is over', broken, 'sh.lu', '2026-03-03T01:59:59.999Z', 'emergency'],
    ['a broken glass after its day', broken, 'sh.lu', hours(26), `view-refused ended at ${hours(26)}.`],
    ['a glass that one administrator alone wants broken', { glass: { ...broken.glass, broken: false, brokenAt: null } }, 'sh.lu', hours(3), 'own-request'],
    ['a broken glass, who typed the request in', broken, 'sh.zhou', hours(3), 'own-request'],
    ['a broken glass, an administrator who broke it', broken, 'root.luo', hours(3), 'not-your-step'],
    ['a broken glass of a request that was granted since', { ...broken, tracks: granted }, 'sh.lu', hours(3), 'view-refused'],
    ['a broken glass of a request that was withdrawn since', { ...broken, tracks: { approval: 'withdrawn' } }, 'sh.lu', hours(3), 'view-refused'],
    ['a broken glass of an emergency that was agreed to since: the paper’s day counts', { ...broken, ...emergency }, 'sh.lu', hours(25), `view-refused ended at ${hours(24)}.`],

    ['a granted viewing, its applicant', viewing, 'sh.lu', hours(2), 'view'],
    ['a granted viewing, who typed it in', viewing, 'sh.zhou', hours(2), 'view'],
    ['a granted viewing when its hours are over', viewing, 'sh.lu', hours(49), `view-refused ended at ${hours(49)}.`],
    ['a granted viewing, somebody else', viewing, 'sh.xu', hours(2), 'view-refused'],
    ['a viewing that is not granted yet', { ...viewing, tracks: {}, grantedAt: undefined as never }, 'sh.lu', hours(2), 'view-refused'],
    ['a viewing that was taken back after it was granted', { ...viewing, tracks: { approval: 'withdrawn' } }, 'sh.lu', hours(2), 'view-refused'],

    ['the privacy officer whose step waits', { voices: twoVoices }, 'sh.gu', hours(1), 'review'],
    ['the privacy officer before it is their turn', {}, 'sh.gu', hours(1), 'not-your-step'],
    ['the privacy officer who has spoken', { voices: [...twoVoices, 'sh.gu'] }, 'sh.gu', hours(1), 'already-voted'],
    ['a step that the plan names to look', { plan: { inspect: ['unit-head'] }, voices: [...twoVoices, 'sh.gu'] }, 'sh.shen', hours(1), 'review'],
    ['a step that the plan does not name', { voices: [...twoVoices, 'sh.gu'] }, 'sh.shen', hours(1), 'view-refused'],
    ['the applicant, while a review waits', { voices: twoVoices }, 'sh.lu', hours(1), 'own-request'],
    ['a privacy officer of another site', { voices: twoVoices }, 'gl.tan.privacy', hours(1), 'not-your-step'],
    ['an auditor of the site', { voices: twoVoices }, 'sh.yan', hours(1), 'not-your-step'],
    ['the privacy officer, once it is granted', { tracks: granted }, 'sh.gu', hours(1), 'view-refused'],

    ['footage that is not sealed yet, for a review', { voices: twoVoices, tracks: { custody: 'pulling' } }, 'sh.gu', hours(1), 'state-conflict'],
    ['footage that is not sealed yet, of an emergency', { ...emergency, tracks: { ...granted, custody: 'queued' } }, 'sh.lu', hours(1), 'state-conflict'],
    ['footage that expired', { tracks: { approval: 'returned', custody: 'expired' } }, 'sh.lu', hours(1), 'state-conflict'],
    ['a request that was never planned', { plan: null, tracks: { approval: 'denied', custody: 'none' } }, 'sh.lu', hours(1), 'state-conflict'],
  ];
  for (const [what, change, who, now, said] of table) it(`${what}: ${said}`, async () => assert.equal(await judge(change, who, now), said));
});

describe('how often a viewing may be seen', () => {
  const view = (change: object = {}) => ({ camera: 'a', from: asked, to: hours(1), why: 'view', by: 'p-sh.lu', at: hours(2), ...change });
  const judge = (views: readonly object[]): string | null => {
    try {
      judgeCount({ ...aState(viewing), views } as RequestState, 'a', asked);
      return null;
    } catch (thrown) {
      return Problem.from(thrown).code;
    }
  };
  const table: readonly (readonly [what: string, views: readonly object[], code: string | null])[] = [
    ['never seen', [], null],
    ['seen once of two', [view()], null],
    ['seen twice of two', [view(), view()], 'view-refused'],
    ['seen once by each of its parties', [view(), view({ by: 'p-sh.zhou' })], 'view-refused'],
    ['another camera seen twice', [view({ camera: 'b' }), view({ camera: 'b' })], null],
    ['another part seen twice', [view({ from: hours(1) }), view({ from: hours(1) })], null],
    ['seen twice for a review: that is no viewing', [view({ why: 'review' }), view({ why: 'review' })], null],
  ];
  for (const [what, views, code] of table) it(`${what}: ${code ?? 'once more'}`, () => assert.equal(judge(views), code));
});
