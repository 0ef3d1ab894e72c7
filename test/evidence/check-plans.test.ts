// The plans of a history, one after the other: each is what its digest says, names the one before it, and comes before the grant.
import assert from 'node:assert/strict';
import { canonicalJson } from '../../plugin/domain/formats/canonical-json.js';
import { sha256Hex } from '../../plugin/domain/formats/digest.js';
import type { Plan } from '../../plugin/domain/plan.js';
import { checkPlans } from '../../plugin/evidence/check-binding.js';
import { Broken } from '../../plugin/evidence/package-fault.js';
import type { PlanLine } from '../../plugin/evidence/read-history.js';
import { aPlan } from '../support/evidence/sealed-package.js';

const digestOf = (plan: Plan): string => `sha256:${sha256Hex(canonicalJson(plan))}`;
const line = (at: number, plan: Plan, change: Partial<PlanLine> = {}): PlanLine => ({ line: at, isGranted: false, event: at === 1 ? 'export-held' : 'plan-replaced', by: 'gate', plan: { ...plan, items: plan.items.map((item) => ({ ...item })) }, planDigest: digestOf(plan), ...change });
const second: Plan = { ...aPlan, number: 2, replaces: digestOf(aPlan), downloads: 1 };
const third: Plan = { ...second, number: 3, replaces: digestOf(second), cameras: 1 };

describe('the plans of a history', () => {
  // Lines from 0; the fault names them from 1.
  const table: [string, PlanLine[], string | null][] = [
    ['one', [line(1, aPlan)], null],
    ['three that follow', [line(1, aPlan), line(5, second), line(7, third)], null],
    ['a first one that replaces another', [line(1, second)], 'journal/entries.ndjson:2'],
    ['one that replaces the last but one', [line(1, aPlan), line(5, second), line(7, { ...third, replaces: digestOf(aPlan) })], 'journal/entries.ndjson:8'],
    ['one that replaces what was never there', [line(1, aPlan), line(5, { ...second, replaces: `sha256:${'00'.repeat(32)}` })], 'journal/entries.ndjson:6'],
    ['a number left out', [line(1, aPlan), line(5, { ...second, number: 9 })], 'journal/entries.ndjson:6'],
    ['a digest of another plan', [line(1, aPlan, { planDigest: digestOf(second) })], 'journal/entries.ndjson:2'],
    ['one after the grant', [line(1, aPlan), line(9, second, { isGranted: true })], 'journal/entries.ndjson:10'],
  ];
  for (const [what, plans, where] of table)
    it(`${what}: ${where ?? 'sound'}`, () => {
      const check = () => checkPlans({ lines: [], held: null, asked: [], plans, sealed: null, drawings: new Map(), commitments: new Set() });
      if (where === null) check();
      else assert.throws(check, (thrown) => thrown instanceof Broken && thrown.code === 'entry-changed' && thrown.where === where);
    });
});
