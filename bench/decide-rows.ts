// Decisions beside casbin alone, and the reload of a policy as large as the gate must bear: each run in a process of its own.
import { runWork } from './children.js';
import type { DecideAnswer, DecideOrder } from './decide.js';
import type { ReloadAnswer, ReloadOrder } from './reload.js';
import { compare, type Row } from './rows.js';

/** What a decision about one camera may take, milliseconds, 99 of a hundred times. */
const decisionMs = 1;
/** How long a request may wait while a policy is loaded, milliseconds. */
const stallMs = 150;
const decisions = 4_000;
const askedOfCasbin = 400;

export async function decideRows(seed: number, runs: number): Promise<Row[]> {
  const answers: DecideAnswer[] = [];
  for (let run = 0; run < runs; run++)
    answers.push(await runWork('decide', { seed: seed + run, decisions, askedOfCasbin } satisfies DecideOrder));
  const alone = `casbin alone, ${answers[0]!.rows} rows`;
  const rows = (['one', 'eight'] as const).flatMap((asked) =>
    (['p50', 'p99'] as const).map((which) =>
      compare(
        `decision, ${asked === 'one' ? '1 camera' : '8 cameras'}: ${which}`,
        'ms',
        answers.map((answer) => answer[asked].ours[which]),
        { name: alone, values: answers.map((answer) => answer[asked].casbin[which]) },
        null,
      ),
    ),
  );
  const p99 = answers.map(({ one }) => one.ours.p99);
  const undisturbed = answers.map(({ one }) => one.ours.undisturbed);
  const bound = { name: 'the bound', values: [decisionMs] };
  return [
    ...rows,
    compare('decision, 1 camera: p99', 'ms', p99, bound, 1),
    compare('decision, 1 camera: p99 undisturbed', 'ms', undisturbed, bound, null),
  ];
}

export async function reloadRows(seed: number, runs: number): Promise<Row[]> {
  const answers: ReloadAnswer[] = [];
  for (let run = 0; run < runs; run++) answers.push(await runWork('reload', { seed } satisfies ReloadOrder));
  const each = (of: (answer: ReloadAnswer) => number): number[] => answers.map(of);
  const bound = { name: 'the bound', values: [stallMs] };
  const row = 'reload: longest turn on the processor';
  const turns = answers.flatMap(({ longestTurn }) => longestTurn ?? []);
  return [
    compare(
      'reload: texts to policy',
      's',
      each(({ seconds }) => seconds),
      { name: 'casbin alone, one stall', values: each(({ casbinSeconds }) => casbinSeconds) },
      null,
    ),
    compare(
      'reload: longest gap between decisions',
      'ms',
      each(({ longestGap }) => longestGap),
      bound,
      1,
    ),
    compare(
      'reload: longest delay of a timer',
      'ms',
      each(({ longestDelay }) => longestDelay),
      bound,
      1,
    ),
    ...(turns.length > 0 ? [compare(row, 'ms', turns, bound, null)] : []),
    compare(
      'reload: peak memory',
      'MB',
      each(({ megabytes }) => megabytes),
      { name: 'with one policy', values: each(({ megabytesBefore }) => megabytesBefore) },
      null,
    ),
  ];
}
