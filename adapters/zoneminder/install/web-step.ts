// A step that changes the web server's files: what was open is tried before and after, and a change that does not close it, or that breaks
// the pages, is taken back at once.
import type { InstallStep, Proof } from '../../../plugin/domain/install.js';
import { Problem } from '../../../plugin/domain/problem.js';
import { untilSo } from './ask.js';
import type { NewText } from './edit-apache.js';
import { lookAtFile } from './put-file.js';
import { ourselves, type InstallRecord } from './record.js';
import type { WebServer } from './web-server.js';

/** One way as it was found. */
export interface Seen {
  what: string;
  /** `200`, `403`, `connection taken`. */
  told: string;
  closed: boolean;
}

export interface WebStep {
  step: string;
  zh: string;
  en: string;
  activate: 'reload' | 'restart';
  /** Files that are to be otherwise; none where all is well. Problem `config-invalid`: a person must look. */
  plan(): Promise<NewText[]>;
  measure(): Promise<Seen[]>;
}

export async function runWebStep(work: WebStep, { record, server, dry }: { record: InstallRecord; server: WebServer; dry: boolean }): Promise<InstallStep> {
  const { step, zh, en } = work;
  const say = (verdict: InstallStep['verdict'], detail: string, changes: readonly NewText[] = [], proofs: readonly Proof[] = []): InstallStep => ({
    ...{ step, zh, en, verdict, detail, proofs },
    changes: changes.flatMap(({ file, told }) => told.map((line) => `${file}: ${line}`)),
  });
  try {
    const planned = await work.plan();
    if (dry) return say(planned.length > 0 ? 'would' : 'already', '', planned);
    const before = await work.measure();
    const proofsWith = (after: readonly Seen[] | null): Proof[] =>
      [...new Set([...before, ...(after ?? [])].map(({ what }) => what))].map((what) => ({
        what,
        before: before.find((it) => it.what === what)?.told ?? 'not tried',
        after: after?.find((it) => it.what === what)?.told ?? null,
      }));
    // Files that are as they should be prove nothing: after a crash the server may still run by the old ones.
    if (planned.length === 0 && before.every(({ closed }) => closed)) return say('already', '', [], proofsWith(null));
    const old = await Promise.all(planned.map(async ({ file }) => ({ file, content: (await lookAtFile(file))!.content })));
    for (const { file, text } of planned) await record.put(step, { kind: 'file', path: file, whole: false }, Buffer.from(text));
    const fault = await activate(work, server);
    const after = fault === null ? await untilSo(work.measure, (seen) => seen.every(({ closed }) => closed)) : before;
    const open = after.filter(({ closed }) => !closed);
    const broken = fault ?? (open.length > 0 ? `still open: ${open.map(({ what, told }) => `${what} (${told})`).join(', ')}` : await server.pagesFault());
    if (broken === null) return say(planned.length > 0 ? 'done' : 'already', '', planned, proofsWith(after));
    for (const { file, content } of old.reverse()) await record.put(step, { kind: 'file', path: file, whole: false }, content);
    if (planned.length > 0) await activate(work, server);
    return say('failed', `${broken}; its files are as they were`, [], proofsWith(after));
  } catch (thrown) {
    const problem = Problem.from(thrown);
    if (problem.code === 'internal') throw thrown;
    return say('failed', problem.detail);
  }
}

/** Null: it runs by the new files. */
async function activate({ activate: how }: WebStep, server: WebServer): Promise<string | null> {
  const fault = await server.fault();
  if (fault !== null) return `the web server refuses its files: ${fault}`;
  try {
    await server[how]();
    return null;
  } catch (thrown) {
    return Problem.from(thrown).detail;
  }
}

/** A file for the time of one look, in a folder that the web server might give out. It stands in the record: a crash leaves none behind. */
export async function withProbeFile<T>(record: InstallRecord, step: string, file: string, look: () => Promise<T>): Promise<T> {
  const probe = { kind: 'file', path: file, whole: true } as const;
  await record.put(step, probe, Buffer.from('exportgate\n'), { mode: 0o644, ...ourselves() });
  try {
    return await look();
  } finally {
    await record.put(step, probe, null);
  }
}
