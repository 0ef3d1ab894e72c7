// From a decision to a plan, and the digest that voices speak for.
import assert from 'node:assert/strict';
import type { Decision } from '../../plugin/domain/decision.js';
import { Problem } from '../../plugin/domain/problem.js';
import { loadPolicy, type Policy } from '../../plugin/policy/load.js';
import { makePlan, planDigest } from '../../plugin/policy/plan.js';
import { shipped } from './policy-folder.js';
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
      city: '310000',
      site: 'SH-YUNFAN',
      tier: 1,
      items,
      facts: ['over-soft', 'over-hard'],
      steps: ['evidence-clerk', 'site-security-manager', 'privacy-officer', 'unit-head', 'duty-manager'].map((step) => ({
        step,
        role: `role:${step}`,
      })),
      officers: 2,
      instrument: 'notice',
      span: { softHours: 4, hardHours: 24 },
      cameras: 8,
      execute: 'dual',
      marks: ['text', 'clock'],
      original: 'with',
      downloads: 2,
      expiresHours: 72,
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
      { officers: 1 },
      { steps: plan.steps.slice(1) },
      { items: [anItem('sh-yf-gate', 31)] },
      { policyVersion: 'sha256:0' },
      { execute: 'single' as const },
    ];
    for (const change of changes) assert.notEqual(planDigest({ ...plan, ...change }), digest);
  });

  it('there is none for a deny', () => {
    const denied = policy.decide(aQuestion('user:sh.lu', items, 'FOREIGN'));
    assert.throws(() => makePlan(denied, items, policy), isProblem('request-denied'));
  });

  for (const kind of ['approve', 'span', 'cameras', 'execute', 'mark', 'original', 'downloads', 'expires'])
    it(`there is none without the duty ${kind}`, () => {
      const lacking = { ...decision(), duties: decision().duties.filter((duty) => duty.kind !== kind) };
      assert.throws(() => makePlan(lacking, items, policy), isProblem('policy-invalid'));
    });

  it('refuses a step that steps.csv lacks', () => {
    assert.throws(() => policy.stepsInOrder(['unit-head', 'neighbour']), isProblem('policy-invalid'));
  });
});
