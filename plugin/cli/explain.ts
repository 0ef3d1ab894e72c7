// exportgate explain: what the policy files say to a question, with the rows that say it. Reads the files; nothing is recorded or done.
import { acts, type Act } from '../domain/decision.js';
import { bases, type Basis } from '../domain/basis.js';
import { Problem } from '../domain/problem.js';
import { parseInstant } from '../domain/span.js';
import { isUserId } from '../domain/subject.js';
import type { Explanation } from '../policy/explain.js';
import type { PastDecision } from '../export/explain-entry.js';
import { clientOf, type Verb } from './context.js';

interface Asked {
  as: string;
  camera: string;
  act: string;
  basis: string;
  from: string;
  to: string;
  late?: boolean;
  policies: string;
}

export type ExplainOptions = Partial<Asked> & { basis: string; policies: string; at?: string };

/** A question to files, or with `--at` a recorded decision to the gate that made it. */
export const explainDecision: Verb<ExplainOptions> = async (context, options) => {
  if (options.at !== undefined) return explainPast(context, options.at);
  const missing = (['as', 'camera', 'act', 'from', 'to'] as const).filter((name) => options[name] === undefined);
  if (missing.length > 0)
    throw new Problem('config-invalid', `Say --at ENTRY, or a question: ${missing.map((name) => `--${name}`).join(', ')} is missing.`);
  return explainQuestion(context, options as Asked);
};

const explainPast = async (context: Parameters<Verb<object>>[0], at: string) => {
  const { recorded, explanation, same } = await clientOf(context).get<PastDecision>(`/api/v1/explain/${encodeURIComponent(at)}`);
  context.output.result({ recorded, explanation, same }, [
    `entry ${recorded.entry}, ${recorded.event} of ${recorded.requestId} at ${recorded.at}: ${recorded.verdict} under ${recorded.policyVersion}`,
    same ? '再次判定,结果相同 decided again: the same verdict, rows and plan' : '再次判定,结果不同 decided again: NOT the same',
    ...(await lines(explanation)),
  ]);
  return same ? 0 : 1;
};

const explainQuestion: Verb<Asked> = async ({ output }, options) => {
  const { as, camera, act, basis, late = false } = options;
  if (!isUserId(as)) throw new Problem('config-invalid', `--as wants a user like user:li.wei, not “${as}”.`);
  if (!(acts as readonly string[]).includes(act)) throw new Problem('config-invalid', `--act is one of: ${acts.join(', ')}.`);
  if (basis !== '-' && !(bases as readonly string[]).includes(basis))
    throw new Problem('config-invalid', `--basis is “-” or one of: ${bases.join(', ')}.`);
  const [from, to] = [instantOf('--from', options.from), instantOf('--to', options.to)];
  if (from >= to) throw new Problem('config-invalid', `The span ends (${to}) before it starts (${from}).`);
  // Loaded when asked for: else every verb would start with the whole policy's engine.
  const [{ explain }, { loadPolicy }] = await Promise.all([import('../policy/explain.js'), import('../policy/load.js')]);
  const policy = await loadPolicy(options.policies);
  if (!policy.cameras.some(({ id }) => id === camera)) throw new Problem('config-invalid', `--camera: cameras.csv names no “${camera}”.`);
  const explanation = explain(policy, { user: as, act: act as Act, basis: basis as Basis | '-', items: [{ camera, from, to }], late });
  output.result(explanation, await lines(explanation));
  return explanation.decision.verdict === 'allow' ? 0 : 1;
};

function instantOf(option: string, text: string): string {
  try {
    return parseInstant(text);
  } catch (thrown) {
    throw new Problem('config-invalid', `${option}: ${Problem.from(thrown).detail}`);
  }
}

async function lines({ decision, plan, planDigest, floor, disclaimer, cityName, siteName, lawAsOf }: Explanation): Promise<string[]> {
  const { writeDuty } = await import('../policy/strictest.js');
  return [
    `${decision.verdict} · ${decision.verdict === 'allow' ? '允许' : '拒绝'}: ${decision.reasons.join(', ')} (${cityName} ${siteName}, tier ${decision.tier}; policy ${decision.policyVersion})`,
    ...decision.rows.map((row) => `  ${row.source}  ${row.text}`),
    // Each row shows its own duties; of each kind the strictest stands.
    ...(decision.duties.length > 0 ? [`  together 合并后: ${decision.duties.map(writeDuty).join(' ')}`] : []),
    ...(decision.facts.length > 0 ? [`  facts: ${decision.facts.join(', ')}`] : []),
    ...(plan
      ? [
          `  plan ${planDigest}: ${plan.steps.map((step) => step.step).join(' → ')}; execute ${plan.execute}; marks 标记 ${plan.marks.join('+')}; sound 声音 ${plan.sound}; encode 编码 ${plan.encode}; working 工作件 ${plan.working}; original ${plan.original}`,
        ]
      : []),
    ...floor.map((article) => `  floor ${article.id} (as of ${lawAsOf}): ${article.zh} ${article.en} [${article.source}]`),
    `  ${disclaimer.zh} ${disclaimer.en}`,
  ];
}
