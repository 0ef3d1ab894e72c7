// exportgate explain: what the policy files say to a question, with the rows that say it. Reads the files; nothing is recorded or done.
import { acts, type Act } from '../domain/decision.js';
import { bases, type Basis } from '../domain/basis.js';
import { Problem } from '../domain/problem.js';
import { parseInstant } from '../domain/span.js';
import { isUserId } from '../domain/subject.js';
import { explain, type Explanation } from '../policy/explain.js';
import { loadPolicy } from '../policy/load.js';
import type { Verb } from './context.js';

export interface ExplainOptions {
  as: string;
  camera: string;
  act: string;
  basis: string;
  from: string;
  to: string;
  late?: boolean;
  policies: string;
}

export const explainDecision: Verb<ExplainOptions> = async ({ output }, options) => {
  const { as, camera, act, basis, late = false } = options;
  if (!isUserId(as)) throw new Problem('config-invalid', `--as wants a user like user:li.wei, not “${as}”.`);
  if (!(acts as readonly string[]).includes(act)) throw new Problem('config-invalid', `--act is one of: ${acts.join(', ')}.`);
  if (basis !== '-' && !(bases as readonly string[]).includes(basis))
    throw new Problem('config-invalid', `--basis is “-” or one of: ${bases.join(', ')}.`);
  const [from, to] = [instantOf('--from', options.from), instantOf('--to', options.to)];
  if (from >= to) throw new Problem('config-invalid', `The span ends (${to}) before it starts (${from}).`);
  const policy = await loadPolicy(options.policies);
  if (!policy.cameras.some(({ id }) => id === camera)) throw new Problem('config-invalid', `--camera: cameras.csv names no “${camera}”.`);
  const explanation = explain(policy, { user: as, act: act as Act, basis: basis as Basis | '-', items: [{ camera, from, to }], late });
  output.result(explanation, lines(explanation));
  return explanation.decision.verdict === 'allow' ? 0 : 1;
};

function instantOf(option: string, text: string): string {
  try {
    return parseInstant(text);
  } catch (thrown) {
    throw new Problem('config-invalid', `${option}: ${Problem.from(thrown).detail}`);
  }
}

function lines({ decision, plan, planDigest, floor, disclaimer, cityName, siteName, lawAsOf }: Explanation): string[] {
  return [
    `${decision.verdict} · ${decision.verdict === 'allow' ? '允许' : '拒绝'}: ${decision.reasons.join(', ')} (${cityName} ${siteName}, tier ${decision.tier}; policy ${decision.policyVersion})`,
    ...decision.rows.map((row) => `  ${row.source}  ${row.text}`),
    ...(decision.facts.length > 0 ? [`  facts: ${decision.facts.join(', ')}`] : []),
    ...(plan
      ? [
          `  plan ${planDigest}: ${plan.steps.map((step) => step.step).join(' → ')}; execute ${plan.execute}; marks ${plan.marks.join('+')}; original ${plan.original}`,
        ]
      : []),
    ...floor.map((article) => `  floor ${article.id} (as of ${lawAsOf}): ${article.en} [${article.source}]`),
    `  ${disclaimer.zh} ${disclaimer.en}`,
  ];
}
