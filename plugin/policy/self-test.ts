// policies/tests/*.csv: what the administrators expect of their own files, asked of them before they come into force.
import { bases, type Basis } from '../domain/basis.js';
import { acts, reasons, type Act, type Decision, type Question } from '../domain/decision.js';
import type { Item } from '../domain/export-request.js';
import type { Fault } from '../domain/problem.js';
import { Problem } from '../domain/problem.js';
import { isUserId, type UserId } from '../domain/subject.js';
import { readTable, type Cell } from './csv.js';
import { filesIn, type PolicyTexts } from './folder.js';
import type { Pace } from './pace.js';
import { objectOf } from './rows.js';
import { readDuty, writeDuty } from './strictest.js';
import { add } from './faults.js';

const fields = ['user', 'at', 'act', 'basis', 'hours', 'late', 'verdict', 'expect'] as const;
type Assertion = Record<(typeof fields)[number], Cell>;

/** The policy under test. */
interface Examinee {
  decide(question: Question): Decision;
  allows(user: UserId, act: Act, object: string, site: string | null): boolean;
  /** Problem `site-unknown`. */
  site(id: string): unknown;
}

/** Runs every assertion. `passed` counts those that hold; the others are faults that say what the files say instead. */
export async function runSelfTests(texts: PolicyTexts, policy: Examinee, pace: Pace): Promise<{ passed: number; faults: Fault[] }> {
  const faults: Fault[] = [];
  let passed = 0;
  for (const file of filesIn('tests', texts)) {
    const table = await readTable(file, texts[file]!, fields, pace);
    add(faults, table.faults);
    for (const assertion of table.rows) {
      if (pace.isDue()) await pace.rest();
      const found = runOne(assertion, policy);
      if (found.length === 0) passed += 1;
      faults.push(...found);
    }
  }
  return { passed, faults };
}

function runOne(assertion: Assertion, policy: Examinee): Fault[] {
  const misread = judgeWords(assertion);
  if (misread.length > 0) return misread;
  try {
    return objectOf[assertion.act.text as Act] ? runAct(assertion, policy) : runFootage(assertion, policy);
  } catch (thrown) {
    return [{ code: 'test-malformed', where: assertion.at.where, detail: Problem.from(thrown).detail }];
  }
}

const malformed = ({ text, where }: Cell, right: string): Fault => ({
  code: 'test-malformed',
  where,
  detail: `“${text}” is not ${right}.`,
});
const failed = ({ where }: Cell, detail: string): Fault[] => [{ code: 'test-failed', where, detail }];

function judgeWords({ user, act, basis, hours, late, verdict, expect }: Assertion): Fault[] {
  const onGate = Boolean(objectOf[act.text as Act]);
  const faults: Fault[] = [];
  if (!isUserId(user.text)) faults.push(malformed(user, 'a user like user:sh.lu'));
  if (!(acts as readonly string[]).includes(act.text)) faults.push(malformed(act, `an act: ${acts.join(', ')}`));
  if (basis.text !== '-' && !(bases as readonly string[]).includes(basis.text))
    faults.push(malformed(basis, `a basis or -: ${bases.join(', ')}`));
  if (onGate ? hours.text !== '-' : !/^\d{1,4}(\.\d{1,2})?$/.test(hours.text) || Number(hours.text) === 0)
    faults.push(malformed(hours, onGate ? '-, which this act wants' : 'hours of each camera, such as 1 or 4.5'));
  if (!/^(yes|no)$/.test(late.text)) faults.push(malformed(late, 'yes or no'));
  if (!/^(allow|deny)$/.test(verdict.text)) faults.push(malformed(verdict, 'allow or deny'));
  else faults.push(...judgeExpected(expect, verdict.text === 'allow' && !onGate));
  return faults;
}

function judgeExpected(expect: Cell, isAllow: boolean): Fault[] {
  if (expect.text === '-') return [];
  const words = expect.text.split(/\s+/);
  if (isAllow)
    return words.flatMap((word) => {
      const duty = readDuty(word);
      return 'wanted' in duty ? [malformed({ ...expect, text: word }, `a duty; right would be ${duty.wanted}`)] : [];
    });
  return words.every((word) => (reasons as readonly string[]).includes(word))
    ? []
    : [malformed(expect, `- or a reason of a denial: ${reasons.join(', ')}`)];
}

/** An act on requests, journal, accounts or the policy: `at` is a site, or `*` for the gate as a whole. */
function runAct({ user, at, act, verdict }: Assertion, policy: Examinee): Fault[] {
  const name = act.text as Act;
  // At a site that is not there everything is denied: a slip of the pen would pass for a denial.
  if (at.text !== '*') policy.site(at.text);
  const found = policy.allows(user.text as UserId, name, objectOf[name]!, at.text === '*' ? null : at.text) ? 'allow' : 'deny';
  return found === verdict.text ? [] : failed(verdict, `Expected ${verdict.text}; the files say ${found}.`);
}

/** An act on footage: `at` is one or more cameras of one site. */
function runFootage({ user, at, act, basis, hours, late, verdict, expect }: Assertion, policy: Examinee): Fault[] {
  const from = '2026-01-01T00:00:00.000Z';
  const to = new Date(Date.parse(from) + Number(hours.text) * 3_600_000).toISOString();
  const items: Item[] = at.text.split(/\s+/).map((camera) => ({ camera, from, to }));
  const decision = policy.decide({
    user: user.text as UserId,
    act: act.text as Act,
    basis: basis.text as Basis | '-',
    items,
    late: late.text === 'yes',
  });
  const rows = decision.rows.length > 0 ? ` by ${decision.rows.map(({ source }) => source).join(', ')}` : '';
  if (decision.verdict !== verdict.text)
    return failed(verdict, `Expected ${verdict.text}; the files say ${decision.verdict} (${decision.reasons.join(', ')})${rows}.`);
  if (expect.text === '-') return [];
  const said = decision.verdict === 'allow' ? decision.duties.map(writeDuty) : decision.reasons;
  const known = wordsOf(said.join(' '), decision.verdict);
  const lacking = wordsOf(expect.text, decision.verdict).filter((word) => !known.includes(word));
  return lacking.length === 0 ? [] : failed(expect, `Expected ${lacking.join(' ')}; the files say ${said.join(' ')}${rows}.`);
}

/** Steps in a duty are a set: their order in the cell means nothing, as it means nothing in a row. */
function wordsOf(text: string, verdict: Decision['verdict']): string[] {
  return text.split(/\s+/).map((word) => {
    const duty = verdict === 'allow' ? readDuty(word) : { wanted: '' };
    return 'wanted' in duty ? word : writeDuty(duty);
  });
}
