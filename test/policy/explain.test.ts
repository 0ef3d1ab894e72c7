// The reasons, as data.
import assert from 'node:assert/strict';
import { explain } from '../../plugin/policy/explain.js';
import { loadPolicy, type Policy } from '../../plugin/policy/load.js';
import { planDigest } from '../../plugin/policy/plan.js';
import { shipped } from './policy-folder.js';
import { anItem, aQuestion } from './questions.js';

describe('explain', () => {
  let policy: Policy;
  before(async () => {
    policy = await loadPolicy(shipped);
  });

  it('an allow: rows with file and line, plan, steps by name, the floor under it', () => {
    const told = explain(policy, aQuestion('user:cd.tang.investigator', [anItem('cd-jx-school')]));
    assert.deepEqual([told.cityName, told.siteName, told.decision.verdict], ['成都市', '锦溪广场(示例)', 'allow']);
    assert.deepEqual(
      told.decision.rows.map((row) => row.source),
      ['tier-2.csv:7', 'tier-2.csv:11'],
    );
    assert.deepEqual(
      told.decision.rows.map((row) => row.duties.length),
      [14, 1],
    );
    assert.deepEqual(
      told.steps.map((step) => step.zh),
      ['核验', '现场安全负责人审批', '隐私审查'],
    );
    assert.equal(told.planDigest, planDigest(told.plan!));
    assert.deepEqual(
      told.floor.map((article) => article.id),
      ['F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'F9', 'F10', 'F12'],
    );
    assert.deepEqual([told.basis?.article, told.lawAsOf], ['CRIM 62; EDR16 13', '2026-11-23']);
    assert.equal(told.disclaimer.en, 'Organisation defaults. Not law, not legal advice.');
  });

  for (const [user, act, verdict] of [
    ['user:sh.zhou', 'review', 'allow'],
    ['user:sh.wei', 'release', 'allow'],
    ['user:sh.lu', 'review', 'deny'],
    ['user:gl.lan.clerk', 'review', 'deny'], // at another site
    ['user:audit.he', 'read-journal', 'allow'],
    ['user:root.luo', 'manage', 'allow'],
  ] as const)
    it(`${user}, ${act}, of Shanghai: ${verdict}, as the gate itself answers`, () => {
      const told = explain(policy, { ...aQuestion(user, [anItem('sh-yf-gate')]), act, basis: '-' });
      assert.equal(told.decision.verdict, verdict);
    });

  it('a foreign body: denied, with its article and without a plan', () => {
    const told = explain(policy, aQuestion('user:sh.lu', [anItem('sh-yf-gate')], 'FOREIGN'));
    assert.deepEqual([told.decision.reasons, told.plan, told.planDigest, told.steps], [['basis-foreign'], null, null, []]);
    assert.ok(told.floor.some((article) => article.id === 'F8'));
  });

  it('an act without basis is told too', () => {
    const told = explain(policy, aQuestion('user:sh.lu', [anItem('sh-yf-gate')], '-', { act: 'live' }));
    assert.deepEqual([told.decision.verdict, told.decision.reasons, told.basis], ['deny', ['no-row-allows'], null]);
  });

  it('is plain data', () => {
    const told = explain(policy, aQuestion('user:sh.lu', [anItem('sh-yf-gate')]));
    assert.deepEqual(JSON.parse(JSON.stringify(told)), told);
  });
});
