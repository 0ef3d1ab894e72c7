// A decision applied to an application: the duties become a plan, and the plan gets the digest that every voice speaks for.
import type { Decision } from '../domain/decision.js';
import type { Duty } from '../domain/duty.js';
import type { Item } from '../domain/export-request.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import { sha256Hex } from '../domain/formats/digest.js';
import type { Plan, Step } from '../domain/plan.js';
import { Problem } from '../domain/problem.js';
import type { PlanDraft } from './duties/reading.js';
import { applyAll, coversAll, dutiesOf, strictest } from './strictest.js';

/** What a plan cannot be without. The floor check keeps this for every policy that loads; here it holds for any decision. */
const needed = ['steps', 'span', 'cameras', 'execute', 'marks', 'original', 'downloads', 'expiresHours'] as const;
type Whole = Required<Pick<PlanDraft, (typeof needed)[number]>> & PlanDraft;
const isWhole = (draft: PlanDraft): draft is Whole => needed.every((name) => draft[name] !== undefined);

/** F7: never less, whatever a row says or leaves out. */
const leastRegisterYears = 3;

/** Puts names in the order of steps.csv (a Policy does). */
interface StepOrder {
  stepsInOrder(names: readonly string[]): Step[];
}

/**
 * The first plan of a request, from a decision that allows it.
 * Problems: `request-denied` for a decision that denies, `policy-invalid` where the duties leave something open.
 */
export const makePlan = (decision: Decision, items: readonly Item[], steps: StepOrder): Plan =>
  fill(decision, decision.duties, items, steps, null);

/**
 * A held request decided again: plan n+1, where the decision asks for more than plan n does, else null and plan n stands. Nothing gets
 * lighter on the way: of each kind the stricter of both plans stands, so voices that were given still mean what they meant.
 * Problems as of `makePlan`.
 */
export function makeStricterPlan(decision: Decision, plan: Plan, steps: StepOrder): Plan | null {
  judgeVerdict(decision);
  const now = termsOf(plan);
  const asked = dutiesOf(applyAll(decision.duties));
  if (coversAll(now, asked)) return null;
  return fill(decision, strictest([...now, ...asked]), plan.items, steps, plan);
}

/** Plan n+1 with a narrower scope and the same terms: a shorter span does not make lighter what was asked for the longer one. */
export const narrowPlan = (plan: Plan, items: readonly Item[]): Plan => ({
  ...plan,
  number: plan.number + 1,
  replaces: planDigest(plan),
  items,
});

function judgeVerdict({ verdict, reasons }: Decision): void {
  if (verdict !== 'allow') throw new Problem('request-denied', 'There is no plan for what the policy denies.', { reasons });
}

function fill(decision: Decision, duties: readonly Duty[], items: readonly Item[], steps: StepOrder, replaces: Plan | null): Plan {
  judgeVerdict(decision);
  const draft = applyAll(duties);
  if (!isWhole(draft))
    throw new Problem('policy-invalid', `The duties say nothing of: ${needed.filter((name) => draft[name] === undefined).join(', ')}.`);
  const { city, site, tier, facts, policyVersion } = decision;
  return {
    version: 1,
    number: (replaces?.number ?? 0) + 1,
    replaces: replaces && planDigest(replaces),
    city,
    site,
    tier,
    items,
    facts,
    steps: steps.stepsInOrder(draft.steps),
    inspect: draft.inspect ?? [],
    privacyReview: draft.privacyReview ?? 'none',
    officers: draft.officers ?? 0,
    orRecorded: draft.orRecorded ?? false,
    papers: draft.papers ?? [],
    span: draft.span,
    cameras: draft.cameras,
    execute: draft.execute,
    marks: draft.marks,
    masks: draft.masks ?? [],
    sound: draft.sound ?? 'kept',
    encode: draft.encode ?? 'balance',
    working: draft.working ?? 'none',
    deliver: draft.deliver ?? 'package',
    original: draft.original,
    encrypt: draft.encrypt ?? 'none',
    downloads: draft.downloads,
    expiresHours: draft.expiresHours,
    retainDays: draft.retainDays ?? null,
    registerYears: Math.max(draft.registerYears ?? 0, leastRegisterYears),
    sla: draft.sla ?? null,
    paperHours: draft.paperHours ?? null,
    reviewAfter: draft.reviewAfter ?? null,
    policyVersion,
  };
}

/** The duties that a plan holds. */
export const termsOf = ({ steps, retainDays, sla, paperHours, reviewAfter, ...plan }: Plan): Duty[] =>
  dutiesOf({
    ...plan,
    // A plan without officers names none: the duty begins at one.
    officers: plan.officers || undefined,
    steps: steps.map(({ step }) => step),
    retainDays: retainDays ?? undefined,
    sla: sla ?? undefined,
    paperHours: paperHours ?? undefined,
    reviewAfter: reviewAfter ?? undefined,
  });

/** `sha256:…` of the plan's canonical JSON (RFC 8785). */
export const planDigest = (plan: Plan): string => `sha256:${sha256Hex(canonicalJson(plan))}`;
