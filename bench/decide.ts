// The measured decisions, in a process of their own: ours and casbin's, asked the same. JSON in, JSON out.
import { json } from 'node:stream/consumers';
import { ordinaryBases } from '../plugin/domain/basis.js';
import type { Decision, Question } from '../plugin/domain/decision.js';
import { loadTexts, type Policy } from '../plugin/policy/load.js';
import { makeBigPolicy } from './big-policy.js';
import { loadCasbinAlone, type CasbinAlone } from './casbin-alone.js';
import { makeChance } from './chance.js';
import { makeQuestions } from './questions.js';
import { percentile } from './rows.js';

export interface DecideOrder {
  seed: number;
  /** Questions asked of ours; casbin alone gets the first of them. */
  decisions: number;
  askedOfCasbin: number;
}

/** Milliseconds. */
export interface Times {
  p50: number;
  p99: number;
  /** p99 of those during which the system left the processor to this process; what the others show is how busy the machine is. */
  undisturbed: number;
}

/** How often the system gave the processor to somebody else against this process's will. */
const takenAway = (): number => process.resourceUsage().involuntaryContextSwitches;

interface Compared {
  ours: Times;
  casbin: Times;
  /** Share of the questions that were allowed. */
  allowed: number;
}

export interface DecideAnswer {
  /** Questions about one camera, and about eight of one site. */
  one: Compared;
  eight: Compared;
  /** Of the policy. */
  rows: number;
}

function time<T, A>(asked: readonly T[], ask: (one: T) => A): { times: Times; answers: A[] } {
  const all: number[] = [];
  const calm: number[] = [];
  const answers = asked.map((one) => {
    const before = takenAway();
    const begun = performance.now();
    const answer = ask(one);
    const taken = performance.now() - begun;
    all.push(taken);
    if (takenAway() === before) calm.push(taken);
    return answer;
  });
  return {
    times: { p50: percentile(all, 50), p99: percentile(all, 99), undisturbed: percentile(calm.length > 0 ? calm : all, 99) },
    answers,
  };
}

/** The same question in casbin's words, camera by camera. What it cannot find out, the facts, it is told. */
function wordsOf(policy: Policy, { user, act, basis, items }: Question, { facts }: Pick<Decision, 'facts'>): string[][] {
  return items.map((item) => {
    const { camera, site, city } = policy.place(item.camera);
    const isOrdinary = (ordinaryBases as readonly string[]).includes(basis);
    const spot = `${city.code}/${site.id}`;
    return [
      user,
      spot,
      `* tier-${city.tier} ${city.code} ${spot}`,
      [`camera:${camera.id}`, ...camera.groups, 'camera:*', '*'].join(' '),
      act,
      isOrdinary ? `${basis} ordinary` : basis,
      ['*', ...facts].join(' '),
    ];
  });
}

function compareOn(questions: readonly Question[], policy: Policy, casbin: CasbinAlone, askedOfCasbin: number): Compared {
  // Little is kept of each: what is kept makes clearing away dearer, and a gate keeps none.
  const ours = time(questions, (question) => {
    const { verdict, facts } = policy.decide(question);
    return { verdict, facts };
  });
  const worded = questions.slice(0, askedOfCasbin).map((question, at) => wordsOf(policy, question, ours.answers[at]!));
  const theirs = time(worded, (cameras) => cameras.every((words) => casbin.enforce(words)));
  const differs = theirs.answers.findIndex((answer, at) => answer !== (ours.answers[at]!.verdict === 'allow'));
  if (differs >= 0) throw new Error(`casbin and the gate differ on ${JSON.stringify(questions[differs])}.`);
  const allowed = ours.answers.filter(({ verdict }) => verdict === 'allow').length / questions.length;
  return { ours: ours.times, casbin: theirs.times, allowed };
}

const { seed, decisions, askedOfCasbin } = (await json(process.stdin)) as DecideOrder;
const big = makeBigPolicy(seed);
const policy = await loadTexts(big.texts);
const casbin = await loadCasbinAlone(big.texts);
if (casbin.rows !== policy.rows.length) throw new Error(`casbin read ${casbin.rows} of ${policy.rows.length} rows.`);
const chance = makeChance(seed + 1);
// Both warm, and what loading left behind cleared away: a gate has been asked before.
compareOn(makeQuestions(big, 3_000, 1, chance), policy, casbin, 50);
const one = compareOn(makeQuestions(big, decisions, 1, chance), policy, casbin, askedOfCasbin);
const eight = compareOn(makeQuestions(big, decisions, 8, chance), policy, casbin, Math.ceil(askedOfCasbin / 4));
const answer: DecideAnswer = { one, eight, rows: casbin.rows };
process.stdout.write(JSON.stringify(answer), () => process.exit(0));
