// The measured reload, in a process of its own: a new policy is read, judged and tested while the old one goes on answering. JSON in, JSON out.
import fs from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { json } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { loadTexts } from '../plugin/policy/load.js';
import { makeBigPolicy } from './big-policy.js';
import { loadCasbinAlone } from './casbin-alone.js';
import { makeChance } from './chance.js';
import { peakMegabytes } from './memory.js';
import { makeQuestions } from './questions.js';

export interface ReloadOrder {
  seed: number;
}

export interface ReloadAnswer {
  seconds: number;
  /** Longest time between two decisions by the old policy, milliseconds. */
  longestGap: number;
  /** Longest delay of a timer of a millisecond. */
  longestDelay: number;
  /** Longest time that a turn held the processor: what of the gap is ours. Null where the system does not tell. */
  longestTurn: number | null;
  /** Decisions by the old policy meanwhile. */
  answered: number;
  /** Peak before the reload, with one policy, and after it. */
  megabytesBefore: number;
  megabytes: number;
  /** What casbin alone takes for the same files, nothing judged. */
  casbinSeconds: number;
}

/** Milliseconds on the processor so far, of the thread that runs JavaScript (Linux). */
function onProcessor(): number {
  try {
    return Number(fs.readFileSync('/proc/self/schedstat', 'latin1').split(' ')[0]) / 1e6;
  } catch {
    return NaN;
  }
}

const { seed } = (await json(process.stdin)) as ReloadOrder;
const big = makeBigPolicy(seed);
const old = await loadTexts(big.texts);
// The same files again, one comment more, as texts of their own.
const texts = Object.fromEntries(Object.entries(big.texts).map(([name, text]) => [name, Buffer.from(text).toString()]));
texts['roles.csv'] += '# saved again\n';
texts['roles.csv'] = Buffer.from(texts['roles.csv']!).toString();
const questions = makeQuestions(big, 1_000, 1, makeChance(seed + 1));
for (const question of questions) old.decide(question);
const megabytesBefore = peakMegabytes();

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let isDone = false;
let [answered, longestGap, longestTurn] = [0, 0, 0];
let heldBefore = onProcessor();
const begun = performance.now();
const reload = loadTexts(texts).finally(() => (isDone = true));
for (let last = begun; !isDone;) {
  await turn();
  old.decide(questions[answered++ % questions.length]!);
  const [now, held] = [performance.now(), onProcessor()];
  longestGap = Math.max(longestGap, now - last);
  longestTurn = Math.max(longestTurn, held - heldBefore);
  [last, heldBefore] = [now, held];
}
const fresh = await reload;
const seconds = (performance.now() - begun) / 1000;
delay.disable();
if (fresh.version === old.version) throw new Error('The policy read again has the version of the old one.');
const megabytes = peakMegabytes();
const answer: ReloadAnswer = {
  seconds,
  longestGap,
  longestDelay: delay.max / 1e6,
  longestTurn: Number.isNaN(longestTurn) ? null : longestTurn,
  answered,
  megabytesBefore,
  megabytes,
  casbinSeconds: (await loadCasbinAlone(texts)).seconds,
};
process.stdout.write(JSON.stringify(answer), () => process.exit(0));
