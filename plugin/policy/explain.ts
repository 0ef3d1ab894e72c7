// Why the policy answers as it does: plain data for `exportgate explain`. Nothing is recorded, nothing is decided.
import type { BasisProfile, Bilingual, FloorArticle } from './law.js';
import type { Decision, Question } from '../domain/decision.js';
import type { Plan } from '../domain/plan.js';
import { articlesFor } from './floor.js';
import type { Policy } from './load.js';
import { makePlan, planDigest } from './plan.js';
import type { StepRow } from './people.js';

export interface Explanation {
  question: Question;
  /** Verdict, reasons, facts, every matching row with file and line and its own duties, and the strictest duties of all of them. */
  decision: Decision;
  cityName: string;
  siteName: string;
  /** What would have to happen; null on a deny. */
  plan: Plan | null;
  planDigest: string | null;
  /** The plan's steps with their names. */
  steps: readonly StepRow[];
  basis: BasisProfile | null;
  /** The articles of the national floor that concern the basis. */
  floor: readonly FloorArticle[];
  lawAsOf: string;
  disclaimer: Bilingual;
}

/** Problems: those of `Policy.decide`. */
export function explain(policy: Policy, question: Question): Explanation {
  const decision = policy.decide(question);
  const isRequest = question.act === 'request' && decision.verdict === 'allow';
  const plan = isRequest ? makePlan(decision, question.items, policy) : null;
  const { law } = policy;
  return {
    question,
    decision,
    plan,
    cityName: policy.city(decision.city).name,
    siteName: policy.site(decision.site).name,
    planDigest: plan && planDigest(plan),
    steps: policy.steps.filter(({ step }) => plan?.steps.some((asked) => asked.step === step)),
    basis: question.basis === '-' ? null : law.bases[question.basis],
    floor: question.basis === '-' ? law.floor.filter(({ concerns }) => concerns === 'all') : articlesFor(law, question.basis),
    lawAsOf: law.asOf,
    disclaimer: law.disclaimer,
  };
}
