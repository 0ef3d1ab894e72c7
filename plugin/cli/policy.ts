// exportgate policy log | diff | show | activate | test: the policy files of a running gate, and their own tests without one.
import fs from 'node:fs';
import path from 'node:path';
import { Problem, type Fault } from '../domain/problem.js';
import type { Candidate } from '../export/policies.js';
import type { PolicyEvent } from '../export/policy-record.js';
import type { FileDiff } from '../policy/diff-texts.js';
import { clientOf, type Verb } from './context.js';
import { faultLine } from './outcome.js';
import { lines as rehearsalLines } from './rehearse.js';
import { openNew } from './write-new.js';

interface State {
  inForce: { version: string; since: string; by: string };
  candidate: (Candidate & { agreedBy: readonly string[] }) | null;
}

/** Versions are long; eight digits tell them apart, and the commands take them. */
const short = (version: string): string => version.slice('sha256:'.length, 'sha256:'.length + 12);
const bare = (version: string): string => encodeURIComponent(version.replace(/^sha256:/, ''));
const indented = (fault: Fault): string => `  ${faultLine(fault)}`;

export const policyLog: Verb<{ count: string }> = async (context, { count }) => {
  const client = clientOf(context);
  const state = await client.get<State>('/api/v1/policy');
  const { events } = await client.get<{ events: PolicyEvent[] }>(`/api/v1/policy/log?count=${encodeURIComponent(count)}`);
  context.output.result({ ...state, events }, [
    `生效 in force: ${short(state.inForce.version)} since ${state.inForce.since} (${state.inForce.by})`,
    ...candidateLines(state),
    ...events.map(({ entry, at, what, version, by, changed }) =>
      `${String(entry).padStart(6)}  ${at}  ${what.padEnd(8)}  ${short(version)}  ${by}  ${changed?.join(' ') ?? ''}`.trimEnd(),
    ),
  ]);
  return 0;
};

function candidateLines({ candidate }: State): string[] {
  if (!candidate) return ['待定 saved beside it: nothing'];
  const { version, seenAt, changed, faults, rehearsal, agreedBy } = candidate;
  const head = `待定 saved beside it: ${version ? short(version) : 'cannot be read'}, seen ${seenAt}; changed: ${changed.join(' ') || '-'}`;
  if (faults.length > 0)
    return [head, ...loud(changed), `  ${faults.length} fault(s), so it cannot come into force:`, ...faults.map(indented)];
  const wants = agreedBy.length > 0 ? `${agreedBy.join(', ')} stands for it; a second administrator: ` : 'two administrators, each: ';
  return [
    head,
    ...loud(changed),
    `  ${wants}exportgate policy activate ${short(version!)}`,
    ...(rehearsal ? rehearsalLines(rehearsal) : []),
  ];
}

/** The floor is under all the other files. */
const loud = (changed: readonly string[]): string[] =>
  changed.includes('law.json')
    ? ['  !!! law.json 有改动:全国底线本身将改变。 law.json differs: the national floor itself would change.']
    : [];

export const policyDiff: Verb<{ from?: string; to?: string }> = async (context, { from, to }) => {
  const query = [...(from ? [`from=${bare(from)}`] : []), ...(to ? [`to=${bare(to)}`] : [])].join('&');
  const found = await clientOf(context).get<{ from: string; to: string; files: FileDiff[] }>(
    `/api/v1/policy/diff${query ? `?${query}` : ''}`,
  );
  context.output.result(found, [
    `${short(found.from)} → ${short(found.to)}: ${found.files.length === 0 ? 'nothing differs' : `${found.files.length} file(s)`}`,
    ...found.files.flatMap(({ file, patch }) => (patch === null ? [`${file}: differs in too much to show`] : patch.trimEnd().split('\n'))),
  ]);
  return 0;
};

/** Without a file the list of files; with `--out` all of them, into a new folder. */
export const policyShow: Verb<{ hash?: string; file?: string; out?: string }> = async (context, { hash, file, out }) => {
  const client = clientOf(context);
  const version = hash ?? (await client.get<State>('/api/v1/policy')).inForce.version;
  const found = await client.get<{ version: string; files: Record<string, string> }>(`/api/v1/policy/versions/${bare(version)}`);
  if (file !== undefined && !(file in found.files))
    throw new Problem('config-invalid', `--file: that version has ${Object.keys(found.files).join(', ')}.`);
  if (out !== undefined) await writeAll(out, found.files);
  const listed = Object.entries(found.files).map(([name, text]) => `${name}  ${text.trimEnd().split('\n').length} lines`);
  context.output.result(found, file === undefined ? [found.version, ...listed] : found.files[file]!.replace(/\n$/, '').split('\n'));
  return 0;
};

async function writeAll(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  if (fs.existsSync(folder)) throw new Problem('config-invalid', `--out: ${folder} is there already; a new folder is wanted.`);
  for (const [name, text] of Object.entries(files)) {
    // Threat: a gate that answers with a name which leads out of the folder.
    if (!/^([a-z0-9-]+\/)?[a-z0-9-]+\.(csv|conf|json)$/.test(name))
      throw new Problem('internal', 'The gate named a file as no policy file is named.');
    await fs.promises.mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await (await openNew(path.join(folder, name))).write(text);
  }
}

export const policyActivate: Verb<{ hash: string }> = async (context, { hash }) => {
  const found = await clientOf(context).post<{ version: string; state: 'agreed' | 'in-force' }>('/api/v1/policy/activations', {
    version: hash,
  });
  const line =
    found.state === 'in-force'
      ? `已生效 in force: ${found.version}`
      : `已同意,待第二名管理员 agreed; a second administrator puts it in force: exportgate policy activate ${short(found.version)}`;
  context.output.result(found, [line]);
  return 0;
};

/** Reads a folder; needs no gate. */
export const policyTest: Verb<{ dir: string }> = async ({ output }, { dir }) => {
  const { judgeFolder } = await import('../policy/load.js');
  const { faults, testsPassed } = await judgeFolder(dir);
  const failed = faults.filter(({ code }) => code.startsWith('test-'));
  const others = faults.length - failed.length;
  output.result({ passed: testsPassed, failed: failed.length, faults }, [
    ...faults.map(indented),
    ...(others > 0 ? [`${others} fault(s) in the files`] : []),
    `${testsPassed} held, ${failed.length} did not`,
  ]);
  return faults.length === 0 ? 0 : others > 0 ? 2 : 1;
};
