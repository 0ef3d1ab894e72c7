// What it costs: `npm run bench -- pull`, `… decide`, `… gate`, `… journal`, `… seal`, `… render`, `… console`. Each number beside a peer's in the same run. docs/ref/bench.md says what is measured.
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { parseInstant } from '../plugin/domain/span.js';
import { runWork } from './children.js';
import { decideRows, reloadRows } from './decide-rows.js';
import { gateRows } from './gate-rows.js';
import { journalRows } from './journal-rows.js';
import type { PullAnswer, PullOrder } from './pull.js';
import { pullRows } from './pull-rows.js';
import { asTable, missed, type Row } from './rows.js';
import { renderRows } from './render-rows.js';
import { sealRows } from './seal-rows.js';

const usage = `usage:
  npm run bench -- pull [--minutes N] [--runs N] [--json]
  npm run bench -- pull --recorder URL --user U [--password P] --recording TOKEN --from T --to T --out DIR [--fingerprint SHA256] [--json]
  npm run bench -- decide [--runs N] [--seed N] [--json]
  npm run bench -- gate [--runs N] [--json]
  npm run bench -- journal [--runs N] [--entries N] [--json]
  npm run bench -- seal [--runs N] [--json]
  npm run bench -- render [--runs N] [--json]
  npm run bench -- console [--runs N] [--json]
The password may come in EXPORTGATE_BENCH_PASSWORD instead, where other users of the machine do not see it.
`;

const options = {
  minutes: { type: 'string', default: '1' },
  runs: { type: 'string' },
  seed: { type: 'string', default: '1' },
  entries: { type: 'string', default: '1000000' },
  json: { type: 'boolean', default: false },
  recorder: { type: 'string' },
  user: { type: 'string' },
  password: { type: 'string' },
  recording: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  out: { type: 'string' },
  fingerprint: { type: 'string' },
} as const;

type Given = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

const print = (text: string): void => void process.stdout.write(`${text}\n`);

const counted = (text: string, most: number): number => {
  const count = Number(text);
  if (!(Number.isInteger(count) && count >= 1 && count <= most)) throw new Error(`“${text}” is not a whole number from 1 to ${most}.`);
  return count;
};

async function measurePull(given: Given): Promise<number> {
  return tell(await pullRows(counted(given.minutes, 120), counted(given.runs ?? '5', 50)), given);
}

async function measureDecisions(given: Given): Promise<number> {
  const seed = counted(given.seed, 1e9);
  const [decides, reloads] = [counted(given.runs ?? '5', 50), counted(given.runs ?? '3', 50)];
  process.stderr.write(
    `seed ${seed}; decisions: ${decides} run(s), reload: ${reloads} run(s); medians, the least and the most in brackets\n`,
  );
  return tell([...(await decideRows(seed, decides)), ...(await reloadRows(seed, reloads))], given);
}

/** Loaded when it is asked for: the browser's driver is no part of an installation. */
async function measureConsole(given: Given): Promise<number> {
  const { consoleRows } = await import('./console-rows.js');
  return tell(await consoleRows(counted(given.runs ?? '5', 50)), given);
}

/** 1 where something demanded was missed. */
function tell(rows: readonly Row[], { json }: Given): number {
  print(json ? JSON.stringify(rows, null, 2) : asTable(rows));
  for (const { row, ratio, most } of missed(rows)) process.stderr.write(`missed: ${row}: ${ratio?.toFixed(2)} where ${most} is the most\n`);
  return missed(rows).length > 0 ? 1 : 0;
}

/** Any recorder: no measure beside it, for nobody knows how fast it could be. */
async function pullFrom(given: Given, env: NodeJS.ProcessEnv): Promise<number> {
  const { recorder, user, recording, from, to, out, fingerprint, password = env.EXPORTGATE_BENCH_PASSWORD } = given;
  if (!recorder || !user || !password || !recording || !from || !to || !out) throw new Error('Something is missing.');
  await fs.promises.mkdir(out, { recursive: true });
  const order: PullOrder = {
    recorder: { id: 'bench', url: recorder, user, password, ...(fingerprint !== undefined && { tls: { fingerprint } }) },
    source: { recording },
    span: { from: parseInstant(from), to: parseInstant(to) },
    folder: out,
    sealed: false,
  };
  const { frames, parts, span, holes, bytes, resumes, seconds, megabytes } = await runWork<PullAnswer>('pull', order);
  if (given.json) print(JSON.stringify({ frames, parts, span, holes, bytes, resumes, seconds, megabytes }, null, 2));
  else
    print(
      [
        `frames    ${frames} in ${parts} part(s)`,
        `span      ${span ? `${span.from} to ${span.to} (first and last picture, the recorder's clock)` : 'nothing'}`,
        ...(holes.length
          ? holes.map((hole) => `hole      ${hole.from} to ${hole.to}${hole.expected ? ', as the recorder says itself' : ''}`)
          : ['holes     none']),
        `bytes     ${bytes}`,
        `seconds   ${seconds.toFixed(3)}, taken up again ${resumes} time(s)`,
        `memory    ${megabytes.toFixed(0)} MB at most`,
      ].join('\n'),
    );
  return 0;
}

try {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [bench, ...more] = positionals;
  if (more.length > 0 || !bench || !['pull', 'decide', 'gate', 'journal', 'seal', 'render', 'console'].includes(bench))
    throw new Error('The benches are: pull, decide, gate, journal, seal, render, console.');
  if (bench === 'decide') process.exitCode = await measureDecisions(values);
  else if (bench === 'gate') process.exitCode = tell(await gateRows(counted(values.runs ?? '3', 50)), values);
  else if (bench === 'seal') process.exitCode = tell(await sealRows(counted(values.runs ?? '3', 50)), values);
  else if (bench === 'render') process.exitCode = tell(await renderRows(counted(values.runs ?? '3', 50)), values);
  else if (bench === 'console') process.exitCode = await measureConsole(values);
  else if (bench === 'journal')
    process.exitCode = tell(await journalRows(counted(values.runs ?? '3', 50), counted(values.entries, 10_000_000)), values);
  else process.exitCode = await (values.recorder === undefined ? measurePull(values) : pullFrom(values, process.env));
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n${usage}`);
  process.exitCode = 2;
}
