// A decision applied to an application: the duties become a plan, and the plan gets the digest that every voice speaks for.
import type { Decision } from '../domain/decision.js';
import type { Item } from '../domain/export-request.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import { sha256Hex } from '../domain/formats/digest.js';
import type { Plan, Step } from '../domain/plan.js';
import { Problem } from '../domain/problem.js';
import type { PlanDraft } from './duties/reading.js';
import { applyAll } from './strictest.js';

/** What a plan cannot be without. The floor check keeps this for every policy that loads; here it holds for any decision. */
type Whole = Required<Omit<PlanDraft, 'officers' | 'instrument'>> & PlanDraft;
const needed = ['steps', 'span', 'cameras', 'execute', 'marks', 'original', 'downloads', 'expiresHours'] as const;
const isWhole = (draft: PlanDraft): draft is Whole => needed.every((name) => draft[name] !== undefined);

/**
 * The first plan of a request, from a decision that allows it. `steps` puts names in the order of steps.csv (a Policy does).
 * Problems: `request-denied` for a decision that denies, `policy-invalid` where the duties leave something open.
 */
export function makePlan(decision: Decision, items: readonly Item[], steps: { stepsInOrder(names: readonly string[]): Step[] }): Plan {
  if (decision.verdict !== 'allow')
    throw new Problem('request-denied', 'There is no plan for what the policy denies.', { reasons: decision.reasons });
  const draft = applyAll(decision.duties);
  if (!isWhole(draft))
    throw new Problem('policy-invalid', `The duties say nothing of: ${needed.filter((name) => draft[name] === undefined).join(', ')}.`);
  const { city, site, tier, facts, policyVersion } = decision;
  return {
    version: 1,
    number: 1,
    city,
    site,
    tier,
    items,
    facts,
    steps: steps.stepsInOrder(draft.steps),
    officers: draft.officers ?? 0,
    instrument: draft.instrument ?? 'none',
    span: draft.span,
    cameras: draft.cameras,
    execute: draft.execute,
    marks: draft.marks,
    original: draft.original,
    downloads: draft.downloads,
    expiresHours: draft.expiresHours,
    policyVersion,
  };
}

/** `sha256:…` of the plan's canonical JSON (RFC 8785). */
export const planDigest = (plan: Plan): string => `sha256:${sha256Hex(canonicalJson(plan))}`;
