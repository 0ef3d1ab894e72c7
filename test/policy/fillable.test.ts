// Can the people of a site do what its rows ask for? Held against trying out every assignment of people to seats.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { executions, type Duty, type Execution } from '../../plugin/domain/duty.js';
import { findSitesInUse, judgeFillable, judgeHeld, type SiteInUse } from '../../plugin/policy/fillable.js';
import { makePace } from '../../plugin/policy/pace.js';
import type { Holding, StepRow } from '../../plugin/policy/people.js';
import { RowIndex } from '../../plugin/policy/row-index.js';
import type { PolicyRow } from '../../plugin/policy/rows.js';
import { readDuty } from '../../plugin/policy/strictest.js';
import { aHolding, aRow } from './rows.js';

const ground = { tierOf: () => 'tier-1', groupsOf: () => [] };
const names = ['evidence-clerk', 'site-security-manager', 'unit-head'];
const steps = new Map<string, StepRow>(
  names.map((step, at) => [step, { step, order: at + 1, role: `role:${step}`, zh: step, en: step } as StepRow]),
);
const duties = (text: string) =>
  text
    .split(' ')
    .filter(Boolean)
    .map((word) => readDuty(word) as Duty);
const onRequests = (role: string, act: PolicyRow['act'], effect: 'allow' | 'deny' = 'allow') =>
  aRow({ role: role as PolicyRow['role'], object: 'request:*', act, basis: '-', effect });
const crewRows = [
  ...names.map((step) => onRequests(`role:${step}`, 'review')),
  onRequests('role:executor', 'execute'),
  onRequests('role:executor', 'release'),
];
const asking = (text: string, changes: Partial<PolicyRow> = {}) => aRow({ duties: duties(text), ...changes });
const site: SiteInUse = {
  id: 'S1',
  city: '310000',
  regime: 'ART7',
  retentionDays: 30,
  name: 's',
  objects: new Set(['camera:c', 'group:g']),
  isSensitive: false,
};
const judge = (rows: readonly PolicyRow[], holdings: readonly Holding[], at = [site]) =>
  judgeFillable({ sites: at, steps, holdings, index: new RowIndex(rows, ground) }, makePace());
const at = (place: string, ...list: string[]): Holding[] =>
  list.map((word) => {
    const [user, role] = word.split(' ');
    return aHolding(`user:${user}`, `role:${role}`, place);
  });
const here = (...list: string[]) => at('310000/S1', ...list);

describe('fillable', () => {
  const applicant = here('x a');
  const team = here('p evidence-clerk', 'q site-security-manager', 'r unit-head', 's executor', 't executor');
  // prettier-ignore
  const table: [string, PolicyRow[], Holding[], RegExp | null][] = [
    ['everybody there', [asking('approve:evidence-clerk+unit-head execute:dual')], team, null],
    ['held in the city', [asking('approve:evidence-clerk execute:dual')], at('310000', 'p evidence-clerk', 's executor', 't executor'), null],
    ['held everywhere', [asking('approve:evidence-clerk execute:single')], at('*', 'p evidence-clerk', 's executor'), null],
    ['held in another city', [asking('approve:evidence-clerk execute:single')], [...at('110000', 'p evidence-clerk'), ...here('s executor')], /the step evidence-clerk/],
    ['held at another site', [asking('approve:evidence-clerk execute:single')], [...at('310000/S2', 'p evidence-clerk'), ...here('s executor')], /the step evidence-clerk/],
    ['a step that the privacy review brings', [asking('approve:evidence-clerk privacy-review:officer')], here('p evidence-clerk', 's executor'), null],   // steps here has none; rows.ts refuses that
    ['one person for two steps', [asking('approve:evidence-clerk+unit-head')], here('p evidence-clerk', 'p unit-head', 's executor'), /as many different people/],
    ['two people for two steps, whoever takes which', [asking('approve:evidence-clerk+unit-head')], here('p evidence-clerk', 'p unit-head', 'q unit-head', 's executor'), null],
    ['steps that meet only where two rows do', [asking('approve:evidence-clerk'), asking('approve:unit-head', { when: 'late' })], here('p evidence-clerk', 'p unit-head', 's executor'), /as many different people/],
    ['steps of two bases, which never meet', [asking('approve:evidence-clerk', { basis: 'COURT' }), asking('approve:unit-head', { basis: 'ADMIN_URGENT' })], here('p evidence-clerk', 'p unit-head', 's executor'), null],
    ['steps of two kinds of applicants, who never meet', [asking('approve:evidence-clerk'), asking('approve:unit-head', { role: 'role:b' })], here('y b', 'p evidence-clerk', 'p unit-head', 's executor'), null],
    ['steps of two roles of one applicant', [asking('approve:evidence-clerk'), asking('approve:unit-head', { role: 'role:b' })], here('x b', 'p evidence-clerk', 'p unit-head', 's executor'), /as many different people/],
    ['a row of a role that nobody holds here', [asking('approve:unit-head', { role: 'role:b' })], here('s executor'), null],
    ['a camera that is not here', [asking('approve:evidence-clerk'), asking('approve:unit-head', { object: 'camera:d' })], here('p evidence-clerk', 's executor'), null],
    ['a group that has a camera here', [asking('approve:evidence-clerk'), asking('approve:unit-head', { object: 'group:g' })], here('p evidence-clerk', 's executor'), /the step unit-head/],
    ['a group that has none', [asking('approve:evidence-clerk'), asking('approve:unit-head', { object: 'group:h' })], here('p evidence-clerk', 's executor'), null],
    ['what sensitive cameras want, where there are none', [asking('approve:evidence-clerk'), asking('approve:unit-head', { when: 'sensitive' })], here('p evidence-clerk', 's executor'), null],
    ['nobody to execute', [asking('approve:evidence-clerk')], here('p evidence-clerk'), /as single wants: 0 may execute/],
    ['an executor who verified, where one is enough', [asking('approve:evidence-clerk execute:single')], here('p evidence-clerk', 'p executor'), null],
    ['dual, and one of the two verified', [asking('approve:evidence-clerk execute:dual')], here('p evidence-clerk', 'p executor', 's executor'), /as dual wants: 2 may execute/],
    ['dual-not-manager, and one of the two verified', [asking('approve:evidence-clerk+site-security-manager execute:dual-not-manager')], here('p evidence-clerk', 'q site-security-manager', 'p executor', 's executor'), null],
    ['dual-not-manager, and one of the two is the manager', [asking('approve:site-security-manager execute:dual-not-manager')], here('q site-security-manager', 'q executor', 's executor'), /as dual-not-manager wants/],
    // r must verify, so q is the manager, and only s is left.
    ['dual-not-manager, where the only free manager must verify', [asking('approve:evidence-clerk+site-security-manager execute:dual-not-manager')], here('r evidence-clerk', 'r site-security-manager', 'q site-security-manager', 'q executor', 's executor'), /as dual-not-manager wants/],
    ['no row for anybody', [], [], null],
  ];
  for (const [name, rows, holdings, lack] of table)
    it(`${name}: ${lack ? 'refused' : 'good'}`, async () => {
      const faults = await judge([...crewRows, ...rows], [...applicant, ...holdings]);
      assert.deepEqual(
        faults.map(({ code }) => code),
        lack ? ['step-unfillable'] : [],
      );
      if (lack) assert.match(faults[0]!.detail, lack);
    });

  it('somebody whom a deny keeps from reviewing holds no step', async () => {
    const rows = [...crewRows, onRequests('role:b', 'review', 'deny'), asking('approve:evidence-clerk')];
    const holdings = here('x a', 'p evidence-clerk', 's executor');
    assert.deepEqual(await judge(rows, holdings), []);
    assert.equal((await judge(rows, [...holdings, ...here('p b')])).length, 1);
  });

  it('what many sites lack is one fault, with the first few of them', async () => {
    const many = Array.from({ length: 9 }, (_, number) => ({ ...site, id: `S${number}` }));
    const faults = await judge([...crewRows, asking('approve:unit-head')], at('310000', 'x a', 's executor'), many);
    assert.equal(faults.length, 1);
    assert.match(
      faults[0]!.detail,
      /310000\/S0, 310000\/S1, 310000\/S2, 310000\/S3, 310000\/S4 and 4 more\. .*g, user:…, role:unit-head, 310000\/S0/,
    );
  });

  it('agrees with trying out everybody in every seat', async () => {
    const people = ['p', 'q', 'r', 's'];
    /** Every way to give each step a holder of its own; then executors as domain/approval.ts lets them. */
    const canDo = (asked: readonly string[], rule: Execution, holdings: readonly Holding[]): boolean => {
      const holds = (person: string, role: string) =>
        holdings.some((held) => held.user === `user:${person}` && held.role === `role:${role}`);
      const executors = people.filter((person) => holds(person, 'executor'));
      const seat = (left: readonly string[], seated: readonly string[]): boolean => {
        if (left.length > 0)
          return people.some((person) => holds(person, left[0]!) && !seated.includes(person) && seat(left.slice(1), [...seated, person]));
        if (rule === 'single') return executors.length > 0;
        const barred = seated.filter((_, at) => rule === 'dual' || asked[at] === 'site-security-manager');
        return executors.filter((person) => !barred.includes(person)).length > 1;
      };
      return seat(asked, []);
    };
    const tally = { yes: 0, no: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(names, { minLength: 1 }),
        fc.constantFrom(...executions),
        fc.subarray(people.flatMap((person) => [...names, 'executor'].map((role) => `${person} ${role}`))),
        async (asked, rule, held) => {
          const holdings = here(...held);
          const faults = await judge([...crewRows, asking(`approve:${asked.join('+')} execute:${rule}`)], [...applicant, ...holdings]);
          const expected = canDo(asked, rule, holdings);
          tally[expected ? 'yes' : 'no'] += 1;
          assert.equal(faults.length === 0, expected);
        },
      ),
      { numRuns: 500 },
    );
    assert.ok(tally.yes > 50 && tally.no > 50, JSON.stringify(tally));
  });
});

describe('held', () => {
  const awake = new Set(['*', 'tier-1', '310000', '310000/S1']);
  const judgeRows = (rows: readonly PolicyRow[], holdings: readonly Holding[]) =>
    judgeHeld(rows, { holdings, awake, index: new RowIndex(rows, ground) }, makePace());
  // prettier-ignore
  const table: [string, string, PolicyRow['act'], string | null, boolean][] = [
    ['a row of a tier, held at a site of it', 'tier-1', 'request', '310000/S1', true],
    ['a row of a tier, held everywhere', 'tier-1', 'request', '*', true],
    ['a row of a city, held at a site of it', '310000', 'request', '310000/S1', true],
    ['a row of a site, held in its city', '310000/S1', 'request', '310000', true],
    ['a row of a site, held at the next', '310000/S1', 'request', '310000/S2', false],
    ['a row of a tier, held by nobody', 'tier-1', 'request', null, false],
    ['a row of a tier without cameras', 'tier-2', 'request', null, true],
    ['the journal, read at a site', '*', 'read-journal', '310000/S1', true],
    ['accounts, by somebody of one city', '*', 'manage', '310000', false],
    ['the policy, by somebody of one site', '*', 'edit-policy', '310000/S1', false],
    ['the policy, by somebody of everywhere', '*', 'edit-policy', '*', true],
  ];
  for (const [name, place, act, where, expected] of table)
    it(`${name}: ${expected ? 'good' : 'refused'}`, async () => {
      const faults = await judgeRows([aRow({ place, act })], where === null ? [] : [aHolding('user:x', 'role:a', where)]);
      assert.deepEqual(
        faults.map(({ code, where: spot }) => `${code} ${spot}`),
        expected ? [] : ['role-unheld tier-1.csv:1:1'],
      );
    });

  it('a site is in use once it has a camera', async () => {
    const sites = new Map(['S1', 'S2'].map((id) => [id, { ...site, id }]));
    const cameras = [
      { id: 'c', site: 'S1', groups: ['group:g'], name: '' },
      { id: 'd', site: 'S1', groups: ['group:h'], name: '' },
      { id: 'e', site: 'gone', groups: [], name: '' },
    ];
    const found = await findSitesInUse(
      sites,
      cameras,
      new Map([
        ['group:g', false],
        ['group:h', true],
      ]),
      makePace(),
    );
    assert.deepEqual(
      found.map(({ id, objects, isSensitive }) => [id, [...objects], isSensitive]),
      [['S1', ['camera:c', 'group:g', 'camera:d', 'group:h'], true]],
    );
  });
});
