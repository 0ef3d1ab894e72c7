// Decision tables with the shipped files: who, where, on which ground → what must then happen. Then the same with rows shuffled.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Basis } from '../../plugin/domain/basis.js';
import type { Decision, Fact } from '../../plugin/domain/decision.js';
import type { Item } from '../../plugin/domain/export-request.js';
import type { Purpose } from '../../plugin/domain/kind.js';
import { Problem } from '../../plugin/domain/problem.js';
import { allows, decide } from '../../plugin/policy/decide.js';
import { loadPolicy, type Policy } from '../../plugin/policy/load.js';
import { makePlan } from '../../plugin/policy/plan.js';
import { append, shipped, withPolicies, type Edits } from './policy-folder.js';
import { RowIndex } from '../../plugin/policy/row-index.js';
import { anItem, aQuestion } from './questions.js';

const clerk = 'evidence-clerk';
const manager = 'site-security-manager';
const privacy = 'privacy-officer';
const head = 'unit-head';
const duty = 'duty-manager';
const first = 'execute:dual cameras:8 downloads:2 expires:72h retain:7d register:5y';
const second = 'execute:dual-not-manager cameras:16 downloads:3 expires:72h retain:15d register:3y';
const third = 'execute:single cameras:16 downloads:5 expires:168h retain:30d register:3y';
const two = 'officers:2 papers:notice';
/** One officer with an auxiliary and a recording will do. */
const orRecorded = (then: string): string => then.replace('officers:2', 'officers:2/recorded');
const afterwards = 'review-after:100%/30d';

type Row = readonly [
  who: string,
  items: readonly Item[],
  basis: Basis,
  late: boolean,
  verdict: string,
  facts: readonly Fact[],
  then: string,
  purpose?: Purpose,
];
const t1 = (...more: string[]) => `${[clerk, manager, privacy, head, ...more].join('+')} ${two} ${first} sla:2h/24h ${afterwards}`;
const t2 = (...more: string[]) => `${[clerk, manager, ...more].join('+')} ${two} ${second} sla:2h/12h review-after:30%/30d`;
const t3 = (...more: string[]) => orRecorded(`${[clerk, manager, ...more].join('+')} ${two} ${third} sla:4h/8h review-after:10%/90d`);
/** Chongqing asks the approval, or the unit's certificate, beside the notice. */
const cq = (...more: string[]) => t2(...more).replace('papers:notice', 'papers:notice+approval');
const urgent = (terms: string, ...before: string[]) => `${[...before, duty].join('+')} ${two} ${terms} sla:1h/4h ${afterwards}`;
const rescue = (terms: string, paperHours: number, ...steps: string[]) => `${steps.join('+')} officers:1 papers:notice ${terms} sla:1h/2h ${afterwards} paper:${paperHours}h`;
/** Nothing leaves, nobody's paper is asked for, and no lot is drawn afterwards. */
const seen = (steps: string, terms: string, register: number) => `${steps} officers:0 papers: execute:single ${terms} retain:nulld register:${register}y sla:24h/72h deliver:view`;
/** What a publication adds to any rows: the privacy review, masks, no original, and a second executor who is not the manager. */
const published = (then: string): string => `${then.replace('execute:single', 'execute:dual-not-manager')} deliver:copy mask:faces+plates+names`;

// prettier-ignore
const table: Readonly<Record<string, readonly Row[]>> = {
  // who, what, basis, late → verdict, facts, steps and terms (a deny: its reason)
  'Beijing 110000, tier 1': [
    ['user:bj.meng.investigator', [anItem('bj-ql-gate')], 'CRIMINAL_CASE', false, 'allow', [], t1()],
    ['user:bj.meng.investigator', [anItem('bj-ql-gate', 4)], 'CRIMINAL_CASE', false, 'allow', [], t1()],
    ['user:bj.meng.investigator', [anItem('bj-ql-gate', 4.01)], 'CRIMINAL_CASE', false, 'allow', ['over-soft'], t1()],
    ['user:bj.meng.investigator', [anItem('bj-ql-gate', 24.01)], 'CRIMINAL_CASE', false, 'allow', ['over-soft', 'over-hard'], t1(duty)],
    ['user:bj.meng.investigator', [anItem('bj-ql-clinic')], 'SUPERVISION', false, 'allow', ['sensitive'], t1()],
    ['user:bj.song.public-order', [anItem('bj-ql-gate')], 'ADMIN_CASE', true, 'allow', ['late'], t1()],
    ['user:bj.song.public-order', [anItem('bj-ql-gate')], 'CRIMINAL_CASE', false, 'deny', [], 'no-row-allows'],
    ['user:bj.hou.clerk', [anItem('bj-ql-gate')], 'CRIMINAL_CASE', false, 'deny', [], 'no-row-allows'],
    ['user:bj.meng.investigator', [anItem('bj-ql-gate')], 'FOREIGN', false, 'deny', [], 'basis-foreign'],
    ['user:bj.meng.investigator', [anItem('bj-ql-gate')], 'FOREIGN', false, 'deny', [], 'basis-foreign', 'publication'],
    ['user:bj.tong.reception', [anItem('bj-ql-clinic', 2.5)], 'CITIZEN_VIEW', false, 'allow', ['sensitive', 'over-soft', 'over-hard'], seen(`${manager}+${privacy}`, 'cameras:4 downloads:2 expires:24h', 5)],
    ['user:bj.luan.staff', [anItem('bj-ql-gate')], 'INTERNAL_SECURITY', false, 'allow', [], seen(`${manager}+${privacy}`, 'cameras:8 downloads:5 expires:72h', 5)],
  ],
  'Shanghai 310000, tier 1': [
    ['user:sh.lu', [anItem('sh-yf-gate', 1 / 60)], 'CRIMINAL_CASE', false, 'allow', [], t1()],
    ['user:sh.lu', [anItem('sh-yf-gate', 24)], 'CRIMINAL_CASE', false, 'allow', ['over-soft'], t1()],
    ['user:sh.lu', [anItem('sh-yf-gate', 30)], 'CRIMINAL_CASE', false, 'allow', ['over-soft', 'over-hard'], t1(duty)],
    ['user:sh.lu', [anItem('sh-yf-gate', 3), anItem('sh-yf-street', 3)], 'COURT', false, 'allow', [], t1()],
    ['user:sh.lu', [anItem('sh-yf-gate', 3), anItem('sh-yf-gate', 3, 3)], 'COURT', false, 'allow', ['over-soft'], t1()],   // cut in two, still six hours
    ['user:sh.lu', [anItem('sh-yf-gate', 2), anItem('sh-yf-gate', 2, 10)], 'COURT', false, 'allow', [], t1()],
    ['user:sh.lu', [anItem('sh-yf-gate', 3), anItem('sh-yf-gate', 3, 10)], 'COURT', false, 'allow', ['over-soft'], t1()],   // cut in pieces, as long as its pieces
    ['user:sh.lu', [anItem('sh-yf-gate'), anItem('sh-yf-school')], 'PRE_FILING', false, 'allow', ['sensitive'], t1()],
    ['user:sh.pan', [anItem('sh-yf-street')], 'ADMIN_CASE', false, 'allow', [], t1()],
    ['user:sh.pan', [anItem('sh-yf-street')], 'ADMIN_URGENT', false, 'allow', [], urgent(first)],
    ['user:sh.lu', [anItem('sh-yf-school', 2)], 'ADMIN_URGENT', false, 'allow', ['sensitive'], urgent(first)],
    ['user:sh.lu', [anItem('sh-yf-gate', 2.01)], 'ADMIN_URGENT', false, 'allow', ['over-soft', 'over-hard'], urgent(first, manager)],
    ['user:sh.lu', [anItem('sh-yf-gate')], 'EMERGENCY_RESCUE', false, 'allow', [], rescue(first, 24, head, duty)],
    ['user:sh.pan', [anItem('sh-yf-gate', 3)], 'EMERGENCY_RESCUE', true, 'allow', ['over-soft', 'over-hard', 'late'], rescue(first, 24, manager, head, duty)],
    ['user:sh.zhou', [anItem('sh-yf-gate')], 'EMERGENCY_RESCUE', false, 'deny', [], 'no-row-allows'],
    ['user:sh.lu', [anItem('sh-yf-gate')], 'COUNSEL', false, 'deny', [], 'no-row-allows'],
    ['user:sh.lu', [anItem('sh-yf-gate')], 'INTERNAL_SECURITY', false, 'deny', [], 'no-row-allows'],
    ['user:sh.lu', [anItem('sh-yf-gate')], 'CITIZEN_VIEW', false, 'deny', [], 'no-row-allows'],
    ['user:sh.xu', [anItem('sh-yf-gate')], 'CITIZEN_VIEW', false, 'allow', [], seen(`${manager}+${privacy}`, 'cameras:4 downloads:2 expires:24h', 5)],
    ['user:sh.xu', [anItem('sh-yf-gate')], 'CITIZEN_VIEW', false, 'allow', [], seen(`${manager}+${privacy}`, 'cameras:4 downloads:2 expires:24h', 5), 'publication'],   // what may only be seen is not published
    ['user:sh.xu', [anItem('sh-yf-gate')], 'INTERNAL_SECURITY', false, 'deny', [], 'no-row-allows'],
    ['user:sh.xu', [anItem('sh-yf-gate')], 'EMERGENCY_RESCUE', false, 'deny', [], 'no-row-allows'],
    ['user:sh.xu', [anItem('bj-ql-gate')], 'CITIZEN_VIEW', false, 'deny', [], 'no-row-allows'],   // sits at another counter
    ['user:sh.fang', [anItem('sh-yf-street', 5)], 'INTERNAL_SECURITY', false, 'allow', ['over-soft'], seen(`${manager}+${privacy}`, 'cameras:8 downloads:5 expires:72h', 5)],
    ['user:sh.fang', [anItem('sh-yf-street')], 'CITIZEN_VIEW', false, 'deny', [], 'no-row-allows'],
    ['user:sh.lu', [anItem('sh-yf-gate')], 'CRIMINAL_CASE', false, 'allow', [], `${t1()} deliver:copy mask:faces+plates+names`, 'publication'],   // dual is stricter than what a publication asks
    ['user:sh.lu', [anItem('sh-yf-gate')], 'EMERGENCY_RESCUE', false, 'allow', [], published(rescue(first, 24, privacy, head, duty)), 'publication'],
    ['user:sh.pan', [anItem('sh-yf-street')], 'ADMIN_URGENT', false, 'allow', [], published(urgent(first, privacy)), 'publication'],
    ['user:sh.lu', [anItem('sh-yf-gate')], 'CRIMINAL_CASE', false, 'allow', [], t1(), 'evidence'],
    ['user:sh.zhou', [anItem('sh-yf-gate')], 'CRIMINAL_CASE', false, 'deny', [], 'no-row-allows', 'publication'],
    ['user:sh.lu', [anItem('sh-yf-gate')], 'INSURANCE', false, 'deny', [], 'no-row-allows'],
    ['user:root.luo', [anItem('sh-yf-gate')], 'CRIMINAL_CASE', false, 'deny', [], 'no-row-allows'],
    ['user:nobody', [anItem('sh-yf-gate')], 'CRIMINAL_CASE', false, 'deny', [], 'no-row-allows'],
    ['user:bj.meng.investigator', [anItem('sh-yf-gate')], 'CRIMINAL_CASE', false, 'deny', [], 'no-row-allows'],   // holds the role in Beijing
  ],
  'Guangzhou 440100, tier 1': [
    ['user:gz.mai.investigator', [anItem('gz-ht-gate')], 'COUNTER_TERROR', false, 'allow', [], t1()],
    ['user:gz.mai.investigator', [anItem('gz-ht-chapel', 25)], 'CRIMINAL_CASE', true, 'allow', ['sensitive', 'over-soft', 'over-hard', 'late'], t1(duty)],
    ['user:gz.liang.public-order', [anItem('gz-ht-gate')], 'ADMIN_CASE', false, 'allow', [], t1()],
    ['user:gz.huo.executor', [anItem('gz-ht-gate')], 'ADMIN_CASE', false, 'deny', [], 'no-row-allows'],
  ],
  'Chengdu 510100, tier 2': [
    ['user:cd.tang.investigator', [anItem('cd-jx-gate')], 'CRIMINAL_CASE', false, 'allow', [], t2()],
    ['user:cd.tang.investigator', [anItem('cd-jx-gate', 8)], 'CRIMINAL_CASE', false, 'allow', [], t2()],
    ['user:cd.tang.investigator', [anItem('cd-jx-gate', 9)], 'CRIMINAL_CASE', false, 'allow', ['over-soft'], t2(privacy)],
    ['user:cd.tang.investigator', [anItem('cd-jx-school')], 'CRIMINAL_CASE', false, 'allow', ['sensitive'], t2(privacy)],
    ['user:cd.tang.investigator', [anItem('cd-jx-gate'), anItem('cd-jx-school')], 'CRIMINAL_CASE', false, 'allow', ['sensitive'], t2(privacy)],
    ['user:cd.tang.investigator', [anItem('cd-jx-gate', 49)], 'CRIMINAL_CASE', false, 'allow', ['over-soft', 'over-hard'], t2(privacy, duty)],
    ['user:cd.tang.investigator', [anItem('cd-jx-gate')], 'CRIMINAL_CASE', false, 'allow', [], published(t2(privacy)), 'publication'],
    ['user:cd.mi.reception', [anItem('cd-jx-gate', 3)], 'CITIZEN_VIEW', false, 'allow', ['over-soft'], seen(`${manager}+${privacy}`, 'cameras:4 downloads:2 expires:24h', 3)],
    ['user:cd.sang.staff', [anItem('cd-jx-gate', 8)], 'INTERNAL_SECURITY', false, 'allow', [], seen(manager, 'cameras:16 downloads:5 expires:72h', 3)],
    ['user:cd.yin.public-order', [anItem('cd-jx-school')], 'ADMIN_CASE', false, 'allow', ['sensitive'], t2(privacy)],
  ],
  'Hangzhou 330100, tier 2': [
    ['user:hz.lou.investigator', [anItem('hz-wt-gate')], 'STATE_SECURITY', false, 'allow', [], t2()],
    ['user:hz.lou.investigator', [anItem('hz-wt-pool')], 'CRIMINAL_CASE', false, 'allow', ['sensitive'], t2(privacy)],
    ['user:hz.ying.public-order', [anItem('hz-wt-parking', 12)], 'ADMIN_CASE', false, 'allow', ['over-soft'], t2(privacy)],
    ['user:hz.ying.public-order', [anItem('hz-wt-parking')], 'COURT', false, 'deny', [], 'no-row-allows'],
    ['user:hz.ying.public-order', [anItem('hz-wt-parking', 4)], 'ADMIN_URGENT', false, 'allow', [], urgent(second)],
    ['user:hz.lou.investigator', [anItem('hz-wt-pool', 4.5)], 'EMERGENCY_RESCUE', false, 'allow', ['sensitive', 'over-soft', 'over-hard'], rescue(second, 48, manager, duty)],
  ],
  'Chongqing 500000, tier 2': [
    ['user:cq.qin.investigator', [anItem('cq-ly-hall')], 'PROCURATORATE', false, 'allow', [], cq()],
    ['user:cq.qin.investigator', [anItem('cq-ly-aid', 72)], 'OTHER_ADMIN_ORGAN', true, 'allow', ['sensitive', 'over-soft', 'over-hard', 'late'], cq(privacy, duty)],
    ['user:cq.tian.public-order', [anItem('cq-ly-street')], 'ADMIN_CASE', false, 'allow', [], cq()],
    ['user:cq.tian.public-order', [anItem('cq-ly-street')], 'ADMIN_URGENT', false, 'allow', [], urgent(second)],   // one fax is enough there too
    ['user:cd.tang.investigator', [anItem('cq-ly-street')], 'CRIMINAL_CASE', false, 'deny', [], 'no-row-allows'],
  ],
  'Qinhuangdao 130300, tier 3': [
    ['user:qhd.bian.investigator', [anItem('qhd-ho-gate')], 'CRIMINAL_CASE', false, 'allow', [], t3()],
    ['user:qhd.bian.investigator', [anItem('qhd-ho-school')], 'CRIMINAL_CASE', false, 'allow', ['sensitive'], t3()],
    ['user:qhd.bian.investigator', [anItem('qhd-ho-street', 25)], 'CRIMINAL_CASE', false, 'allow', ['over-soft'], t3()],
    ['user:qhd.bian.investigator', [anItem('qhd-ho-street', 73)], 'CRIMINAL_CASE', false, 'allow', ['over-soft', 'over-hard'], t3(duty)],
    ['user:qhd.chi.public-order', [anItem('qhd-ho-street')], 'ADMIN_CASE', false, 'allow', [], t3()],
    ['user:qhd.chi.public-order', [anItem('qhd-ho-street', 8)], 'EMERGENCY_RESCUE', false, 'allow', [], rescue(third, 72, duty)],
    ['user:qhd.chi.public-order', [anItem('qhd-ho-street', 9)], 'ADMIN_URGENT', false, 'allow', ['over-soft', 'over-hard'], orRecorded(urgent(third, manager))],
  ],
  'Guilin 450300, tier 3': [
    ['user:gl.wei.investigator', [anItem('gl-yx-street', 24)], 'COURT', false, 'allow', [], t3()],
    ['user:gl.nong.public-order', [anItem('gl-yx-gate', 80)], 'ADMIN_CASE', false, 'allow', ['over-soft', 'over-hard'], t3(duty)],
    ['user:gl.wei.investigator', [anItem('gl-yx-street')], 'COURT', false, 'allow', [], published(t3(privacy)), 'publication'],
    ['user:gl.zhan.reception', [anItem('gl-yx-street')], 'CITIZEN_VIEW', false, 'allow', [], seen(manager, 'cameras:4 downloads:3 expires:48h', 3)],
    ['user:gl.qu.staff', [anItem('gl-yx-street', 72)], 'INTERNAL_SECURITY', true, 'allow', ['over-soft', 'late'], seen(manager, 'cameras:16 downloads:5 expires:168h', 3)],
    ['user:gl.lan.clerk', [anItem('gl-yx-street')], 'CITIZEN_VIEW', false, 'deny', [], 'no-row-allows'],
    ['user:qhd.bian.investigator', [anItem('gl-yx-gate')], 'COURT', false, 'deny', [], 'no-row-allows'],
    ['user:gl.wei.investigator', [anItem('gl-yx-street')], 'FOREIGN', false, 'deny', [], 'basis-foreign'],
  ],
};

/** Steps and terms in one sentence; a deny: its reasons. */
function tell(policy: Policy, decision: Decision, items: readonly Item[]): string {
  if (decision.verdict === 'deny') return decision.reasons.join(' ');
  const plan = makePlan(decision, items, policy);
  assert.deepEqual([plan.marks, plan.original, plan.encrypt, plan.inspect], [['text', 'clock'], plan.tier === 1 && plan.deliver !== 'view' ? 'apart' : 'with', 'none', []]);
  const steps = plan.steps.map(({ step }) => step);
  // The privacy officer comes by the duty privacy-review alone.
  assert.equal(plan.privacyReview === 'officer', steps.includes(privacy));
  return [
    steps.join('+'),
    `officers:${plan.officers}${plan.orRecorded ? '/recorded' : ''}`,
    `papers:${plan.papers.join('+')}`,
    `execute:${plan.execute}`,
    `cameras:${plan.cameras}`,
    `downloads:${plan.downloads}`,
    `expires:${plan.expiresHours}h`,
    `retain:${plan.retainDays}d`,
    `register:${plan.registerYears}y`,
    `sla:${plan.sla?.verifyHours}h/${plan.sla?.totalHours}h`,
    ...(plan.reviewAfter ? [`review-after:${plan.reviewAfter.percent}%/${plan.reviewAfter.days}d`] : []),
    ...(plan.paperHours === null ? [] : [`paper:${plan.paperHours}h`]),
    ...(plan.deliver === 'package' ? [] : [`deliver:${plan.deliver}`]),
    ...(plan.masks.length > 0 ? [`mask:${plan.masks.join('+')}`] : []),
  ].join(' ');
}

function checkTable(policyOf: () => Policy): void {
  for (const [city, rows] of Object.entries(table))
    for (const [who, items, basis, late, verdict, facts, then, purpose] of rows)
      it(`${city}: ${who} asks ${items.map((item) => `${item.camera} ${(Date.parse(item.to) - Date.parse(item.from)) / 3_600_000} h`).join(', ')} from ${items.at(-1)!.from.slice(11, 13)} for ${basis}${late ? ', late' : ''}${purpose ? `, for ${purpose}` : ''} → ${verdict} ${facts.join(' ')}`, () => {
        const decision = policyOf().decide(aQuestion(who, items, basis, { late, ...(purpose && { purpose }) }));
        assert.deepEqual([decision.verdict, decision.facts, tell(policyOf(), decision, items)], [verdict, facts, then]);
      });
}

/** Comment lines and the header stay where they are; the rest is put in the order of the keys. */
const shuffle =
  (keys: readonly number[]) =>
  (text: string): string => {
    const lines = text.trimEnd().split('\n');
    const isHeader = (line: string) => /^(code|id|site|camera|group|step|user),/.test(line);
    const fixed = lines.filter((line) => line === '' || line.startsWith('#') || isHeader(line));
    const free = lines.filter((line) => !fixed.includes(line));
    const order = free.map((line, index) => [(keys[index % keys.length]! * (index + 1)) % 9973, line] as const);
    return [...fixed, ...order.sort(([a], [b]) => a - b).map(([, line]) => line)].join('\n');
  };
const tables = [
  'cities.csv',
  'groups.csv',
  'sites.csv',
  'cameras.csv',
  'steps.csv',
  'roles.csv',
  'tier-1.csv',
  'tier-2.csv',
  'tier-3.csv',
  'gate.csv',
  'cities/500000.csv',
  'tests/shipped.csv',
];
const shuffled = (keys: readonly number[]): Edits => Object.fromEntries(tables.map((file) => [file, shuffle(keys)]));

/** What a decision says, without line numbers and the version, which name the order on purpose. */
const essence = ({ rows, policyVersion, ...rest }: Decision) => ({
  ...rest,
  rows: rows.map((row) => row.text).sort(),
  versioned: policyVersion !== '',
});

describe('decide, as shipped', () => {
  let policy: Policy;
  before(async () => {
    policy = await loadPolicy(shipped);
  });
  checkTable(() => policy);

  it('collects every matching row, each once, with file and line', () => {
    const { rows } = policy.decide(aQuestion('user:cd.tang.investigator', [anItem('cd-jx-school', 50), anItem('cd-jx-gate')]));
    assert.deepEqual(
      rows.map((row) => row.text.split(', ')[6]),
      ['*', 'sensitive', 'over-soft', 'over-hard'],
    );
    assert.ok(rows.every((row) => /^tier-2\.csv:\d+$/.test(row.source)));
    assert.equal(new Set(rows.map((row) => row.source)).size, rows.length);
  });

  // prettier-ignore
  const problems: [string, readonly Item[], string][] = [
    ['an unknown camera', [anItem('sh-yf-roof')], 'camera-unknown'],
    ['a camera with a path for a name', [anItem('../sh-yf-gate')], 'camera-unknown'],
    ['cameras of two sites', [anItem('sh-yf-gate'), anItem('bj-ql-gate')], 'sites-mixed'],
    ['no camera', [], 'span-invalid'],
    ['a span that ends before it starts', [anItem('sh-yf-gate', -1)], 'span-invalid'],
    ['an empty span', [anItem('sh-yf-gate', 0)], 'span-invalid'],
    ['a span of no time at all', [{ camera: 'sh-yf-gate', from: 'yesterday', to: 'today' }], 'span-invalid'],
  ];
  for (const [name, items, code] of problems)
    it(`${name}: ${code}`, () => {
      assert.throws(
        () => policy.decide(aQuestion('user:sh.lu', items)),
        (thrown) => thrown instanceof Problem && thrown.code === code,
      );
    });

  // prettier-ignore
  const strange: [string, object][] = [
    ['a user that is a role', { user: 'role:police.investigator' }],
    ['a user that is an object', { user: { toString: () => 'user:sh.lu' } }],
    ['no user', { user: null }],
    ['two users in one', { user: 'user:sh.lu user:sh.pan' }],
    ['the group for a basis', { basis: 'ordinary' }],
    ['any basis', { basis: '*' }],
    ['an act that is none', { act: '*' }],
    ['a list for an act', { act: ['request'] }],
  ];
  for (const [name, change] of strange)
    it(`${name} is denied: policy-failed`, () => {
      const decision = policy.decide({ ...aQuestion('user:sh.lu', [anItem('sh-yf-gate')]), ...change });
      assert.deepEqual([decision.verdict, decision.reasons, decision.duties], ['deny', ['policy-failed'], []]);
    });
});

describe('decide, when something breaks', () => {
  const lies: [string, () => boolean][] = [
    ['casbin says yes where no row allows', () => true],
    [
      'casbin throws',
      () => {
        throw new Error('broken');
      },
    ],
  ];
  for (const [name, enforce] of lies)
    it(`${name}: denied, policy-failed`, async () => {
      const { place, steps, version } = await loadPolicy(shipped);
      const index = new RowIndex([], { tierOf: () => 'tier-1', groupsOf: () => [] });
      const grounds = { version, index, sensitiveGroups: [], namedObjects: new Set<string>(), steps, place, holdsAt: () => true, enforce };
      const decision = decide(grounds, aQuestion('user:sh.lu', [anItem('sh-yf-gate')]));
      assert.deepEqual([decision.verdict, decision.reasons], ['deny', ['policy-failed']]);
      assert.equal(allows(grounds, 'user:sh.wei', 'release', 'request:*', null), false);
    });
});

describe('decide, rows shuffled', () => {
  let folderPolicy: Policy;
  before(() =>
    withPolicies(shuffled([31, 7, 1999, 3, 77]), async (folder) => {
      folderPolicy = await loadPolicy(folder);
    }),
  );
  checkTable(() => folderPolicy);

  it('any order gives the same decisions', async function () {
    this.timeout(20_000);
    const straight = await loadPolicy(shipped);
    const questions = Object.values(table)
      .flat()
      .map(([who, items, basis, late, , , , purpose]) => aQuestion(who, items, basis, { late, ...(purpose && { purpose }) }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9972 }), { minLength: 3, maxLength: 9 }), async (keys) =>
        withPolicies(shuffled(keys), async (folder) => {
          const policy = await loadPolicy(folder);
          for (const question of questions) assert.deepEqual(essence(policy.decide(question)), essence(straight.decide(question)));
        }),
      ),
      { numRuns: 12 },
    );
  });
});

describe('decide, other rows', () => {
  const deny = (object: string, when = '*') =>
    append(`p, role:police.investigator, tier-1, ${object}, request, ordinary, ${when}, deny, -`);
  const cityDeny = (object: string, place = '310000') =>
    `p, role:police.investigator, ${place}, ${object}, request, ordinary, *, deny, -\n`;
  const verdicts = (edits: Edits, cameras: readonly string[]) =>
    // The shipped assertions say what the shipped rows say.
    withPolicies({ 'tests/shipped.csv': null, ...edits }, async (folder) => {
      const policy = await loadPolicy(folder);
      const { verdict, reasons } = policy.decide(
        aQuestion(
          'user:sh.lu',
          cameras.map((camera) => anItem(camera)),
        ),
      );
      return [verdict, ...reasons];
    });

  // prettier-ignore
  const rows: [string, Edits, string[], string[]][] = [
    ['a deny for a camera denies it', { 'tier-1.csv': deny('camera:sh-yf-gate') }, ['sh-yf-gate'], ['deny', 'row-denies']],
    ['and not its neighbour', { 'tier-1.csv': deny('camera:sh-yf-gate') }, ['sh-yf-street'], ['allow', 'row-allows']],
    ['one denied camera denies all', { 'tier-1.csv': deny('camera:sh-yf-gate') }, ['sh-yf-street', 'sh-yf-gate'], ['deny', 'row-denies']],
    ['a deny for a group', { 'tier-1.csv': deny('group:school') }, ['sh-yf-school'], ['deny', 'row-denies']],
    ['a deny for everything in one city', { 'cities/310000.csv': cityDeny('*') }, ['sh-yf-gate'], ['deny', 'row-denies']],
    ['a deny for one site', { 'cities/310000.csv': cityDeny('camera:*', '310000/SH-YUNFAN') }, ['sh-yf-gate'], ['deny', 'row-denies']],
    ['a deny in another city', { 'cities/110000.csv': cityDeny('*', '110000') }, ['sh-yf-gate'], ['allow', 'row-allows']],
    ['a deny where a fact holds', { 'tier-1.csv': deny('camera:*', 'sensitive') }, ['sh-yf-gate', 'sh-yf-school'], ['deny', 'row-denies']],
    ['and where it does not', { 'tier-1.csv': deny('camera:*', 'sensitive') }, ['sh-yf-gate'], ['allow', 'row-allows']],
  ];
  for (const [name, edits, cameras, expected] of rows) it(name, async () => assert.deepEqual(await verdicts(edits, cameras), expected));

  it('several cameras: the strictest terms of all of them', () =>
    withPolicies(
      {
        'tier-3.csv': append(
          'p, role:police.investigator, tier-3, camera:gl-yx-gate, request, COURT, *, allow, officers:3 downloads:1 span:2h/4h execute:dual approve:unit-head',
        ),
      },
      async (folder) => {
        const policy = await loadPolicy(folder);
        const items = [anItem('gl-yx-street', 3), anItem('gl-yx-gate')];
        const plan = makePlan(policy.decide(aQuestion('user:gl.wei.investigator', items, 'COURT')), items, policy);
        assert.deepEqual(
          [plan.officers, plan.downloads, plan.span, plan.execute, plan.facts],
          [3, 1, { softHours: 2, hardHours: 4 }, 'dual', ['over-soft']],
        );
        assert.deepEqual(
          plan.steps.map((step) => step.step),
          [clerk, manager, head],
        );
        const alone = makePlan(policy.decide(aQuestion('user:gl.wei.investigator', [items[0]!], 'COURT')), items, policy);
        assert.deepEqual([alone.officers, alone.downloads, alone.facts], [2, 5, []]);
      },
    ));

  it('limits come from rows whose when is *, not from those for a fact', () =>
    withPolicies(
      {
        'tier-1.csv': append(
          'p, role:police.investigator, tier-1, camera:*, request, ordinary, sensitive, allow, span:1h/2h\np, role:police.public-order, tier-1, camera:*, request, ADMIN_CASE, sensitive, allow, span:1h/2h',
        ),
      },
      async (folder) => {
        const decision = (await loadPolicy(folder)).decide(aQuestion('user:sh.lu', [anItem('sh-yf-school', 3)]));
        assert.deepEqual(decision.facts, ['sensitive']);
      },
    ));

  it('two roles: the stricter one stands', () =>
    withPolicies(
      {
        'roles.csv': append('g, user:sh.lu, role:police.public-order, *'),
        'tier-1.csv': append('p, role:police.public-order, tier-1, camera:*, request, ADMIN_CASE, *, allow, officers:4 inspect:unit-head'),
      },
      async (folder) => {
        const policy = await loadPolicy(folder);
        const decision = policy.decide(aQuestion('user:sh.lu', [anItem('sh-yf-gate')], 'ADMIN_CASE'));
        assert.deepEqual(
          decision.duties.filter((word) => word.kind === 'officers'),
          [{ kind: 'officers', least: 4, orRecorded: false }],
        );
        assert.deepEqual(makePlan(decision, [anItem('sh-yf-gate')], policy).inspect, [head]);
      },
    ));
});

describe('holding a role', () => {
  let policy: Policy;
  before(async () => {
    policy = await loadPolicy(shipped);
  });

  // prettier-ignore
  const table = [
    ['user:sh.zhou', 'role:evidence-clerk', 'SH-YUNFAN', true],
    ['user:sh.zhou', 'role:evidence-clerk', 'BJ-QINGLAN', false],   // an approver of site A is nobody at site B
    ['user:sh.zhou', 'role:unit-head', 'SH-YUNFAN', false],
    ['user:sh.lu', 'role:police.investigator', 'SH-YUNFAN', true],
    ['user:sh.lu', 'role:police.investigator', 'GZ-HAITANG', false],
    ['user:audit.he', 'role:auditor', 'GL-YINXING', true],
    ['user:audit.he', 'role:auditor', 'NO-SUCH', false],
    ['role:auditor', 'role:auditor', 'SH-YUNFAN', false],
  ] as const;
  for (const [user, role, site, expected] of table)
    it(`${user} ${expected ? 'holds' : 'does not hold'} ${role} at ${site}`, () =>
      assert.equal(policy.holds(user as 'user:x', role, site), expected));

  // prettier-ignore
  const acts = [
    ['user:sh.zhou', 'review', 'request:*', 'SH-YUNFAN', true],
    ['user:sh.zhou', 'review', 'request:EG-310000-SH-YUNFAN-2026-000001', 'SH-YUNFAN', true],
    ['user:sh.zhou', 'review', 'request:*', 'BJ-QINGLAN', false],
    ['user:sh.zhou', 'review', 'request:*', null, false],
    ['user:sh.zhou', 'review', 'request:*', 'NO-SUCH', false],
    ['user:sh.zhou', 'release', 'request:*', 'SH-YUNFAN', false],
    ['user:sh.wei', 'release', 'request:*', 'SH-YUNFAN', true],
    ['user:sh.wei', 'execute', 'request:*', 'SH-YUNFAN', true],
    ['user:sh.wei', 'release', 'journal:*', 'SH-YUNFAN', false],
    ['user:sh.lu', 'review', 'request:*', 'SH-YUNFAN', false],
    ['user:sh.yan', 'read-journal', 'journal:*', 'SH-YUNFAN', true],
    ['user:sh.yan', 'read-journal', 'journal:*', null, false],
    ['user:audit.he', 'read-journal', 'journal:*', null, true],
    ['user:root.luo', 'manage', 'account:*', null, true],
    ['user:root.luo', 'edit-policy', 'policy:*', null, true],
    ['user:root.luo', 'read-journal', 'journal:*', null, false],
    ['user:sh.shen', 'manage', 'account:*', null, false],
    ['role:administrator', 'manage', 'account:*', null, false],
    ['user:root.luo', 'manage', '*', null, false],
    ['user:root.luo', 'manage', 'account:x journal:*', null, false],
    ['user:sh.lu', 'request', 'camera:sh-yf-gate', 'SH-YUNFAN', false],
    ['user:sh.wei', 'release', 'request:*', 'BJ-QINGLAN', false],   // tier 1: the department of that site alone
    ['user:cd.long.executor', 'release', 'request:*', 'CD-JINXI', true],   // tier 2: the unit of the city
    ['user:cd.long.executor', 'release', 'request:*', 'CQ-LINGYUN', false],
    ['user:gl.chai.executor', 'release', 'request:*', 'GL-YINXING', true],   // tier 3: the site itself
    ['user:gl.chai.executor', 'release', 'request:*', 'QHD-HAIOU', false],
  ] as const;
  for (const [user, act, object, site, expected] of acts)
    it(`${user} ${expected ? 'may' : 'may not'} ${act} ${object} at ${site ?? 'the gate'}`, () =>
      assert.equal(policy.allows(user as 'user:x', act, object, site), expected));

  it('every site has somebody for every step, and two executors', () => {
    for (const site of policy.sites) {
      for (const step of policy.steps)
        assert.ok(
          policy.holdings.some((held) => held.role === step.role && policy.holds(held.user, step.role, site.id)),
          `${site.id} ${step.step}`,
        );
      const executors = new Set(
        policy.holdings
          .map(({ user }) => user)
          .filter((user) => ['execute', 'release'].every((act) => policy.allows(user, act as 'execute', 'request:*', site.id))),
      );
      assert.equal(executors.size, 2);
    }
  });
});
