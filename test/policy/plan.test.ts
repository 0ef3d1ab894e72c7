// From a decision to a plan, and the digest that voices speak for; and a held request decided again.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Decision } from '../../plugin/domain/decision.js';
import type { Duty } from '../../plugin/domain/duty.js';
import { Problem } from '../../plugin/domain/problem.js';
import { loadPolicy, type Policy } from '../../plugin/policy/load.js';
import { makePlan, makeStricterPlan, planDigest, termsOf } from '../../plugin/policy/plan.js';
import { applyAll, coversAll, dutiesOf, readDuty, strictest } from '../../plugin/policy/strictest.js';
import { anyDuty, wholeDuties } from './any-duty.js';
import { append, shipped, withPolicies } from './policy-folder.js';
import { anItem, aQuestion } from './questions.js';

const isProblem = (code: string) => (thrown: unknown) => thrown instanceof Problem && thrown.code === code;

describe('plan', () => {
  let policy: Policy;
  before(async () => {
    policy = await loadPolicy(shipped);
  });
  const items = [anItem('sh-yf-gate', 30)];
  const decision = (): Decision => policy.decide(aQuestion('user:sh.lu', items));

  it('says all that must happen', () => {
    assert.deepEqual(makePlan(decision(), items, policy), {
      version: 1,
      number: 1,
      replaces: null,
      city: '310000',
      site: 'SH-YUNFAN',
      tier: 1,
      items,
      facts: ['over-soft', 'over-hard'],
      steps: ['evidence-clerk', 'site-security-manager', 'privacy-officer', 'unit-head', 'duty-manager'].map((step) => ({
        step,
        role: `role:${step}`,
      })),
      inspect: [],
      privacyReview: 'officer',
      officers: 2,
      orRecorded: false,
      papers: ['notice'],
      span: { softHours: 4, hardHours: 24 },
      cameras: 8,
      execute: 'dual',
      marks: ['text', 'clock'],
      masks: [],
      sound: 'kept',
      encode: 'balance',
      working: 'none',
      deliver: 'package',
      original: 'apart',
      encrypt: 'none',
      downloads: 2,
      expiresHours: 72,
      retainDays: 7,
      paperHours: null,
      registerYears: 5,
      sla: { verifyHours: 2, totalHours: 24 },
      reviewAfter: { percent: 100, days: 30 },
      policyVersion: policy.version,
    });
  });

  it('has the same digest each time, and another for any change', () => {
    const plan = makePlan(decision(), items, policy);
    const digest = planDigest(plan);
    assert.match(digest, /^sha256:[0-9a-f]{64}$/);
    assert.equal(planDigest(makePlan(decision(), items, policy)), digest);
    assert.equal(planDigest(JSON.parse(JSON.stringify(plan))), digest);
    const changes = [
      { number: 2 },
      { replaces: digest },
      { officers: 1 },
      { steps: plan.steps.slice(1) },
      { inspect: ['unit-head'] },
      { items: [anItem('sh-yf-gate', 31)] },
      { policyVersion: 'sha256:0' },
      { execute: 'single' as const },
      { retainDays: 8 },
      { reviewAfter: null },
      { sound: 'muted' as const },
      { encode: 'speed' as const },
      { working: 'mp4' as const },
    ];
    for (const change of changes) assert.notEqual(planDigest({ ...plan, ...change }), digest);
  });

  it('there is none for a deny', () => {
    const denied = policy.decide(aQuestion('user:sh.lu', items, 'FOREIGN'));
    assert.throws(() => makePlan(denied, items, policy), isProblem('request-denied'));
  });

  for (const kind of ['span', 'cameras', 'execute', 'mark', 'original', 'downloads', 'expires'])
    it(`there is none without the duty ${kind}`, () => {
      const lacking = { ...decision(), duties: decision().duties.filter((duty) => duty.kind !== kind) };
      assert.throws(() => makePlan(lacking, items, policy), isProblem('policy-invalid'));
    });

  it('there is none that nobody need agree to', () => {
    const lacking = { ...decision(), duties: decision().duties.filter(({ kind }) => kind !== 'approve' && kind !== 'privacy-review') };
    assert.throws(() => makePlan(lacking, items, policy), isProblem('policy-invalid'));
  });

  it('keeps the register three years where the rows say nothing of it, or less (F7)', () => {
    const withRegister = (...register: Duty[]) => ({
      ...decision(),
      duties: [...decision().duties.filter(({ kind }) => kind !== 'register'), ...register],
    });
    assert.equal(makePlan(withRegister(), items, policy).registerYears, 3);
    assert.equal(makePlan(withRegister({ kind: 'register', years: 1 }), items, policy).registerYears, 3);
  });

  it('leaves open what no duty names', () => {
    const few = decision().duties.filter(({ kind }) => !['retain', 'sla', 'review-after', 'officers', 'instrument'].includes(kind));
    const plan = makePlan({ ...decision(), duties: few }, items, policy);
    assert.deepEqual([plan.retainDays, plan.sla, plan.reviewAfter, plan.officers, plan.papers], [null, null, null, 0, []]);
  });

  it('refuses a step that steps.csv lacks', () => {
    assert.throws(() => policy.stepsInOrder(['unit-head', 'neighbour']), isProblem('policy-invalid'));
  });
});

describe('a held request decided again', () => {
  let policy: Policy;
  before(async () => {
    policy = await loadPolicy(shipped);
  });
  const items = [anItem('sh-yf-gate', 3)];
  const question = aQuestion('user:sh.lu', items);
  const decision = (): Decision => policy.decide(question);
  const withDuties = (duties: readonly Duty[]): Decision => ({ ...decision(), duties });

  it('the same policy: the plan stands', () => {
    const plan = makePlan(decision(), items, policy);
    assert.equal(makeStricterPlan(decision(), plan, policy), null);
  });

  it('a lighter policy: the plan stands', () => {
    const plan = makePlan(decision(), items, policy);
    const light = ['officers:1', 'downloads:9', 'approve:unit-head', 'review-after:5%/300d'].map((word) => readDuty(word) as Duty);
    assert.equal(makeStricterPlan(withDuties(light), plan, policy), null);
  });

  it('one more approver: plan 2, which names plan 1 and asks for the voice that is missing', () =>
    withPolicies(
      {
        'tier-1.csv': append(
          'p, role:police.investigator, tier-1, camera:*, request, CRIMINAL_CASE, *, allow, approve:duty-manager inspect:unit-head',
        ),
        'tests/shipped.csv': null,
      },
      async (folder) => {
        const stricter = await loadPolicy(folder);
        const plan = makePlan(decision(), items, policy);
        const next = makeStricterPlan(stricter.decide(question), plan, stricter)!;
        assert.deepEqual([next.number, next.replaces, next.policyVersion], [2, planDigest(plan), stricter.version]);
        assert.deepEqual(
          next.steps.map(({ step }) => step),
          [...plan.steps.map(({ step }) => step), 'duty-manager'],
        );
        assert.deepEqual(next.inspect, ['unit-head']);
        assert.equal(makeStricterPlan(stricter.decide(question), next, stricter), null);
        // And once more.
        const third = makeStricterPlan({ ...stricter.decide(question), duties: [{ kind: 'officers', least: 3, orRecorded: false }] }, next, stricter)!;
        assert.deepEqual([third.number, third.replaces, third.officers], [3, planDigest(next), 3]);
      },
    ));

  // prettier-ignore
  const again: [what: string, first: string, now: string, sound: string, encode: string, number: number][] = [
    ['nothing said', '', '', 'kept', 'balance', 1],
    ['sound muted now', '', 'sound:muted', 'muted', 'balance', 2],
    ['sound no longer muted', 'sound:muted', '', 'muted', 'balance', 1],
    ['a better picture now', '', 'encode:quality', 'kept', 'quality', 2],
    ['less than nothing said gives: what stands is better', '', 'encode:speed', 'kept', 'balance', 1],
    ['more than a quick one', 'encode:speed', 'encode:balance', 'kept', 'balance', 2],
    ['both', 'encode:speed', 'sound:muted encode:quality', 'muted', 'quality', 2],
  ];
  for (const [what, first, now, sound, encode, number] of again)
    it(`${what}: ${sound}, ${encode}, plan ${number}`, () => {
      const said = (words: string): Decision => withDuties([...decision().duties, ...words.split(' ').filter(Boolean).map((word) => readDuty(word) as Duty)]);
      const plan = makePlan(said(first), items, policy);
      const next = makeStricterPlan(said(now), plan, policy) ?? plan;
      assert.deepEqual([next.sound, next.encode, next.number], [sound, encode, number]);
    });

  it('stricter in one kind and lighter in all others: the stricter of both in each', () => {
    const plan = makePlan(decision(), items, policy);
    const urgent = policy.decide(aQuestion('user:sh.lu', items, 'ADMIN_URGENT'));
    const next = makeStricterPlan(urgent, plan, policy)!;
    assert.deepEqual(next.span, { softHours: 2, hardHours: 2 });
    assert.deepEqual(next.sla, { verifyHours: 1, totalHours: 4 });
    assert.equal(next.steps.length, 5);
    assert.equal(next.privacyReview, 'officer');
  });

  it('a policy that denies now: no plan, and whoever asked is told (request-denied)', () => {
    const plan = makePlan(decision(), items, policy);
    const denied = policy.decide(aQuestion('user:sh.pan', items));
    assert.throws(() => makeStricterPlan(denied, plan, policy), isProblem('request-denied'));
  });

  it('any two policies: null exactly where nothing is stricter; else as strict as both, named n+1, and the same each time', () => {
    fc.assert(
      fc.property(wholeDuties, fc.array(anyDuty, { maxLength: 10 }), fc.boolean(), (first, others, keep) => {
        const plan = makePlan(withDuties(strictest(first)), items, policy);
        const again = withDuties(strictest(keep ? [...first, ...others] : others));
        const asked = dutiesOf(applyAll(again.duties));
        const next = makeStricterPlan(again, plan, policy);
        assert.deepEqual(makeStricterPlan(again, plan, policy), next);
        assert.equal(next === null, coversAll(termsOf(plan), asked));
        if (!next) return;
        assert.deepEqual([next.number, next.replaces, next.version], [plan.number + 1, planDigest(plan), 1]);
        assert.notEqual(planDigest(next), planDigest(plan));
        assert.ok(coversAll(termsOf(next), termsOf(plan)), 'as strict as the plan before');
        assert.ok(coversAll(termsOf(next), asked), 'as strict as the decision');
        assert.ok(coversAll([...termsOf(plan), ...asked], termsOf(next)), 'and no stricter than both together');
        assert.ok(next.steps.length >= plan.steps.length && plan.steps.every(({ step }) => next.steps.some((it) => it.step === step)));
        assert.equal(makeStricterPlan(again, next, policy), null, 'and then it stands');
      }),
    );
  });

  it('the terms of a plan are duties that can be written and read', () => {
    fc.assert(
      fc.property(wholeDuties, (duties) => {
        const plan = makePlan(withDuties(strictest(duties)), items, policy);
        // A plan is never without these two: F7 wants the register, and an encoder takes something whatever nobody says.
        const effort = duties.some(({ kind }) => kind === 'encode') ? [] : [readDuty('encode:balance') as Duty];
        assert.deepEqual(termsOf(plan), dutiesOf(applyAll([...duties, readDuty('register:3y') as Duty, ...effort])));
      }),
    );
  });
});
